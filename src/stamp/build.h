/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_BUILD_H
#define DTK_STAMP_BUILD_H

#include "stamp/levels.h"

/*
 * The edge of an image.  Strings are borrowed and relative to the project's
 * directory, which is the working directory.
 */
struct build_image {
	const char *out;            /* generated/stamps/X.image */
	const char *const *parents; /* NAME=REF; NULL-terminated */
	const char *env;            /* the hooks' environment script; NULL: found by the image's name */
	const char *ledger;         /* where the order of its stages is kept, see ledger.h; or NULL */
	const char *const *words;   /* the whole command, see command.h */
	struct levels_order caches;
	bool reuse; /* it is pulled by its key tag, where REGISTRY (as in push.h, with REPOSITORY) has that */
	const char *registry, *repository; /* NULL: not given */
};

/*
 * Asks the engine once, then does nothing, tags, or builds; writes X.seal
 * after a build or a change of tags, X.image where the ID changed.  Returns 0,
 * or -1 after an error was said, with the stamps as they were.
 */
int build_image(const struct build_image *order, struct diag *diag);

#endif
