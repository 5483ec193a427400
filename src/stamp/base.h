/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_BASE_H
#define DTK_STAMP_BASE_H

#include "client/ask.h"
#include "data/lock.h"
#include "stamp/seal.h"

/*
 * Images from elsewhere that others are built on.  A seal names one by the ID that the engine had for it, or by the
 * digest under which a registry has it; ANSWER tells which of them are the same image.
 */

/*
 * True where what SEALED (a base) was built on is not what a build would take now: the image that the digest PIN
 * names, or, where PIN.n is 0, what the engine has under the tag; where it has nothing, nothing is known to have moved.
 */
bool base_moved(struct arena *arena, const struct ask_answer *answer, const struct seal_parent *sealed,
                struct str pin);

/*
 * The digest by which LOG (BuildKit's plain progress) says that REF was found in a registry; n = 0 where it says
 * none: the engine had the image. Borrows from LOG.
 */
struct str base_in_log(struct arena *arena, struct str log, struct str ref);

/* Reads the pins in the file PATH, which need not be there, into LOCK. False after an error was said. */
bool base_pins(const char *path, struct lock *lock, struct diag *diag);

#endif
