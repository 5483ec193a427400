/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

#include <math.h>
#include <stdio.h>

/* The part of a str.format field after its colon: [[fill]align][sign][#][0][width][,][.precision][type]. */
struct spec {
	struct str fill;
	char align, sign, type, group;
	bool hash, zero;
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

static bool spec_read(struct run *r, struct str text, struct spec *spec)
{
	size_t at = 0;
	unsigned bytes = 0;

	*spec = (struct spec){.fill = STR(" "), .precision = -1};
	if (text.n)
		utf8_decode(text.p, text.p + text.n, &bytes);
	if (bytes && one_of(text, bytes, "<>=^")) {
		spec->fill = str_slice(text, 0, bytes);
		spec->align = text.p[bytes];
		at = bytes + 1;
	} else if (one_of(text, 0, "<>=^")) {
		spec->align = text.p[at++];
	}
	if (one_of(text, at, "+- "))
		spec->sign = text.p[at++];
	if (one_of(text, at, "#"))
		spec->hash = at++ || true;
	if (one_of(text, at, "0")) {
		spec->zero = at++ || true;
		if (!spec->align) {
			spec->fill = STR("0");
			spec->align = '=';
		}
	}
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

/* DIGITS with a separator between groups of EVERY up to the point. */
static struct str grouped(struct run *r, struct str digits, char separator, size_t every)
{
	size_t whole = 0, start = r->out->n;

	while (whole < digits.n && digits.p[whole] != '.' && digits.p[whole] != 'e')
		whole++;
	for (size_t i = 0; i < digits.n; i++) {
		if (i && i < whole && (whole - i) % every == 0)
			buf_addc(r->out, separator);
		buf_addc(r->out, digits.p[i]);
	}
	return value_str(make_captured(r, start));
}

static const char *spec_sign(const struct spec *spec, bool negative)
{
	return negative ? "-" : spec->sign == '+' ? "+" : spec->sign == ' ' ? " " : "";
}

static void spec_float(struct run *r, const struct spec *spec, double real)
{
	size_t start = r->out->n;
	char type = spec->type == '%' ? 'f' : spec->type == 'n' ? 'g' : spec->type, format[] = "%.*f";
	double shown = fabs(spec->type == '%' ? real * 100 : real);
	int precision = spec->precision < 0 ? 6 : spec->precision > 100000 ? 100000 : (int)spec->precision;

	if (!isfinite(real)) {
		buf_adds(r->out, isnan(real) ? "nan" : "inf");
	} else if (type == 0 && spec->precision < 0) {
		print_float(r->out, shown);
	} else {
		format[3] = type ? type : 'g';
		if (type == 0 && precision == 0)
			precision = 1;
		int n = snprintf(NULL, 0, format, precision, shown);
		snprintf(buf_room(r->out, (size_t)n + 1), (size_t)n + 1, format, precision, shown);
		r->out->n += (size_t)n;
		struct str made = {r->out->p + start, r->out->n - start};
		if (type == 0 && !memchr(made.p, '.', made.n) && !memchr(made.p, 'e', made.n))
			buf_adds(r->out, ".0");
	}
	if (spec->type == '%')
		buf_addc(r->out, '%');
	struct str body = value_str(make_captured(r, start));
	if (spec->group)
		body = grouped(r, body, spec->group, 3);
	spec_put(r, spec, spec_sign(spec, signbit(real) && !isnan(real)), body, spec->align ? spec->align
		: '>');
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
	if (spec->group)
		body = grouped(r, body, spec->group, base == 10 ? 3 : 4);
	snprintf(prefix, sizeof prefix, "%s%s%c", spec_sign(spec, n < 0), spec->hash && base != 10 ? "0" : "",
	         spec->hash && base != 10 ? spec->type : 0);
	spec_put(r, spec, prefix, body, spec->align ? spec->align : '>');
}

static void spec_string(struct run *r, const struct spec *spec, struct value v)
{
	struct str text = value_str(v);

	if (spec->precision >= 0 && (int64_t)string_chars(v.as.string) > spec->precision)
		text.n = string_offset(v.as.string, (size_t)spec->precision);
	spec_put(r, spec, "", text, spec->align == '=' ? '<' : spec->align ? spec->align : '<');
}

void format_spec(struct run *r, struct value v, struct str text)
{
	struct spec spec;

	if (text.n == 0) {
		print_value(r, v);
		return;
	}
	if (!spec_read(r, text, &spec))
		return;
	bool whole = v.kind == VALUE_INT || v.kind == VALUE_BOOL;
	if (v.kind == VALUE_STRING && (spec.type == 0 || spec.type == 's')) {
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
