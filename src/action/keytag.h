/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_KEYTAG_H
#define DTK_ACTION_KEYTAG_H

#include "action/push.h"
#include "stamp/seal.h"

/*
 * A key tag says in a registry what an image was made from, so that another machine can have it without building:
 *
 *	REPOSITORY:key-DIGITS
 *
 * REPOSITORY is that of the image's main tag, as pushes name it.  DIGITS are a hash of the image's key, the
 * environment words of its build, its platform, and reference and ID of each parent and base: nothing that differs
 * between machines that would build the same.  Whoever may push to REPOSITORY says what is there.
 */

/* n = 0 where SEAL has no tag, or does not know what a base was. PLATFORM is OS/ARCHITECTURE. */
struct str keytag_of(struct arena *arena, const struct seal *seal, struct str platform, const char *registry,
                     const char *repository);

/* True where ORDER or DTK_PUSH_KEYS in the environment asks for it. */
bool keytag_wanted(const struct push *order);
/* True where DTK_PUSH_KEYS is `only`: nothing is pushed by any other tag. */
bool keytag_only(void);
/*
 * Pushes the images of ORDER and all that they stand on by their key tags, but of the latter none that is a stage
 * only (--target): it may hold what its image leaves out.  A key tag that the registry has is left
 * alone.  Nothing is pushed in a pull request, which is said.  Returns 0, or -1 after an error was said.
 */
int keytag_push(const struct push *order, struct diag *diag);

#endif
