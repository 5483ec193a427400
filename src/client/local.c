/* SPDX-License-Identifier: Apache-2.0 */
#include "client/local.h"

#include "base/fs.h"
#include "base/map.h"
#include "client/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#define BLOBS "blobs/sha256"
#define PART "part-"
enum { DIGITS = 64, TRIES = 1000 };

static char *below(struct arena *arena, const char *dir, struct str name)
{
	return path_join(arena, str_of(dir), name);
}

/* The number of an export's directory; 0 for any other name. */
static unsigned long long number_of(struct str name)
{
	unsigned long long number = 0;

	if (name.n == 0 || name.n > 18 || name.p[0] == '0')
		return 0;
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] < '0' || name.p[i] > '9')
			return 0;
		number = 10 * number + (unsigned)(name.p[i] - '0');
	}
	return number;
}

static unsigned long long newest(const struct str *names, size_t count)
{
	unsigned long long most = 0;

	for (size_t i = 0; i < count; i++)
		if (number_of(names[i]) > most)
			most = number_of(names[i]);
	return most;
}

static char *numbered(struct arena *arena, const char *dir, unsigned long long number)
{
	char name[24];

	snprintf(name, sizeof name, "%llu", number);
	return below(arena, dir, str_of(name));
}

/* A descriptor of the directory PATH that holds a lock on it; -1 where another has it. */
static int hold(const char *path, int how)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, how | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int lock_scope(const struct local *local, struct arena *arena)
{
	return place_lock(below(arena, local->dir, STR(".lock")));
}

/* --- Beginning --- */

static char *make_part(const struct local *local, struct arena *arena)
{
	char name[48], *path = NULL;

	for (unsigned i = 0; i < TRIES; i++) {
		snprintf(name, sizeof name, PART "%ld-%u", (long)getpid(), i);
		path = below(arena, local->dir, str_of(name));
		if (mkdir(path, 0777) == 0)
			return path;
		if (errno != EEXIST)
			return NULL;
	}
	return NULL;
}

/* An empty file is what a crash left of a blob. */
static bool link_blob(const char *old, const char *new)
{
	struct stat st;

	return stat(old, &st) != 0 || st.st_size == 0 || link(old, new) == 0;
}

/* The blobs of the export FROM are there in TO from the start; where links cannot be made they are written again. */
static void link_blobs(struct arena *arena, const char *from, const char *to)
{
	char *old = below(arena, from, STR(BLOBS)), *new = below(arena, to, STR(BLOBS));
	struct str *names;
	size_t count;

	if (fs_mkdirs(new) != 0 || fs_list(old, arena, &names, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (!link_blob(below(arena, old, names[i]), below(arena, new, names[i])))
			return;
}

static bool open_exports(struct local *local, struct arena *arena, bool write)
{
	struct str *names;
	unsigned long long last;
	size_t count;

	if (fs_list(local->dir, arena, &names, &count) != 0)
		return false;
	last = newest(names, count);
	if (last) {
		local->from = numbered(arena, local->dir, last);
		local->from_fd = hold(local->from, LOCK_SH);
		local->from = local->from_fd >= 0 ? local->from : NULL;
	}
	if (!write)
		return true;
	local->to = make_part(local, arena);
	if (!local->to)
		return false;
	local->to_fd = hold(local->to, LOCK_EX);
	if (local->from)
		link_blobs(arena, local->from, local->to);
	return true;
}

bool local_begin(struct local *local, struct arena *arena, const char *root, struct str scope, bool write)
{
	bool fine;
	int lock, saved;

	*local = (struct local){below(arena, root, scope), NULL, NULL, -1, -1};
	if (!write && access(local->dir, F_OK) != 0)
		return true;
	if (write && fs_mkdirs(local->dir) != 0)
		return false;
	lock = lock_scope(local, arena);
	if (write && lock < 0)
		return false;
	fine = open_exports(local, arena, write);
	saved = errno;
	if (lock >= 0)
		close(lock);
	if (!fine && local->from_fd >= 0)
		close(local->from_fd);
	errno = saved;
	return fine;
}

/* --- Ending --- */

/* Blobs that are needed, in the order in which they were found. */
struct needed {
	struct arena *arena;
	struct map map; /* the digits of their digests */
};

static void find_digests(struct needed *needed, struct str text)
{
	static const char scheme[] = "sha256:";
	const char *at = text.n ? text.p : "", *end = at + text.n;

	while ((at = strstr(at, scheme)) != NULL && end - (at += strlen(scheme)) >= DIGITS)
		map_put(&needed->map, (struct str){arena_strndup(needed->arena, at, DIGITS), DIGITS}, NULL);
}

/* Whatever an index or a manifest names is needed, and what that names: layers are not text and name nothing. */
static void find_in_blob(struct needed *needed, const char *path)
{
	struct buf text = BUF_INIT;
	char first = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, &first, 1) == 1 && first == '{' && fs_read(path, &text) == 0)
		find_digests(needed, buf_str(&text));
	if (fd >= 0)
		close(fd);
	buf_release(&text);
}

static void prune(struct arena *arena, const char *export)
{
	char *dir = below(arena, export, STR(BLOBS));
	struct needed needed = {.arena = arena};
	struct str *names;
	size_t count;

	map_init(&needed.map);
	find_in_blob(&needed, below(arena, export, STR("index.json")));
	for (size_t i = 0; i < needed.map.count; i++)
		find_in_blob(&needed, below(arena, dir, needed.map.entries[i].key));
	if (fs_list(dir, arena, &names, &count) == 0)
		for (size_t i = 0; i < count; i++)
			if (!map_get(&needed.map, names[i]))
				unlink(below(arena, dir, names[i]));
	map_release(&needed.map);
}

/* Removes what neither counts nor is in use. */
static void sweep(const struct local *local, struct arena *arena)
{
	struct str *names;
	unsigned long long last;
	size_t count;

	if (fs_list(local->dir, arena, &names, &count) != 0)
		return;
	last = newest(names, count);
	for (size_t i = 0; i < count; i++) {
		char *path = below(arena, local->dir, names[i]);
		int fd;

		if (number_of(names[i]) == last || (!number_of(names[i]) && !str_starts(names[i], STR(PART))))
			continue;
		fd = hold(path, LOCK_EX);
		if (fd < 0)
			continue;
		fs_remove_tree(path);
		close(fd);
	}
}

static void give_number(const struct local *local, struct arena *arena)
{
	struct str *names;
	size_t count;

	if (fs_list(local->dir, arena, &names, &count) == 0)
		rename(local->to, numbered(arena, local->dir, newest(names, count) + 1));
}

void local_end(struct local *local, struct arena *arena, bool keep)
{
	int lock;

	if (local->from_fd >= 0)
		close(local->from_fd);
	if (local->to && keep && access(below(arena, local->to, STR("index.json")), F_OK) == 0)
		prune(arena, local->to);
	else
		keep = false;
	if (local->from_fd < 0 && !local->to)
		return;
	lock = lock_scope(local, arena);
	if (keep)
		give_number(local, arena);
	if (local->to_fd >= 0)
		close(local->to_fd);
	if (lock >= 0) {
		sweep(local, arena);
		close(lock);
	}
}

/* --- Scopes that nobody writes any more --- */

/* What goes with the directory: of blobs with several names the part of this one. */
static long long size_of(struct arena *arena, const char *path)
{
	struct str *names;
	struct stat st;
	long long size;
	size_t count;

	if (lstat(path, &st) != 0)
		return 0;
	size = (long long)st.st_size / (S_ISDIR(st.st_mode) ? 1 : (long long)st.st_nlink);
	if (S_ISDIR(st.st_mode) && fs_list(path, arena, &names, &count) == 0)
		for (size_t i = 0; i < count; i++)
			size += size_of(arena, below(arena, path, names[i]));
	return size;
}

/* True for an export that is whole, and for one that is being made or was left. */
static bool is_export(struct arena *arena, const char *path, struct str name)
{
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return false;
	if (str_starts(name, STR(PART)))
		return true;
	return number_of(name) && access(below(arena, path, STR("index.json")), F_OK) == 0
		&& access(below(arena, path, STR(BLOBS)), F_OK) == 0;
}

bool local_look(struct local_scope *scope, struct arena *arena, const char *root, struct str name)
{
	const char *dir = below(arena, root, name);
	struct str *names;
	struct stat st;
	size_t count;

	*scope = (struct local_scope){0, 0};
	if (lstat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || fs_list(dir, arena, &names, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		const char *path = below(arena, dir, names[i]);

		if (str_is(names[i], ".lock"))
			continue;
		if (!is_export(arena, path, names[i]) || lstat(path, &st) != 0)
			return false;
		scope->size += size_of(arena, path);
		scope->written = st.st_mtime > scope->written ? st.st_mtime : scope->written;
	}
	return scope->written != 0;
}

bool local_remove(struct arena *arena, const char *root, struct str name)
{
	struct local local = {.dir = below(arena, root, name), .from_fd = -1, .to_fd = -1};
	int lock = lock_scope(&local, arena);
	struct str *names;
	size_t count;
	bool fine = lock >= 0 && fs_list(local.dir, arena, &names, &count) == 0;

	for (size_t i = 0; fine && i < count; i++) {
		const char *path = below(arena, local.dir, names[i]);
		int fd = str_is(names[i], ".lock") ? -1 : hold(path, LOCK_EX);

		if (fd >= 0)
			fs_remove_tree(path);
		fine = fd >= 0 || str_is(names[i], ".lock");
		if (fd >= 0)
			close(fd);
	}
	fine = fine && unlink(below(arena, local.dir, STR(".lock"))) == 0 && rmdir(local.dir) == 0;
	if (lock >= 0)
		close(lock);
	return fine;
}
