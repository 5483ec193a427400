/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_EXPORT_H
#define DTK_EMIT_EXPORT_H

#include "model/plan.h"

/* The plan for other programs. */

/* Appends the images and their edges, parent to child, as DOT; an image is drawn in its first sequence. */
void export_dot(const struct plan *plan, struct buf *out);

#endif
