/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_WISH_H
#define DTK_CLIENT_WISH_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * What whoever runs Ninja wants of this run alone.  It comes by the environment, so that nothing of it stands in a
 * Ninja file, a stamp or a key:
 *
 *	DTK_FORCE=NAME...      the images whose build is forced (names with blanks between), or all
 *	DTK_NO_CACHE=1         builds use no layer of an earlier one
 *	DTK_PULL=1             images from elsewhere are pulled before an image is looked at
 *	DTK_TAG=NAME=[REPOSITORY]:[TAG]  one more tag for the image NAME; what is left out is that of its first tag
 *	DTK_SHOW=1             the client's commands are printed, as a shell takes them
 */
struct wish {
	bool force, no_cache, pull, show;
	struct str tag; /* [REPOSITORY]:[TAG]; n = 0: none */
};

/* The wishes for IMAGE, in ARENA; they are taken out of the environment, as nobody else is meant. */
struct wish wish_take(struct arena *arena, struct str image);

/* WISH's tag in full for an image with the tag FIRST, in ARENA; n = 0 where there is none. */
struct str wish_tag(struct arena *arena, const struct wish *wish, struct str first);

#endif
