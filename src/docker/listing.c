/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/listing.h"

#include "base/crew.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* The directories of one level. */
struct level {
	const struct tree *tree;
	const struct root *root;
	struct listing_dir **dirs;
	size_t count;
	pthread_mutex_t mutex; /* of the tree's arena */
};

/* What one thread works with. */
struct reader {
	const struct tree *tree;
	const struct root *root;
	struct arena arena;
	struct listing_dir *dir;
	struct buf path;
	struct listing_event *events; /* of the directory */
	size_t count, capacity;
};

/* STATES: of PATH, remembered for what is below; NULL where that does not matter. */
static struct listing_verdict judge(const struct tree *tree, const struct root *root,
                                    const struct listing_dir *above, struct str path,
                                    struct listing_dir *states)
{
	struct listing_verdict verdict = {true, true};
	bool top = !above->above;

	if (tree_skips(tree, path))
		return (struct listing_verdict){false, false};
	if (tree->ignore
	    && ignore_step(tree->ignore, path, top ? NULL : above->ignore, states ? states->ignore : NULL)) {
		verdict.kept = false;
		verdict.below = ignore_may_include_below(tree->ignore, path);
	}
	if (root->include
	    && !ignore_step(root->include, path, top ? NULL : above->include, states ? states->include : NULL))
		verdict.kept = false;
	if (root->exclude && path.n > root->base) {
		struct str seen = str_slice(path, root->base, path.n);
		bool first = str_find(seen, '/', 0) == seen.n;

		if (ignore_step(root->exclude, seen, first ? NULL : above->exclude,
		                states ? states->exclude : NULL)) {
			verdict.kept = false;
			verdict.below &= ignore_may_include_below(root->exclude, seen);
		}
	}
	return verdict;
}

static unsigned char *state_for(struct arena *arena, const struct ignore *ignore)
{
	return ignore ? arena_alloc(arena, ignore_count(ignore) + 1) : NULL;
}

struct listing_dir *listing_enter(struct arena *arena, const struct tree *tree, const struct root *root,
                                  struct listing_dir *above, struct context_entry *entry,
                                  struct listing_verdict *verdict)
{
	struct listing_dir *dir = ARENA_NEW(arena, struct listing_dir);

	dir->above = above;
	dir->entry = entry;
	dir->ignore = state_for(arena, tree->ignore);
	dir->exclude = state_for(arena, root->exclude);
	dir->include = state_for(arena, root->include);
	*verdict = judge(tree, root, above, entry->path, dir);
	return dir;
}

static void add_event(struct reader *reader, struct listing_item *item, bool below)
{
	MEM_ROOM(reader->events, reader->count, reader->capacity);
	reader->events[reader->count++] = (struct listing_event){item, below};
}

static bool is_dots(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Looks at NAME in the directory FD, whose path with a slash is the first PREFIX bytes of reader->path. */
static void read_entry(struct reader *reader, int fd, const char *name, size_t prefix)
{
	struct listing_verdict verdict;
	struct listing_item *item;
	struct stat stat;
	bool below;

	reader->path.n = prefix;
	buf_adds(&reader->path, name);
	verdict = judge(reader->tree, reader->root, reader->dir, buf_str(&reader->path), NULL);
	if ((!verdict.kept && !verdict.below) || fstatat(fd, name, &stat, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	below = S_ISDIR(stat.st_mode) && verdict.below;
	if (!verdict.kept && !below)
		return;
	item = ARENA_NEW(&reader->arena, struct listing_item);
	item->kept = verdict.kept;
	item->entry.path.n = reader->path.n;
	item->entry.path.p = arena_strndup(&reader->arena, reader->path.p, reader->path.n);
	item->entry.look = fs_look_of(&stat);
	if (S_ISLNK(stat.st_mode))
		item->entry.link = tree_readlink(&reader->arena, fd, name, (size_t)stat.st_size);
	add_event(reader, item, false);
	if (!below)
		return;
	item->dir = listing_enter(&reader->arena, reader->tree, reader->root, reader->dir, &item->entry,
	                          &verdict);
	add_event(reader, item, true);
}

static int by_event(const void *a, const void *b)
{
	const struct listing_event *x = a, *y = b;
	struct str p = x->item->entry.path, q = y->item->entry.path;
	size_t n = p.n < q.n ? p.n : q.n;
	int order = memcmp(p.p, q.p, n), u, v;

	if (order)
		return order;
	u = p.n > n ? (unsigned char)p.p[n] : x->below ? '/' : -1;
	v = q.n > n ? (unsigned char)q.p[n] : y->below ? '/' : -1;
	return (u > v) - (u < v);
}

static void read_dir(struct reader *reader, struct listing_dir *dir)
{
	struct str path = dir->entry->path;
	int fd = tree_open(reader->tree, path);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		dir->failure = errno;
		if (fd >= 0)
			close(fd);
		return;
	}
	buf_clear(&reader->path);
	buf_addstr(&reader->path, path);
	if (path.n)
		buf_addc(&reader->path, '/');
	reader->dir = dir;
	reader->count = 0;
	while ((entry = readdir(stream)))
		if (!is_dots(entry->d_name))
			read_entry(reader, fd, entry->d_name, path.n ? path.n + 1 : 0);
	closedir(stream);
	if (!reader->count)
		return;
	qsort(reader->events, reader->count, sizeof *reader->events, by_event);
	dir->events = arena_alloc(&reader->arena, reader->count * sizeof *reader->events);
	memcpy(dir->events, reader->events, reader->count * sizeof *reader->events);
	dir->event_count = reader->count;
}

/* Called by several threads. */
static void read_some(struct crew *crew, void *context)
{
	struct level *level = context;
	struct reader reader = {.tree = level->tree, .root = level->root, .path = BUF_INIT};
	size_t from, to;

	arena_init(&reader.arena);
	while (crew_next(crew, &from, &to))
		for (size_t i = from; i < to; i++)
			read_dir(&reader, level->dirs[i]);
	pthread_mutex_lock(&level->mutex);
	arena_adopt(level->tree->arena, &reader.arena);
	pthread_mutex_unlock(&level->mutex);
	buf_release(&reader.path);
	mem_free(reader.events);
}

/* Goes on to the directories in those of the level. */
static void go_down(struct level *level)
{
	struct listing_dir **dirs = NULL;
	size_t count = 0, capacity = 0;

	for (size_t i = 0; i < level->count; i++)
		for (size_t k = 0; k < level->dirs[i]->event_count; k++) {
			const struct listing_event *event = &level->dirs[i]->events[k];

			if (!event->below)
				continue;
			MEM_ROOM(dirs, count, capacity);
			dirs[count++] = event->item->dir;
		}
	mem_free(level->dirs);
	level->dirs = dirs;
	level->count = count;
}

void listing_read(const struct tree *tree, const struct root *root, struct listing_dir *top)
{
	struct level level = {.tree = tree, .root = root, .count = 1};

	pthread_mutex_init(&level.mutex, NULL);
	level.dirs = mem_alloc(sizeof *level.dirs);
	level.dirs[0] = top;
	while (level.count) {
		crew_run(level.count, 1, read_some, &level);
		go_down(&level);
	}
	mem_free(level.dirs);
	pthread_mutex_destroy(&level.mutex);
}
