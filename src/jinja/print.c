/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"
#include "jinja/unicode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_deep(struct run *r, struct value v, unsigned depth);

void print_int(struct buf *out, int64_t n)
{
	char room[24], *p = room + sizeof room;
	uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	if (n < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(room + sizeof room - p));
}

/* The shortest digits that read back as REAL, as "d.ddde-dd". */
static void float_shortest(double real, char room[40])
{
	for (int digits = fabs(real) < 0x1p-1022 ? 0 : 14; digits <= 16; digits++) {
		snprintf(room, 40, "%.*e", digits, real);
		if (strtod(room, NULL) == real)
			break;
	}
}

void print_float(struct buf *out, double real)
{
	char room[40];

	if (!isfinite(real)) {
		buf_adds(out, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
		return;
	}
	if (real == floor(real) && fabs(real) < 1e15) {
		if (real == 0 && signbit(real))
			buf_addc(out, '-');
		print_int(out, (int64_t)real);
		buf_adds(out, ".0");
		return;
	}
	float_shortest(real, room);
	char *e = strchr(room, 'e'), *p = room, digits[24];
	int exponent = (int)strtol(e + 1, NULL, 10);
	size_t n = 0;
	if (*p == '-') {
		buf_addc(out, '-');
		p++;
	}
	for (; p < e; p++) {
		if (*p != '.')
			digits[n++] = *p;
	}
	while (n > 1 && digits[n - 1] == '0')
		n--;
	if (exponent < -4 || exponent >= 16) {
		buf_add(out, digits, 1);
		if (n > 1) {
			buf_addc(out, '.');
			buf_add(out, digits + 1, n - 1);
		}
		buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
	} else if (exponent < 0) {
		buf_adds(out, "0.");
		for (int i = -1; i > exponent; i--)
			buf_addc(out, '0');
		buf_add(out, digits, n);
	} else {
		size_t whole = (size_t)exponent + 1;

		for (size_t i = 0; i < whole; i++)
			buf_addc(out, i < n ? digits[i] : '0');
		buf_addc(out, '.');
		buf_add(out, n > whole ? digits + whole : "0", n > whole ? n - whole : 1);
	}
}

static void repr_escape(struct buf *out, unsigned code, char quote)
{
	char room[4];

	if (code == '\n')
		buf_adds(out, "\\n");
	else if (code == '\t')
		buf_adds(out, "\\t");
	else if (code == '\r')
		buf_adds(out, "\\r");
	else if (code == '\\' || code == (unsigned char)quote)
		buf_addf(out, "\\%c", (int)code);
	else if (unicode_printable(code))
		buf_add(out, room, utf8_encode(code, room));
	else
		buf_addf(out, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
}

static void repr_string(struct buf *out, struct str s)
{
	bool single = s.n && memchr(s.p, '\'', s.n), twice = s.n && memchr(s.p, '"', s.n);
	char quote = single && !twice ? '"' : '\'';
	unsigned bytes;

	buf_addc(out, quote);
	for (size_t at = 0; at < s.n; at += bytes)
		repr_escape(out, utf8_decode(s.p + at, s.p + s.n, &bytes), quote);
	buf_addc(out, quote);
}

static void repr_items(struct run *r, const struct list *list, const char *open, const char *close, unsigned depth)
{
	buf_adds(r->out, open);
	for (size_t i = 0; i < list->count && !r->failed; i++) {
		if (i)
			buf_adds(r->out, ", ");
		print_deep(r, list->items[i], depth + 1);
	}
	buf_adds(r->out, close);
}

static void repr_dict(struct run *r, const struct dict *dict, enum view_kind view, bool pairs, unsigned depth)
{
	bool first = true;

	for (size_t i = 0; i < dict->used && !r->failed; i++) {
		const struct dict_entry *entry = &dict->entries[i];

		if (entry->key.kind == VALUE_UNDEFINED)
			continue;
		buf_adds(r->out, first ? "" : ", ");
		first = false;
		if (view == VIEW_ITEMS)
			buf_adds(r->out, pairs ? "" : "(");
		if (view != VIEW_VALUES)
			print_deep(r, entry->key, depth + 1);
		if (view == VIEW_ITEMS)
			buf_adds(r->out, pairs ? ": " : ", ");
		if (view != VIEW_KEYS)
			print_deep(r, entry->value, depth + 1);
		if (view == VIEW_ITEMS)
			buf_adds(r->out, pairs ? "" : ")");
	}
}

static void repr_range(struct buf *out, const struct range_object *range)
{
	buf_addf(out, "range(%lld, %lld", (long long)range->start, (long long)range->stop);
	if (range->step != 1)
		buf_addf(out, ", %lld", (long long)range->step);
	buf_addc(out, ')');
}

static void repr_object(struct run *r, struct value v, unsigned depth)
{
	struct object *object = v.as.object;
	static const char *const views[] = {"dict_keys([", "dict_values([", "dict_items(["};

	switch (object->kind) {
	case OBJECT_RANGE:
		repr_range(r->out, (const struct range_object *)object);
		return;
	case OBJECT_VIEW: {
		const struct view_object *view = (const struct view_object *)object;

		buf_adds(r->out, views[view->view]);
		repr_dict(r, view->dict, view->view, false, depth);
		buf_adds(r->out, "])");
		return;
	}
	case OBJECT_NAMESPACE:
		buf_adds(r->out, "<Namespace {");
		repr_dict(r, ((const struct namespace_object *)object)->dict, VIEW_ITEMS, true, depth);
		buf_adds(r->out, "}>");
		return;
	case OBJECT_MODULE:
		buf_addf(r->out, "<TemplateModule '%.*s'>", STR_ARG(((const struct module_object *)object)->template->called));
		return;
	case OBJECT_MACRO: {
		const struct func *func = ((const struct macro_object *)object)->func;

		if (func->name)
			buf_addf(r->out, "<Macro '%.*s'>", STR_ARG(func->name->text));
		else
			buf_adds(r->out, "<Macro anonymous>");
		return;
	}
	case OBJECT_LOOP: {
		struct loop_object *loop = (struct loop_object *)object;

		buf_addf(r->out, "<LoopContext %lld/%lld>", (long long)loop->index0 + 1, (long long)loop_length(r, loop));
		return;
	}
	case OBJECT_SELF:
		buf_addf(r->out, "<TemplateReference '%.*s'>",
			STR_ARG(((const struct block_object *)object)->context->template->called));
		return;
	default:
		buf_addf(r->out, "<%s>", type_name(v));
	}
}

static void print_deep(struct run *r, struct value v, unsigned depth)
{
	if (depth > RUN_NESTING || r->out->n > r->out_limit) {
		run_fail(r, depth > RUN_NESTING ? "value is nested too deeply to be printed" : "too much output");
		return;
	}
	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		repr_string(r->out, value_str(v));
		return;
	case VALUE_LIST:
		repr_items(r, v.as.list, "[", "]", depth);
		return;
	case VALUE_TUPLE:
		repr_items(r, v.as.list, "(", v.as.list->count == 1 ? ",)" : ")", depth);
		return;
	case VALUE_DICT:
		buf_addc(r->out, '{');
		repr_dict(r, v.as.dict, VIEW_ITEMS, true, depth);
		buf_addc(r->out, '}');
		return;
	case VALUE_OBJECT:
		repr_object(r, v, depth);
		return;
	case VALUE_UNDEFINED:
		buf_adds(r->out, "Undefined");
		return;
	default:
		print_value(r, v);
	}
}

void print_repr(struct run *r, struct value v)
{
	print_deep(r, v, 0);
}

void print_ascii(struct run *r, struct value v)
{
	size_t start = r->out->n;
	unsigned bytes;

	print_repr(r, v);
	struct str text = value_str(make_captured(r, start));
	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);

		if (code < 0x80)
			buf_addc(r->out, (char)code);
		else
			buf_addf(r->out, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
	}
}

void print_any(struct run *r, struct value v)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_INT:
		print_int(r->out, v.as.integer);
		return;
	case VALUE_BOOL:
		buf_adds(r->out, v.as.boolean ? "True" : "False");
		return;
	case VALUE_NONE:
		buf_adds(r->out, "None");
		return;
	case VALUE_FLOAT:
		print_float(r->out, v.as.real);
		return;
	case VALUE_UNDEFINED:
		if (undefined_refused(r, v))
			undefined_used(r, v);
		return;
	case VALUE_OBJECT:
		if (v.as.object->kind == OBJECT_MODULE) {
			buf_addstr(r->out, ((const struct module_object *)v.as.object)->body);
			return;
		}
		break;
	default:
		break;
	}
	print_deep(r, v, 0);
}

struct str value_text(struct run *r, struct value v)
{
	size_t start = r->out->n;

	if (v.kind == VALUE_STRING)
		return value_str(v);
	print_value(r, v);
	return value_str(make_captured(r, start));
}

size_t string_chars(struct string *string)
{
	if (string->chars == STRING_UNCOUNTED)
		string->chars = (uint32_t)utf8_count((struct str){string->bytes, string->length});
	return string->chars;
}

size_t string_offset(struct string *string, size_t index)
{
	size_t at = 0;
	unsigned bytes;

	if (string_chars(string) == string->length)
		return index < string->length ? index : string->length;
	while (index-- > 0 && at < string->length) {
		utf8_decode(string->bytes + at, string->bytes + string->length, &bytes);
		at += bytes;
	}
	return at;
}

size_t str_search(struct str text, struct str needle, size_t from)
{
	if (needle.n == 0)
		return from <= text.n ? from : SIZE_MAX;
	while (from + needle.n <= text.n) {
		const char *p = memchr(text.p + from, needle.p[0], text.n - from - needle.n + 1);

		if (!p)
			break;
		if (memcmp(p, needle.p, needle.n) == 0)
			return (size_t)(p - text.p);
		from = (size_t)(p - text.p) + 1;
	}
	return SIZE_MAX;
}
