/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_VIEW_H
#define DTK_EMIT_VIEW_H

#include "model/plan.h"

/*
 * What pictures and the page show of the images besides the plan: how they stand, and how their last builds went.
 * Who fills it has looked at the stamps; nothing here does.  Times are milliseconds; below zero: not known.
 */
enum view_state { VIEW_FRESH, VIEW_STALE, VIEW_MISSING, VIEW_FAILED, VIEW_UNKNOWN, VIEW_STATES };
/* "fresh". */
extern const char *const view_states[VIEW_STATES];

enum view_result { VIEW_BUILT, VIEW_BROKEN, VIEW_PULLED, VIEW_TAGGED, VIEW_RESULTS };
/* "built", "failed": as it was when it ended. */
extern const char *const view_results[VIEW_RESULTS];

struct view_run {
	uint32_t image; /* index into the plan's images */
	enum view_result result;
	long long begun; /* since 1970 */
	long long took, steps, cached;
	struct str why; /* why it was built, or where it failed; "" where that is not known */
};

struct view_image {
	enum view_state state;
	struct str why;     /* in three words; of a failure the step */
	struct str reasons; /* lines: what changed, input by input */
	struct view_run last; /* begun is -1 where it was never built */
	long long size;
};

/* Of all images that are told; of builds in steps only those whose steps are known. */
struct view_sums {
	unsigned images[VIEW_STATES];
	unsigned last_steps, last_cached; /* of the last builds */
	unsigned steps, cached, builds;   /* of all that are remembered */
	long long took, size;
};
unsigned view_percent(unsigned part, unsigned whole);

struct view {
	const struct plan *plan;
	struct view_sums sums;
	struct str title;            /* what the images are made from */
	struct view_image *images;   /* one for each of the plan's */
	struct view_run *runs;       /* of the last run of Ninja, by when they began */
	size_t run_count;
};

#endif
