/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/context.h"

#include "base/fs.h"
#include "docker/root.h"
#include "docker/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* What is known of each directory between the context and the one that is being read. */
struct level {
	unsigned char *ignore, *exclude, *include; /* states */
	struct context_entry entry;
	bool sent, kept;
};

struct item {
	size_t path; /* offset in walk.paths, ends in NUL */
	size_t length;
	struct stat stat;
	struct str link;
	bool kept, below;
};

struct walk {
	struct tree tree;
	const struct root *root;
	struct level *levels;
	size_t level_count, level_capacity;
	size_t down; /* levels between the context and the root */
	struct item *items; /* a stack: those of all directories that are being walked */
	size_t item_count, item_capacity;
	struct buf paths;
	bool disorder; /* an entry came after one that it sorts before */
};

static void append(struct walk *walk, const struct context_entry *entry)
{
	struct context_list *out = walk->tree.out;
	size_t old = out->capacity;

	if (out->count == old) {
		out->capacity = old ? old * 2 : 64;
		out->entries = arena_grow(walk->tree.arena, out->entries, old * sizeof *entry,
		                          out->capacity * sizeof *entry);
	}
	if (out->count && str_cmp(out->entries[out->count - 1].path, entry->path) >= 0)
		walk->disorder = true;
	out->entries[out->count++] = *entry;
}

/* Directories above what is sent are sent too: all below the root, above it those of --parents. */
static void send_above(struct walk *walk, size_t depth)
{
	for (size_t i = 1; i <= depth; i++) {
		struct level *level = &walk->levels[i];

		if (level->sent || (!walk->root->parents && level->entry.path.n < walk->root->path.n))
			continue;
		level->sent = true;
		append(walk, &level->entry);
	}
}

static unsigned char *state_for(struct walk *walk, const struct ignore *ignore)
{
	return ignore ? arena_alloc(walk->tree.arena, ignore_count(ignore) + 1) : NULL;
}

static struct level *level_at(struct walk *walk, size_t depth)
{
	while (walk->level_count <= depth) {
		struct level level = {.sent = false};

		level.ignore = state_for(walk, walk->tree.ignore);
		level.exclude = state_for(walk, walk->root->exclude);
		level.include = state_for(walk, walk->root->include);
		MEM_ROOM(walk->levels, walk->level_count, walk->level_capacity);
		walk->levels[walk->level_count++] = level;
	}
	return &walk->levels[depth];
}

struct verdict {
	bool kept;  /* the path itself */
	bool below; /* something below it may be, even if it is not */
};

/* PATH lies at DEPTH (1 is the top); STATE: remember what is needed for what is below. */
static struct verdict judge(struct walk *walk, struct str path, size_t depth, bool state)
{
	const struct tree *tree = &walk->tree;
	const struct root *root = walk->root;
	struct level *here = level_at(walk, depth), *above = &walk->levels[depth - 1];
	struct verdict verdict = {true, true};
	bool top = depth == 1;

	if (tree_skips(tree, path))
		return (struct verdict){false, false};
	if (tree->ignore &&
	    ignore_step(tree->ignore, path, top ? NULL : above->ignore, state ? here->ignore : NULL)) {
		verdict.kept = false;
		verdict.below = ignore_may_include_below(tree->ignore, path);
	}
	if (root->include && !ignore_step(root->include, path, top ? NULL : above->include,
	                                  state ? here->include : NULL))
		verdict.kept = false;
	if (root->exclude && path.n > root->base) {
		struct str seen = str_slice(path, root->base, path.n);
		bool first = str_find(seen, '/', 0) == seen.n;

		if (ignore_step(root->exclude, seen, first ? NULL : above->exclude, state ? here->exclude : NULL)) {
			verdict.kept = false;
			verdict.below &= ignore_may_include_below(root->exclude, seen);
		}
	}
	return verdict;
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Looks at NAME in the directory FD, whose path is the first PREFIX bytes at AT of walk->paths. */
static void read_entry(struct walk *walk, int fd, const char *name, size_t at, size_t prefix, size_t depth)
{
	struct item item = {.path = walk->paths.n};
	struct verdict verdict;
	size_t n = strlen(name);
	char *p = buf_room(&walk->paths, prefix + n + 2);

	memcpy(p, walk->paths.p + at, prefix);
	if (prefix)
		p[prefix++] = '/';
	memcpy(p + prefix, name, n + 1);
	item.length = prefix + n;
	verdict = judge(walk, (struct str){p, item.length}, depth, false);
	item.kept = verdict.kept;
	if (!verdict.kept && !verdict.below)
		return;
	if (fstatat(fd, name, &item.stat, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	item.below = S_ISDIR(item.stat.st_mode) && verdict.below;
	if (!item.kept && !item.below)
		return;
	if (S_ISLNK(item.stat.st_mode))
		item.link = tree_readlink(&walk->tree, fd, name, (size_t)item.stat.st_size);
	walk->paths.n += item.length + 1;
	MEM_ROOM(walk->items, walk->item_count, walk->item_capacity);
	walk->items[walk->item_count++] = item;
}

static bool read_dir(struct walk *walk, struct str path, size_t at, size_t depth)
{
	int fd = tree_open(&walk->tree, path);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	tree_watch(&walk->tree, path);
	while ((entry = readdir(stream)))
		if (!is_dots(entry->d_name))
			read_entry(walk, dirfd(stream), entry->d_name, at, path.n, depth);
	closedir(stream);
	return true;
}

/*
 * An item comes up where its path sorts, what is below it where the path and
 * a slash sort: "a", "a-b", "a/c".
 */
struct event {
	const char *path;
	size_t length, item;
	bool below;
};

static int by_event(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	size_t n = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->path, y->path, n), p, q;

	if (order)
		return order;
	p = x->length > n ? (unsigned char)x->path[n] : x->below ? '/' : -1;
	q = y->length > n ? (unsigned char)y->path[n] : y->below ? '/' : -1;
	return (p > q) - (p < q);
}

static struct event *make_events(const struct walk *walk, size_t first, size_t *count)
{
	size_t n = 0;
	struct event *events;

	for (size_t i = first; i < walk->item_count; i++)
		n += 1 + walk->items[i].below;
	events = mem_alloc((n + 1) * sizeof *events);
	*count = n;
	n = 0;
	for (size_t i = first; i < walk->item_count; i++) {
		const struct item *item = &walk->items[i];

		events[n++] = (struct event){walk->paths.p + item->path, item->length, i, false};
		if (item->below)
			events[n++] = (struct event){walk->paths.p + item->path, item->length, i, true};
	}
	if (n)
		qsort(events, n, sizeof *events, by_event);
	return events;
}

static struct context_entry entry_of(struct walk *walk, const struct item *item)
{
	return (struct context_entry){
		.path = {arena_strndup(walk->tree.arena, walk->paths.p + item->path, item->length), item->length},
		.stat = item->stat,
		.link = item->link,
	};
}

static void walk_dir(struct walk *walk, struct str path, size_t at, size_t depth);

static void walk_item(struct walk *walk, size_t number, bool below, size_t depth)
{
	const struct item *item = &walk->items[number];
	struct level *level = level_at(walk, depth);
	struct str path = {walk->paths.p + item->path, item->length};

	if (!below) {
		if (!item->kept)
			return;
		send_above(walk, depth - 1);
		append(walk, &(struct context_entry){.path = text_copy(walk->tree.arena, path),
		                                     .stat = item->stat, .link = item->link});
		return;
	}
	judge(walk, path, depth, true);
	level->entry = entry_of(walk, item);
	level->sent = item->kept;
	walk_dir(walk, level->entry.path, item->path, depth);
}

/* Everything below the directory PATH, whose level is DEPTH. */
static void walk_dir(struct walk *walk, struct str path, size_t at, size_t depth)
{
	size_t first = walk->item_count, bytes = walk->paths.n, count;
	struct event *events;

	if (!read_dir(walk, path, at, depth + 1)) {
		if (depth == 0 || walk->levels[depth].sent)
			tree_fail(&walk->tree, path);
		return;
	}
	events = make_events(walk, first, &count);
	for (size_t i = 0; i < count; i++)
		walk_item(walk, events[i].item, events[i].below, depth + 1);
	mem_free(events);
	walk->item_count = first;
	walk->paths.n = bytes;
}

/* How many levels of the last root serve for ROOT, too. */
static size_t shared_levels(const struct walk *walk, const struct root *last, const struct root *root)
{
	size_t depth = 0;

	if (!last || last->include || last->exclude || root->include || root->exclude ||
	    last->parents != root->parents)
		return 0;
	while (depth + 1 < walk->level_count && depth < walk->down) {
		struct str path = walk->levels[depth + 1].entry.path;

		if (path.n >= root->path.n || !str_starts(root->path, path) || root->path.p[path.n] != '/')
			break;
		depth++;
	}
	return depth;
}

/* Goes down to the root, level by level; false where it is left out with all that is below. */
static bool descend(struct walk *walk, bool *below)
{
	struct str path = walk->root->path;
	size_t end = walk->down ? walk->levels[walk->down].entry.path.n : 0;

	*below = true;
	tree_watch(&walk->tree, walk->levels[walk->down].entry.path);
	while (end < path.n) {
		struct context_entry entry = {.path = path};
		struct verdict verdict;
		struct level *level;

		end = str_find(path, '/', end + 1);
		if (end < path.n)
			entry.path = text_copy(walk->tree.arena, str_slice(path, 0, end));
		level_at(walk, walk->down + 1);
		verdict = judge(walk, entry.path, walk->down + 1, true);
		*below = verdict.below;
		if (!verdict.kept && !verdict.below)
			return false;
		if (fstatat(walk->tree.fd, entry.path.p, &entry.stat, AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		level = &walk->levels[++walk->down];
		level->entry = entry;
		level->kept = verdict.kept;
		level->sent = false;
		if (end < path.n)
			tree_watch(&walk->tree, entry.path);
	}
	return true;
}

static void walk_root(struct walk *walk, const struct root *last, const struct root *root)
{
	size_t at = walk->paths.n, depth;
	bool below;

	walk->down = shared_levels(walk, last, root);
	if (!walk->down)
		walk->level_count = 0;
	walk->root = root;
	level_at(walk, 0)->entry.path = (struct str){"", 0};
	if (!descend(walk, &below))
		return;
	depth = walk->down;
	if (depth && walk->levels[depth].kept)
		send_above(walk, depth);
	buf_addstr(&walk->paths, root->path);
	buf_addc(&walk->paths, '\0');
	if (below && (!depth || S_ISDIR(walk->levels[depth].entry.stat.st_mode)))
		walk_dir(walk, root->path, at, depth);
	walk->paths.n = at;
}

/* A link on the way, with nothing of what is around it. */
static void add_link(struct walk *walk, struct str path)
{
	struct tree *tree = &walk->tree;
	struct context_entry entry = {.path = path};

	if (tree->ignore && ignore_match(tree->ignore, path))
		return;
	if (fstatat(tree->fd, path.p, &entry.stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(entry.stat.st_mode))
		return;
	entry.link = tree_readlink(tree, tree->fd, path.p, (size_t)entry.stat.st_size);
	append(walk, &entry);
}

static int by_entry(const void *a, const void *b)
{
	const struct context_entry *const *x = a, *const *y = b;

	return str_cmp((*x)->path, (*y)->path);
}

static void sort_entries(struct arena *arena, struct context_list *out)
{
	const struct context_entry **order = mem_alloc((out->count + 1) * sizeof *order);
	struct context_entry *sorted = arena_alloc(arena, (out->count + 1) * sizeof *sorted);
	size_t n = 0;

	for (size_t i = 0; i < out->count; i++)
		order[i] = &out->entries[i];
	qsort(order, out->count, sizeof *order, by_entry);
	for (size_t i = 0; i < out->count; i++)
		if (!n || !str_eq(sorted[n - 1].path, order[i]->path))
			sorted[n++] = *order[i];
	mem_free(order);
	out->entries = sorted;
	out->count = n;
}

static int by_str(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort_dirs(struct context_list *out)
{
	size_t n = 0;

	if (out->dir_count)
		qsort(out->dirs, out->dir_count, sizeof *out->dirs, by_str);
	for (size_t i = 0; i < out->dir_count; i++)
		if (!n || !str_eq(out->dirs[n - 1], out->dirs[i]))
			out->dirs[n++] = out->dirs[i];
	out->dir_count = n;
}

bool context_walk(struct arena *arena, struct diag *diag, const char *root, const struct ignore *ignore,
                  const struct context_reach *reach, const char *const *skip, struct context_list *out)
{
	struct walk walk = {.tree = {arena, diag, root, -1, ignore, skip, out, true}, .paths = BUF_INIT};
	struct root all = {.path = {"", 0}};
	struct root_list list = {.roots = &all, .count = 1};

	*out = (struct context_list){0};
	walk.tree.fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (walk.tree.fd < 0) {
		diag_error(diag, SPAN_NONE, "%s: %s", root, strerror(errno));
		return false;
	}
	if (reach && !reach->whole)
		roots_find(&walk.tree, reach, &list);
	for (size_t i = 0; i < list.count; i++)
		walk_root(&walk, i ? &list.roots[i - 1] : NULL, &list.roots[i]);
	for (size_t i = 0; i < list.link_count; i++)
		add_link(&walk, list.links[i]);
	if (walk.disorder)
		sort_entries(arena, out);
	sort_dirs(out);
	close(walk.tree.fd);
	buf_release(&walk.paths);
	mem_free(walk.items);
	mem_free(walk.levels);
	return walk.tree.ok;
}

bool context_ignore(struct arena *arena, struct diag *diag, const char *root, const char *dockerfile,
                    struct ignore **ignore, const char **path)
{
	const char *names[2];
	struct buf own = BUF_INIT;

	buf_addf(&own, "%s.dockerignore", dockerfile);
	names[0] = arena_strndup(arena, own.p, own.n);
	names[1] = path_join(arena, str_of(root), STR(".dockerignore"));
	buf_release(&own);
	*ignore = NULL;
	*path = NULL;
	for (int i = 0; i < 2; i++) {
		struct str text;

		if (fs_read_arena(names[i], arena, &text) == 0) {
			*path = names[i];
			*ignore = ignore_parse(arena, diag, diag_source(diag, names[i], text), text);
			return *ignore != NULL;
		}
		if (errno != ENOENT && errno != ENOTDIR) {
			diag_error(diag, SPAN_NONE, "%s: %s", names[i], strerror(errno));
			return false;
		}
	}
	return true;
}
