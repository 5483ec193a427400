/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_LEDGER_H
#define DTK_STAMP_LEDGER_H

#include "stamp/seal.h"

/*
 * The order in which the stages of an image were built.  Its Dockerfile says in comments, each behind "#: ",
 * what is to be in the ledger once it is built; the seal has the Dockerfile of the last build that succeeded.
 */

/*
 * Makes FILE what X.seal says.  One that cannot be written is a warning: the image is built, and only the
 * next order is worse for it.
 */
void ledger_publish(struct arena *arena, const struct place *place, const char *file, struct diag *diag);

#endif
