/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/unicode.h"

#include "jinja/unicode_table.h"

bool unicode_range_has(const struct unicode_range *table, size_t count, unsigned code)
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

bool unicode_map(const struct unicode_mapping *table, size_t count, unsigned *code)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (*code > table[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || *code < table[low].first || (*code - table[low].first) % table[low].step)
		return false;
	*code = (unsigned)((int)*code + table[low].delta);
	return true;
}

unsigned unicode_map_special(const struct unicode_special *table, size_t count, unsigned code, unsigned out[3])
{
	for (size_t i = 0; i < count; i++) {
		if (table[i].code != code)
			continue;
		memcpy(out, table[i].other, sizeof table[i].other);
		return table[i].other[2] ? 3 : 2;
	}
	return 0;
}

bool unicode_space(unsigned code)
{
	if (code < 0x80)
		return (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x20);
	return unicode_range_has(unicode_wide_space, UNICODE_COUNT(unicode_wide_space), code);
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
	return unicode_range_has(unicode_alpha_ranges, UNICODE_COUNT(unicode_alpha_ranges), code);
}

bool unicode_decimal(unsigned code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9';
	return unicode_range_has(unicode_decimal_ranges, UNICODE_COUNT(unicode_decimal_ranges), code);
}

bool unicode_alnum(unsigned code)
{
	if (unicode_alpha(code) || unicode_decimal(code))
		return true;
	return code >= 0x80 && unicode_range_has(unicode_number, UNICODE_COUNT(unicode_number), code);
}

bool unicode_printable(unsigned code)
{
	if (code < 0x80)
		return code >= 0x20 && code < 0x7f;
	return !unicode_range_has(unicode_unprintable, UNICODE_COUNT(unicode_unprintable), code);
}

unsigned unicode_lower(unsigned code)
{
	if (code < 0x80)
		return ascii_upper(code) ? code + 32 : code;
	unicode_map(unicode_to_lower, UNICODE_COUNT(unicode_to_lower), &code);
	return code;
}

unsigned unicode_upper(unsigned code, unsigned out[3])
{
	if (code < 0x80) {
		out[0] = ascii_lower(code) ? code - 32 : code;
		return 1;
	}
	out[0] = code;
	if (unicode_map(unicode_to_upper, UNICODE_COUNT(unicode_to_upper), out))
		return 1;
	unsigned n = unicode_map_special(unicode_special_upper, UNICODE_COUNT(unicode_special_upper), code, out);
	return n ? n : 1;
}

int unicode_digit_value(unsigned code)
{
	if (code < 0x80)
		return code >= '0' && code <= '9' ? (int)(code - '0') : -1;
	for (size_t i = 0; i < UNICODE_COUNT(unicode_decimal_ranges); i++) {
		const struct unicode_range *range = &unicode_decimal_ranges[i];

		if (code >= range->first && code <= range->last)
			return (int)((code - range->first) % 10);
	}
	return -1;
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

/* Beyond ASCII, what a name may begin with, and go on with. */
static bool starts_word(unsigned code)
{
	return unicode_alpha(code) !=
	       unicode_range_has(unicode_start_odd, UNICODE_COUNT(unicode_start_odd), code);
}

static bool continues_word(unsigned code)
{
	return unicode_alnum(code) !=
	       unicode_range_has(unicode_continue_odd, UNICODE_COUNT(unicode_continue_odd), code);
}

size_t unicode_word_prefix(struct str s)
{
	size_t at = 0;

	while (at < s.n) {
		unsigned c = (unsigned char)s.p[at], bytes = 1;
		bool belongs = (c | 0x20) - 'a' < 26 || c == '_' || (at && c - '0' < 10);

		if (c >= 0x80) {
			c = utf8_decode(s.p + at, s.p + s.n, &bytes);
			belongs = at ? continues_word(c) : starts_word(c);
		}
		if (!belongs)
			break;
		at += bytes;
	}
	return at;
}
