/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_LAYERS_H
#define DTK_CLIENT_LAYERS_H

#include "base/map.h"
#include "client/command.h"

/*
 * Which layers images have, and what one engine lacks of another one's.
 *
 * An engine knows a layer by its chain: by the digest of its tar, and those of all layers below it.  So of an image
 * it has as many layers, from the bottom, as some image of its own begins with.
 */

/* A line an image, as engines print it: for `image inspect --format`. */
#define LAYERS_FORMAT "{{.Id}} {{.Size}} {{json .Created}}{{range .RootFS.Layers}} {{.}}{{end}}"

struct layers {
	struct str id;
	uint64_t size;
	struct str created; /* as JSON */
	struct str *items;  /* digests of their tars, the lowest first */
	size_t count;
};

/* The lines of TEXT, which is borrowed; what is no such line is left out. */
struct layers *layers_read(struct arena *arena, struct str text, bool podman, size_t *count);
/* Those of the images IDS, in their order. NULL after an error was said. */
struct layers *layers_ask(struct arena *arena, struct diag *diag, const struct command *command,
                          const struct str *ids, size_t count);

/*
 * How many of IMAGE's layers, from the bottom, the engine that has the images THERE has.  *SIZE is what they take,
 * UINT64_MAX where that is not known.
 */
size_t layers_shared(const struct layers *image, const struct layers *there, size_t count, uint64_t *size);
/* The one of THERE that is IMAGE: of its ID; or, ALIKE, of its date and its layers. NULL if none. */
const struct layers *layers_same(const struct layers *image, const struct layers *there, size_t count, bool alike);

/*
 * Puts the digests of layers into LEFT_OUT that need not be sent with IMAGES: those whose every place among them is
 * one that the other side has.  Returns how many different ones there are in all.
 */
size_t layers_left_out(const struct layers *images, size_t image_count, const struct layers *there, size_t count,
                       struct map *left_out);

#endif
