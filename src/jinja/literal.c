/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/literal.h"

#include "jinja/unicode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 32);
	return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') + 10 : 99;
}

/* How many bytes of TEXT from FROM are digits of BASE with single underscores between them. */
static size_t digits_span(struct str text, size_t from, unsigned base)
{
	size_t at = from;

	while (at < text.n) {
		size_t next = text.p[at] == '_' && at > from ? at + 1 : at;

		if (next >= text.n || digit_value(text.p[next]) >= base)
			break;
		at = next + 1;
	}
	return at - from;
}

static bool digits_read(struct str digits, unsigned base, uint64_t limit, uint64_t *result)
{
	uint64_t n = 0;

	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] == '_')
			continue;
		unsigned digit = digit_value(digits.p[i]);
		if (n > (limit - digit) / base)
			return false;
		n = n * base + digit;
	}
	*result = n;
	return true;
}

static double float_read(struct str text)
{
	char room[64];
	char *copy = text.n < sizeof room ? room : mem_alloc(text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '_')
			copy[n++] = text.p[i];
	}
	copy[n] = 0;
	double real = strtod(copy, NULL);
	if (copy != room)
		mem_free(copy);
	return real;
}

/* The length of the float that TEXT begins with, or 0. */
static size_t float_span(struct str text)
{
	size_t at = digits_span(text, 0, 10), fraction = 0;

	if (at == 0)
		return 0;
	if (at < text.n && text.p[at] == '.') {
		fraction = digits_span(text, at + 1, 10);
		if (fraction)
			at += 1 + fraction;
	}
	if (at < text.n && (text.p[at] | 32) == 'e') {
		size_t sign = at + 1 < text.n && (text.p[at + 1] == '+' || text.p[at + 1] == '-');
		size_t exponent = digits_span(text, at + 1 + sign, 10);

		if (exponent)
			return at + 1 + sign + exponent;
	}
	return fraction ? at : 0;
}

static void literal_integer(struct literal *literal, struct str text)
{
	unsigned base = 10;
	size_t prefix = 0;
	uint64_t n = 0;

	if (text.n > 2 && text.p[0] == '0') {
		char c = (char)(text.p[1] | 32);
		unsigned other = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;
		size_t skip = text.p[2] == '_' ? 3 : 2;

		if (other && digits_span(text, skip, other)) {
			base = other;
			prefix = skip;
		}
	}
	literal->length = prefix + digits_span(text, prefix, base);
	if (base == 10 && text.p[0] == '0') {
		size_t zeros = 1;

		while (zeros < literal->length && (text.p[zeros] == '0' || text.p[zeros] == '_'))
			zeros++;
		if (text.p[zeros - 1] == '_')
			zeros--;
		literal->length = zeros;
	}
	if (!digits_read(str_slice(text, prefix, literal->length), base, INT64_MAX, &n))
		literal->error = "integer does not fit in 64 bits";
	literal->kind = LITERAL_INTEGER;
	literal->integer = (int64_t)n;
}

/* Reads up to COUNT digits of BASE at *AT as a code point; UINT32_MAX if there are less than LEAST. */
static uint32_t escape_digits(struct str text, size_t *at, unsigned base, unsigned least, unsigned count)
{
	uint32_t code = 0;
	unsigned n = 0;

	for (; n < count && *at < text.n && digit_value(text.p[*at]) < base; n++)
		code = code * base + digit_value(text.p[(*at)++]);
	return n < least ? UINT32_MAX : code;
}

/* Instead of a code point: \N{...}, for which there is no table of names. */
#define ESCAPE_NAME (UINT32_MAX - 2)

static uint32_t escape_code(struct str text, size_t *at)
{
	static const char names[] = "n\nt\tr\ra\ab\bf\fv\v\\\\''\"\"";
	char c = text.p[(*at)++];

	if (c == 'x')
		return escape_digits(text, at, 16, 2, 2);
	if (c == 'u')
		return escape_digits(text, at, 16, 4, 4);
	if (c == 'U')
		return escape_digits(text, at, 16, 8, 8);
	if (c == 'N' && *at < text.n && text.p[*at] == '{')
		return ESCAPE_NAME;
	if (c >= '0' && c <= '7') {
		--*at;
		return escape_digits(text, at, 8, 1, 3);
	}
	for (const char *p = names; *p; p += 2) {
		if (*p == c)
			return (unsigned char)p[1];
	}
	return UINT32_MAX - 1;
}

/*
 * A backslash before a character that is no ASCII: Jinja2 escapes that one
 * first, so that the backslash stays and the escape's text follows it.
 */
static size_t escape_wide(struct str text, size_t *at, char *out)
{
	unsigned bytes, code = utf8_decode(text.p + *at, text.p + text.n, &bytes);

	*at += bytes;
	return (size_t)snprintf(out, 11, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
}

static void literal_escapes(struct literal *literal, struct str body, struct arena *arena)
{
	char *out = arena_alloc(arena, body.n * 2 + 2);
	size_t n = 0;

	for (size_t at = 0; at < body.n;) {
		if (body.p[at] != '\\') {
			out[n++] = body.p[at++];
			continue;
		}
		size_t start = at++;
		if (body.p[at] == '\n') {
			at++;
			continue;
		}
		if ((unsigned char)body.p[at] >= 0x80) {
			n += escape_wide(body, &at, out + n);
			continue;
		}
		uint32_t code = escape_code(body, &at);
		if (code == UINT32_MAX - 1) {
			memcpy(out + n, body.p + start, at - start);
			n += at - start;
		} else if (code == ESCAPE_NAME) {
			literal->error = "names of characters are not known: write \\u and the number";
			return;
		} else if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
			literal->error = "string escape that is no character";
			return;
		} else {
			n += utf8_encode(code, out + n);
		}
	}
	literal->str = (struct str){out, n};
}

static void literal_string(struct literal *literal, struct str text, struct arena *arena)
{
	char quote = text.p[0];
	bool escapes = false;
	size_t at = 1;

	literal->kind = LITERAL_STRING;
	for (; at < text.n && text.p[at] != quote; at++) {
		if (text.p[at] == '\\') {
			escapes = true;
			at++;
		}
	}
	if (at >= text.n) {
		literal->length = 1;
		literal->error = "string without its closing quote";
		return;
	}
	literal->length = at + 1;
	literal->str = (struct str){text.p + 1, at - 1};
	if (escapes)
		literal_escapes(literal, literal->str, arena);
}

void literal_read(struct literal *literal, struct str text, struct arena *arena, bool after_dot)
{
	*literal = (struct literal){0};
	if (text.p[0] == '"' || text.p[0] == '\'') {
		literal_string(literal, text, arena);
		return;
	}
	size_t length = after_dot ? 0 : float_span(text);
	if (length) {
		literal->kind = LITERAL_FLOAT;
		literal->length = length;
		literal->real = float_read((struct str){text.p, length});
		return;
	}
	literal_integer(literal, text);
}

/* TEXT without blanks around and its sign, which is stored. */
static struct str number_body(struct str text, bool *negative)
{
	size_t blanks = unicode_space_prefix(text);

	text = str_slice(text, blanks, text.n);
	text.n -= unicode_space_suffix(text);
	*negative = text.n && text.p[0] == '-';
	return text.n && (text.p[0] == '-' || text.p[0] == '+') ? str_slice(text, 1, text.n) : text;
}

static bool all_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* TEXT with the digits of other scripts as ASCII, into ROOM (as long as TEXT); '?' for what is none. */
static struct str ascii_digits(struct str text, char *room)
{
	size_t n = 0;
	unsigned bytes;

	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
		int digit = unicode_digit_value(code);

		room[n++] = (char)(digit >= 0 ? '0' + digit : code < 0x80 ? (int)code : '?');
	}
	return (struct str){room, n};
}

static enum literal_result read_int(struct str body, unsigned base, bool negative, int64_t *result)
{
	bool by_prefix = base == 0;
	uint64_t n;

	if (body.n > 2 && body.p[0] == '0') {
		char c = (char)(body.p[1] | 32);
		unsigned named = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 0;

		if (named && (base == named || by_prefix)) {
			base = named;
			body = str_slice(body, body.p[2] == '_' ? 3 : 2, body.n);
		}
	}
	base = base ? base : 10;
	if (body.n == 0 || digits_span(body, 0, base) != body.n)
		return LITERAL_IS_NOT;
	if (!digits_read(body, base, negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX, &n))
		return LITERAL_TOO_BIG;
	if (by_prefix && base == 10 && body.p[0] == '0' && n != 0)
		return LITERAL_IS_NOT;
	*result = negative ? (int64_t)(0 - n) : (int64_t)n;
	return LITERAL_IS;
}

enum literal_result literal_int(struct str text, unsigned base, int64_t *result)
{
	bool negative;
	struct str body = number_body(text, &negative);

	if (all_ascii(body))
		return read_int(body, base, negative, result);
	char *room = mem_alloc(body.n);
	enum literal_result is = read_int(ascii_digits(body, room), base, negative, result);
	mem_free(room);
	return is;
}

static bool float_word(struct str text, const char *word)
{
	if (text.n != strlen(word))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if ((text.p[i] | 32) != word[i])
			return false;
	}
	return true;
}

static bool read_float(struct str body, bool negative, double *result)
{
	size_t whole = digits_span(body, 0, 10);

	if (float_word(body, "inf") || float_word(body, "infinity")) {
		*result = negative ? -HUGE_VAL : HUGE_VAL;
		return true;
	}
	if (float_word(body, "nan")) {
		*result = (double)NAN;
		return true;
	}
	size_t at = whole, fraction = 0;
	if (at < body.n && body.p[at] == '.') {
		fraction = digits_span(body, at + 1, 10);
		at += 1 + fraction;
	}
	if (whole + fraction == 0)
		return false;
	if (at < body.n && (body.p[at] | 32) == 'e') {
		size_t sign = at + 1 < body.n && (body.p[at + 1] == '+' || body.p[at + 1] == '-');
		size_t exponent = digits_span(body, at + 1 + sign, 10);

		if (exponent == 0)
			return false;
		at += 1 + sign + exponent;
	}
	if (at != body.n)
		return false;
	*result = float_read(body);
	if (negative)
		*result = -*result;
	return true;
}

bool literal_float(struct str text, double *result)
{
	bool negative;
	struct str body = number_body(text, &negative);

	if (all_ascii(body))
		return read_float(body, negative, result);
	char *room = mem_alloc(body.n);
	bool is = read_float(ascii_digits(body, room), negative, result);
	mem_free(room);
	return is;
}
