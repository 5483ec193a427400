/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_GITHUB_H
#define DTK_EMIT_GITHUB_H

#include "emit/ci.h"

/*
 * A workflow of GitHub Actions: a job an image after those that it stands on; where that is more than GitHub takes (256
 * jobs, 500 KB), matrices of images instead, level by level of the graph.  No action but the checkout that the matrix
 * names is used.  Only what comes from the matrix's branch is pushed; a pull request has neither credentials nor
 * steps that push.  "${{" begins an expression in every string of a workflow; it comes out as one that gives the
 * same text, so that values are data.
 *
 * Facts: docs.github.com/actions/reference/workflow-syntax-for-github-actions and .../limits; an ID of a job has
 * letters, digits, '_' and '-', begins with neither digit nor '-', has less than 100 bytes, and counts without case.
 */

/* Appends the file. False after an error: the matrix names no checkout, or a limit is passed in any form. */
bool github_write(const struct ci_order *order, struct diag *diag, struct buf *out);

#endif
