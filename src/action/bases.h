/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_BASES_H
#define DTK_ACTION_BASES_H

#include "base/diag.h"

/*
 * Moves the pins of matrix.lock (data/lock.h) to what the registries have now, and makes root file systems anew and
 * pins what came out.  A line on standard output says of each what became of it:
 *
 *	REF: same
 *	REF: new DIGEST
 *	REF: moved DIGEST -> DIGEST
 *	REF: not known, kept DIGEST     an error follows at the end
 *	REF: gone                       nothing here is built on it: its pin is dropped
 *	REF: unused                     the same where it is not known what else the file is for: the pin is kept
 */
struct bases {
	const char *lock; /* written only where a pin changes */
	/*
	 * What to ask for, see words.h: references, and `rootfs=NAME` with the words of `dtk-stamp rootfs` after it.
	 * Its directory gets a new time where LOCK is new, so that the generator looks for it.
	 */
	const char *list;
	bool part;        /* LIST is not all that the matrix has */
	const char *const *words; /* the client; NULL-terminated */
};

/* Returns 0, or -1 after an error was said: what could be asked for has its pin all the same. */
int bases_update(const struct bases *order, struct diag *diag);

#endif
