/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/unicode.h"

#include "jinja/unicode_table.h"

#define RANGE_COUNT(table) (sizeof(table) / sizeof *(table))

static bool range_has(const struct unicode_range *table, size_t count, unsigned code)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > table[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && code >= table[low].first;
}

static unsigned case_map(const struct unicode_mapping *table, size_t count, unsigned code)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > table[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || code < table[low].first || (code - table[low].first) % table[low].step)
		return code;
	return (unsigned)((int)code + table[low].delta);
}

bool unicode_space(unsigned code)
{
	if (code < 0x80)
		return (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x20);
	return range_has(unicode_wide_space, RANGE_COUNT(unicode_wide_space), code);
}

static bool ascii_upper(unsigned code)
{
	return code >= 'A' && code <= 'Z';
}

static bool ascii_lower(unsigned code)
{
	return code >= 'a' && code <= 'z';
}

bool unicode_alpha(unsigned code)
{
	if (code < 0x80)
		return ascii_lower(code) || ascii_upper(code);
	return range_has(unicode_alpha_ranges, RANGE_COUNT(unicode_alpha_ranges), code);
}

bool unicode_decimal(unsigned code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9';
	return range_has(unicode_decimal_ranges, RANGE_COUNT(unicode_decimal_ranges), code);
}

bool unicode_alnum(unsigned code)
{
	if (unicode_alpha(code) || unicode_decimal(code))
		return true;
	return code >= 0x80 && range_has(unicode_number, RANGE_COUNT(unicode_number), code);
}

bool unicode_printable(unsigned code)
{
	if (code < 0x80)
		return code >= 0x20 && code < 0x7f;
	return !range_has(unicode_unprintable, RANGE_COUNT(unicode_unprintable), code);
}

unsigned unicode_lower(unsigned code)
{
	if (code < 0x80)
		return ascii_upper(code) ? code + 32 : code;
	return case_map(unicode_to_lower, RANGE_COUNT(unicode_to_lower), code);
}

unsigned unicode_upper(unsigned code, unsigned out[3])
{
	if (code < 0x80) {
		out[0] = ascii_lower(code) ? code - 32 : code;
		return 1;
	}
	out[0] = case_map(unicode_to_upper, RANGE_COUNT(unicode_to_upper), code);
	if (out[0] != code)
		return 1;
	for (size_t i = 0; i < RANGE_COUNT(unicode_special_upper); i++) {
		const struct unicode_special *special = &unicode_special_upper[i];

		if (special->code != code)
			continue;
		memcpy(out, special->upper, sizeof special->upper);
		return special->upper[2] ? 3 : 2;
	}
	return 1;
}

bool unicode_is_lower(unsigned code)
{
	unsigned out[3];

	return unicode_upper(code, out) != 1 || out[0] != code ? unicode_lower(code) == code : false;
}

bool unicode_is_upper(unsigned code)
{
	return unicode_lower(code) != code;
}

size_t unicode_space_prefix(struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		unsigned char c = (unsigned char)s.p[at];
		unsigned bytes = 1;

		if (!unicode_space(c < 0x80 ? c : utf8_decode(s.p + at, s.p + s.n, &bytes)))
			break;
		at += bytes;
	}
	return at;
}

size_t unicode_back(struct str s, size_t at)
{
	size_t start = at - 1;

	while (start > 0 && at - start < 4 && ((unsigned char)s.p[start] & 0xc0) == 0x80)
		start--;
	unsigned bytes;
	utf8_decode(s.p + start, s.p + at, &bytes);
	return start + bytes == at ? start : at - 1;
}

size_t unicode_space_suffix(struct str s)
{
	size_t at = s.n;

	while (at > 0) {
		unsigned char c = (unsigned char)s.p[at - 1];
		size_t start = c < 0x80 ? at - 1 : unicode_back(s, at);
		unsigned bytes;

		if (!unicode_space(utf8_decode(s.p + start, s.p + at, &bytes)))
			break;
		at = start;
	}
	return s.n - at;
}

size_t unicode_word_prefix(struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		unsigned c = (unsigned char)s.p[at], bytes = 1;
		bool belongs = ascii_lower(c | 0x20) || c == '_' || (at && c >= '0' && c <= '9');

		if (c >= 0x80) {
			c = utf8_decode(s.p + at, s.p + s.n, &bytes);
			belongs = at ? unicode_alnum(c) : unicode_alpha(c);
		}
		if (!belongs)
			break;
		at += bytes;
	}
	return at;
}

static void add_code(struct buf *out, unsigned code)
{
	char room[4];

	buf_add(out, room, utf8_encode(code, room));
}

static void add_upper(struct buf *out, unsigned code, bool title)
{
	unsigned upper[3], n = unicode_upper(code, upper);

	for (unsigned i = 0; i < n; i++)
		add_code(out, title && i ? unicode_lower(upper[i]) : upper[i]);
}

/* Greek sigma has another small form at the end of a word. */
static unsigned lower_sigma(struct str s, size_t at, bool after_letter)
{
	unsigned bytes;

	at += 2;
	if (!after_letter || at >= s.n)
		return after_letter ? 0x3c2 : 0x3c3;
	return unicode_alpha(utf8_decode(s.p + at, s.p + s.n, &bytes)) ? 0x3c3 : 0x3c2;
}

/* The ASCII that S begins with, in upper or lower case; how many bytes that is. */
static size_t recase_ascii(struct buf *out, struct str s, bool upper)
{
	char *to = buf_room(out, s.n);
	size_t at = 0;

	for (; at < s.n && (unsigned char)s.p[at] < 0x80; at++) {
		unsigned c = (unsigned char)s.p[at];

		to[at] = (char)((upper ? ascii_lower(c) : ascii_upper(c)) ? c ^ 0x20 : c);
	}
	to[at] = '\0';
	out->n += at;
	return at;
}

void unicode_recase(struct buf *out, struct str s, enum unicode_case how)
{
	bool simple = how == UNICODE_UPPER || how == UNICODE_LOWER;
	size_t at = simple ? recase_ascii(out, s, how == UNICODE_UPPER) : 0;
	bool within = at && unicode_alpha((unsigned char)s.p[at - 1]); /* the code point before was a letter */
	unsigned bytes;

	for (; at < s.n; at += bytes) {
		unsigned code = utf8_decode(s.p + at, s.p + s.n, &bytes);
		bool cased = unicode_is_lower(code) || unicode_is_upper(code);
		bool first = how == UNICODE_TITLE ? !within : at == 0;

		if (how == UNICODE_UPPER || (how == UNICODE_SWAP && unicode_is_lower(code)))
			add_upper(out, code, false);
		else if ((how == UNICODE_CAPITALIZE || how == UNICODE_TITLE) && first)
			add_upper(out, code, true);
		else if (how == UNICODE_SWAP && !unicode_is_upper(code))
			add_code(out, code);
		else if (code == 0x3a3)
			add_code(out, lower_sigma(s, at, within));
		else if (code == 0x130)
			buf_adds(out, "i\xcc\x87");
		else
			add_code(out, unicode_lower(code));
		within = cased;
	}
}
