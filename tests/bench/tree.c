/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree DIR COUNT: COUNT files of 1 to 16 KiB in directories of 100 below DIR
 * (which must not exist), the same bytes every time.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PER_DIR = 100, WORDS_LEAST = 128, WORDS_MOST = 2048 };

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void make_file(const char *path)
{
	static uint64_t words[WORDS_MOST];
	size_t count = WORDS_LEAST + next() % (WORDS_MOST - WORDS_LEAST), size = count * sizeof *words;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

	for (size_t i = 0; i < count; i++)
		words[i] = next();
	if (fd < 0 || write(fd, words, size) != (ssize_t)size || close(fd) < 0)
		fail(path);
}

int main(int argc, char **argv)
{
	char path[4096];
	long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (count < 1) {
		fprintf(stderr, "usage: tree DIR COUNT\n");
		return 2;
	}
	if (mkdir(argv[1], 0777) < 0)
		fail(argv[1]);
	for (long i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/d%ld", argv[1], i / PER_DIR);
		if (i % PER_DIR == 0 && mkdir(path, 0777) < 0)
			fail(path);
		snprintf(path, sizeof path, "%s/d%ld/f%ld", argv[1], i / PER_DIR, i % PER_DIR);
		make_file(path);
	}
	return 0;
}
