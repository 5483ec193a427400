/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_TEST_H
#define DTK_TEST_H

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A unit test is a program: each check prints "ok - NAME" or "not ok - NAME",
 * and main ends with `return test_end();`, which is 1 if any check failed.
 */
static unsigned test_failures, test_count;

static inline void test_result(int fine, const char *name, const char *file, int line)
{
	test_count++;
	test_failures += !fine;
	printf("%s - ", fine ? "ok" : "not ok");
	for (const char *p = name; *p; p++)
		printf(*p == '\n' ? "\\n" : *p == '\r' ? "\\r" : "%c", *p);
	if (!fine)
		printf(" (%s:%d)", file, line);
	putchar('\n');
}

static inline void test_str(const char *name, struct str got, struct str expected, const char *file, int line)
{
	int fine = str_eq(got, expected);

	test_result(fine, name, file, line);
	if (!fine)
		printf("# expected: %.*s\n#      got: %.*s\n", STR_ARG(expected), STR_ARG(got));
}

static inline int test_end(void)
{
	printf("# %u checks, %u failed\n", test_count, test_failures);
	return test_failures != 0 || test_count == 0;
}

#define CHECK(name, condition) test_result(!!(condition), (name), __FILE__, __LINE__)
/* Text that ends in NUL. */
#define CHECK_STR(name, got, expected) test_str((name), str_of(got), str_of(expected), __FILE__, __LINE__)
/* struct str on both sides. */
#define CHECK_BYTES(name, got, expected) test_str((name), (got), (expected), __FILE__, __LINE__)

/* Runs ARGV, appends its standard output and error to OUT; its exit status, or 128 and the signal. */
static inline int test_run(struct buf *out, const char *const *argv)
{
	int ends[2], status = 0;
	ssize_t got;
	pid_t child;

	fflush(stdout);
	if (pipe(ends) != 0 || (child = fork()) < 0)
		abort();
	if (child == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(ends[1]);
	while ((got = read(ends[0], buf_room(out, 65536), 65536)) > 0)
		out->n += (size_t)got;
	close(ends[0]);
	buf_room(out, 1)[0] = '\0';
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
