/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/unicode.h"

#include "jinja/unicode_case_table.h"

/* Case: what is lower, upper and title, and strings from one to the other. */

enum { CAPITAL_SIGMA = 0x3a3, SMALL_SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2, CAPITAL_I_DOT = 0x130,
	CAPITAL_SHARP_S = 0x1e9e };

static bool in_table(const struct unicode_range *table, size_t count, unsigned code)
{
	return code >= 0x80 && unicode_range_has(table, count, code);
}

bool unicode_is_title(unsigned code)
{
	return in_table(unicode_title_case, UNICODE_COUNT(unicode_title_case), code);
}

bool unicode_is_lower(unsigned code)
{
	unsigned out[3];
	bool maps = (unicode_upper(code, out) != 1 || out[0] != code) && unicode_lower(code) == code;

	return maps != in_table(unicode_lower_odd, UNICODE_COUNT(unicode_lower_odd), code);
}

bool unicode_is_upper(unsigned code)
{
	bool maps = unicode_lower(code) != code;

	return maps != in_table(unicode_upper_odd, UNICODE_COUNT(unicode_upper_odd), code);
}

bool unicode_digit(unsigned code)
{
	return unicode_decimal(code) || in_table(unicode_digits, UNICODE_COUNT(unicode_digits), code);
}

bool unicode_numeric(unsigned code)
{
	if (unicode_alnum(code) && !unicode_alpha(code))
		return true;
	return in_table(unicode_number_letter, UNICODE_COUNT(unicode_number_letter), code);
}

static bool is_cased(unsigned code)
{
	return unicode_is_lower(code) || unicode_is_upper(code) || unicode_is_title(code);
}

static bool is_ignorable(unsigned code)
{
	if (code < 0x80)
		return code && strchr("'.:^`", (int)code);
	return in_table(unicode_case_ignorable, UNICODE_COUNT(unicode_case_ignorable), code);
}

static void add_code(struct buf *out, unsigned code)
{
	char room[4];

	buf_add(out, room, utf8_encode(code, room));
}

static void add_upper(struct buf *out, unsigned code)
{
	unsigned upper[3], n = unicode_upper(code, upper);

	for (unsigned i = 0; i < n; i++)
		add_code(out, upper[i]);
}

static void add_title(struct buf *out, unsigned code)
{
	unsigned title[3];
	unsigned n = unicode_map_special(unicode_special_title, UNICODE_COUNT(unicode_special_title), code, title);

	for (unsigned i = 0; i < n; i++)
		add_code(out, title[i]);
	if (n)
		return;
	if (unicode_map(unicode_to_title, UNICODE_COUNT(unicode_to_title), &code))
		add_code(out, code);
	else
		add_upper(out, code);
}

/* Nearly the small letters of the capital ones. */
static void add_folded(struct buf *out, unsigned code)
{
	unsigned upper[3];

	if (unicode_map(unicode_to_fold, UNICODE_COUNT(unicode_to_fold), &code)) {
		add_code(out, code);
		return;
	}
	if (code == CAPITAL_I_DOT || code == CAPITAL_SHARP_S) {
		buf_adds(out, code == CAPITAL_I_DOT ? "i\xcc\x87" : "ss");
		return;
	}
	for (unsigned i = 0, n = unicode_upper(code, upper); i < n; i++)
		add_code(out, unicode_lower(upper[i]));
}

/* Greek sigma has another small form at the end of a word. */
static unsigned lower_sigma(struct str s, size_t at)
{
	unsigned bytes = 2, code = 0;
	size_t back = at, next = at + 2;

	while (back > 0) {
		back = unicode_back(s, back);
		code = utf8_decode(s.p + back, s.p + at, &bytes);
		if (!is_ignorable(code))
			break;
		code = 0;
	}
	if (!is_cased(code))
		return SMALL_SIGMA;
	for (; next < s.n; next += bytes) {
		code = utf8_decode(s.p + next, s.p + s.n, &bytes);
		if (!is_ignorable(code))
			return is_cased(code) ? SMALL_SIGMA : FINAL_SIGMA;
	}
	return FINAL_SIGMA;
}

static void add_lower(struct buf *out, struct str s, size_t at, unsigned code)
{
	if (code == CAPITAL_SIGMA)
		add_code(out, lower_sigma(s, at));
	else if (code == CAPITAL_I_DOT)
		buf_adds(out, "i\xcc\x87");
	else
		add_code(out, unicode_lower(code));
}

/* The ASCII that S begins with, in upper or lower case; how many bytes that is. */
static size_t recase_ascii(struct buf *out, struct str s, bool upper)
{
	char from = upper ? 'a' : 'A', *to = buf_room(out, s.n);
	size_t at = 0;

	for (; at < s.n && (unsigned char)s.p[at] < 0x80; at++)
		to[at] = s.p[at] >= from && s.p[at] <= from + 25 ? (char)(s.p[at] ^ 0x20) : s.p[at];
	to[at] = '\0';
	out->n += at;
	return at;
}

void unicode_recase(struct buf *out, struct str s, enum unicode_case how)
{
	bool simple = how == UNICODE_UPPER || how == UNICODE_LOWER;
	size_t at = simple ? recase_ascii(out, s, how == UNICODE_UPPER) : 0;
	bool within = false; /* the code point before was a letter */
	unsigned bytes;

	for (; at < s.n; at += bytes) {
		unsigned code = utf8_decode(s.p + at, s.p + s.n, &bytes);
		bool first = how == UNICODE_TITLE ? !within : at == 0;

		if (how == UNICODE_FOLD)
			add_folded(out, code);
		else if (how == UNICODE_UPPER || (how == UNICODE_SWAP && unicode_is_lower(code)))
			add_upper(out, code);
		else if ((how == UNICODE_CAPITALIZE || how == UNICODE_TITLE) && first)
			add_title(out, code);
		else if (how == UNICODE_SWAP && !unicode_is_upper(code))
			add_code(out, code);
		else
			add_lower(out, s, at, code);
		if (how == UNICODE_TITLE)
			within = is_cased(code);
	}
}
