/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_MOMENT_H
#define DTK_BASE_MOMENT_H

#include <time.h>

/* The time that files written from now on will have, or a little earlier. */
struct timespec moment_now(void);

/* Waits until moment_now is later than MOMENT, for the time of a clock's tick at most. */
void moment_wait(struct timespec moment);

#endif
