/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_METER_H
#define DTK_BASE_METER_H

#include <stddef.h>

/*
 * How far a long work has come, for whoever waits at a terminal: "dtk-gen: render 3200 of 10000", in a line that is
 * written over and erased at the end.  Nothing is written where there is no terminal, nor in the first half second;
 * without meter_open all of it costs a comparison.  One work at a time.
 */

/* From now on, where the descriptor FD is a terminal. PROGRAM is borrowed. */
void meter_open(const char *program, int fd);
/* WORK is borrowed until meter_end. */
void meter_begin(const char *work);
/* N more are done, of TOTAL. Any thread may call it. */
void meter_add(size_t n, size_t total);
/* Erases the line: before anything else is printed. */
void meter_end(void);

#endif
