/* SPDX-License-Identifier: Apache-2.0 */
#include "base/meter.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { METER_PATIENCE = 500, METER_EVERY = 100 }; /* milliseconds */

static struct {
	const char *program, *work; /* work is NULL while there is none */
	atomic_bool on;
	int fd;
	atomic_size_t done;
	atomic_llong next; /* time of the next line */
	atomic_int width;  /* of the line that is shown */
} meter;

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void meter_open(const char *program, int fd)
{
	meter.program = program;
	meter.fd = fd;
	meter.on = isatty(fd);
	atomic_store(&meter.next, now() + METER_PATIENCE);
}

void meter_begin(const char *work)
{
	meter.work = work;
	atomic_store(&meter.done, 0);
}

/* A terminal that takes nothing must not stop the work. */
static void show(const char *text, size_t n)
{
	if (write(meter.fd, text, n) < 0)
		meter.on = false;
}

void meter_add(size_t n, size_t total)
{
	char line[128];
	long long time, next;
	size_t done;
	int width;

	if (!meter.on || !meter.work)
		return;
	done = atomic_fetch_add(&meter.done, n) + n;
	time = now();
	next = atomic_load(&meter.next);
	if (time < next || !atomic_compare_exchange_strong(&meter.next, &next, time + METER_EVERY))
		return;
	width = snprintf(line, sizeof line, "\r%s: %s %zu of %zu", meter.program, meter.work, done, total);
	if (width > 0 && (size_t)width < sizeof line) {
		show(line, (size_t)width);
		atomic_store(&meter.width, width - 1);
	}
}

void meter_end(void)
{
	char line[128];
	int width = atomic_exchange(&meter.width, 0);

	meter.work = NULL;
	if (width == 0)
		return;
	memset(line, ' ', sizeof line);
	line[0] = line[width + 1] = '\r';
	show(line, (size_t)width + 2);
}
