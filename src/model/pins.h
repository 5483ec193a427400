/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_PINS_H
#define DTK_MODEL_PINS_H

#include "data/lock.h"
#include "docker/file.h"

struct planner;

/* A reference to an image from elsewhere, where it first stands. */
struct pins_base {
	struct str ref, normal, pin;
	struct span span;
	const char *why; /* it can have no pin; NULL: it can */
	uint32_t image;  /* the last one that is built on it */
	uint32_t images; /* how many are */
};

struct pins {
	struct lock lock;
	struct pins_base *bases; /* mem_alloc'd */
	size_t count, room;
	struct map index; /* reference -> number */
};

/*
 * Reads matrix.lock: beside MATRIX, or where that is NULL in docker/.  WATCH is told of it, be it there or not.
 * False after diagnostics.  Release with pins_release in either case, also where it was zeroed only.
 */
bool pins_read(struct planner *planner, const char *matrix,
               void (*watch)(void *context, const char *path, bool found), void *context);
void pins_release(struct pins *pins);

/* IMAGE of the plan is built on REF, which is of no image of the matrix and has no digest. */
void pins_base(struct planner *planner, uint32_t image, const struct docker_ref *ref);
/* The pin of the root file system NAME, "" where there is none. */
struct str pins_rootfs(const struct pins *pins, struct str name);
/* Fills in the plan's bases. With --locked tells those without a pin, a root file system among them; false then. */
bool pins_settle(struct planner *planner);

#endif
