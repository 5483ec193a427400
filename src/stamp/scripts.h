/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_SCRIPTS_H
#define DTK_STAMP_SCRIPTS_H

#include "base/diag.h"

/*
 * Writes OUT, which says which of the project's scripts there are and what they hold, and changes
 * only with that; and OUT.d with what to watch for it.  -1 after an error was said.
 */
int scripts_stamp(const char *out, struct diag *diag);

#endif
