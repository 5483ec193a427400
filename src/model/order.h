/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_ORDER_H
#define DTK_MODEL_ORDER_H

#include "base/map.h"

/*
 * The Dockerfiles of images that are made of stages, in the order that their ledgers remember.
 *
 * A ledger lies beside the matrix: STEM.dtk-ledger where the matrix is one image, else
 * STEM.IMAGE.dtk-ledger; STEM is the matrix's name without its ending.  One that cannot be read is told,
 * and the order is a fresh one.
 *
 * A fresh order that was asked for (options->repack) holds until a build has written it, whatever dtk-gen is
 * run for meanwhile.  So the tree keeps TREE/_repack, a line each:
 *
 *	DIGEST LEDGER
 *
 * While LEDGER has this content it does not count.  A line whose ledger has become another goes with the next run.
 */
#define ORDER_REPACK "_repack"

struct planner;

struct order {
	bool read;        /* of TREE/_repack */
	struct map aside; /* lines as they were: LEDGER -> DIGEST, NUL-terminated */
	struct buf lines; /* as they will be */
};

/* The Dockerfile of IMAGE, and its ledger's path.  False after diagnostics. */
bool order_image(struct planner *planner, uint32_t image);
/* Once all images are there: plan->repack. */
void order_end(struct planner *planner);
void order_release(struct order *order);

#endif
