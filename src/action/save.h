/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_SAVE_H
#define DTK_ACTION_SAVE_H

#include "base/diag.h"

/*
 * Saves images for an engine that no network reaches.  Of OUT, which is
 * generated/do/save-T, follows where to:
 *
 *	generated/saved/T.tar.gz   the archive, for the engine's `load`
 *	generated/saved/T.sha256   its digest, as sha256sum -c reads it
 *	generated/saved/load-T     the script that checks and loads it, see loader.h
 *
 * OUT gets what was saved, dated so that Ninja runs the edge again:
 *
 *	dtk-save 1
 *	loader HASH                of what all such scripts have in common
 *	image ID                   each image, and its tags after it
 *	tag REF
 *	file SIZE TIME NAME        what was written; TIME in nanoseconds
 *	sum HASH
 *
 * Where the images and the files are as they stand there, nothing is written.
 */
struct save {
	const char *out;
	const char *const *stamps; /* X.image of each image, words.h; NULL-terminated */
	const char *const *words;  /* the client; NULL-terminated */
};

/* Returns 0, or -1 after an error was said, with the archive as it was. */
int save_images(const struct save *save, struct diag *diag);

#endif
