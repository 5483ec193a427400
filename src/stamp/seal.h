/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_SEAL_H
#define DTK_STAMP_SEAL_H

#include "stamp/keyfile.h"

/*
 * X.image holds the image's ID (the configuration's digest) and its checksum,
 * and changes only with it.  X.seal says what the image is and was made from:
 *
 *	dtk-seal 1
 *	image ID                  as in X.image
 *	engine ID                 what the engine answers to a tag
 *	when SECONDS              since 1970
 *	took MILLISECONDS
 *	parent NAME ID REF        any number: of this matrix
 *	base ID REF               any number: from elsewhere; ID is the engine's, or the registry's digest where
 *	                          that was pinned or the engine told it, - where neither is known
 *	env NAME=VALUE            any number: what the edge fixed
 *	tag REF                   any number
 *	line TEXT                 the Dockerfile
 *	key HASH, context DIR, ... the key of what was built, with its inputs
 *	sum HASH
 *
 * X.aside is a seal that was taken out of the way so that the image's edge
 * runs again; it has a line `aside REASON` more.
 */
struct seal_parent {
	struct str name; /* n = 0: an image from elsewhere */
	struct str id;   /* "-" where it is not known */
	struct str ref;
};

struct seal {
	struct str image, engine;
	long long when, took;
	struct seal_parent *parents; /* and bases */
	size_t parent_count, parent_capacity;
	struct str *env, *tags, *lines;
	size_t env_count, env_capacity, tag_count, tag_capacity, line_count, line_capacity;
	struct key key;
	struct str aside; /* read from X.aside: why it was set aside; n = 0 otherwise */
};

/* Reads X.seal, else X.aside. A broken one is removed and an error said. */
enum record seal_load(const struct place *place, struct arena *arena, struct diag *diag, struct seal *seal);
/* Writes X.seal and removes X.aside. -1 after an error was said. */
int seal_save(const struct place *place, const struct seal *seal, struct diag *diag);

/* Why a seal is set aside. */
#define SEAL_GONE "gone" /* the engine does not have the image */
#define SEAL_BASE "base" /* a base from elsewhere changed */
#define SEAL_TAG "tag"   /* another image was given one of its tags */
#define SEAL_LOOK "look" /* it was asked to look again */
#define SEAL_FORCED "forced" /* it was asked to build: done once a build succeeded */

/* Takes X.seal out of the way, so that Ninja runs the image's edge again. A damaged one is removed. */
void seal_set_aside(const struct place *place, const char *reason);
/* The same with SEAL_FORCED, and where it was set aside already. */
void seal_force(const struct place *place);
/* Removes X.image, X.seal and X.aside. */
void seal_drop(const struct place *place);

/* The ID in X.image. */
enum record seal_image(const struct place *place, struct arena *arena, struct diag *diag, struct str *id);
/* Writes X.image unless it holds ID. -1 after an error was said. */
int seal_save_image(const struct place *place, struct str id, struct diag *diag);

/* For filling seals: appends, growing in ARENA. */
void seal_add_parent(struct arena *arena, struct seal *seal, struct seal_parent parent);
void seal_add_text(struct arena *arena, struct str **list, size_t *count, size_t *capacity, struct str text);

#endif
