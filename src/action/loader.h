/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_LOADER_H
#define DTK_ACTION_LOADER_H

#include "action/cargo.h"
#include "base/hash.h"

/*
 * The script that goes along with an archive of images: for any POSIX shell, it checks the archive's digest, loads it
 * and has every tag compared with the image that was saved.
 */
struct loader {
	const char *name;    /* of the script, for its messages */
	const char *archive; /* the file beside the script that it loads unless another one is named */
	const char *digest;  /* SHA-256 of the archive, unpacked by $DTK_UNPACK where that is set */
	const char *expand;  /* the words that make of that what the engine loads: "gzip -dc"; or "" */
	struct cargo *cargo; /* cargo_look was called */
	const struct archive *images;
};

void loader_write(const struct loader *loader, struct buf *out);

/* Of what is the same in each such script. */
struct hash loader_version(void);

#endif
