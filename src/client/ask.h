/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_ASK_H
#define DTK_CLIENT_ASK_H

#include "base/map.h"
#include "client/command.h"

/* What images an engine has. */

/* An image that the engine has. */
struct ask_image {
	struct str id; /* what it answers to a tag: the configuration's digest, or the manifest's (containerd) */
	struct str *tags, *digests;
	size_t tag_count, digest_count;
	bool onbuild; /* it has triggers */
	struct str platform; /* OS/ARCHITECTURE, without a variant */
	uint64_t size;
};

struct ask_answer {
	struct map by_name; /* normal references and IDs to struct ask_image */
	size_t image_count;
	bool podman;
};

/*
 * One question: which of NAMES (references and IDs; n = 0 are left out) are
 * there, and what they are.  Those that are missing are no error; an engine
 * that cannot be asked is one (said, false).  Release with ask_forget.
 */
bool ask_engine(struct arena *arena, struct diag *diag, const struct command *command,
                const struct str *names, size_t count, struct ask_answer *answer);
/* The image that the engine has under NAME, or NULL. */
const struct ask_image *ask_find(struct arena *arena, const struct ask_answer *answer, struct str name);
/* True where both are there and one image. */
bool ask_same(const struct ask_image *a, const struct ask_image *b);
void ask_forget(struct ask_answer *answer);

/*
 * The reference as engines print it: no docker.io/, no library/, ":latest"
 * where there is neither a tag nor a digest, no tag beside a digest; for
 * podman no localhost/ either.  IDs stay, with "sha256:" before them.
 */
struct str ask_normal(struct arena *arena, struct str name, bool podman);

#endif
