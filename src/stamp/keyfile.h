/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_KEYFILE_H
#define DTK_STAMP_KEYFILE_H

#include "client/record.h"
#include "stamp/key.h"

/* The text of keys; key.h says what it is. */

/* Appends the inputs as they stand in a key and in a seal. */
void keyfile_inputs(struct buf *out, const struct key *key);
/* Reads one such line into KEY; false where it is none. */
bool keyfile_input(struct arena *arena, struct str line, struct key *key);

enum record keyfile_load(const struct place *place, struct arena *arena, struct diag *diag, struct key *key);

/*
 * Writes X.key unless it holds KEY already: 1 written, 0 the same, -1 after an
 * error was said.  TIME becomes its modification time.
 */
int keyfile_save(const struct place *place, const struct key *key, struct timespec time, struct diag *diag);

/*
 * Replaces X.key by KEY where it still has the hash OLD, and leaves its time
 * as it was: what a build does that found newer inputs.  As keyfile_save.
 */
int keyfile_replace(const struct place *place, struct hash old, const struct key *key, struct diag *diag);

#endif
