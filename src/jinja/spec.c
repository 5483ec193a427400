/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The part of a str.format field after its colon: [[fill]align][sign][z][#][0][width][,][.precision][type]. */
struct spec {
	struct str fill;
	char align, sign, type, group;
	bool hash, no_minus_zero;
	int64_t width, precision;
};

static int64_t spec_number(struct str text, size_t *at)
{
	int64_t n = -1;

	for (; *at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9'; ++*at) {
		if (n < INT32_MAX)
			n = (n < 0 ? 0 : n * 10) + (text.p[*at] - '0');
	}
	return n;
}

static bool one_of(struct str text, size_t at, const char *set)
{
	return at < text.n && text.p[at] && strchr(set, text.p[at]);
}

static size_t spec_align(struct str text, struct spec *spec)
{
	unsigned bytes = 0;

	if (text.n)
		utf8_decode(text.p, text.p + text.n, &bytes);
	if (bytes && one_of(text, bytes, "<>=^")) {
		spec->fill = str_slice(text, 0, bytes);
		spec->align = text.p[bytes];
		return bytes + 1;
	}
	spec->align = one_of(text, 0, "<>=^") ? text.p[0] : 0;
	return spec->align != 0;
}

static bool spec_read(struct run *r, struct str text, struct spec *spec, bool number)
{
	*spec = (struct spec){.precision = -1};
	size_t at = spec_align(text, spec);

	if (one_of(text, at, "+- "))
		spec->sign = text.p[at++];
	if (one_of(text, at, "z"))
		spec->no_minus_zero = at++ || true;
	if (one_of(text, at, "#"))
		spec->hash = at++ || true;
	if (!spec->fill.p && one_of(text, at, "0")) {
		spec->fill = STR("0");
		spec->align = spec->align ? spec->align : number ? '=' : '<';
		at++;
	}
	if (!spec->fill.p)
		spec->fill = STR(" ");
	spec->width = spec_number(text, &at);
	if (one_of(text, at, ",_"))
		spec->group = text.p[at++];
	if (one_of(text, at, ".")) {
		at++;
		spec->precision = spec_number(text, &at);
		if (spec->precision < 0)
			at = text.n + 1;
	}
	if (at < text.n)
		spec->type = text.p[at++];
	if (at != text.n) {
		run_fail(r, "format '%.*s' is not understood", STR_ARG(text));
		return false;
	}
	return (spec->width < 0 || run_fits(r, (uint64_t)spec->width)) &&
	       (spec->precision < 0 || run_fits(r, (uint64_t)spec->precision));
}

static void spec_fill(struct run *r, const struct spec *spec, int64_t count)
{
	for (; count > 0; count--)
		buf_addstr(r->out, spec->fill);
}

static void spec_put(struct run *r, const struct spec *spec, const char *prefix, struct str body, char align)
{
	int64_t missing = spec->width - (int64_t)strlen(prefix) - (int64_t)utf8_count(body);
	int64_t left = align == '>' ? missing : align == '^' ? missing / 2 : 0;

	if (missing < 0)
		missing = left = 0;
	if (align == '=') {
		buf_adds(r->out, prefix);
		spec_fill(r, spec, missing);
		buf_addstr(r->out, body);
		return;
	}
	spec_fill(r, spec, left);
	buf_adds(r->out, prefix);
	buf_addstr(r->out, body);
	spec_fill(r, spec, missing - left);
}

/* DIGITS with a separator between groups of EVERY, and zeros before them up to LEAST characters. */
static void put_grouped(struct run *r, struct str digits, char separator, size_t every, int64_t least)
{
	size_t count = digits.n;

	while (separator && (int64_t)(count + (count - 1) / every) < least)
		count++;
	for (size_t i = 0; i < count; i++) {
		if (separator && i && (count - i) % every == 0)
			buf_addc(r->out, separator);
		buf_addc(r->out, i < count - digits.n ? '0' : digits.p[i - (count - digits.n)]);
	}
}

/* A number's BODY, of which the first WHOLE characters are to be grouped. */
static void spec_put_number(struct run *r, const struct spec *spec, const char *prefix, struct str body, size_t whole,
                            size_t every)
{
	bool zeros = spec->align == '=' && str_is(spec->fill, "0");
	int64_t least = zeros ? spec->width - (int64_t)strlen(prefix) - (int64_t)(body.n - whole) : 0;
	size_t start = r->out->n;

	if (whole)
		put_grouped(r, str_slice(body, 0, whole), spec->group, every, least);
	buf_addstr(r->out, str_slice(body, whole, body.n));
	body = value_str(make_captured(r, start));
	spec_put(r, spec, prefix, body, spec->align ? spec->align : '>');
}

static const char *spec_sign(const struct spec *spec, bool negative)
{
	return negative ? "-" : spec->sign == '+' ? "+" : spec->sign == ' ' ? " " : "";
}

static void add_float(struct run *r, const char *format, int precision, double shown)
{
	int n = snprintf(NULL, 0, format, precision, shown);

	snprintf(buf_room(r->out, (size_t)n + 1), (size_t)n + 1, format, precision, shown);
	r->out->n += (size_t)n;
}

/* No type but a precision: as %g, though with a point and so with an exponent one digit earlier. */
static void add_general(struct run *r, int precision, bool hash, double shown)
{
	char room[32];
	size_t start = r->out->n;

	precision = precision ? precision : 1;
	snprintf(room, sizeof room, "%.*e", precision > 17 ? 17 : precision - 1, shown);
	if (strtol(strchr(room, 'e') + 1, NULL, 10) == precision - 1) {
		add_float(r, "%.*e", precision - 1, shown);
		char *e = memchr(r->out->p + start, 'e', r->out->n - start), *cut = e;
		while (!hash && cut > r->out->p + start + 1 && cut[-1] == '0')
			cut--;
		cut -= cut[-1] == '.' && !hash;
		memmove(cut, e, (size_t)(r->out->p + r->out->n - e));
		r->out->n -= (size_t)(e - cut);
		return;
	}
	add_float(r, hash ? "%#.*g" : "%.*g", precision, shown);
	if (!memchr(r->out->p + start, '.', r->out->n - start) && !memchr(r->out->p + start, 'e', r->out->n - start))
		buf_adds(r->out, ".0");
}

static void add_shortest(struct run *r, bool hash, double shown)
{
	size_t start = r->out->n;

	print_float(r->out, shown);
	struct str made = value_str(make_captured(r, start));
	size_t e = str_find(made, 'e', 0);
	buf_addstr(r->out, str_slice(made, 0, e));
	buf_adds(r->out, hash && !memchr(made.p, '.', made.n) ? "." : "");
	buf_addstr(r->out, str_slice(made, e, made.n));
}

static void add_finite(struct run *r, const struct spec *spec, double shown)
{
	char type = spec->type == '%' ? 'f' : spec->type == 'n' ? 'g' : spec->type, format[] = "%#.*f";
	int precision = spec->precision < 0 ? 6 : spec->precision > 100000 ? 100000 : (int)spec->precision;
	char *p = spec->hash ? format : format + 1;

	if (type == 0 && spec->precision < 0) {
		add_shortest(r, spec->hash, shown);
	} else if (type == 0) {
		add_general(r, precision, spec->hash, shown);
	} else {
		p[0] = '%';
		format[4] = type;
		add_float(r, p, precision, shown);
	}
}

static bool no_digits(struct str text)
{
	for (size_t i = 0; i < text.n && text.p[i] != 'e' && text.p[i] != 'E'; i++) {
		if (text.p[i] >= '1' && text.p[i] <= '9')
			return false;
	}
	return true;
}

static void spec_float(struct run *r, const struct spec *spec, double real)
{
	size_t start = r->out->n, whole = 0;
	double shown = fabs(spec->type == '%' ? real * 100 : real);
	bool upper = spec->type == 'E' || spec->type == 'F' || spec->type == 'G';

	if (isfinite(shown))
		add_finite(r, spec, shown);
	else
		buf_adds(r->out, isnan(real) ? (upper ? "NAN" : "nan") : upper ? "INF" : "inf");
	if (spec->type == '%')
		buf_addc(r->out, '%');
	struct str body = value_str(make_captured(r, start));
	bool negative = signbit(real) && !isnan(real) && !(spec->no_minus_zero && no_digits(body) && isfinite(real));
	while (whole < body.n && body.p[whole] >= '0' && body.p[whole] <= '9')
		whole++;
	spec_put_number(r, spec, spec_sign(spec, negative), body, whole, 3);
}

static void spec_char(struct run *r, const struct spec *spec, int64_t n)
{
	char room[4];

	if (n < 0 || n > 0x10ffff || (n >= 0xd800 && n < 0xe000) || spec->sign || spec->hash)
		run_fail(r, "format 'c' needs the number of a character, and neither sign nor '#'");
	else
		spec_put(r, spec, "", (struct str){room, utf8_encode((unsigned)n, room)}, spec->align ? spec->align : '>');
}

static void spec_int(struct run *r, const struct spec *spec, int64_t n)
{
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	unsigned base = spec->type == 'b' ? 2 : spec->type == 'o' ? 8 : (spec->type | 32) == 'x' ? 16 : 10;
	const char *digits = spec->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char room[72], *p = room + sizeof room, prefix[8];

	do
		*--p = digits[u % base];
	while (u /= base);
	struct str body = {p, (size_t)(room + sizeof room - p)};
	snprintf(prefix, sizeof prefix, "%s%s%c", spec_sign(spec, n < 0), spec->hash && base != 10 ? "0" : "",
	         spec->hash && base != 10 ? spec->type : 0);
	spec_put_number(r, spec, prefix, body, body.n, base == 10 ? 3 : 4);
}

static void spec_string(struct run *r, const struct spec *spec, struct value v)
{
	struct str text = value_str(v);

	if (spec->precision >= 0 && (int64_t)string_chars(v.as.string) > spec->precision)
		text.n = string_offset(v.as.string, (size_t)spec->precision);
	spec_put(r, spec, "", text, spec->align ? spec->align : '<');
}

/* Whether the parts of SPEC may be used with its type. */
static bool spec_suits(const struct spec *spec, enum value_kind kind)
{
	bool whole = kind == VALUE_INT && !(spec->type && strchr("eEfFgG%", spec->type));

	if (kind == VALUE_STRING)
		return !spec->sign && !spec->no_minus_zero && !spec->hash && !spec->group && spec->align != '=';
	if (whole && (spec->precision >= 0 || spec->no_minus_zero))
		return false;
	if (spec->group && spec->type && strchr(spec->group == ',' ? "boxXnc" : "nc", spec->type))
		return false;
	return true;
}

void format_spec(struct run *r, struct value v, struct str text)
{
	struct spec spec;

	if (text.n == 0) {
		print_value(r, v);
		return;
	}
	bool whole = v.kind == VALUE_INT || v.kind == VALUE_BOOL;
	if (!spec_read(r, text, &spec, whole || v.kind == VALUE_FLOAT))
		return;
	if (!spec_suits(&spec, whole ? VALUE_INT : (enum value_kind)v.kind)) {
		run_fail(r, "format '%.*s' does not suit %s", STR_ARG(text), type_name(v));
	} else if (whole && spec.type == 'c') {
		spec_char(r, &spec, v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer);
	} else if (v.kind == VALUE_STRING && (spec.type == 0 || spec.type == 's')) {
		spec_string(r, &spec, v);
	} else if (whole && (spec.type == 0 || strchr("bdoxXn", spec.type))) {
		spec_int(r, &spec, v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer);
	} else if ((whole || v.kind == VALUE_FLOAT) && (spec.type == 0 || strchr("eEfFgGn%", spec.type))) {
		spec_float(r, &spec, whole ? (double)(v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer)
			: v.as.real);
	} else {
		run_fail(r, "format '%.*s' does not suit %s", STR_ARG(text), type_name(v));
	}
}
