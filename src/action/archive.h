/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_ARCHIVE_H
#define DTK_ACTION_ARCHIVE_H

#include "action/tarball.h"
#include "base/map.h"
#include "base/sha256.h"

#include <time.h>

/*
 * An archive of images on its way from an engine's `save` to somewhere: what stands in it is found out, layers that the
 * other side has are left out, and times, owners and the order in manifest.json are made the same each time.  So an
 * image gives the same bytes each time; several that share layers may not, as docker until 24 puts a shared layer into
 * the directory of whichever it comes to first.
 *
 * Three ways to name layers are known: blobs/sha256/DIGEST (docker since 25), DIGEST.tar (podman), and a directory of
 * another digest with a layer.tar (docker until 24), whose own digest shows only when it has been read; it is kept
 * beside `spool` until then.
 */
struct archive_order {
	int from, to;
	const char *name;           /* for messages */
	const struct map *left_out; /* "sha256:DIGEST" of layers; NULL or empty: all are written */
	const char *spool;          /* a path; not needed without left_out */
	uint64_t expected;          /* about how many bytes will be written, 0: not known */
	bool progress;              /* say on standard error every few seconds how many there are */
};

struct archive_image {
	struct str id; /* the configuration's digest, sha256:... */
	struct str *tags;
	size_t tag_count;
};

struct archive {
	struct archive_image *images; /* by their IDs */
	size_t image_count;
	struct map digests; /* sha256:... of the small entries: configurations and manifests among them */
	size_t left_out;    /* layers */
	uint64_t written;   /* bytes */
	char digest[SHA256_TEXT]; /* of what was written */
};

/* Everything is in ARENA but the map. False after an error was said. Release with archive_forget in either case. */
bool archive_pass(struct arena *arena, struct diag *diag, const struct archive_order *order, struct archive *archive);
void archive_forget(struct archive *archive);

#endif
