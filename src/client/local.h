/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_LOCAL_H
#define DTK_CLIENT_LOCAL_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <time.h>

/*
 * A cache in a local directory that does not grow: the client's export only ever adds blobs to the one that it is
 * given.  Below ROOT each scope is a directory, and in it each export one of its own:
 *
 *	ROOT/SCOPE/N        an export, which never changes; the highest number counts
 *	ROOT/SCOPE/part-*   one under way
 *	ROOT/SCOPE/.lock    held for moments: numbers are given, and directories removed, under it
 *
 * An export begins with hard links to the blobs of the last one, so that only new ones are written; when it is done,
 * blobs that it does not need go, it gets its number, and older ones are removed.  Builds at the same time do not
 * disturb each other: each holds a lock on what it reads and what it writes, and what is locked is not removed but
 * left to the next that ends.  What a killed build left is removed by the next.
 */
struct local {
	const char *dir;  /* ROOT/SCOPE; the strings are in the arena of local_begin */
	const char *from; /* the export to read; NULL: there is none */
	const char *to;   /* the directory to write; NULL: none is to be written, or none could be made */
	int from_fd, to_fd; /* hold the locks; -1: none */
};

/* False with errno where the directories cannot be made or read; then nothing is held. */
bool local_begin(struct local *local, struct arena *arena, const char *root, struct str scope, bool write);
/* KEEP: what was written counts from now on, if it is whole. */
void local_end(struct local *local, struct arena *arena, bool keep);

/* A scope as it lies there. */
struct local_scope {
	long long size; /* bytes */
	time_t written; /* the last export */
};
/* False where ROOT/NAME holds anything but what is said above, or no export. */
bool local_look(struct local_scope *scope, struct arena *arena, const char *root, struct str name);
/* Removes it; false where a build uses it, which stays then. */
bool local_remove(struct arena *arena, const char *root, struct str name);

#endif
