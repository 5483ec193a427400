/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/staging.h"

#include "base/arena.h"
#include "base/crew.h"
#include "base/fs.h"
#include "base/meter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STAGING_STEP = 64 };

static const int postponed[] = {SIGINT, SIGTERM, SIGHUP};

static void postpone(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof postponed / sizeof *postponed; i++)
		sigaddset(&set, postponed[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

static bool interrupted(const struct staging *staging)
{
	sigset_t set;

	if (sigpending(&set) != 0)
		return false;
	for (size_t i = 0; i < sizeof postponed / sizeof *postponed; i++)
		if (sigismember(&set, postponed[i]) == 1 && sigismember(&staging->mask, postponed[i]) == 0)
			return true;
	return false;
}

/* What is under way, for the end of a process that memory failed. */
static const char *unfinished;

static void remove_unfinished(void)
{
	if (unfinished)
		fs_remove_tree(unfinished);
}

static bool hold(int fd)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(fd, F_SETLK, &whole) == 0;
}

/* --- Making --- */

static char *name_for(const char *tree)
{
	struct arena arena;
	char *dir, *name;
	size_t n;

	arena_init(&arena);
	dir = path_clean(&arena, path_dir(str_of(tree)));
	if (access(dir, F_OK) != 0 && fs_mkdirs(dir) != 0) {
		arena_release(&arena);
		return NULL;
	}
	n = strlen(dir) + sizeof "/" FS_TEMP_PREFIX "XXXXXX";
	name = mem_alloc(n);
	snprintf(name, n, "%s/" FS_TEMP_PREFIX "XXXXXX", dir);
	arena_release(&arena);
	return name;
}

bool staging_open(struct staging *staging, const char *tree)
{
	static bool registered;

	*staging = (struct staging){.path = name_for(tree), .dir = -1, .lock = -1};
	if (!staging->path)
		return false;
	registered = registered || atexit(remove_unfinished) == 0;
	postpone(&staging->mask);
	if (mkdtemp(staging->path) && (unfinished = staging->path) && chmod(staging->path, 0755) == 0) {
		staging->dir = open(staging->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (staging->dir >= 0)
			staging->lock = openat(staging->dir, ".lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (staging->lock >= 0 && hold(staging->lock))
			return true;
	}
	staging_close(staging);
	return false;
}

struct writing {
	const struct staging *staging;
	const struct staged *files;
	pthread_mutex_t mutex; /* of what follows */
	size_t failed;
	int error; /* 0: none yet */
};

static bool write_one(int dir, const struct staged *file)
{
	int fd = openat(dir, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->executable ? 0755 : 0644);
	int saved;

	if (fd < 0)
		return false;
	if (fs_write_all(fd, file->bytes) == 0)
		return close(fd) == 0;
	saved = errno;
	close(fd);
	errno = saved;
	return false;
}

/* True where the work is to end: now, or because another thread failed. */
static bool note(struct writing *writing, size_t at, int error)
{
	bool end;

	pthread_mutex_lock(&writing->mutex);
	if (error && !writing->error) {
		writing->error = error;
		writing->failed = at;
	}
	end = writing->error != 0;
	pthread_mutex_unlock(&writing->mutex);
	return end;
}

static void write_some(struct crew *crew, void *context)
{
	struct writing *writing = context;
	size_t from, to;

	while (crew_next(crew, &from, &to)) {
		if (note(writing, from, interrupted(writing->staging) ? EINTR : 0))
			return;
		for (size_t i = from; i < to; i++)
			if (!write_one(writing->staging->dir, &writing->files[i]) && note(writing, i, errno))
				return;
		meter_add(to - from, crew->count);
	}
}

bool staging_write(const struct staging *staging, const struct staged *files, size_t count, size_t *failed)
{
	struct writing writing = {.staging = staging, .files = files};

	pthread_mutex_init(&writing.mutex, NULL);
	meter_begin("write");
	crew_run(count, STAGING_STEP, write_some, &writing);
	meter_end();
	pthread_mutex_destroy(&writing.mutex);
	*failed = writing.failed;
	errno = writing.error;
	return writing.error == 0;
}

/* --- The end --- */

static void finish(struct staging *staging)
{
	unfinished = NULL;
	if (staging->dir >= 0)
		close(staging->dir);
	if (staging->lock >= 0)
		close(staging->lock);
	mem_free(staging->path);
	staging->path = NULL;
	pthread_sigmask(SIG_SETMASK, &staging->mask, NULL);
}

bool staging_publish(struct staging *staging, const char *tree, int *lock)
{
	int saved;

	if (rename(staging->path, tree) != 0) {
		saved = errno == ENOTEMPTY || errno == ENOTDIR ? EEXIST : errno;
		staging_close(staging);
		errno = saved;
		return false;
	}
	*lock = staging->lock;
	staging->lock = -1;
	finish(staging);
	return true;
}

void staging_close(struct staging *staging)
{
	int saved = errno;

	if (!staging->path)
		return;
	fs_remove_tree(staging->path);
	finish(staging);
	errno = saved;
}

void staging_sweep(const char *path, struct timespec now, time_t seconds)
{
	struct arena arena;
	struct stat st;
	int lock;

	if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_mtim.tv_sec + seconds >= now.tv_sec)
		return;
	arena_init(&arena);
	lock = open(path_join(&arena, str_of(path), STR(".lock")), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (lock < 0 ? errno == ENOENT : hold(lock))
		fs_remove_tree(path);
	if (lock >= 0)
		close(lock);
	arena_release(&arena);
}
