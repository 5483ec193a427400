/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_NINJA_H
#define DTK_EMIT_NINJA_H

#include "emit/engine.h"

/*
 * build.ninja.  Rules hold the commands and edges little, since Ninja's own
 * reading of the manifest is what a run without changes costs.
 *
 * How generated files that vanish come back: the regeneration edge watches the
 * tree's directory (through TREE/.root, in its depfile), which is never
 * younger than the manifest unless something was added or removed there since.
 * Stamps, logs and actions have directories of their own for that reason.
 */
struct ninja {
	const struct plan *plan;
	const struct engine *engine;
	struct diag *diag;
	struct str manifest;  /* "build.ninja" */
	struct str tree;      /* "generated" */
	struct str source;    /* what it is made from, for the first line */
	struct str generator; /* dtk-gen's command line, for a shell */
	const char *gen, *stamp; /* the programs: "./dtk-gen", or "dtk-gen" from PATH */
	bool configured;      /* config.ninja makes the programs */
	const struct str *inputs; /* what regeneration watches, cleaned paths */
	size_t input_count;
	bool always; /* one of them cannot be watched: regenerate every time */
};

/* False after diagnostics: a value that no manifest can carry. */
bool ninja_write(const struct ninja *ninja, struct buf *out);

/* The depfile of the regeneration edge: inputs, the tree, and with `always` something that never exists. */
void ninja_depfile(const struct ninja *ninja, struct buf *out);

/*
 * TREE/_images.T, what an action on the set T reads after an `@`: the stamps of its images (of a target, NULL: of
 * all), but not of builders, a line each, quoted for a shell.  It lies in the tree itself, so that it comes back where
 * it vanishes.
 */
#define NINJA_LIST "_images."
void ninja_list(const struct plan *plan, const struct plan_target *target, struct buf *out);

/*
 * TREE/stamps/.tally.T, the last edge of the set T, which says what a run did: it waits for the seals of its images,
 * and its output is never older than they are (dtk-gen dates it ahead), so that only one of them that is to be looked
 * at in the same run makes it run.
 */
#define NINJA_TALLY ".tally."

/* TREE/.generator: dtk-gen's command line, for messages that say how it is called. */
#define NINJA_GENERATOR ".generator"

/* What genversion writes, in the project's directory. */
#define NINJA_VERSION "_version.py.bld"

/*
 * TREE/_bases, what update-bases reads: a line for each image from elsewhere, and for each root file system
 * rootfs=NAME with the arguments of `dtk-stamp rootfs`.
 */
#define NINJA_BASES "_bases"
void ninja_bases(const struct plan *plan, struct buf *out);

/*
 * EACH gets every target of build.ninja that users call, in the order of `ninja help`: its KIND ("all", "sequence",
 * "group", "layer", "image", "push", "test", "scan", "save", "run" or "action") and what it is.  NAME and SUMMARY are
 * gone when it returns.
 */
typedef void ninja_target(void *context, struct str name, const char *kind, struct str summary);
void ninja_targets(const struct plan *plan, ninja_target *each, void *context);
/* TREE/.help, a line for each of them, as `ninja help` prints it. */
#define NINJA_HELP ".help"
void ninja_help(const struct plan *plan, struct buf *out);

#endif
