/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

#include <math.h>
#include <stdio.h>

/* printf-style formatting: Python's str % values. */

struct conversion {
	struct str key; /* of %(key)s; p is NULL where there is none */
	bool minus, plus, blank, zero, hash;
	int64_t width, precision; /* precision -1: none */
	char type;
};

struct percent {
	struct run *r;
	struct str format;
	size_t at;
	struct value values; /* a tuple, or a dict */
	size_t used;
};

static struct value next_value(struct percent *p)
{
	struct run *r = p->r;

	if (p->values.kind == VALUE_TUPLE && p->used < p->values.as.list->count)
		return p->values.as.list->items[p->used++];
	if (p->values.kind != VALUE_TUPLE && p->used++ == 0)
		return p->values;
	return run_fail(r, "not enough values for the format");
}

static bool read_star(struct percent *p, int64_t *n)
{
	if (p->at < p->format.n && p->format.p[p->at] == '*') {
		p->at++;
		*n = arg_int(p->r, next_value(p), 0);
		return true;
	}
	bool some = false;
	int64_t number = 0;
	for (; p->at < p->format.n && p->format.p[p->at] >= '0' && p->format.p[p->at] <= '9'; p->at++,
		some = true) {
		if (number < INT32_MAX)
			number = number * 10 + (p->format.p[p->at] - '0');
	}
	*n = some ? number : *n;
	return some;
}

static bool read_key(struct percent *p, struct conversion *c)
{
	unsigned depth = 1;
	size_t start = ++p->at;

	for (; p->at < p->format.n && depth; p->at++) {
		depth += p->format.p[p->at] == '(';
		depth -= p->format.p[p->at] == ')';
	}
	if (depth || p->values.kind != VALUE_DICT) {
		run_fail(p->r, depth ? "format has '%%(' without ')'" : "the format needs a dict");
		return false;
	}
	c->key = str_slice(p->format, start, p->at - 1);
	return true;
}

static bool read_conversion(struct percent *p, struct conversion *c)
{
	*c = (struct conversion){.precision = -1};
	if (p->at < p->format.n && p->format.p[p->at] == '(' && !read_key(p, c))
		return false;
	for (; p->at < p->format.n; p->at++) {
		char flag = p->format.p[p->at];

		c->minus |= flag == '-';
		c->plus |= flag == '+';
		c->blank |= flag == ' ';
		c->zero |= flag == '0';
		c->hash |= flag == '#';
		if (flag == 0 || !strchr("-+ 0#", flag))
			break;
	}
	read_star(p, &c->width);
	if (c->width < 0) {
		c->minus = true;
		c->width = -c->width;
	}
	if (p->at < p->format.n && p->format.p[p->at] == '.') {
		p->at++;
		c->precision = 0;
		read_star(p, &c->precision);
	}
	while (p->at < p->format.n && p->format.p[p->at] && strchr("hlL", p->format.p[p->at]))
		p->at++;
	if (p->at >= p->format.n) {
		run_fail(p->r, "format ends within a conversion");
		return false;
	}
	c->type = p->format.p[p->at++];
	return !p->r->failed && run_fits(p->r, (uint64_t)c->width) &&
		(c->precision < 0 || run_fits(p->r, (uint64_t)c->precision));
}

/* PREFIX (sign, 0x) and BODY, padded to the width. */
static void put_padded(struct run *r, const struct conversion *c, struct str prefix, struct str body, bool zeros)
{
	int64_t missing = c->width - (int64_t)utf8_count(prefix) - (int64_t)utf8_count(body);

	if (missing < 0)
		missing = 0;
	for (int64_t n = missing; n > 0 && !c->minus && !zeros; n--)
		buf_addc(r->out, ' ');
	buf_addstr(r->out, prefix);
	for (int64_t n = missing; n > 0 && !c->minus && zeros; n--)
		buf_addc(r->out, '0');
	buf_addstr(r->out, body);
	for (int64_t n = missing; n > 0 && c->minus; n--)
		buf_addc(r->out, ' ');
}

static const char *sign_of(const struct conversion *c, bool negative)
{
	return negative ? "-" : c->plus ? "+" : c->blank ? " " : "";
}

static void put_text(struct run *r, const struct conversion *c, struct value v)
{
	size_t start = r->out->n;

	if (c->type == 's')
		print_value(r, v);
	else if (c->type == 'r')
		print_repr(r, v);
	else
		print_ascii(r, v);
	struct value made = make_captured(r, start);
	struct str text = value_str(made);
	if (c->precision >= 0 && (int64_t)string_chars(made.as.string) > c->precision)
		text.n = string_offset(made.as.string, (size_t)c->precision);
	put_padded(r, c, STR(""), text, false);
}

static void put_int(struct run *r, const struct conversion *c, struct value v)
{
	char digits[80];
	int64_t n = 0;

	if (v.kind == VALUE_FLOAT && c->type != 'x' && c->type != 'X' && c->type != 'o') {
		if (!(fabs(v.as.real) < 0x1p63)) {
			run_fail(r, "%%%c cannot show this float", c->type);
			return;
		}
		n = (int64_t)v.as.real;
	} else if (v.kind == VALUE_INT || v.kind == VALUE_BOOL) {
		n = v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
	} else {
		if (v.kind == VALUE_UNDEFINED)
			undefined_used(r, v);
		run_fail(r, "%%%c needs a number, not %s", c->type, type_name(v));
		return;
	}
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	const char *base = c->hash
		? (c->type == 'x' ? "0x" : c->type == 'X' ? "0X" : c->type == 'o' ? "0o" : "") : "";
	snprintf(digits, sizeof digits, c->type == 'x' ? "%llx" : c->type == 'X' ? "%llX" : c->type == 'o'
		? "%llo" : "%llu",
	         (unsigned long long)u);
	char prefix[8];
	snprintf(prefix, sizeof prefix, "%s%s", sign_of(c, n < 0), base);
	size_t start = r->out->n;
	for (int64_t pad = c->precision - (int64_t)strlen(digits); pad > 0; pad--)
		buf_addc(r->out, '0');
	buf_adds(r->out, digits);
	struct str body = value_str(make_captured(r, start));
	put_padded(r, c, str_of(prefix), body, c->zero && !c->minus);
}

static void put_float(struct run *r, const struct conversion *c, struct value v)
{
	char format[] = "%#.*f";

	if (v.kind != VALUE_FLOAT && v.kind != VALUE_INT && v.kind != VALUE_BOOL) {
		if (v.kind == VALUE_UNDEFINED)
			undefined_used(r, v);
		run_fail(r, "%%%c needs a number, not %s", c->type, type_name(v));
		return;
	}
	double real = v.kind == VALUE_FLOAT ? v.as.real : v.kind == VALUE_INT ? (double)v.as.integer
		: v.as.boolean;
	char *p = c->hash ? format : format + 1;
	p[0] = '%';
	if (c->hash)
		p[1] = '#';
	format[4] = c->type;
	size_t start = r->out->n;
	if (isfinite(real)) {
		int precision = c->precision < 0 ? 6 : c->precision > 100000 ? 100000 : (int)c->precision;
		int n = snprintf(NULL, 0, p, precision, fabs(real));

		snprintf(buf_room(r->out, (size_t)n + 1), (size_t)n + 1, p, precision, fabs(real));
		r->out->n += (size_t)n;
	} else {
		bool upper = c->type < 'a';

		buf_adds(r->out, isnan(real) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf"));
	}
	struct str body = value_str(make_captured(r, start));
	put_padded(r, c, str_of(sign_of(c, signbit(real) && !isnan(real))), body, c->zero && !c->minus);
}

static void put_char(struct run *r, const struct conversion *c, struct value v)
{
	char room[4];

	if (v.kind == VALUE_BOOL)
		v = value_int(v.as.boolean);
	if (v.kind == VALUE_STRING && string_chars(v.as.string) == 1) {
		put_padded(r, c, STR(""), value_str(v), false);
	} else if ((v.kind == VALUE_INT && v.as.integer >= 0 && v.as.integer <= 0x10ffff) &&
	           (v.as.integer < 0xd800 || v.as.integer > 0xdfff)) {
		put_padded(r, c, STR(""), (struct str){room, utf8_encode((unsigned)v.as.integer, room)}, false);
	} else {
		run_fail(r, "%%c needs one character or its number");
	}
}

static void put_conversion(struct percent *p, const struct conversion *c)
{
	struct run *r = p->r;
	struct value v;

	if (c->key.p) {
		const struct value *found = dict_find(p->values.as.dict, c->key);

		if (!found) {
			run_fail(r, "the format's key '%.*s' is not in the dict", STR_ARG(c->key));
			return;
		}
		v = *found;
		p->used = 1;
	} else {
		v = next_value(p);
	}
	if (r->failed)
		return;
	if (c->type == 's' || c->type == 'r' || c->type == 'a')
		put_text(r, c, v);
	else if (c->type && strchr("diuxXo", c->type))
		put_int(r, c, v);
	else if (c->type && strchr("eEfFgG", c->type))
		put_float(r, c, v);
	else if (c->type == 'c')
		put_char(r, c, v);
	else if (c->type)
		run_fail(r, "unknown conversion '%%%c' in the format", c->type);
	else
		run_fail(r, "a NUL is no conversion of a format");
}

/* Whether Python takes V for a mapping, of which nothing has to be used. */
static bool has_items(struct value v)
{
	return v.kind == VALUE_DICT || v.kind == VALUE_LIST || v.kind == VALUE_UNDEFINED ||
	       (v.kind == VALUE_OBJECT && (v.as.object->kind == OBJECT_RANGE || v.as.object->kind == OBJECT_SELF));
}

struct value format_percent(struct run *r, struct str format, struct value args)
{
	struct percent p = {r, format, 0, args, 0};
	struct conversion c;
	size_t start = r->out->n;

	while (p.at < format.n && run_fits(r, r->out->n - start)) {
		size_t percent = str_find(format, '%', p.at);

		buf_addstr(r->out, str_slice(format, p.at, percent));
		p.at = percent + 1;
		if (p.at < format.n && format.p[p.at] == '%') {
			buf_addc(r->out, '%');
			p.at++;
			continue;
		}
		if (percent == format.n || !read_conversion(&p, &c))
			break;
		put_conversion(&p, &c);
	}
	bool whole = args.kind == VALUE_TUPLE ? p.used == args.as.list->count : p.used || has_items(args);
	if (!r->failed && !whole)
		return run_fail(r, "more values than the format has room for");
	return make_captured(r, start);
}
