/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_CACHES_H
#define DTK_MODEL_CACHES_H

#include "model/matrix.h"

/*
 * `cache` of a matrix: where builds keep their caches beside the engine.  Reads PART into matrix->caches and
 * matrix->s3 and checks them; errors are told.  No credentials may stand there: S3's are the environment's.
 */
void caches_read(struct matrix *matrix, struct keys_part part);

#endif
