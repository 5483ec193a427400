/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_SCHEMA_H
#define DTK_EMIT_SCHEMA_H

#include "base/str.h"

/*
 * A JSON Schema (draft-07, which all editors read) of a matrix, made of the loader's own table of keys: what it
 * refuses, the loader refuses, too.  The loader knows more, as which names there are.
 *
 * A text may be a number or a boolean as well, as the loader takes it as it stands in the file; null counts as not
 * given.  With `axes`, any name that an axis can have is a key of a sequence and of a combination.
 */

/* Appends the schema of PART: "matrix", or the name of a key of a matrix ("images").  False where there is none. */
bool schema_write(struct str part, struct buf *out);

#endif
