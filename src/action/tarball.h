/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_TARBALL_H
#define DTK_ACTION_TARBALL_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/fs.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a tar from a descriptor, front to back: ustar, pax headers
 * (POSIX.1-2008, pax Interchange Format) and what GNU tar does instead (long
 * names in entries of their own, big sizes in base 256).  snapshot.h writes.
 */
enum { TARBALL_PIECE = 1 << 16 };

struct tarball {
	int fd;
	struct diag *diag;
	const char *name;     /* for messages */
	struct arena arena;   /* of the present entry's texts */
	struct str path;      /* without a slash at the end */
	struct str target;    /* of a link */
	struct fs_look look;  /* mode, with its type, and size */
	uint64_t left, pad;   /* of the present entry's content */
	uint64_t offset;      /* bytes read so far */
	char bytes[TARBALL_PIECE];
};

enum tarball_read { TARBALL_ENTRY, TARBALL_END, TARBALL_BROKEN };

/* FD and NAME are borrowed. */
void tarball_begin(struct tarball *tarball, int fd, const char *name, struct diag *diag);
/* Frees what it has. */
void tarball_release(struct tarball *tarball);

/*
 * Goes to the next entry, over what was not read of the present one.  At the
 * end all that FD gives has been read.  BROKEN after an error was said: it
 * ends too early, is no tar, or has an entry that is neither a file, a
 * directory nor a symbolic link.
 */
enum tarball_read tarball_next(struct tarball *tarball);

/* The next piece of the present file's content, in tarball->bytes; n = 0 at its end. False after an error was said. */
bool tarball_piece(struct tarball *tarball, struct str *piece);

#endif
