/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RUNS_H
#define DTK_MODEL_RUNS_H

#include "model/plan.h"
#include "model/runcfg.h"

/*
 * What the sections of RUNCFG mean for PLAN, whose images are settled: how containers of them are run, and what
 * goes on around their builds.  DIRS: its images are those of docker/, so that a sub-directory without a section
 * can be run as well.  False after diagnostics.
 */
bool runs_make(struct runcfg *runcfg, struct plan *plan, bool dirs);

#endif
