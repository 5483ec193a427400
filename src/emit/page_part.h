/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_PAGE_PART_H
#define DTK_EMIT_PAGE_PART_H

#include "emit/view.h"

/* What the parts of a page share: each appends itself, from its heading on, to OUT. */
void page_table(const struct view *view, struct buf *out);
void page_run(const struct view *view, struct buf *out);
void page_tags(const struct view *view, struct buf *out);
void page_bases(const struct view *view, struct buf *out);

/* "<section aria-labelledby=h-ID><h2 id=h-ID>HEADING</h2>", and its end. */
void part_begin(struct buf *out, const char *id, const char *heading);
void part_end(struct buf *out);
/* What is wider or longer than the window scrolls in "<div>", by keys too; NAME says so to who does not see it. */
void part_pane(struct buf *out, const char *name);

/* A moment as <time>, "2026-11-21 14:03", or a dash. */
void part_moment(struct buf *out, long long milliseconds);
/* The name of an image, a link to its row. */
void part_image(const struct view *view, size_t image, struct buf *out);
/* "1 image", "2 images" */
void part_count(struct buf *out, size_t count, const char *word);

/* The style and the script of a page. */
extern const char *const page_style[], *const page_script[]; /* lines; NULL-terminated */

#endif
