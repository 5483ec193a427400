/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/seen.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void add_file(struct hasher *hasher, bool executable, struct str bytes)
{
	hasher_add(hasher, executable ? "x" : "-", 1);
	hasher_field(hasher, bytes);
}

struct hash seen_made(const struct out *out)
{
	struct hasher *hasher = hasher_new();
	struct buf list = BUF_INIT;
	struct hash digest;

	out_names(out, &list);
	hasher_field(hasher, buf_str(&list));
	for (size_t i = 0; i < out->count; i++)
		add_file(hasher, out->files[i].flags & OUT_EXECUTABLE, out->files[i].bytes);
	digest = hasher_end(hasher);
	buf_release(&list);
	hasher_free(hasher);
	return digest;
}

struct reading {
	struct hasher *hasher;
	struct str tree;
	int dir;
	struct buf bytes;
	struct stat last; /* of the file read last */
};

/* The whole of FD in READING's bytes, in one read where its size tells the truth. */
static bool read_whole(struct reading *reading, int fd)
{
	size_t size = (size_t)reading->last.st_size;
	ssize_t got;

	buf_clear(&reading->bytes);
	do
		got = read(fd, buf_room(&reading->bytes, size + 1), size + 1);
	while (got < 0 && errno == EINTR);
	reading->bytes.n = got > 0 ? (size_t)got : 0;
	return got >= 0 && (size_t)got == size;
}

/* NAME ends in NUL. */
static bool add_found(struct reading *reading, const char *name)
{
	size_t n = reading->tree.n;
	bool inside = strncmp(name, reading->tree.p, n) == 0 && name[n] == '/';
	int fd = openat(inside ? reading->dir : AT_FDCWD, inside ? name + n + 1 : name,
	                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool fine;

	if (fd < 0)
		return false;
	fine = fstat(fd, &reading->last) == 0 && S_ISREG(reading->last.st_mode) && read_whole(reading, fd);
	close(fd);
	if (fine)
		add_file(reading->hasher, reading->last.st_mode & 0100, buf_str(&reading->bytes));
	return fine;
}

/* Reads the files of LIST, whose line ends become NULs. */
static bool add_list(struct reading *reading, struct buf *list)
{
	hasher_field(reading->hasher, buf_str(list));
	for (char *name = list->p, *end = list->p + list->n; name < end;) {
		char *stop = memchr(name, '\n', (size_t)(end - name));

		if (!stop)
			return false;
		*stop = '\0';
		if (!add_found(reading, name))
			return false;
		name = stop + 1;
	}
	return list->n > 0;
}

/* As settle of out.c leaves it. */
static bool is_settled(const struct reading *reading)
{
	struct stat tree;
	struct timespec last = reading->last.st_mtim;

	return fstat(reading->dir, &tree) == 0 &&
	       (tree.st_mtim.tv_sec < last.tv_sec ||
	        (tree.st_mtim.tv_sec == last.tv_sec && tree.st_mtim.tv_nsec <= last.tv_nsec));
}

static bool read_tree(struct reading *reading, struct arena *arena)
{
	struct buf list = BUF_INIT;
	bool fine = faccessat(reading->dir, OUT_JOURNAL, F_OK, 0) != 0 && errno == ENOENT &&
	            fs_read(path_join(arena, reading->tree, STR(".files")), &list) == 0 &&
	            add_list(reading, &list) && is_settled(reading);

	buf_release(&list);
	return fine;
}

bool seen_found(const char *tree, struct hash *digest)
{
	struct reading reading = {.tree = str_of(tree), .dir = open(tree, O_RDONLY | O_CLOEXEC | O_DIRECTORY)};
	struct arena arena;
	bool fine;

	if (reading.dir < 0)
		return false;
	arena_init(&arena);
	reading.hasher = hasher_new();
	fine = read_tree(&reading, &arena);
	*digest = hasher_end(reading.hasher);
	hasher_free(reading.hasher);
	buf_release(&reading.bytes);
	arena_release(&arena);
	close(reading.dir);
	return fine;
}
