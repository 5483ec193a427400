/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_WORDS_H
#define DTK_CLIENT_WORDS_H

#include "base/diag.h"

/*
 * Words of a command line that may be too long for one: "@FILE" stands for the words in FILE, which are separated by
 * blanks and line breaks, with quotes and backslashes as dtk-gen and Ninja write them for a shell.
 */

/*
 * Takes the next word of TEXT, from *AT on, to WORD (cleared first); false where there is none.  Between words are
 * blanks, and line breaks and ; | & ( ) < >, which a shell takes for the end of a command or for a redirection:
 * *BETWEEN (or NULL) is the last of these before the word, else '\0'.  Quotes and backslashes are resolved, nothing is
 * expanded.
 */
bool words_next(struct str text, size_t *at, struct buf *word, char *between);

/* Gives each of GIVEN (NULL-terminated) to TAKE; false where a file cannot be read (said) or TAKE said so. */
bool words_each(const char *const *given, struct diag *diag, bool (*take)(void *context, struct str word),
                void *context);

/* True where WORD, in a list of stamps, is what a push reads besides: "+...", "%..." or "=...", see push.h. */
bool words_besides(struct str word);

#endif
