/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_RECORD_H
#define DTK_CLIENT_RECORD_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

#include <time.h>

/*
 * Stamps are text, a fact a line, and end in a line with the checksum of all
 * that stands before it.  Backslash and line break are escaped in what may
 * hold any byte, so that a line is always a whole fact.
 */

/* "WORD VALUE\n", escaped. */
void record_add(struct buf *out, const char *word, struct str value);
void record_escape(struct buf *out, struct str value);
/* VALUE as it was before record_escape; in ARENA where it differs. */
struct str record_unescape(struct arena *arena, struct str value);

enum record { RECORD_FINE, RECORD_MISSING, RECORD_BROKEN };

/*
 * Reads PATH into ARENA; *BODY is what stands before the checksum.  MISSING
 * says nothing.  BROKEN: the checksum or the first line (MAGIC, if not NULL;
 * not part of *BODY) is wrong; the file has been removed and an error said.
 * With DIAG NULL a broken file is left as it is and nothing is said.
 */
enum record record_read(const char *path, const char *magic, struct arena *arena, struct diag *diag,
                        struct str *body);

/*
 * Adds the checksum to BODY and replaces PATH by it, unless it holds just
 * that already.  TIME, where not NULL, becomes its modification time.  -1
 * after an error was said (unless DIAG is NULL); 1 where it was written, 0 where it was the same.
 */
int record_write(const char *path, struct buf *body, const struct timespec *time, struct diag *diag);

/* The next line of *REST, without its line break; false at the end. */
bool record_line(struct str *rest, struct str *line);
/* Takes the first word off LINE (up to a blank). */
struct str record_word(struct str *line);

#endif
