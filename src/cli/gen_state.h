/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_GEN_STATE_H
#define DTK_CLI_GEN_STATE_H

#include "base/map.h"
#include "cli/gen.h"
#include "emit/engine.h"
#include "stamp/why.h"

/* What would be built: the stamps of each image against its inputs as they are now. No engine is asked. */
struct state {
	struct gen *gen;
	const struct plan *plan;
	struct engine engine;
	struct map index;    /* name -> image */
	bool *shown;         /* image -> asked for */
	bool *wanted;        /* image -> asked for, or needed by one that is */
	enum why *why;       /* image -> what would happen */
	struct buf *reasons; /* image -> lines */
};

/* Makes the plan. False after diagnostics. Release with state_release in either case. */
bool state_init(struct state *state, struct gen *gen);
void state_release(struct state *state);

/*
 * Looks at the images NAMES (none: all) and what they stand on; with TARGETS a name may be of a set.  False after
 * diagnostics: then nothing is shown where a name is unknown, else what cannot be told is WHY_FAILED.
 */
bool state_look(struct state *state, char *const *names, size_t count, bool targets);

/* The LINES of reasons as a list for JSON; it borrows them. */
struct value state_lines(struct arena *arena, struct str lines);

#endif
