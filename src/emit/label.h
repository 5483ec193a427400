/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_LABEL_H
#define DTK_EMIT_LABEL_H

#include "base/arena.h"
#include "base/map.h"

/*
 * Names in files of other tools, whose letters are fewer than those of ours.  A byte of NAME that is no letter, digit
 * or in MORE is '_'; a name that TAKEN has already, and is entered there, ends in a number.  At most LONGEST bytes
 * (0: any number) are kept of it.  The result is in ARENA, which must outlive TAKEN.
 */
struct str label_fresh(struct arena *arena, struct map *taken, struct str name, const char *more, size_t longest);

#endif
