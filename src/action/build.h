/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_BUILD_H
#define DTK_ACTION_BUILD_H

#include "client/levels.h"
#include "stamp/hook.h"

/*
 * The edge of an image.  Strings are borrowed and relative to the project's
 * directory, which is the working directory.
 */
struct build_image {
	const char *out;            /* generated/stamps/X.image */
	const char *const *parents; /* NAME=REF; NULL-terminated */
	struct hooks hooks;         /* env: NULL: found by the image's name */
	bool pull;                  /* a forced build pulls, see wish.h */
	const char *ledger;         /* where the order of its stages is kept, see ledger.h; or NULL */
	const char *const *words;   /* the whole command, see command.h */
	struct levels_order caches;
	bool reuse; /* it is pulled by its key tag, where REGISTRY (as in push.h, with REPOSITORY) has that */
	const char *registry, *repository; /* NULL: not given */
};

/*
 * Asks the engine once, then does nothing, tags, or builds; writes X.seal
 * after a build or a change of tags, X.image where the ID changed.  What the
 * environment wishes (wish.h) is done as well.  Returns 0,
 * or -1 after an error was said, with the stamps as they were.
 */
int build_image(const struct build_image *order, struct diag *diag);

#endif
