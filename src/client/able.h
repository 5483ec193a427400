/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_ABLE_H
#define DTK_CLIENT_ABLE_H

#include "client/command.h"
#include "client/place.h"

/* Which caches an engine can export. */
enum {
	ABLE_LOCAL = 1,
	ABLE_S3 = 2,
	ABLE_REGISTRY = 4,
	ABLE_INLINE = 8, /* none of them, but what it builds can carry its own cache to a registry */
	ABLE_PLATFORMS = 16 /* no cache: it keeps the images of several platforms under one tag */
};

struct able {
	unsigned kinds;
	struct str why; /* what keeps it from the others; "" where nothing does */
};

/*
 * By what the client and the driver of its builder are: docker's own driver has no S3, and without containerd's
 * store of images nothing but the inline kind.  The answer is kept in stamps/.able for ten minutes, so that a run
 * of many builds asks once; a build that fails with a cache has it forgotten.
 */
struct able able_of(struct arena *arena, const struct place *place, const struct command *command);
void able_forget(const struct place *place);

/* True where TEXT is not what was told the last time, which is kept in stamps/.told. */
bool able_news(const struct place *place, struct str text);

#endif
