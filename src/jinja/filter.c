/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/literal.h"
#include "jinja/unicode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Filters of single values. */

BUILTIN(filter_abs)
{
	UNUSED;
	if (self.kind == VALUE_FLOAT)
		return value_float(fabs(self.as.real));
	if (self.kind == VALUE_INT)
		return self.as.integer < 0 ? op_negate(r, self, true) : self;
	if (self.kind == VALUE_BOOL)
		return value_int(self.as.boolean);
	return self.kind == VALUE_UNDEFINED ? undefined_used(r, self)
		: run_fail(r, "abs needs a number, not %s", type_name(self));
}

BUILTIN(filter_attr)
{
	UNUSED;
	struct str name = arg_str(r, argv[0], "");

	if (r->failed)
		return self;
	struct name *interned = name_intern(r->jinja, name);
	if (self.kind == VALUE_DICT && !interned->dict_method) {
		struct value empty = value_dict(r->arena);

		return member_attr(r, empty, interned);
	}
	return member_attr(r, self, interned);
}

BUILTIN(filter_default)
{
	UNUSED;
	if (self.kind == VALUE_UNDEFINED || (arg_bool(r, argv[1], false) && !op_truth(r, self)))
		return value_missing(argv[0]) ? value_borrow(r->arena, STR("")) : argv[0];
	return self;
}

BUILTIN(filter_string)
{
	UNUSED;
	return self.kind == VALUE_STRING ? self : value_borrow(r->arena, value_text(r, self));
}

/* A float's whole part as an integer; false, perhaps after an error, where it has none. */
static bool whole_part(struct run *r, double real, int64_t *n)
{
	if (isnan(real))
		return false;
	if (!(real > -0x1p63 - 1 && real < 0x1p63)) {
		run_fail(r, "number does not fit in a 64-bit integer");
		return false;
	}
	*n = (int64_t)real;
	return true;
}

/* int(text, base), where TEXT is a number in that base. */
static bool int_in_base(struct run *r, struct value text, struct value given, struct value *made)
{
	int64_t n, base = value_missing(given) ? 10 : given.kind == VALUE_INT ? given.as.integer : -1;

	if (base < 0 || base == 1 || base > 36)
		return false;
	switch (literal_int(value_str(text), (unsigned)base, &n)) {
	case LITERAL_IS:
		*made = value_int(n);
		return true;
	case LITERAL_TOO_BIG:
		*made = run_fail(r, "number does not fit in a 64-bit integer");
		return true;
	default:
		return false;
	}
}

BUILTIN(filter_int)
{
	UNUSED;
	struct value fallback = value_missing(argv[0]) ? value_int(0) : argv[0], made;
	int64_t n;
	double real;

	switch ((enum value_kind)self.kind) {
	case VALUE_INT:
		return self;
	case VALUE_BOOL:
		return value_int(self.as.boolean);
	case VALUE_FLOAT:
		return whole_part(r, self.as.real, &n) ? value_int(n) : fallback;
	case VALUE_UNDEFINED:
		return undefined_used(r, self);
	case VALUE_STRING:
		if (int_in_base(r, self, argv[1], &made))
			return made;
		if (literal_float(value_str(self), &real) && isfinite(real) && whole_part(r, real, &n))
			return value_int(n);
		return fallback;
	default:
		return fallback;
	}
}

BUILTIN(filter_float)
{
	UNUSED;
	struct value fallback = value_missing(argv[0]) ? value_float(0) : argv[0];
	double real;

	switch ((enum value_kind)self.kind) {
	case VALUE_FLOAT:
		return self;
	case VALUE_INT:
		return value_float((double)self.as.integer);
	case VALUE_BOOL:
		return value_float(self.as.boolean);
	case VALUE_UNDEFINED:
		return undefined_used(r, self);
	case VALUE_STRING:
		return literal_float(value_str(self), &real) ? value_float(real) : fallback;
	default:
		return fallback;
	}
}

/* An integer rounded to a multiple of 10 ** -PRECISION, halves to even. */
static struct value round_int(struct run *r, int64_t n, int64_t precision)
{
	int64_t unit = 1;

	if (precision >= 0)
		return value_int(n);
	if (precision < -18)
		return value_int(0);
	for (; precision; precision++)
		unit *= 10;
	int64_t rest = n % unit, low = n - rest;
	if (rest < 0) {
		rest += unit;
		low -= unit;
	}
	bool up = rest > unit - rest || (rest == unit - rest && (low / unit) % 2 != 0);
	return up ? op_binary(r, OP_ADD, value_int(low), value_int(unit)) : value_int(low);
}

/* REAL rounded to a multiple of 10 ** N, N positive, by its decimal digits and so exactly. */
static double round_tens(double real, int64_t n)
{
	char room[400];

	snprintf(room, sizeof room, "%.20e", real);
	int64_t kept = strtol(strchr(room, 'e') + 1, NULL, 10) - n + 1;
	if (real == 0 || kept < 0)
		return copysign(0, real);
	if (kept > 0) {
		snprintf(room, sizeof room, "%.*e", kept > 300 ? 300 : (int)kept - 1, real);
	} else {
		snprintf(room, sizeof room, "5e%lld", (long long)n - 1);
		bool up = fabs(real) > strtod(room, NULL);
		snprintf(room, sizeof room, "%s%se%lld", real < 0 ? "-" : "", up ? "1" : "0", (long long)n);
	}
	return strtod(room, NULL);
}

static struct value round_common(struct run *r, struct value self, int64_t precision)
{
	char room[400];

	if (self.kind != VALUE_FLOAT)
		return round_int(r, self.kind == VALUE_BOOL ? self.as.boolean : self.as.integer, precision);
	if (!isfinite(self.as.real) || precision > 300)
		return self;
	if (precision >= 0) {
		if (snprintf(room, sizeof room, "%.*f", (int)precision, self.as.real) >= (int)sizeof room)
			return self;
		return value_float(strtod(room, NULL));
	}
	double rounded = round_tens(self.as.real, -precision);
	return isfinite(rounded) ? value_float(rounded) : run_fail(r, "the rounded number is too large");
}

BUILTIN(filter_round)
{
	UNUSED;
	int64_t precision = arg_int_or_none(r, argv[0], 0);
	struct str how = arg_str(r, argv[1], "common");

	if (!str_is(how, "common") && !str_is(how, "ceil") && !str_is(how, "floor"))
		return run_fail(r, "round works as common, ceil or floor");
	if (self.kind != VALUE_FLOAT && self.kind != VALUE_INT && self.kind != VALUE_BOOL)
		return self.kind == VALUE_UNDEFINED ? undefined_used(r, self)
		                                    : run_fail(r, "round needs a number, not %s", type_name(self));
	if (argv[0].kind == VALUE_NONE && !str_is(how, "common"))
		return run_fail(r, "round to %s needs a precision", how.p);
	if (!r->failed && argv[0].kind == VALUE_NONE)
		return filter_int(r, round_common(r, self, 0), (struct value[2]){value_undefined()}, args);
	if (r->failed || str_is(how, "common"))
		return round_common(r, self, precision);
	struct value unit = op_power(r, value_int(10), value_int(precision));
	struct value scaled = op_binary(r, OP_MULTIPLY, self, unit);
	if (r->failed)
		return self;
	if (scaled.kind == VALUE_FLOAT && !isfinite(scaled.as.real))
		return run_fail(r, "round cannot round what is not finite");
	if (scaled.kind == VALUE_FLOAT)
		scaled.as.real = (str_is(how, "ceil") ? ceil(scaled.as.real) : floor(scaled.as.real)) + 0.0;
	return op_binary(r, OP_DIVIDE, scaled, unit);
}

BUILTIN(filter_format)
{
	UNUSED;
	struct str format = value_text(r, self);

	if (args->count && args->named_count)
		return run_fail(r, "format takes positional or keyword arguments, not both");
	if (args->named_count)
		return format_percent(r, format, make_dict(r, args));
	return format_percent(r, format, make_tuple(r, args->positional, args->count));
}

BUILTIN(filter_filesizeformat)
{
	UNUSED;
	static const char prefixes[] = "kMGTPEZY";
	struct value number = call_builtin(r, builtin_filter(STR("float")), self,
		&(struct args){NULL, 0, NULL, 0});
	bool binary = arg_bool(r, argv[0], false);
	double base = binary ? 1024 : 1000, unit = base, bytes = number.as.real;
	char room[400];
	int i = 0;

	if (r->failed || (self.kind != VALUE_INT && self.kind != VALUE_FLOAT && self.kind != VALUE_BOOL &&
	                  (self.kind != VALUE_STRING || !literal_float(value_str(self), &bytes))))
		return run_fail(r, "filesizeformat needs a number, not %s", type_name(self));
	if (bytes == 1)
		return value_borrow(r->arena, STR("1 Byte"));
	if (bytes < base) {
		snprintf(room, sizeof room, "%.0f Bytes", trunc(bytes));
		return value_copy(r->arena, str_of(bytes > -1 && bytes <= 0 ? "0 Bytes" : room));
	}
	for (; i < 7 && bytes >= unit * base; i++)
		unit *= base;
	snprintf(room, sizeof room, "%.1f %c%s", base * bytes / (unit * base), binary && i == 0 ? 'K'
		: prefixes[i],
	         binary ? "iB" : "B");
	return value_copy(r->arena, str_of(room));
}

static void json_value(struct run *r, struct value v, struct str indent, unsigned depth);

static void json_string(struct run *r, struct str text)
{
	unsigned bytes;

	buf_addc(r->out, '"');
	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
		const char *named = code < 0x80 && code ? strchr("\"\"\\\\\nn\rr\tt\bb\ff", (int)code) : NULL;

		if (named && code != 'n' && code != 'r' && code != 't' && code != 'b' && code != 'f')
			buf_addf(r->out, "\\%c", named[1]);
		else if (code == '<' || code == '>' || code == '&' || code == '\'' || code < 0x20 ||
		         (code >= 0x7f && code < 0x10000))
			buf_addf(r->out, "\\u%04x", code);
		else if (code >= 0x10000)
			buf_addf(r->out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
				0xdc00 + ((code - 0x10000) & 0x3ff));
		else
			buf_addc(r->out, (char)code);
	}
	buf_addc(r->out, '"');
}

/* INDENT.p is NULL where all stands on one line. */
static void json_line(struct run *r, struct str indent, unsigned depth)
{
	if (!indent.p)
		return;
	buf_addc(r->out, '\n');
	for (unsigned n = depth; n > 0 && run_fits(r, (uint64_t)n * indent.n); n--)
		buf_addstr(r->out, indent);
}

static void json_list(struct run *r, const struct list *list, struct str indent, unsigned depth)
{
	buf_addc(r->out, '[');
	for (size_t i = 0; i < list->count && !r->failed; i++) {
		if (i)
			buf_adds(r->out, indent.p ? "," : ", ");
		json_line(r, indent, depth + 1);
		json_value(r, list->items[i], indent, depth + 1);
	}
	if (list->count)
		json_line(r, indent, depth);
	buf_addc(r->out, ']');
}

static void json_key(struct run *r, struct value key)
{
	if (key.kind == VALUE_STRING) {
		json_string(r, value_str(key));
		return;
	}
	if (key.kind != VALUE_INT && key.kind != VALUE_FLOAT && key.kind != VALUE_BOOL &&
		key.kind != VALUE_NONE) {
		run_fail(r, "%s cannot be a key in JSON", type_name(key));
		return;
	}
	buf_addc(r->out, '"');
	json_value(r, key, (struct str){NULL, 0}, 0);
	buf_addc(r->out, '"');
}

static void json_dict(struct run *r, const struct dict *dict, struct str indent, unsigned depth)
{
	struct value *keys = ARENA_ARRAY(r->arena, dict->count, struct value);
	struct value *order = ARENA_ARRAY(r->arena, dict->count, struct value);
	size_t n = 0;

	for (size_t i = 0; i < dict->used; i++) {
		if (dict->entries[i].key.kind != VALUE_UNDEFINED)
			keys[n++] = dict->entries[i].key;
	}
	if (n)
		memcpy(order, keys, n * sizeof *order);
	sort_items(r, keys, order, n, 0);
	buf_addc(r->out, '{');
	for (size_t i = 0; i < n && !r->failed; i++) {
		if (i)
			buf_adds(r->out, indent.p ? "," : ", ");
		json_line(r, indent, depth + 1);
		json_key(r, order[i]);
		buf_adds(r->out, ": ");
		json_value(r, *dict_get(dict, order[i]), indent, depth + 1);
	}
	if (n)
		json_line(r, indent, depth);
	buf_addc(r->out, '}');
}

static void json_value(struct run *r, struct value v, struct str indent, unsigned depth)
{
	if (depth > RUN_NESTING || r->out->n > r->out_limit) {
		run_fail(r, depth > RUN_NESTING ? "value is nested too deeply for JSON" : "too much output");
		return;
	}
	switch ((enum value_kind)v.kind) {
	case VALUE_NONE:
		buf_adds(r->out, "null");
		return;
	case VALUE_BOOL:
		buf_adds(r->out, v.as.boolean ? "true" : "false");
		return;
	case VALUE_STRING:
		json_string(r, value_str(v));
		return;
	case VALUE_LIST:
	case VALUE_TUPLE:
		json_list(r, v.as.list, indent, depth);
		return;
	case VALUE_DICT:
		json_dict(r, v.as.dict, indent, depth);
		return;
	case VALUE_FLOAT:
		if (!isfinite(v.as.real))
			buf_adds(r->out, isnan(v.as.real) ? "NaN" : v.as.real < 0 ? "-Infinity" : "Infinity");
		else
			print_float(r->out, v.as.real);
		return;
	case VALUE_INT:
		print_int(r->out, v.as.integer);
		return;
	case VALUE_UNDEFINED:
		undefined_used(r, v);
		return;
	default:
		run_fail(r, "%s cannot be written as JSON", type_name(v));
	}
}

BUILTIN(filter_tojson)
{
	UNUSED;
	struct str indent = {NULL, 0};

	if (argv[0].kind == VALUE_STRING)
		indent = value_str(argv[0]);
	else if (!value_missing(argv[0]) && argv[0].kind != VALUE_NONE)
		indent = text_repeat(r, STR(" "), arg_int(r, argv[0], 0));
	size_t start = r->out->n;
	json_value(r, self, indent, 0);
	return make_captured(r, start);
}

static void url_quote(struct run *r, struct value v, bool query)
{
	struct str text = value_text(r, v);

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z' && (unsigned char)c < 0x80) ||
		    (c && strchr("_.-~", c)) || (c == '/' && !query))
			buf_addc(r->out, c);
		else if (c == ' ' && query)
			buf_addc(r->out, '+');
		else
			buf_addf(r->out, "%%%02X", (unsigned char)c);
	}
}

BUILTIN(filter_urlencode)
{
	UNUSED;
	size_t start = r->out->n;
	struct iter iter;
	struct value item;

	if (self.kind == VALUE_STRING || self.kind == VALUE_INT || self.kind == VALUE_FLOAT ||
		self.kind == VALUE_BOOL ||
	    self.kind == VALUE_NONE) {
		url_quote(r, self, false);
		return make_captured(r, start);
	}
	if (!iter_open(r, &iter, self))
		return self;
	iter.view = VIEW_ITEMS;
	for (bool first = true; iter_next(r, &iter, &item) && run_step(r); first = false) {
		struct list *pair = list_of(r, item);

		if (r->failed || pair->count != 2)
			return run_fail(r, "urlencode needs pairs");
		buf_adds(r->out, first ? "" : "&");
		url_quote(r, pair->items[0], true);
		buf_addc(r->out, '=');
		url_quote(r, pair->items[1], true);
	}
	return make_captured(r, start);
}

/* How many bytes of TEXT come before one of STOPS. */
static size_t span_without(struct str text, const char *stops)
{
	size_t n = 0;

	while (n < text.n && (text.p[n] == 0 || !strchr(stops, text.p[n])))
		n++;
	return n;
}

BUILTIN(filter_xmlattr)
{
	UNUSED;
	size_t start = r->out->n;
	bool space = arg_bool(r, argv[0], true);

	if (self.kind != VALUE_DICT)
		return self.kind == VALUE_UNDEFINED ? undefined_used(r, self)
			: run_fail(r, "xmlattr needs a dict, not %s", type_name(self));
	for (size_t i = 0; i < self.as.dict->used; i++) {
		const struct dict_entry *entry = &self.as.dict->entries[i];

		if (entry->key.kind == VALUE_UNDEFINED || entry->value.kind == VALUE_NONE ||
			entry->value.kind == VALUE_UNDEFINED)
			continue;
		struct str key = arg_str(r, entry->key, "");
		if (span_without(key, " \t\n\r\f\v/>=") < key.n)
			return run_fail(r, "'%.*s' cannot be the name of an attribute", STR_ARG(key));
		if (r->out->n > start || space)
			buf_addc(r->out, ' ');
		struct str value = value_text(r, entry->value);
		text_escape(r->out, key);
		buf_adds(r->out, "=\"");
		text_escape(r->out, value);
		buf_addc(r->out, '"');
	}
	return make_captured(r, start);
}

const struct builtin *builtin_filters(void)
{
	static const struct builtin filters[] = {
		{"abs", filter_abs, "", 0, false, false},
		{"attr", filter_attr, "name", 1, false, false},
		{"d", filter_default, "default_value,boolean", 0, true, false},
		{"default", filter_default, "default_value,boolean", 0, true, false},
		{"filesizeformat", filter_filesizeformat, "binary", 0, false, false},
		{"float", filter_float, "default", 0, false, false},
		{"format", filter_format, "*", 0, false, false},
		{"int", filter_int, "default,base", 0, false, false},
		{"pprint", filter_pprint, "", 0, true, false},
		{"round", filter_round, "precision,method", 0, false, false},
		{"string", filter_string, "", 0, false, false},
		{"tojson", filter_tojson, "indent", 0, false, false},
		{"urlencode", filter_urlencode, "", 0, false, false},
		{"xmlattr", filter_xmlattr, "autospace", 0, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return filters;
}
