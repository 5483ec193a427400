/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_PUSH_WORD_H
#define DTK_EMIT_PUSH_WORD_H

#include "model/plan.h"

/* What dtk-stamp push reads beside stamps: words of its command line, or lines of a list. */

/* "+NAME=TAG": the tag of an image's own version; false, and nothing, where it has none. */
bool push_version(const struct plan_image *image, struct buf *out);

/* "%NAME=PLATFORM,...": a push makes an index of these; they stand together from IMAGE on. Ends with a line break. */
void push_family(const struct plan *plan, const struct plan_image *image, struct buf *out);

/* "=NAME=SCRIPT": a push publishes the image of RUN by this script of the tree, and under none of its tags. */
void push_publication(const struct plan *plan, const struct plan_run *run, struct buf *out);

/*
 * That of each section that publishes IMAGE as its own, BETWEEN behind each.  A synthetic image's section is not
 * among them: it is published by its own name only.
 */
void push_publications(const struct plan *plan, const struct plan_image *image, char between, struct buf *out);

#endif
