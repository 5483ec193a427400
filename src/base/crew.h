/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_CREW_H
#define DTK_BASE_CREW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Work on many things that do not know each other, by as many threads as
 * there are processors, at most CREW_MOST; by the caller alone where it is little.
 */
enum { CREW_MOST = 4 };

struct crew {
	atomic_size_t next;
	size_t count, step;
	void (*work)(struct crew *crew, void *context);
	void *context;
};

/*
 * Runs WORK in each thread and waits for all.  WORK calls crew_next until it
 * says false, and touches of CONTEXT only what belongs to the things it got.
 */
void crew_run(size_t count, size_t step, void (*work)(struct crew *crew, void *context), void *context);
/* The next things: FROM to before TO, at most the step of crew_run. */
bool crew_next(struct crew *crew, size_t *from, size_t *to);

#endif
