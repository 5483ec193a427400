/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_DETAIL_H
#define DTK_MODEL_DETAIL_H

#include "model/matrix.h"

/*
 * Checks what a layer or image says of its builds beside files and tags: names
 * of arguments, labels and groups, platforms, secrets, agents, its version.
 * Secrets are brought into one form, the id first.  Errors are told.
 */
void detail_check(const struct matrix *matrix, struct matrix_layer *layer);
/* The same for what the matrix says for all of them. */
void detail_check_all(const struct matrix *matrix, const struct keys_top *top);

#endif
