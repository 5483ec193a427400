/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/context.h"

#include "base/fs.h"
#include "docker/listing.h"
#include "docker/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct walk {
	struct tree tree;
	const struct root *root;
	struct listing_dir **levels; /* from the context down to the root */
	size_t level_count, level_capacity;
	bool disorder; /* an entry came after one that it sorts before */
};

static void append(struct walk *walk, struct context_entry *entry)
{
	struct context_list *out = walk->tree.out;
	size_t old = out->capacity;

	if (out->count == old) {
		out->capacity = old ? old * 2 : 64;
		out->entries = arena_grow(walk->tree.arena, out->entries, old * sizeof *out->entries,
		                          out->capacity * sizeof *out->entries);
	}
	if (out->count && str_cmp(out->entries[out->count - 1]->path, entry->path) >= 0)
		walk->disorder = true;
	out->entries[out->count++] = entry;
}

/* Directories above what is sent are sent too: all below the root, above it those of --parents. */
static void send_above(struct walk *walk, struct listing_dir *dir)
{
	if (!dir->above || dir->sent || (!walk->root->parents && dir->entry->path.n < walk->root->path.n))
		return;
	send_above(walk, dir->above);
	dir->sent = true;
	append(walk, dir->entry);
}

/* Everything that was found below the directory, in the order of the paths. */
static void put_dir(struct walk *walk, struct listing_dir *dir)
{
	if (dir->failure) {
		errno = dir->failure;
		if (!dir->above || dir->sent)
			tree_fail(&walk->tree, dir->entry->path);
		return;
	}
	tree_watch(&walk->tree, dir->entry->path);
	for (size_t i = 0; i < dir->event_count; i++) {
		struct listing_item *item = dir->events[i].item;

		if (dir->events[i].below) {
			put_dir(walk, item->dir);
		} else if (item->kept) {
			send_above(walk, dir);
			append(walk, &item->entry);
			if (item->dir)
				item->dir->sent = true;
		}
	}
}

static void add_level(struct walk *walk, struct listing_dir *dir)
{
	MEM_ROOM(walk->levels, walk->level_count, walk->level_capacity);
	walk->levels[walk->level_count++] = dir;
}

/* Leaves of the last root's levels those that serve for ROOT, too. */
static void share_levels(struct walk *walk, const struct root *last, const struct root *root)
{
	size_t shared = 0;

	if (last && !last->include && !last->exclude && !root->include && !root->exclude
	    && last->parents == root->parents)
		for (shared = 1; shared < walk->level_count; shared++) {
			struct str path = walk->levels[shared]->entry->path;

			if (path.n >= root->path.n || !str_starts(root->path, path) || root->path.p[path.n] != '/')
				break;
		}
	walk->level_count = shared;
	if (shared)
		return;
	add_level(walk, ARENA_NEW(walk->tree.arena, struct listing_dir));
	walk->levels[0]->entry = ARENA_NEW(walk->tree.arena, struct context_entry);
	walk->levels[0]->entry->path = (struct str){"", 0};
}

/* Goes down to the root, level by level; false where it is left out with all that is below. */
static bool descend(struct walk *walk, struct listing_verdict *verdict)
{
	struct arena *arena = walk->tree.arena;
	struct listing_dir *dir = walk->levels[walk->level_count - 1];
	struct str path = walk->root->path;
	size_t end = dir->entry->path.n;
	struct stat stat;

	*verdict = (struct listing_verdict){false, true};
	tree_watch(&walk->tree, dir->entry->path);
	while (end < path.n) {
		struct context_entry *entry = ARENA_NEW(arena, struct context_entry);

		end = str_find(path, '/', end + 1);
		entry->path = end < path.n ? text_copy(arena, str_slice(path, 0, end)) : path;
		dir = listing_enter(arena, &walk->tree, walk->root, dir, entry, verdict);
		if (!verdict->kept && !verdict->below)
			return false;
		if (fstatat(walk->tree.fd, entry->path.p, &stat, AT_SYMLINK_NOFOLLOW) != 0)
			return false;
		entry->look = fs_look_of(&stat);
		add_level(walk, dir);
		if (end < path.n)
			tree_watch(&walk->tree, entry->path);
	}
	return true;
}

static void walk_root(struct walk *walk, const struct root *last, const struct root *root)
{
	struct listing_verdict verdict;
	struct listing_dir *dir;

	walk->root = root;
	share_levels(walk, last, root);
	if (!descend(walk, &verdict))
		return;
	dir = walk->levels[walk->level_count - 1];
	if (verdict.kept)
		send_above(walk, dir);
	if (!verdict.below || (dir->above && !S_ISDIR(dir->entry->look.mode)))
		return;
	listing_read(&walk->tree, root, dir);
	put_dir(walk, dir);
}

/* A link on the way, with nothing of what is around it. */
static void add_link(struct walk *walk, struct str path)
{
	struct tree *tree = &walk->tree;
	struct context_entry *entry;
	struct stat stat;

	if (tree->ignore && ignore_match(tree->ignore, path))
		return;
	if (fstatat(tree->fd, path.p, &stat, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISLNK(stat.st_mode))
		return;
	entry = ARENA_NEW(tree->arena, struct context_entry);
	entry->path = path;
	entry->look = fs_look_of(&stat);
	entry->link = tree_readlink(tree->arena, tree->fd, path.p, (size_t)stat.st_size);
	append(walk, entry);
}

static int by_entry(const void *a, const void *b)
{
	const struct context_entry *const *x = a, *const *y = b;

	return str_cmp((*x)->path, (*y)->path);
}

/* Each once: what two roots lead to, too. */
static void sort_entries(struct context_list *out)
{
	size_t n = 0;

	qsort(out->entries, out->count, sizeof *out->entries, by_entry);
	for (size_t i = 0; i < out->count; i++)
		if (!n || !str_eq(out->entries[n - 1]->path, out->entries[i]->path))
			out->entries[n++] = out->entries[i];
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
	struct walk walk = {.tree = {arena, diag, root, -1, ignore, skip, out, true}};
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
		sort_entries(out);
	sort_dirs(out);
	close(walk.tree.fd);
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
