/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_PICTURE_H
#define DTK_EMIT_PICTURE_H

#include "emit/view.h"

/*
 * The images and their edges as an <svg> of an HTML page, laid out by layout.h.  Each image is a link to #iNUMBER, its
 * row, in the place of a node of the class of its state, with a sign for it (<symbol id="s-STATE">, of the page) before
 * its name.  The page's style has the colours.
 */
void picture_write(const struct view *view, struct buf *out);
/* The symbols that it uses, hidden. */
void picture_symbols(struct buf *out);
/* One of them beside a word, which says the same. */
void picture_sign(enum view_state state, struct buf *out);

#endif
