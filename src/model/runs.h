/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RUNS_H
#define DTK_MODEL_RUNS_H

#include "model/plan.h"
#include "model/runcfg.h"

/* What the images of a plan come from. */
enum runs_of {
	RUNS_MATRIX,
	RUNS_PART, /* of a matrix: a section may be about an image that is not planned, and is left out */
	RUNS_DIRS  /* docker/: a sub-directory without a section can be run as well */
};

/*
 * What the sections of RUNCFG mean for PLAN, whose images are settled: how containers of them are run, and what
 * goes on around their builds.  False after diagnostics.
 */
bool runs_make(struct runcfg *runcfg, struct plan *plan, enum runs_of of);

#endif
