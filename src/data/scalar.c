/* SPDX-License-Identifier: Apache-2.0 */
#include "data/scalar.h"

#include <math.h>
#include <stdlib.h>

static bool among(struct str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_is(text, words[i]))
			return true;
	}
	return false;
}

bool scalar_null(struct str text)
{
	static const char *const words[] = {"", "~", "null", "Null", "NULL"};

	return text.n <= 4 && among(text, words, sizeof words / sizeof words[0]);
}

bool scalar_bool(struct str text, bool *out)
{
	static const char *const yes[] = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
	static const char *const no[] = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
	bool is_yes = text.n <= 4 && among(text, yes, sizeof yes / sizeof yes[0]);

	if (!is_yes && (text.n > 5 || !among(text, no, sizeof no / sizeof no[0])))
		return false;
	*out = is_yes;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Digits of BASE and underscores, at least one digit, within the 64 bits of a number of that sign. */
static bool magnitude(struct str digits, int base, bool negative, uint64_t *out)
{
	uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;
	bool any = false;

	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] == '_')
			continue;
		int digit = digit_value(digits.p[i]);
		if (digit >= base || value > (limit - (uint64_t)digit) / (uint64_t)base)
			return false;
		value = value * (uint64_t)base + (uint64_t)digit;
		any = true;
	}
	*out = value;
	return any;
}

bool scalar_int(struct str text, int64_t *out)
{
	bool signed_ = text.n && (text.p[0] == '-' || text.p[0] == '+');
	bool negative = signed_ && text.p[0] == '-';
	struct str rest = str_slice(text, signed_, text.n);
	uint64_t value;
	int base = 10;

	if (rest.n == 0 || !is_digit(rest.p[0]))
		return false;
	if (rest.n > 1 && rest.p[0] == '0') {
		base = rest.p[1] == 'x' ? 16 : rest.p[1] == 'b' ? 2 : 8;
		rest = str_slice(rest, base == 8 ? 0 : 2, rest.n);
	}
	if (!magnitude(rest, base, negative, &value))
		return false;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* How many bytes from AT on are digits (or underscores, where UNDERSCORES). */
static size_t digits_from(struct str text, size_t at, bool underscores)
{
	size_t end = at;

	while (end < text.n && (is_digit(text.p[end]) || (underscores && text.p[end] == '_')))
		end++;
	return end - at;
}

/* [-+]? digits [. digits?] [e[-+]?digits], with a point or an exponent; or . digits without a sign. */
static bool looks_float(struct str text)
{
	bool signed_ = text.n && (text.p[0] == '-' || text.p[0] == '+'), point, exponent;
	size_t at = signed_, whole, fraction = 0;

	if (at < text.n && text.p[at] == '_')
		return false;
	whole = digits_from(text, at, true);
	at += whole;
	point = at < text.n && text.p[at] == '.';
	if (point) {
		at++;
		if (!whole && at < text.n && text.p[at] == '_')
			return false;
		fraction = digits_from(text, at, true);
		at += fraction;
	}
	if (!whole && (signed_ || !fraction))
		return false;
	exponent = at < text.n && (text.p[at] == 'e' || text.p[at] == 'E');
	if (exponent) {
		at++;
		if (at < text.n && (text.p[at] == '-' || text.p[at] == '+'))
			at++;
		size_t digits = digits_from(text, at, false);
		if (!digits)
			return false;
		at += digits;
	}
	return at == text.n && (point || exponent);
}

bool scalar_float(struct str text, double *out)
{
	static const char *const infinite[] = {".inf", ".Inf", ".INF"};
	static const char *const nan_[] = {".nan", ".NaN", ".NAN"};
	bool signed_ = text.n && (text.p[0] == '-' || text.p[0] == '+');
	struct buf digits = BUF_INIT;

	if (among(str_slice(text, signed_, text.n), infinite, 3)) {
		*out = text.p[0] == '-' ? -INFINITY : INFINITY;
		return true;
	}
	if (among(text, nan_, 3)) {
		*out = NAN;
		return true;
	}
	if (!looks_float(text))
		return false;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '_')
			buf_addc(&digits, text.p[i]);
	}
	*out = strtod(digits.p, NULL);
	buf_release(&digits);
	return true;
}
