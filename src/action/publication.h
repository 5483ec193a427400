/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_PUBLICATION_H
#define DTK_ACTION_PUBLICATION_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"

/*
 * Scripts that publish images, as dtk-gen writes them for a publication_tag of run.cfg: `sh SCRIPT -r` prints the
 * reference, `sh SCRIPT` gives the image that name and pushes it, and prints what it runs.
 */
struct publication {
	const char *script;
	struct str ref; /* n = 0 before publication_resolve */
	struct publication *next; /* of the same image; NULL: the last one */
};

/* Adds NAME=SCRIPT to MAP, name -> struct publication; WORD outlives it, with a NUL. False after an error was said. */
bool publication_add(struct map *map, struct str word, struct arena *arena, struct diag *diag);
/* Asks all of MAP for their references. False after errors were said. */
bool publication_resolve(const struct map *map, struct arena *arena, struct diag *diag);
/* Publishes, with the script's output as ours. False after an error was said. */
bool publication_run(const struct publication *publication, struct diag *diag);

#endif
