/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_GITLAB_H
#define DTK_EMIT_GITLAB_H

#include "emit/ci.h"

/*
 * A child pipeline of GitLab: a job an image after those that it stands on.  A job may name 50 others; where it has to
 * wait for more, jobs that do nothing collect them.  Only what is built of the project's default branch is pushed; a
 * merge request has no credentials.
 *
 * Facts: docs.gitlab.com/ci/yaml; words of the file's own top level are no names of jobs; without rules of the workflow
 * a job is left out of the pipelines of merge requests.
 */

/* Appends the file. False after an error. */
bool gitlab_write(const struct ci_order *order, struct diag *diag, struct buf *out);

#endif
