/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_IGNORE_H
#define DTK_DOCKER_IGNORE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/*
 * .dockerignore: patterns, the last match wins (Docker build manual, "Build
 * context"; moby/patternmatcher and fsutil, whose order of evaluation this
 * follows).  The same language serves --exclude and --parents.
 */
struct ignore;

/* NULL after diagnostics.  Allocated in ARENA, borrows nothing. */
struct ignore *ignore_parse(struct arena *arena, struct diag *diag, uint32_t source, struct str text);
/* From single patterns, as --exclude has them; NULL where one is malformed. */
struct ignore *ignore_of(struct arena *arena, const struct str *patterns, size_t count);

/* How many patterns there are: the length of a state. */
size_t ignore_count(const struct ignore *ignore);
/*
 * True where PATH (relative, cleaned) is left out.  PARENT is the state of
 * its directory, NULL at the top; STATE receives its own (for what is below)
 * and may be NULL.
 */
bool ignore_step(const struct ignore *ignore, struct str path, const unsigned char *parent,
                 unsigned char *state);
/* The same from the top: every directory on the way is looked at. Not for two threads at once. */
bool ignore_match(const struct ignore *ignore, struct str path);
/* True where something below the excluded directory PATH could be re-included. */
bool ignore_may_include_below(const struct ignore *ignore, struct str path);

#endif
