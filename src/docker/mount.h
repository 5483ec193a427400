/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_MOUNT_H
#define DTK_DOCKER_MOUNT_H

#include "docker/file.h"
#include "docker/text.h"

/* RUN --mount: one record of comma-separated values (Dockerfile reference, "RUN --mount"). */
struct mount {
	struct str type;   /* as written, {"bind", 4} by default; may hold variables */
	struct str from;   /* n = 0 if none */
	struct str source; /* n = 0 if none; may hold variables */
	struct str unknown; /* a key or type that this reader does not know, n = 0 if none */
	struct str bare;    /* a key that lacks its value, p = NULL if none */
};

/* False with *ERROR (in the arena) where VALUE is not such a record. */
bool mount_parse(struct arena *arena, struct str value, struct mount *out, const char **error);

#endif
