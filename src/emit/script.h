/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_SCRIPT_H
#define DTK_EMIT_SCRIPT_H

#include "emit/engine.h"

/* The shell scripts of the tree. Every value is quoted: none can run code. */

/* Appends the environment script of IMAGE. */
void script_env(const struct plan_image *image, struct buf *out);

/*
 * Appends build.sh, which builds the plan's images in order with a shell and
 * the engine alone.  ROOT is the project as seen from the tree (".."),
 * or its absolute path.
 */
void script_build(const struct plan *plan, const struct engine *engine, struct str root, struct buf *out);

#endif
