/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor write FROM TO | floor compare FROM: the least that a generator of the
 * files below FROM can do.  Loads them into memory; then either writes them
 * all below TO (which must not exist), one open, write and close each, or
 * reads them all again and compares.  Prints "seconds X" of that second part.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct file {
	char *name; /* relative to FROM */
	char *bytes;
	size_t size;
	int is_dir;
};

static struct file *files;
static size_t file_count, file_capacity;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void slurp(const char *path, struct file *file, size_t size)
{
	int fd = open(path, O_RDONLY);

	file->bytes = malloc(size + 1);
	if (fd < 0 || !file->bytes || read(fd, file->bytes, size) != (ssize_t)size)
		fail(path);
	file->size = size;
	close(fd);
}

static void load(const char *root, const char *under)
{
	char path[4096], name[4096];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", root, under);
	DIR *dir = opendir(path);
	if (!dir)
		fail(path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		int n = snprintf(name, sizeof name, "%s%s%s", under, *under ? "/" : "", entry->d_name);
		if (n < 0 || (size_t)n >= sizeof name)
			fail("name");
		n = snprintf(path, sizeof path, "%s/%s", root, name);
		if (n < 0 || (size_t)n >= sizeof path || lstat(path, &st) < 0)
			fail("path");
		if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			continue;
		if (file_count == file_capacity) {
			file_capacity = file_capacity ? file_capacity * 2 : 1024;
			files = realloc(files, file_capacity * sizeof *files);
			if (!files)
				fail("realloc");
		}
		struct file *file = &files[file_count++];
		*file = (struct file){.name = strdup(name), .is_dir = S_ISDIR(st.st_mode)};
		if (file->is_dir)
			load(root, name);
		else
			slurp(path, file, (size_t)st.st_size);
	}
	closedir(dir);
}

static void write_all(const char *to)
{
	char path[4096];

	if (mkdir(to, 0777) < 0)
		fail(to);
	for (size_t i = 0; i < file_count; i++) {
		snprintf(path, sizeof path, "%s/%s", to, files[i].name);
		if (files[i].is_dir) {
			if (mkdir(path, 0777) < 0)
				fail(path);
			continue;
		}
		int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
		if (fd < 0 || write(fd, files[i].bytes, files[i].size) != (ssize_t)files[i].size || close(fd) < 0)
			fail(path);
	}
}

static void compare_all(const char *from)
{
	char path[4096], *bytes = NULL;
	size_t room = 0;
	struct stat st;

	for (size_t i = 0; i < file_count; i++) {
		if (files[i].is_dir)
			continue;
		snprintf(path, sizeof path, "%s/%s", from, files[i].name);
		if (files[i].size + 1 > room) {
			room = files[i].size * 2 + 65536;
			bytes = realloc(bytes, room);
		}
		int fd = open(path, O_RDONLY);
		if (fd < 0 || !bytes || fstat(fd, &st) < 0 || (size_t)st.st_size != files[i].size ||
		    read(fd, bytes, files[i].size + 1) != (ssize_t)files[i].size ||
		    memcmp(bytes, files[i].bytes, files[i].size) != 0)
			fail(path);
		close(fd);
	}
	free(bytes);
}

int main(int argc, char **argv)
{
	struct timespec a, b;
	int writing = argc == 4 && !strcmp(argv[1], "write");

	if (!writing && !(argc == 3 && !strcmp(argv[1], "compare"))) {
		fprintf(stderr, "usage: floor write FROM TO | floor compare FROM\n");
		return 2;
	}
	load(argv[2], "");
	clock_gettime(CLOCK_MONOTONIC, &a);
	if (writing)
		write_all(argv[3]);
	else
		compare_all(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("seconds %.6f\n", (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	return 0;
}
