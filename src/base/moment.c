/* SPDX-License-Identifier: Apache-2.0 */
#include "base/moment.h"

#include "base/fs.h"

enum { MOMENT_TICK = 20 /* milliseconds; no clock of files is coarser where it matters */ };

struct timespec moment_now(void)
{
	struct timespec now;

#ifdef CLOCK_REALTIME_COARSE
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
#else
	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_nsec -= 10 * 1000 * 1000;
	if (now.tv_nsec < 0) {
		now.tv_nsec += 1000 * 1000 * 1000;
		now.tv_sec--;
	}
#endif
	return now;
}

void moment_wait(struct timespec moment)
{
	const struct timespec pause = {0, 1000000};

	for (unsigned tries = 0; tries < MOMENT_TICK; tries++) {
		if (fs_nanoseconds(moment_now()) > fs_nanoseconds(moment))
			return;
		nanosleep(&pause, NULL);
	}
}
