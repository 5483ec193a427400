/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_RAN_H
#define DTK_STAMP_RAN_H

#include "stamp/history.h"

/*
 * What one run of Ninja did.  Ninja tells nobody that it begins or ends, so edges note what they did in a file of the
 * run, stamps/.ran/PID-START, by the process that they are children of (the rules say exec, so that this is Ninja
 * and no shell) and when that began; a line each:
 *
 *	begun MILLISECONDS
 *	RESULT STEPS CACHED NAME
 *
 * RESULT is one of history.h, or "kept" where the image was as sealed; "-" is a number that is not known.  A line is
 * appended by one call, so edges need no lock.  Nothing is decided by the file: what cannot be written is not counted.
 * It goes when it is a day old and another run begins.
 */
enum { RAN_KEPT = HISTORY_RESULTS, RAN_RESULTS };

struct ran_line {
	unsigned result; /* enum history_result, or RAN_KEPT */
	long long steps, cached; /* -1: not known */
	struct str name; /* of the image */
};

struct ran {
	struct ran_line *lines;
	size_t count;
	long long begun; /* when Ninja did, as far as that can be told: milliseconds since 1970 */
};

/* "built", "failed", ..., "kept" */
const char *ran_word(unsigned result);

/* Notes that the edge of PLACE's image ended so. */
void ran_add(const struct place *place, const struct history_run *run);
void ran_kept(const struct place *place);
void ran_failed(const struct place *place);

/* What was noted in this run so far; all in ARENA. */
void ran_load(const struct place *place, struct arena *arena, struct ran *ran);

/* When the last run of Ninja in which an edge looked at an image began: milliseconds since 1970; -1: not known. */
long long ran_last(const struct place *place, struct arena *arena);

#endif
