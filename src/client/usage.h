/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_USAGE_H
#define DTK_CLIENT_USAGE_H

#include "base/diag.h"

/*
 * What builds leave in the engine, and how that goes away again.  WORDS is the
 * client with its verb, as command.h has it: `buildx build` stands for
 * buildx's builder, whatever engine that is.  Podman's cache are images
 * without a tag.
 */

/* Prints what the engine holds, and its build cache by kind. Returns 0, or -1 after an error was said. */
int usage_show(const char *const *words, struct diag *diag);

struct usage_prune {
	long long age;  /* milliseconds: what was not used for so long goes; 0: all of it; -1: of any age */
	long long keep; /* bytes: what is beyond goes, what was used last stays; -1: not bounded */
	const char *const *words;
};

/* What usage_prune does unless it is told otherwise: what was not used for a week. */
#define USAGE_AGE "168h"

/* First by age, then by size; prints what was freed. Returns 0, or -1 after an error was said. */
int usage_prune(const struct usage_prune *order, struct diag *diag);

#endif
