/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock RUNS COMMAND_A COMMAND_B: runs two shell commands in turn, A B A B …,
 * RUNS times each after one uncounted pair, and prints
 *     MEDIAN_A MEDIAN_B MEDIAN_OF_RATIOS PEAK_KIB_A
 * in seconds, so that a drift of the machine's speed falls on both.  A command
 * that prints a line "seconds X" on standard output is timed by that instead
 * of by the clock around its process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MOST = 100 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads all of FD; the number after "seconds " if there is one, else -1. */
static double own_time(int fd)
{
	char text[4096];
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, text + n, sizeof text - 1 - n)) > 0) {
		n += (size_t)got;
		if (n == sizeof text - 1)
			n = 0;
	}
	text[n] = '\0';
	const char *at = strstr(text, "seconds ");
	return at ? strtod(at + strlen("seconds "), NULL) : -1;
}

static double run(const char *command, long *peak)
{
	int ends[2], status;
	struct rusage usage;

	if (pipe(ends) < 0)
		exit(1);
	double start = now();
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	double own = own_time(ends[0]);
	close(ends[0]);
	if (wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "clock: failed: %s\n", command);
		exit(1);
	}
	double wall = now() - start;
	if (usage.ru_maxrss > *peak)
		*peak = usage.ru_maxrss;
	return own >= 0 ? own : wall;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_size);
	return values[count / 2];
}

int main(int argc, char **argv)
{
	double a[RUNS_MOST], b[RUNS_MOST], ratio[RUNS_MOST];
	long peak_a = 0, peak_b = 0;
	int runs = argc == 4 ? (int)strtol(argv[1], NULL, 10) : 0;

	if (runs < 1 || runs > RUNS_MOST) {
		fprintf(stderr, "usage: clock RUNS COMMAND_A COMMAND_B\n");
		return 2;
	}
	run(argv[2], &peak_a);
	run(argv[3], &peak_b);
	for (int i = 0; i < runs; i++) {
		a[i] = run(argv[2], &peak_a);
		b[i] = run(argv[3], &peak_b);
		ratio[i] = a[i] / b[i];
	}
	printf("%.9f %.9f %.5f %ld\n", median(a, runs), median(b, runs), median(ratio, runs), peak_a);
	return 0;
}
