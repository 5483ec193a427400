/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_WORDS_H
#define DTK_STAMP_WORDS_H

#include "base/diag.h"

/*
 * Words of a command line that may be too long for one: "@FILE" stands for the words in FILE, which are separated by
 * blanks and line breaks, with quotes and backslashes as dtk-gen and Ninja write them for a shell.
 */

/* Gives each of GIVEN (NULL-terminated) to TAKE; false where a file cannot be read (said) or TAKE said so. */
bool words_each(const char *const *given, struct diag *diag, bool (*take)(void *context, struct str word),
                void *context);

#endif
