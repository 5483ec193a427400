/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_PATTERN_H
#define DTK_DOCKER_PATTERN_H

#include "base/arena.h"
#include "base/str.h"

/*
 * One pattern of .dockerignore, --exclude or --parents, without its '!'.
 * moby/patternmatcher turns it into a regular expression of Go's; this does
 * the same, quirks included, and runs it without backtracking.
 */
struct pattern;
/* NULL where TEXT (cleaned) makes no regular expression.  Allocated in ARENA, borrows TEXT. */
struct pattern *pattern_compile(struct arena *arena, struct str text);
/* Whether PATH itself matches, whatever its parents do. */
bool pattern_matches(const struct pattern *pattern, struct str path);

#endif
