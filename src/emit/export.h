/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_EXPORT_H
#define DTK_EMIT_EXPORT_H

#include "emit/view.h"

/*
 * The images and their edges, parent to child, for programs that draw: an image stands in its first sequence or group,
 * and its state is told by a word, a shape and a border, and only then by a colour.  SHOWN has a flag for each image.
 *
 * As DOT (graphviz.org/doc/info/lang.html) nodes have the names of their images; in a Mermaid flowchart
 * (mermaid.js.org/syntax/flowchart.html), where identifiers are narrower, they are numbered.
 */
void export_dot(const struct view *view, const bool *shown, struct buf *out);
void export_mermaid(const struct view *view, const bool *shown, struct buf *out);

#endif
