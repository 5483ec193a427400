/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_SUBDIR_H
#define DTK_MODEL_SUBDIR_H

#include "model/matrix.h"
#include "model/runcfg.h"

/*
 * Without a matrix: every sub-directory of docker/ with a Dockerfile is an image of its name (docker-NAME
 * where a target of dtk's own has that), built from the project's directory and tagged as RUNCFG says.  False
 * after diagnostics.
 */
bool subdir_read(struct matrix *matrix, const struct matrix_from *from, struct runcfg *runcfg);

#endif
