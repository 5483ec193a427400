/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_REGISTRY_H
#define DTK_CLIENT_REGISTRY_H

#include "client/command.h"

/*
 * The digest that REF has in its registry now, of the index where there is one for several platforms; in ARENA.
 * skopeo is asked, else the client: buildx, and last a pull, which alone goes through a mirror of the daemon's (and
 * gives the tag here to what it finds).  Credentials are theirs.  A registry on this machine is spoken to as docker
 * does, without TLS.  False where none of them can tell: WHY has what they said.
 */
bool registry_digest(struct arena *arena, const struct command *client, struct str ref, struct str *digest,
                     struct buf *why);

#endif
