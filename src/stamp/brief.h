/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_BRIEF_H
#define DTK_STAMP_BRIEF_H

#include "base/str.h"

/* What the lines of why_image come to, in three words. */
struct brief {
	const char *words; /* "files changed"; "" where there is no line */
	bool gone;         /* the engine is known not to have it */
};

/* By the first of LINES. */
struct brief brief_of(struct str lines);

#endif
