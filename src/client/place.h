/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_PLACE_H
#define DTK_CLIENT_PLACE_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * Where things lie.  All follows from the path of one output, such as
 * generated/stamps/X.key; everything is relative to the project's directory,
 * which is the working directory.
 */
struct place {
	const char *stamps; /* generated/stamps */
	const char *tree;   /* generated */
	struct str name;    /* X, the image's short name */
};

/* OUT is a stamp of an image; its ending (.key, .image, .seal, .test) is optional. Allocated in ARENA. */
struct place place_of(struct arena *arena, const char *out);
/* The same place for another image. */
struct place place_other(const struct place *place, struct str name);
/* stamps/NAME SUFFIX. */
char *place_stamp(struct arena *arena, const struct place *place, const char *suffix);
/* A file of the tree: generated/NAME. */
char *place_tree(struct arena *arena, const struct place *place, const char *name);

/*
 * The image's environment script: GIVEN where not NULL, else
 * generated/_env.X.sh, else, for X-base, generated/_env.X.sh of the OS. NULL where there is none.
 */
const char *place_env(struct arena *arena, const struct place *place, const char *given);

/*
 * One at a time: waits for an exclusive lock on FILE (made if need be, never
 * removed).  Returns a descriptor, closed on exec, that holds it; -1 with errno.
 */
int place_lock(const char *file);
/* The same for the directory of stamps, for moments only: between comparing a key and replacing it. */
int place_lock_stamps(const struct place *place);

#endif
