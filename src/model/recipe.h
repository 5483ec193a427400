/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RECIPE_H
#define DTK_MODEL_RECIPE_H

#include "model/ledger.h"
#include "model/stages.h"

/*
 * The Dockerfile of a stage image.
 *
 *	#: dtk-ledger 1
 *	FROM, USER 0, an ARG for each build argument of the image
 *	#: LINE OF THE LEDGER      and the instructions of that step, for each
 *	COPY                       for each entry of `copy`
 *	USER
 *
 * What follows each "#: " is the ledger as a build of this very file leaves it: dtk-stamp takes it from there.
 * Instructions of a step follow from what is declared for it alone, whatever else the image has.
 *
 * Commands are given to a shell as they stand: as the shell form of RUN where the Dockerfile's reader leaves
 * them alone, else as the exec form, which can hold any byte.  A command that the managers below are named
 * in has their caches mounted, one that names /run/secrets/ID that secret, one that names ssh or git the agents.
 */
#define RECIPE_LEDGER "#: "

struct recipe {
	const struct stages *stages;
	struct str base;
	const struct ledger *order;
	const struct keys_pairs *args;
	const struct keys_texts *secrets, *ssh;
	bool buildkit; /* mounts can be had */
};

void recipe_write(const struct recipe *recipe, struct buf *out);

#endif
