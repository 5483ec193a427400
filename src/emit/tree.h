/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_TREE_H
#define DTK_EMIT_TREE_H

#include "emit/view.h"

/*
 * The images that SHOWN has a flag for as a tree for a terminal, each with its state below the first of those that it
 * stands on; below the others it stands once more, with three dots for all that stands on it.
 */
void tree_write(const struct view *view, const bool *shown, struct buf *out);

#endif
