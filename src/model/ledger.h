/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_LEDGER_H
#define DTK_MODEL_LEDGER_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The order in which a stage image's steps were last built, and the order in which they are built next.
 *
 * An image is a chain: where a step changes, all behind it run anew.  So what is there stays where it is, and
 * what comes or changes goes to the end: what changes often ends up last without anyone ordering it.
 *
 * ledger_order is a pure function of the old order (none: a fresh one) and of what is wanted now.
 *
 *  1. A step of packages (apt, yum), and the user, keeps what is still wanted.  What is gone is taken out where
 *     it stood; an empty step vanishes.
 *  2. New packages are one step, at the end.  Where the same edit takes packages of that kind away, they are
 *     replaced: the new ones follow right behind the first step that lost any.  All behind it runs anew in
 *     any case, and a stage that used what is gone finds what took its place.
 *  3. Scripts (env) are a sequence, so each needs all before it.  What the old and the new sequence begin with
 *     stays.  Where the old one goes on otherwise, it ends there, and the rest of the new one is a step in that
 *     place; else it is a step at the end.
 *  4. A stage stays where its commands are what they were and all stages that it needs stand before it.
 *     Every other one, and so whatever needs one of these, leaves its place.
 *  5. At the end stand, in this order: new packages, user, sudo, scripts (a step each), then the stages that left their
 *     place, in the old order, then the new ones, in that of their declaration; but each behind those that
 *     it needs.  So a stage that was changed finds what was added for it.
 *
 * The last stage therefore changes in its place, and the engine still has its commands before the change.
 * Ordering against what came out gives the same again.
 *
 * A line of the file is a step, so that a merge takes the steps of both sides; see ledger_read.
 */
enum ledger_kind {
	LEDGER_APT,
	LEDGER_YUM,
	LEDGER_USER, /* these four are sets; a user is a set of one */
	LEDGER_SUDO,
	LEDGER_SETS,
	LEDGER_ENV = LEDGER_SETS, /* digests of scripts */
	LEDGER_STAGE,             /* a name and the digest of its commands */
	LEDGER_KINDS
};

struct ledger_step {
	enum ledger_kind kind;
	struct str *items;
	size_t count; /* never 0 */
};

struct ledger {
	struct ledger_step *steps;
	size_t count, capacity; /* in the arena of whoever made it */
};

struct ledger_stage {
	struct str name, digest;
	const uint32_t *needs; /* other stages; no cycle */
	uint32_t need_count;
};

/* What an image is to consist of. No item of a set stands twice, no name of a stage either. */
struct ledger_want {
	struct ledger_items {
		const struct str *items;
		size_t count;
	} items[LEDGER_STAGE]; /* by kind */
	const struct ledger_stage *stages;
	uint32_t stage_count;
};

/* OUT is made in ARENA and borrows the items of both. */
void ledger_order(struct arena *arena, const struct ledger *old, const struct ledger_want *want, struct ledger *out);

/*
 * The file:
 *
 *	dtk-ledger 1
 *	CHECK apt PACKAGE...
 *	CHECK yum PACKAGE...
 *	CHECK user NAME
 *	CHECK sudo NAME
 *	CHECK env DIGEST...
 *	CHECK stage NAME DIGEST
 *
 * CHECK is the first eight digits of the hash of what follows it.  A file has no checksum of its own, as any
 * two edits would clash there.  A step that stands twice counts once.
 */
#define LEDGER_MAGIC "dtk-ledger 1"
#define LEDGER_SUFFIX ".dtk-ledger"

/* Where a file is no ledger, and why. */
struct ledger_fault {
	size_t offset, length;
	const char *why;
};

/* Reads TEXT into ARENA, which borrows from it.  False with *FAULT. */
bool ledger_read(struct arena *arena, struct str text, struct ledger *ledger, struct ledger_fault *fault);
/* Appends the line of STEP without its line break. */
void ledger_line(const struct ledger_step *step, struct buf *out);
/* Appends the whole file. */
void ledger_write(const struct ledger *ledger, struct buf *out);

#endif
