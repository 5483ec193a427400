/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library to preload that makes failure happen, by the environment:
 *   FAULT_WRITE=N  the Nth call that changes the file system fails with ENOSPC
 *   FAULT_KILL=N   the process is killed just before the Nth such call
 *   FAULT_ALLOC=N  the Nth allocation fails
 * Calls that change the file system: open for writing, write, rename, unlink,
 * mkdir, symlink, fchmod, and their *at forms.
 * With FAULT_FILES_ONLY allocations are left alone: a sanitizer takes malloc itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long changes;
#ifndef FAULT_FILES_ONLY
static atomic_long allocations;
#endif

static long limit(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}

/* True where this change is to fail. */
static int change(void)
{
	long now = ++changes;

	if (now == limit("FAULT_KILL"))
		kill(getpid(), SIGKILL);
	if (now != limit("FAULT_WRITE"))
		return 0;
	errno = ENOSPC;
	return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static mode_t open_mode(int flags, va_list args)
{
	return flags & O_CREAT ? (mode_t)va_arg(args, int) : 0;
}

int open(const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = open_mode(flags, args);
	va_end(args);
	if (flags & O_CREAT && change())
		return -1;
	return REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = open_mode(flags, args);
	va_end(args);
	if (flags & O_CREAT && change())
		return -1;
	return REAL(open64)(path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	va_list args;

	va_start(args, flags);
	mode_t mode = open_mode(flags, args);
	va_end(args);
	if (flags & O_CREAT && change())
		return -1;
	return REAL(openat)(dir, path, flags, mode);
}

int mkstemp(char *template)
{
	return change() ? -1 : REAL(mkstemp)(template);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	if (fd > 2 && change())
		return -1;
	return REAL(write)(fd, bytes, n);
}

int rename(const char *from, const char *to)
{
	return change() ? -1 : REAL(rename)(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return change() ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
}

int unlink(const char *path)
{
	return change() ? -1 : REAL(unlink)(path);
}

int unlinkat(int dir, const char *path, int flags)
{
	return change() ? -1 : REAL(unlinkat)(dir, path, flags);
}

int mkdir(const char *path, mode_t mode)
{
	return change() ? -1 : REAL(mkdir)(path, mode);
}

int symlink(const char *target, const char *path)
{
	return change() ? -1 : REAL(symlink)(target, path);
}

int fchmod(int fd, mode_t mode)
{
	return change() ? -1 : REAL(fchmod)(fd, mode);
}

#ifndef FAULT_FILES_ONLY
static int starve(void)
{
	long nth = limit("FAULT_ALLOC");

	if (nth == 0 || ++allocations != nth)
		return 0;
	errno = ENOMEM;
	return 1;
}

extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	return starve() ? NULL : __libc_malloc(size);
}

void *realloc(void *p, size_t size)
{
	return starve() ? NULL : __libc_realloc(p, size);
}
#endif
