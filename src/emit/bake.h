/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_BAKE_H
#define DTK_EMIT_BAKE_H

#include "base/diag.h"
#include "model/plan.h"

/*
 * docker-bake.json: a target for each image, a group for each set of them and what it stands on.  A Dockerfile that
 * names a parent's tag gets the parent's target as that named context, so that bake builds parents first.  Images
 * that differ in their platform alone are one target for all of them.
 *
 * Names there are of [A-Za-z0-9_-]: any other byte of a name here is '_', and what would be two of one name end in
 * numbers.  "${" and "%{" begin templates in every string of a bake file (docs.docker.com/build/bake); they come
 * out escaped, so that values are data.
 */

/* Appends the file.  False after an error: a Dockerfile that its context cannot name. */
bool bake_write(const struct plan *plan, struct diag *diag, struct buf *out);

#endif
