/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_LITERAL_H
#define DTK_JINJA_LITERAL_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/* Numbers and strings as Python spells them. */
enum literal_kind { LITERAL_INTEGER, LITERAL_FLOAT, LITERAL_STRING };
struct literal {
	enum literal_kind kind;
	size_t length; /* bytes read, at least 1 */
	int64_t integer;
	double real;
	struct str str;    /* borrowed, or in the arena where it has escapes */
	const char *error; /* NULL: none */
};

/* TEXT begins with a digit or a quote; AFTER_DOT: a '.' stands before it, so that no float can begin here. */
void literal_read(struct literal *literal, struct str text, struct arena *arena, bool after_dot);

/* Python's int(): blanks around, a sign, underscores, the digits of any script; base 0 goes by the prefix. */
enum literal_result { LITERAL_IS, LITERAL_IS_NOT, LITERAL_TOO_BIG };
enum literal_result literal_int(struct str text, unsigned base, int64_t *result);
/* Python's float(): also inf, infinity and nan. */
bool literal_float(struct str text, double *result);

#endif
