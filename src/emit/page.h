/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_PAGE_H
#define DTK_EMIT_PAGE_H

#include "emit/view.h"

/*
 * One HTML page about the images, whole in itself: a picture of them, a table, the last run of Ninja, tags that more
 * than one image asked for, images from elsewhere and their pins.
 *
 * It can be read without its script, which sorts and filters the table and marks in the picture what stands on what.
 * A Content-Security-Policy lets in that script and the style (page_text.h) by their hashes and nothing from a network:
 * whatever text came through unescaped would be text still.  Times are UTC; the same view gives the same bytes.
 */
void page_write(const struct view *view, struct buf *out);

#endif
