/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/out.h"

#include "base/fs.h"
#include "base/meter.h"
#include "base/moment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { OUT_ABANDONED = 600 /* seconds after which a temporary file is nobody's */ };

void out_init(struct out *out, struct diag *diag, const char *tree, enum out_mode mode, bool verbose,
              struct timespec moment)
{
	*out = (struct out){
		.diag = diag, .tree = tree, .mode = mode, .verbose = verbose, .moment = moment, .lock = -1};
	arena_init(&out->arena);
	map_init(&out->old);
}

void out_release(struct out *out)
{
	if (out->lock >= 0)
		close(out->lock);
	fs_temp_drop(&out->temp);
	staging_close(&out->staging);
	mem_free(out->files);
	map_release(&out->old);
	arena_release(&out->arena);
}

void out_add(struct out *out, struct str path, struct str bytes, unsigned flags)
{
	MEM_ROOM(out->files, out->count, out->capacity);
	out->files[out->count++] = (struct out_file){path, bytes, flags, false, false};
}

struct timespec out_now(void)
{
	struct timespec now = moment_now();

	now.tv_sec -= now.tv_nsec == 0;
	now.tv_nsec = (now.tv_nsec == 0 ? 1000000000 : now.tv_nsec) - 1;
	return now;
}

static bool failed(struct out *out, const char *path, const char *what)
{
	diag_error(out->diag, SPAN_NONE, "%s: %s: %s", path, what, strerror(errno));
	return false;
}

static char *tree_path(struct out *out, const char *name)
{
	return path_join(&out->arena, str_of(out->tree), str_of(name));
}

/* --- What is there --- */

static bool holds(int fd, struct str bytes)
{
	static char chunk[65536];
	size_t done = 0;

	while (done < bytes.n) {
		ssize_t got = read(fd, chunk, sizeof chunk);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (size_t)got > bytes.n - done || memcmp(chunk, bytes.p + done, (size_t)got) != 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

/* True where the tree holds nothing but directories and names with a dot: the rest need not be looked for. */
static bool is_bare(const struct out *out)
{
	DIR *stream = opendir(out->tree);
	struct dirent *entry;
	bool bare = true;
	struct stat st;

	while (stream && bare && (entry = readdir(stream)))
		bare = entry->d_name[0] == '.' ||
		       (fstatat(dirfd(stream), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode));
	if (stream)
		closedir(stream);
	return bare;
}

/* True where PATH is a name in the tree itself. */
static bool in_tree(const struct out *out, struct str path)
{
	struct str tree = str_of(out->tree);

	return path.n > tree.n + 1 && str_starts(path, tree) && path.p[tree.n] == '/' &&
	       str_find(path, '/', tree.n + 1) == path.n;
}

/* Sets there and changed. A file that cannot be read counts as another one. */
static void compare(struct out_file *file)
{
	int fd = open(file->path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	bool executable = file->flags & OUT_EXECUTABLE;

	file->there = fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
	file->changed = true;
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == file->bytes.n &&
	    executable == !!(st.st_mode & 0100))
		file->changed = !holds(fd, file->bytes);
	close(fd);
}

/* The first line of a manifest that may be replaced is a comment that names dtk-gen or configure. */
static bool manifest_ours(const char *path)
{
	char line[200];
	FILE *file = fopen(path, "re");
	bool ours = file && fgets(line, sizeof line, file) && *line == '#' &&
	            (strstr(line, "dtk-gen") || strstr(line, "configure"));

	if (file)
		fclose(file);
	return ours;
}

static bool foreign(struct out *out, const struct out_file *file)
{
	if (!file->there || !file->changed || out->same_names || map_get(&out->old, file->path))
		return false;
	if ((file->flags & OUT_LAST) && manifest_ours(file->path.p))
		return false;
	diag_error(out->diag, SPAN_NONE, "%s is in the way: dtk-gen did not write it, and would have to replace it",
	           file->path.p);
	return true;
}

void out_names(const struct out *out, struct buf *list)
{
	for (size_t i = 0; i < out->count; i++) {
		buf_addstr(list, out->files[i].path);
		buf_addc(list, '\n');
	}
}

static void read_names(struct out *out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		size_t end = str_find(text, '\n', at);

		if (end > at)
			map_put(&out->old, str_slice(text, at, end), NULL);
		at = end + 1;
	}
}

static bool read_text(struct out *out, const char *name, struct str *text, bool *there)
{
	const char *path = tree_path(out, name);

	*text = STR("");
	*there = fs_read_arena(path, &out->arena, text) == 0;
	return *there || errno == ENOENT || errno == ENOTDIR || failed(out, path, "cannot be read");
}

/* The list, and the names that an interrupted run was about to write. */
static bool read_lists(struct out *out, struct str names)
{
	struct str text, journal;
	bool there, interrupted;

	if (!read_text(out, ".files", &text, &there) || !read_text(out, OUT_JOURNAL, &journal, &interrupted))
		return false;
	out->same_names = there && !interrupted && str_eq(text, names);
	if (!out->same_names) {
		read_names(out, text);
		read_names(out, journal);
	}
	return true;
}

/* --- What is no longer made --- */

/* A path that a list may name: below the tree or beside it, never elsewhere. */
static bool removable(const struct out *out, struct str path)
{
	struct arena arena;
	struct str tree = str_of(out->tree);
	bool inside;

	arena_init(&arena);
	inside = str_is(path, path_clean(&arena, path)) && path.p[0] != '/' && !str_starts(path, STR("../")) &&
	         (str_find(path, '/', 0) == path.n || (str_starts(path, tree) && path.p[tree.n] == '/') ||
	          str_is(tree, "."));
	arena_release(&arena);
	return inside;
}

static bool remove_stale(struct out *out, struct str path)
{
	char *name = arena_strndup(&out->arena, path.p, path.n);
	struct stat st;

	if (!removable(out, path) || lstat(name, &st) != 0 || !S_ISREG(st.st_mode))
		return true;
	out->differing++;
	if (out->mode == OUT_CHECK)
		printf("%s: is no longer generated\n", name);
	else if (out->mode == OUT_DRY_RUN || out->verbose)
		printf("remove %s\n", name);
	return out->mode != OUT_WRITE || unlink(name) == 0 || errno == ENOENT ||
	       failed(out, name, "cannot be removed");
}

static bool each_stale(struct out *out)
{
	struct map now;
	bool fine = true;

	if (out->same_names)
		return true;
	map_init(&now);
	for (size_t i = 0; i < out->count; i++)
		map_put(&now, out->files[i].path, NULL);
	for (size_t i = 0; i < out->old.count; i++)
		if (!map_get(&now, out->old.entries[i].key))
			fine = remove_stale(out, out->old.entries[i].key) && fine;
	map_release(&now);
	return fine;
}

/* Temporary files of a run that was killed AGE seconds ago; 0 for the tree, of which the lock is held. */
static void sweep(struct out *out, const char *dir, time_t age)
{
	DIR *stream = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (stream && (entry = readdir(stream)))
		if (str_starts(str_of(entry->d_name), STR(FS_TEMP_PREFIX)) && strcmp(entry->d_name, OUT_JOURNAL) != 0) {
			char *path = path_join(&out->arena, str_of(dir), str_of(entry->d_name));

			if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
			    (age == 0 || st.st_mtim.tv_sec + age < out->moment.tv_sec))
				unlink(path);
			staging_sweep(path, out->moment, OUT_ABANDONED);
		}
	if (stream)
		closedir(stream);
}

/* --- Writing --- */

/*
 * One temporary name, registered for removal, serves all files in turn.  The
 * mode needs no further call: dtk-gen's umask is 022.
 */
static bool take_name(struct out *out)
{
	if (out->temp.path)
		return true;
	if (fs_temp_open(&out->temp, tree_path(out, "x")) != 0)
		return false;
	close(out->temp.fd);
	out->temp.fd = -1;
	return unlink(out->temp.path) == 0;
}

static bool write_file(struct out *out, const char *path, struct str bytes, unsigned flags)
{
	const struct timespec times[] = {out->moment, out->moment};
	int fd = -1, saved;
	bool fine = take_name(out);

	if (fine) {
		fd = open(out->temp.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		          flags & OUT_EXECUTABLE ? 0755 : 0644);
		fine = fd >= 0 && fs_write_all(fd, bytes) == 0 && (!(flags & OUT_LAST) || futimens(fd, times) == 0);
	}
	if (fd >= 0 && close(fd) != 0)
		fine = false;
	if (fine && rename(out->temp.path, path) == 0)
		return true;
	saved = errno;
	if (fd >= 0)
		unlink(out->temp.path);
	errno = saved;
	return failed(out, path, "cannot be written");
}

static bool write_list(struct out *out, const char *name)
{
	struct buf list = BUF_INIT;
	bool fine;

	out_names(out, &list);
	fine = write_file(out, tree_path(out, name), buf_str(&list), 0);
	buf_release(&list);
	return fine;
}

static bool drop_journal(struct out *out)
{
	const char *path = tree_path(out, OUT_JOURNAL);

	return unlink(path) == 0 || failed(out, path, "cannot be removed");
}

static bool write_changed(struct out *out, unsigned last)
{
	bool fine = true;

	meter_begin("write");
	for (size_t i = 0; i < out->count && fine; i++) {
		struct out_file *file = &out->files[i];

		meter_add(1, out->count);
		if (!file->changed || (file->flags & OUT_LAST) != last)
			continue;
		if (out->verbose)
			printf("write %s\n", file->path.p);
		fine = write_file(out, file->path.p, file->bytes, file->flags);
	}
	meter_end();
	return fine;
}

static bool older(struct timespec a, struct timespec b)
{
	return a.tv_sec < b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec < b.tv_nsec);
}

/* Ninja watches the tree for files that vanish: writing must not leave it younger than the manifest. */
static bool settle(struct out *out)
{
	const struct out_file *manifest = out->count ? &out->files[out->count - 1] : NULL;
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_OMIT}};
	struct stat tree, st;

	if (!manifest || !(manifest->flags & OUT_LAST))
		return true;
	if (stat(out->tree, &tree) != 0 || stat(manifest->path.p, &st) != 0 || !older(st.st_mtim, tree.st_mtim))
		return true;
	times[1] = st.st_mtim;
	return utimensat(AT_FDCWD, out->tree, times, 0) == 0 || failed(out, out->tree, "cannot be given a time");
}

static bool write_tree(struct out *out)
{
	if (out->differing || !out->same_names) {
		sweep(out, out->tree, 0);
		sweep(out, ".", OUT_ABANDONED);
		if (!out->same_names && !write_list(out, OUT_JOURNAL))
			return false;
		if (!write_changed(out, 0) || !each_stale(out))
			return false;
		if (!out->same_names && (!write_list(out, ".files") || !drop_journal(out)))
			return false;
		if (!write_changed(out, OUT_LAST))
			return false;
	}
	return settle(out);
}

static bool take_lock(struct out *out)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const char *path = tree_path(out, ".lock");

	if (access(out->tree, F_OK) != 0 && fs_mkdirs(out->tree) != 0)
		return failed(out, out->tree, "cannot be made");
	out->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (out->lock < 0)
		return errno == EROFS || errno == EACCES || failed(out, path, "cannot be opened");
	while (fcntl(out->lock, F_SETLKW, &whole) != 0)
		if (errno != EINTR)
			return failed(out, path, "cannot be locked");
	return true;
}

static void tell(struct out *out, const struct out_file *file)
{
	if (!file->changed || (out->mode == OUT_CHECK && (file->flags & OUT_LOCAL)))
		return;
	out->differing++;
	if (out->mode == OUT_CHECK)
		printf("%s: %s\n", file->path.p, file->there ? "differs" : "is missing");
	else if (out->mode == OUT_DRY_RUN)
		printf("write %s\n", file->path.p);
}

/* Whether FILE differs, and that nobody else's is in the way. */
static bool look_at(struct out *out, struct out_file *file, bool bare)
{
	if (bare && in_tree(out, file->path) && file->path.p[strlen(out->tree) + 1] != '.')
		file->changed = true;
	else
		compare(file);
	return !foreign(out, file);
}

static bool look(struct out *out, bool bare)
{
	bool watched_anew = false, fine = true;

	if (out->mode == OUT_WRITE)
		meter_begin("compare");
	for (size_t i = 0; i < out->count; i++) {
		struct out_file *file = &out->files[i];

		fine = look_at(out, file, bare) && fine;
		watched_anew = watched_anew || (file->changed && (file->flags & OUT_LOCAL));
		file->changed = file->changed || ((file->flags & OUT_LAST) && watched_anew && out->mode == OUT_WRITE);
		tell(out, file);
		meter_add(1, out->count);
	}
	meter_end();
	return fine;
}

/* --- A tree that is not there yet --- */

const char *out_place(struct out *out)
{
	struct stat st;

	if (out->mode != OUT_WRITE || lstat(out->tree, &st) == 0)
		return out->tree;
	for (size_t i = 0; i < out->count; i++)
		if (!(out->files[i].flags & OUT_LAST) && !in_tree(out, out->files[i].path))
			return out->tree;
	if (staging_open(&out->staging, out->tree))
		return out->staging.path;
	failed(out, out->tree, "cannot be made");
	return NULL;
}

/* The tree as it is to be: the list of names comes last. */
static bool fill(struct out *out)
{
	struct staged *files = mem_alloc((out->count + 1) * sizeof *files);
	struct buf names = BUF_INIT;
	size_t count = 0, broken = 0;
	bool fine;

	for (size_t i = 0; i < out->count; i++) {
		const struct out_file *file = &out->files[i];

		if (file->flags & OUT_LAST)
			continue;
		if (out->verbose)
			printf("write %s\n", file->path.p);
		files[count++] = (struct staged){file->path.p + strlen(out->tree) + 1, file->bytes,
		                                 file->flags & OUT_EXECUTABLE};
	}
	out_names(out, &names);
	files[count++] = (struct staged){".files", buf_str(&names), false};
	fine = staging_write(&out->staging, files, count, &broken);
	if (!fine && errno != EINTR)
		failed(out, tree_path(out, files[broken].name), "cannot be written");
	buf_release(&names);
	mem_free(files);
	return fine;
}

/* *TAKEN where another dtk-gen has made the tree meanwhile. */
static bool commit_anew(struct out *out, bool *taken)
{
	bool fine;

	sweep(out, ".", OUT_ABANDONED);
	fine = look(out, true) && fill(out);
	if (!fine) {
		staging_close(&out->staging);
		return false;
	}
	if (staging_publish(&out->staging, out->tree, &out->lock))
		return write_changed(out, OUT_LAST) && settle(out);
	*taken = errno == EEXIST;
	return *taken || failed(out, out->tree, "cannot be made");
}

bool out_commit(struct out *out)
{
	struct buf names = BUF_INIT;
	bool taken = false, fine;

	if (out->staging.path) {
		fine = commit_anew(out, &taken);
		if (!fine || !taken)
			return fine;
		out->differing = 0;
	}
	fine = out->mode != OUT_WRITE || take_lock(out);
	out_names(out, &names);
	fine = fine && read_lists(out, buf_str(&names));
	buf_release(&names);
	if (!fine || !look(out, is_bare(out)))
		return false;
	return out->mode == OUT_WRITE ? write_tree(out) : each_stale(out);
}
