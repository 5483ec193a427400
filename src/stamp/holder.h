/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_HOLDER_H
#define DTK_STAMP_HOLDER_H

#include "stamp/seal.h"

/*
 * The index of tags: which image holds which, a small file each in stamps/.tags.
 * A broken one counts as none.
 */

/* The image that holds TAG; n = 0 if none. */
struct str holder_of(const struct place *place, struct arena *arena, struct str tag);
/*
 * X now holds the tags of SEAL and no others of those of OLD (may be NULL);
 * images that held them until now have their seals set aside.  -1 after an error was said.
 */
int holder_claim(const struct place *place, const struct seal *seal, const struct seal *old,
                 struct diag *diag);
/* True where the index has X as the holder of every tag of SEAL. */
bool holder_held(const struct place *place, const struct seal *seal);
/* True where TAG is one of SEAL's. */
bool holder_lists(const struct seal *seal, struct str tag);
/* Nobody holds TAG any more. */
void holder_drop(const struct place *place, struct str tag);

#endif
