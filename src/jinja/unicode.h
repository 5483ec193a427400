/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_UNICODE_H
#define DTK_JINJA_UNICODE_H

#include "base/str.h"

/* Text as Python sees it: code points and their properties. */

bool unicode_space(unsigned code);
bool unicode_alpha(unsigned code);
bool unicode_decimal(unsigned code);
bool unicode_alnum(unsigned code);
bool unicode_printable(unsigned code);
/* One code point. */
unsigned unicode_lower(unsigned code);
/* Up to three code points into OUT; returns how many. */
unsigned unicode_upper(unsigned code, unsigned out[3]);
/* The value of a decimal digit of any script, -1: it is none. */
int unicode_digit_value(unsigned code);
/* Decimal digits, superscripts and their like; anything that stands for a number. */
bool unicode_digit(unsigned code);
bool unicode_numeric(unsigned code);
bool unicode_is_lower(unsigned code);
bool unicode_is_upper(unsigned code);
/* Neither lower nor upper but both, such as U+01C5. */
bool unicode_is_title(unsigned code);

/* Bytes of white space at the beginning and at the end of S. */
size_t unicode_space_prefix(struct str s);
size_t unicode_space_suffix(struct str s);
/* Bytes of the identifier that S begins with, 0 if none. */
size_t unicode_word_prefix(struct str s);

enum unicode_case { UNICODE_LOWER, UNICODE_UPPER, UNICODE_CAPITALIZE, UNICODE_TITLE, UNICODE_SWAP, UNICODE_FOLD };
/* Python's str.lower, upper, capitalize, title, swapcase, casefold. */
void unicode_recase(struct buf *out, struct str s, enum unicode_case how);
/* Offset of the code point before AT (at least 1). */
size_t unicode_back(struct str s, size_t at);

#endif
