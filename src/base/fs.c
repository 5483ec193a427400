/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/*
 * Names of the temporary files there are.  A name enters the table before its
 * file is made, so that a signal at any moment finds it.
 */
enum { TEMPS = 64, REMOVE_OPEN = 16 };
static _Atomic(char *) temps[TEMPS];
static pid_t temps_owner;

static ssize_t read_some(int fd, void *to, size_t n)
{
	ssize_t got;

	do
		got = read(fd, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

int fs_write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t put = write(fd, bytes.p, bytes.n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes.p += put;
		bytes.n -= (size_t)put;
	}
	return 0;
}

static void close_keeping_errno(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
}

int fs_read(const char *path, struct buf *out)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		size_t step = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : 16384;

		while ((got = read_some(fd, buf_room(out, step), step)) > 0) {
			out->n += (size_t)got;
			step = 16384;
		}
		buf_room(out, 1)[0] = '\0';
	}
	if (!standard)
		close_keeping_errno(fd);
	return got < 0 ? -1 : 0;
}

/* All of FD, of about SIZE bytes. */
static int read_arena(int fd, size_t size, struct arena *arena, struct str *text)
{
	size_t room = size + 2, n = 0;
	char *p = arena_alloc(arena, room);
	ssize_t got;

	while ((got = read_some(fd, p + n, room - n - 1)) > 0) {
		n += (size_t)got;
		if (n + 1 == room) {
			p = arena_grow(arena, p, room, 2 * room);
			room *= 2;
		}
	}
	p[n] = '\0';
	*text = (struct str){p, n};
	return got < 0 ? -1 : 0;
}

int fs_read_arena(const char *path, struct arena *arena, struct str *text)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), result = -1;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0)
		result = read_arena(fd, S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : 4096, arena,
		                    text);
	if (!standard)
		close_keeping_errno(fd);
	return result;
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int fs_list(const char *path, struct arena *arena, struct str **names, size_t *count)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t room = 0;

	*names = NULL;
	*count = 0;
	if (!dir)
		return -1;
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		struct str name = str_of(entry->d_name);

		if (str_is(name, ".") || str_is(name, ".."))
			continue;
		if (*count == room) {
			room = room ? room * 2 : 16;
			*names = arena_grow(arena, *names, *count * sizeof **names, room * sizeof **names);
		}
		(*names)[(*count)++] = (struct str){arena_strndup(arena, name.p, name.n), name.n};
	}
	int saved = errno;
	closedir(dir);
	if (*count)
		qsort(*names, *count, sizeof **names, by_bytes);
	errno = saved;
	return saved ? -1 : 0;
}

static bool same_bytes(int fd, struct str bytes)
{
	static char chunk[65536];

	while (bytes.n) {
		ssize_t got = read_some(fd, chunk, bytes.n < sizeof chunk ? bytes.n : sizeof chunk);

		if (got <= 0 || memcmp(chunk, bytes.p, (size_t)got) != 0)
			return false;
		bytes.p += got;
		bytes.n -= (size_t)got;
	}
	return true;
}

bool fs_same(const char *path, struct str bytes, mode_t mode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	bool same;

	if (fd < 0)
		return false;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == mode
		&& (size_t)st.st_size == bytes.n && same_bytes(fd, bytes);
	close_keeping_errno(fd);
	return same;
}

int64_t fs_nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

struct fs_look fs_look_of(const struct stat *stat)
{
	return (struct fs_look){
		.size = (uint64_t)stat->st_size,
		.inode = stat->st_ino,
		.device = stat->st_rdev,
		.modified = fs_nanoseconds(stat->st_mtim),
		.changed = fs_nanoseconds(stat->st_ctim),
		.mode = stat->st_mode,
	};
}

bool fs_look_same(const struct fs_look *a, const struct fs_look *b)
{
	return a->size == b->size && a->inode == b->inode && a->mode == b->mode && a->modified == b->modified
	       && a->changed == b->changed;
}

static int make_dir(const char *path)
{
	struct stat st;
	int failure;

	if (mkdir(path, 0777) == 0)
		return 0;
	failure = errno;
	if (stat(path, &st) != 0) {
		errno = failure;
		return -1;
	}
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) ? 0 : -1;
}

int fs_mkdirs(const char *path)
{
	size_t n = strlen(path);
	char *copy;
	int result = make_dir(path);

	if (result == 0 || errno != ENOENT || n == 0)
		return result;
	copy = mem_alloc(n + 1);
	memcpy(copy, path, n + 1);
	result = 0;
	for (size_t i = 1; i <= n && result == 0; i++) {
		if ((copy[i] != '/' && copy[i] != '\0') || copy[i - 1] == '/')
			continue;
		copy[i] = '\0';
		result = make_dir(copy);
		copy[i] = path[i];
	}
	mem_free(copy);
	return result;
}

void fs_temp_sweep(void)
{
	for (size_t i = 0; i < TEMPS; i++) {
		char *path = atomic_load(&temps[i]);

		if (path && temps_owner == getpid())
			unlink(path);
	}
}

static void on_signal(int number)
{
	fs_temp_sweep();
	raise(number);
}

static void watch_over_temps(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	static bool registered;

	if (temps_owner == getpid())
		return;
	for (size_t i = 0; i < TEMPS; i++)
		atomic_store(&temps[i], NULL);
	temps_owner = getpid();
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		struct sigaction action;

		if (sigaction(signals[i], NULL, &action) != 0 || action.sa_handler != SIG_DFL)
			continue;
		memset(&action, 0, sizeof action);
		sigemptyset(&action.sa_mask);
		action.sa_handler = on_signal;
		action.sa_flags = (int)SA_RESETHAND;
		sigaction(signals[i], &action, NULL);
	}
	if (!registered)
		atexit(fs_temp_sweep);
	registered = true;
}

static uint64_t unguessable(void)
{
	static uint64_t state;
	uint64_t mixed;

	if (!state && getrandom(&state, sizeof state, 0) != (ssize_t)sizeof state) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		state = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
	}
	state += 0x9e3779b97f4a7c15u;
	mixed = state ^ (uint64_t)getpid() << 40;
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
	return mixed ^ mixed >> 31;
}

static char *temp_name(struct str dir)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint64_t number = unguessable();
	char *name = mem_alloc(dir.n + sizeof FS_TEMP_PREFIX + 14), *at = name + dir.n;

	memcpy(name, dir.p, dir.n);
	*at++ = '/';
	memcpy(at, FS_TEMP_PREFIX, sizeof FS_TEMP_PREFIX - 1);
	at += sizeof FS_TEMP_PREFIX - 1;
	for (unsigned i = 0; i < 13; i++, number >>= 5)
		*at++ = digits[number & 31];
	*at = '\0';
	return name;
}

static int take_slot(size_t *slot)
{
	watch_over_temps();
	for (size_t i = 0; i < TEMPS; i++)
		if (!atomic_load(&temps[i])) {
			*slot = i;
			return 0;
		}
	errno = EMFILE;
	return -1;
}

static void give_slot(struct fs_temp *temp)
{
	int saved = errno;

	atomic_store(&temps[temp->slot], NULL);
	mem_free(temp->path);
	temp->path = NULL;
	temp->fd = -1;
	errno = saved;
}

/* A new name beside PATH: an open file of MODE and the umask, or a link to TARGET where that is not NULL. */
static int temp_make(struct fs_temp *temp, const char *path, mode_t mode, const char *target)
{
	struct str dir = path_dir(str_of(path));

	temp->fd = -1;
	temp->path = NULL;
	if (take_slot(&temp->slot) != 0)
		return -1;
	for (unsigned tries = 0; tries < 100; tries++) {
		int made;

		temp->path = temp_name(dir);
		atomic_store(&temps[temp->slot], temp->path);
		if (target)
			made = symlink(target, temp->path);
		else
			made = temp->fd = open(temp->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (made >= 0)
			return 0;
		give_slot(temp);
		if (errno != EEXIST && errno != EINTR)
			return -1;
	}
	return -1;
}

int fs_temp_open(struct fs_temp *temp, const char *path)
{
	return temp_make(temp, path, 0600, NULL);
}

void fs_temp_drop(struct fs_temp *temp)
{
	int saved = errno;

	if (!temp->path)
		return;
	close_keeping_errno(temp->fd);
	unlink(temp->path);
	give_slot(temp);
	errno = saved;
}

/* fchmod where needed: asking costs a tenth of it. */
static int set_mode(int fd, mode_t mode)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && (st.st_mode & 07777) == mode)
		return 0;
	return fchmod(fd, mode);
}

int fs_temp_keep(struct fs_temp *temp, const char *path, mode_t mode, bool sync)
{
	int fd = temp->fd;
	bool fine = set_mode(fd, mode) == 0 && (!sync || fsync(fd) == 0);

	if (fine) {
		temp->fd = -1;
		fine = close(fd) == 0 && rename(temp->path, path) == 0;
	}
	if (!fine) {
		fs_temp_drop(temp);
		return -1;
	}
	give_slot(temp);
	return 0;
}

enum fs_written fs_write(const char *path, struct str bytes, mode_t mode)
{
	struct fs_temp temp;

	if (fs_same(path, bytes, mode))
		return FS_SAME;
	if (temp_make(&temp, path, mode, NULL) != 0)
		return FS_FAILED;
	if (fs_write_all(temp.fd, bytes) != 0) {
		fs_temp_drop(&temp);
		return FS_FAILED;
	}
	return fs_temp_keep(&temp, path, mode, false) == 0 ? FS_CHANGED : FS_FAILED;
}

static bool links_to(const char *path, const char *target)
{
	size_t n = strlen(target);
	char *found = mem_alloc(n + 1);
	ssize_t got = readlink(path, found, n + 1);
	bool same = got >= 0 && (size_t)got == n && memcmp(found, target, n) == 0;

	mem_free(found);
	return same;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)at;
	if (type == FTW_DP ? rmdir(path) != 0 : unlink(path) != 0)
		return errno == ENOENT ? 0 : -1;
	return 0;
}

int fs_remove_tree(const char *path)
{
	int result = nftw(path, remove_one, REMOVE_OPEN, FTW_DEPTH | FTW_PHYS);

	return result != 0 && errno == ENOENT ? 0 : result;
}

int fs_link(const char *target, const char *path)
{
	struct fs_temp temp;
	struct stat st;

	if (lstat(path, &st) == 0) {
		errno = EEXIST;
		if (!S_ISLNK(st.st_mode))
			return -1;
		if (links_to(path, target))
			return 0;
	}
	if (temp_make(&temp, path, 0, target) != 0)
		return -1;
	if (rename(temp.path, path) != 0) {
		fs_temp_drop(&temp);
		return -1;
	}
	give_slot(&temp);
	return 0;
}

/* Writes the cleaned PATH, never longer than PATH and one byte, to OUT; returns its length. */
static size_t clean_into(char *out, struct str path)
{
	bool absolute = path.n && path.p[0] == '/';
	size_t root = absolute ? 1 : 0, n = root, floor = root;

	if (absolute)
		out[0] = '/';
	for (size_t at = 0, end; at < path.n; at = end + 1) {
		struct str part;

		end = str_find(path, '/', at);
		part = str_slice(path, at, end);
		if (part.n == 0 || str_eq(part, STR(".")))
			continue;
		if (str_eq(part, STR("..")) && (n > floor || absolute)) {
			while (n > floor && out[n - 1] != '/')
				n--;
			if (n > floor)
				n--;
			continue;
		}
		if (n > root)
			out[n++] = '/';
		memmove(out + n, part.p, part.n);
		n += part.n;
		if (str_eq(part, STR("..")))
			floor = n;
	}
	if (n == 0)
		out[n++] = '.';
	return n;
}

char *path_clean(struct arena *arena, struct str path)
{
	char *out = arena_alloc(arena, path.n + 2);

	out[clean_into(out, path)] = '\0';
	return out;
}

char *path_join(struct arena *arena, struct str a, struct str b)
{
	char *both;

	if (a.n == 0 || (b.n && b.p[0] == '/'))
		return path_clean(arena, b);
	both = arena_alloc(arena, a.n + b.n + 2);
	memcpy(both, a.p, a.n);
	both[a.n] = '/';
	if (b.n)
		memcpy(both + a.n + 1, b.p, b.n);
	both[clean_into(both, (struct str){both, a.n + 1 + b.n})] = '\0';
	return both;
}

struct str path_dir(struct str path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	if (n == 0)
		return STR(".");
	while (n > 1 && path.p[n - 1] == '/')
		n--;
	return str_slice(path, 0, n);
}

struct str path_base(struct str path)
{
	size_t n = path.n;

	while (n && path.p[n - 1] != '/')
		n--;
	return str_slice(path, n, path.n);
}

/* How many bytes of A and B are leading components that both have. */
static size_t common_components(struct str a, struct str b)
{
	size_t last = 0, i = 0;

	for (;; i++) {
		bool a_ends = i == a.n || a.p[i] == '/', b_ends = i == b.n || b.p[i] == '/';

		if (a_ends && b_ends)
			last = i;
		if (i == a.n || i == b.n || a.p[i] != b.p[i])
			return last;
	}
}

static struct str relative_part(struct str clean, size_t from)
{
	if (str_eq(clean, STR(".")))
		return STR("");
	while (from < clean.n && clean.p[from] == '/')
		from++;
	return str_slice(clean, from, clean.n);
}

char *path_relative(struct arena *arena, const char *base, const char *path)
{
	struct str from = str_of(path_clean(arena, str_of(base)));
	struct str to = str_of(path_clean(arena, str_of(path)));
	size_t common = common_components(from, to), depth = 0, n = 0;
	char *out;

	if ((from.p[0] == '/') != (to.p[0] == '/'))
		return NULL;
	from = relative_part(from, common);
	to = relative_part(to, common);
	if (str_eq(from, STR("..")) || str_starts(from, STR("../")))
		return NULL;
	for (size_t i = 0; i < from.n; i++)
		depth += from.p[i] == '/' || i == 0;
	out = arena_alloc(arena, 3 * depth + to.n + 2);
	for (; depth; depth--, n += 3)
		memcpy(out + n, "../", 3);
	memcpy(out + n, to.p, to.n);
	n += to.n;
	if (n && out[n - 1] == '/')
		n--;
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
	return out;
}
