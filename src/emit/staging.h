/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_STAGING_H
#define DTK_EMIT_STAGING_H

#include "base/str.h"

#include <signal.h>
#include <time.h>

/*
 * A tree that is not there yet, made whole beside its place in a directory
 * .dtk-…, which becomes the tree by one rename.  Nobody sees half of it, so
 * its files need no names of their own for a while, and threads share the work.
 *
 * SIGINT, SIGTERM and SIGHUP wait meanwhile: staging_close and staging_publish
 * let them come, after everything unfinished was removed, as it is at exit.  What SIGKILL leaves
 * is known by its name and by its lock, which nobody holds.
 */
struct staging {
	char *path; /* owned; NULL: none is under way */
	int dir;    /* the directory */
	int lock;   /* its .lock, held */
	sigset_t mask; /* of signals before */
};

struct staged {
	const char *name; /* within the tree; no slash in it */
	struct str bytes;
	bool executable;
};

/* A staging for TREE, whose directory is made. False with errno. */
bool staging_open(struct staging *staging, const char *tree);
/* Writes COUNT files. False with errno and *FAILED, one that could not be; EINTR: a signal waits. */
bool staging_write(const struct staging *staging, const struct staged *files, size_t count, size_t *failed);
/*
 * Makes it the tree and hands its lock over.  False with errno: EEXIST where somebody else was first;
 * nothing is left of it then.
 */
bool staging_publish(struct staging *staging, const char *tree, int *lock);
/* Removes what is there of it; nothing where none is under way. */
void staging_close(struct staging *staging);
/* Removes at PATH, a directory, what a killed run left there SECONDS before NOW or longer ago. */
void staging_sweep(const char *path, struct timespec now, time_t seconds);

#endif
