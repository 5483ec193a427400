/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_VERIFY_H
#define DTK_ACTION_VERIFY_H

#include "base/diag.h"

/*
 * Compares all stamps with the world.  The engine is asked once: tags are
 * applied again, the seal of an image that is gone or whose base changed is
 * set aside.  Inputs that the stat cache does not vouch for are hashed again,
 * and a key is dropped where its hash differs.  What was dropped is built by
 * the next run of Ninja; a line each on standard output says what.
 *
 * STAMPS is generated/stamps, LOCK is matrix.lock (NULL, or not there: no
 * pins), WORDS the client ([NAME=VALUE]... docker [--host H]).  Returns 0, or
 * -1 after an error was said.
 */
int verify_all(const char *stamps, const char *lock, const char *const *words, struct diag *diag);

/* Removes the tags that seals name and that still name the sealed image, and their stamps. As verify_all. */
int verify_clean(const char *stamps, const char *const *words, struct diag *diag);

#endif
