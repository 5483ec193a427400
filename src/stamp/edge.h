/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_EDGE_H
#define DTK_STAMP_EDGE_H

#include "base/diag.h"
#include "stamp/key.h"

/*
 * The edge of a key.  Strings are borrowed and relative to the project's
 * directory, which is the working directory.
 */
struct edge_key {
	const char *out; /* generated/stamps/X.key */
	const char *context, *dockerfile;
	const char *const *onbuild; /* NULL-terminated */
	struct hooks hooks;         /* env: NULL: found by the image's name */
	const char *const *words;   /* options of the build command; NULL-terminated */
};

/*
 * Writes X.key where its content changes, X.stat and X.key.d.  Inputs are
 * looked at again after the key was written, and hashed again where they
 * changed meanwhile.  Returns 0, or -1 after an error was said.
 */
int edge_key(const struct edge_key *order, struct diag *diag);

/*
 * The key as the inputs are now, with X.stat to vouch (and renewed); *SCAN is what was seen.
 * Inputs that do not hold still are tried a few times.  False after an error was said.
 */
bool edge_hash(struct arena *arena, struct diag *diag, const struct place *place,
               const struct scan_spec *spec, struct cache *cache, struct scan *scan, struct key *key);

/*
 * X.whole: a base from elsewhere was seen to have ONBUILD triggers.  Kept
 * beside the key, whose edge cannot ask the engine.
 */
bool edge_whole(const struct place *place);
void edge_set_whole(const struct place *place, bool whole);

#endif
