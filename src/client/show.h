/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_SHOW_H
#define DTK_CLIENT_SHOW_H

#include "client/command.h"

/* Commands as a shell takes them, a line each on standard output, for whoever wants to repeat them. */

/* ENV's NAME=VALUE words and WORDS, both NULL-terminated; ENV may be NULL. */
void show_words(const char *const *env, const char *const *words);

/* A build: WORDS as its edge has them, parsed as COMMAND, which say all but how the context is sent. */
void show_build(const struct command *command, const char *const *words, bool no_cache);
/* IMAGE gets the name TAG. */
void show_tag(const struct command *command, struct str image, struct str tag);

#endif
