/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_QUOTE_H
#define DTK_BASE_QUOTE_H

#include "base/str.h"

/*
 * Escaping, here and nowhere else: each function appends S to OUT so that the
 * reader named gets exactly the bytes of S back.
 */

/* One POSIX shell word: bare where every byte is in [A-Za-z0-9_@%+=:,./-], else in single quotes. */
void quote_shell(struct buf *out, struct str s);
/*
 * The value of a Ninja variable: '$' doubled, a leading blank escaped; S must
 * hold no line break (quote_ninja_fits).
 */
void quote_ninja_value(struct buf *out, struct str s);
/* A path on a build line: as above, and blanks and colons. */
void quote_ninja_path(struct buf *out, struct str s);
/* False where no manifest can carry S: a line break or a NUL. */
bool quote_ninja_fits(struct str s);
/*
 * False where Ninja or its depfile reader would misread the name: quotes,
 * * ? | ; & < > ^, control bytes, a trailing backslash or colon, no name.
 */
bool quote_ninja_watches(struct str path);
/* A path in a depfile of deps = gcc; only what quote_ninja_watches. */
void quote_depfile(struct buf *out, struct str path);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void quote_json(struct buf *out, struct str s);
/* Text or attribute of HTML: & < > " ' as entities; what HTML cannot hold (control bytes, no UTF-8) is U+FFFD. */
void quote_html(struct buf *out, struct str s);
/* A quoted DOT label: backslashes doubled, line breaks as \n. */
void quote_dot(struct buf *out, struct str s);
/* A quoted Mermaid label: what may mean something there as #NUMBER;, line breaks as <br>. */
void quote_mermaid(struct buf *out, struct str s);
/* One field of a line of comma-separated values, as engines split options: bare where it can be. */
void quote_csv(struct buf *out, struct str s);

#endif
