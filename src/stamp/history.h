/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_HISTORY_H
#define DTK_STAMP_HISTORY_H

#include "base/diag.h"
#include "client/place.h"

/*
 * X.history: the last runs of an image's edge that did something, the oldest
 * first, a line each, with "-" for what is not known:
 *
 *	dtk-history 1
 *	run RESULT BEGUN TOOK STEPS CACHED SIZE IMAGE WHY
 *	sum HASH
 *
 * Nothing is decided by it: a file that is damaged or of another version
 * counts as none.  It is replaced as a whole, while the image's lock is held.
 */
enum { HISTORY_RUNS = 32 }; /* so many are kept */

enum history_result {
	HISTORY_BUILT,
	HISTORY_FAILED, /* the build, or a script around it */
	HISTORY_PULLED,
	HISTORY_TAGGED, /* it was there, and got tags that it lacked */
	HISTORY_RESULTS
};

/* As it stands in the file: "built". */
extern const char *const history_results[HISTORY_RESULTS];

struct history_run {
	enum history_result result;
	long long begun;       /* milliseconds since 1970 */
	long long took;        /* milliseconds, as in the seal */
	long long steps, cached; /* -1: not known */
	long long size;        /* bytes, as the engine counts them; -1: not known */
	struct str image;      /* its ID; n = 0: none */
	struct str why; /* why it was built or pulled; of one that failed the step or script; n = 0: not known */
};

struct history {
	struct history_run *runs;
	size_t count;
};

/* All in ARENA. */
void history_load(const struct place *place, struct arena *arena, struct history *history);
/* Appends RUN and drops what is too old. Where it cannot be written a warning is said: it is no part of the build. */
void history_add(const struct place *place, const struct history_run *run, struct diag *diag);

/* Milliseconds since 1970. */
long long history_now(void);

/* The last run that was more than tagging, or NULL. */
const struct history_run *history_last(const struct history *history);
/* The newest size that is known, or -1. */
long long history_size(const struct history *history);

#endif
