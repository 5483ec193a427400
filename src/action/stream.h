/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_STREAM_H
#define DTK_ACTION_STREAM_H

#include "base/diag.h"

#include <stdbool.h>

/*
 * Writes images as one archive, for the engine's `load`, to standard output.
 *
 * THERE is what the other side has, a line an image as LAYERS_FORMAT (layers.h)
 * prints it.  Layers that it has are left out: an engine opens a layer's file
 * only where it lacks the layer; one that keeps images in containerd's store,
 * and podman, want all of them.
 */
struct stream {
	const char *const *stamps; /* X.image of each image, words.h; NULL-terminated */
	const char *const *refs;   /* references and IDs besides; NULL-terminated */
	const char *there;         /* a file, or NULL */
	bool alike;         /* an image of the same date and layers counts as the same, as where IDs are of two kinds */
	bool dry;           /* only print what would be written */
	bool progress;      /* say on standard error every few seconds how much it is */
	const char *loader; /* gets the script that loads it (loader.h), once all was written; or NULL */
	const char *const *words; /* the client; NULL-terminated */
};

/*
 * With `dry`, prints
 *
 *	image ID REF...     for each image, with its tags
 *	there ID            after it, where the other side has it: as the other side has it
 *	layers LACKING ALL
 *	bytes N             about, before compression; none where that is not known
 *
 * Returns 0, or -1 after an error was said.
 */
int stream_images(const struct stream *stream, struct diag *diag);

#endif
