/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_PIPELINES_H
#define DTK_MODEL_PIPELINES_H

#include "model/matrix.h"
#include "model/plan.h"

/*
 * `github` and `gitlab` of a matrix: what a workflow or a pipeline needs to know that does not follow from the
 * images.  What becomes part of such a file's own words (an action, a branch, labels, images) is held to letters that
 * have no meaning there; `setup` is a command, whatever it holds.
 */

/* Reads them into matrix->github and matrix->gitlab and checks them; errors are told. */
void pipelines_read(struct matrix *matrix, const struct keys_top *top);
/* What was read, or what holds without, into plan->github and plan->gitlab. */
void pipelines_plan(const struct matrix *matrix, struct plan *plan);

#endif
