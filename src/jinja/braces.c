/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

/* str.format: {}, {0}, {name}, {0.a[b]}, {!r}, {:>{width}}. */

struct braces {
	struct run *r;
	const struct args *args;
	const struct dict *map; /* of format_map; else NULL */
	size_t automatic;       /* fields numbered so far */
	bool numbered, named;   /* {} was used; {0} was used */
};

enum { BRACES_DEPTH = 2 }; /* fields within the format of a field, no further */

static bool field_index(struct braces *b, struct str text, int64_t *index)
{
	*index = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		if (*index > INT32_MAX) {
			run_fail(b->r, "the number of a format field is too large");
			return false;
		}
		*index = *index * 10 + (text.p[i] - '0');
	}
	return text.n > 0;
}

static struct value field_positional(struct braces *b, struct str name)
{
	int64_t index = (int64_t)b->automatic;

	if (b->map)
		return run_fail(b->r, "format_map has no numbered fields");
	if (name.n) {
		field_index(b, name, &index);
		b->named = true;
	} else {
		b->automatic++;
		b->numbered = true;
	}
	if (b->named && b->numbered)
		return run_fail(b->r, "a format numbers its fields or names their numbers, not both");
	if (index >= (int64_t)b->args->count)
		return run_fail(b->r, "format has no argument %lld", (long long)index);
	return b->args->positional[index];
}

static struct value field_first(struct braces *b, struct str name)
{
	int64_t index;

	if (name.n == 0 || field_index(b, name, &index))
		return field_positional(b, name);
	if (b->map) {
		const struct value *found = dict_find(b->map, name);

		if (found)
			return *found;
	}
	for (size_t i = 0; !b->map && i < b->args->named_count; i++) {
		if (str_eq(b->args->named[i].name, name))
			return b->args->named[i].value;
	}
	return run_fail(b->r, "format has no argument '%.*s'", STR_ARG(name));
}

/* Python's getattr and [] rather than a template's: what is not there is an error. */
static struct value field_attr(struct run *r, struct value v, struct str name)
{
	struct value found = v.kind == VALUE_DICT ? member_item(r, value_dict(r->arena), value_borrow(r->arena, name))
		: member_attr(r, v, name_intern(r->jinja, name));

	if (found.kind == VALUE_UNDEFINED)
		return run_fail(r, "format: %s has no member '%.*s'", type_name(v), STR_ARG(name));
	return found;
}

static struct value field_item(struct braces *b, struct value v, struct str name)
{
	int64_t index;
	bool number = field_index(b, name, &index), list = v.kind == VALUE_LIST || v.kind == VALUE_TUPLE;
	struct value key = number ? value_int(index) : value_borrow(b->r->arena, name);

	if (v.kind == VALUE_UNDEFINED)
		return undefined_used(b->r, v);
	if (v.kind == VALUE_DICT) {
		const struct value *found = dict_get(v.as.dict, key);

		if (found)
			return *found;
	} else if (number && (list || v.kind == VALUE_STRING) && index < value_length(b->r, v)) {
		return member_item(b->r, v, key);
	}
	return run_fail(b->r, "format: %s has no item '%.*s'", type_name(v), STR_ARG(name));
}

static struct value field_value(struct braces *b, struct str name)
{
	size_t end = 0;

	while (end < name.n && name.p[end] != '.' && name.p[end] != '[')
		end++;
	struct value v = field_first(b, str_slice(name, 0, end));
	while (end < name.n && !b->r->failed) {
		bool item = name.p[end] == '[';
		size_t stop = ++end;

		while (stop < name.n && (item ? name.p[stop] != ']' : name.p[stop] != '.' && name.p[stop] != '['))
			stop++;
		struct str part = str_slice(name, end, stop);
		if (part.n == 0 || (item && stop == name.n))
			return run_fail(b->r, "format: '%.*s' is not understood", STR_ARG(name));
		v = item ? field_item(b, v, part) : field_attr(b->r, v, part);
		end = stop + item;
		if (item && end < name.n && name.p[end] != '.' && name.p[end] != '[')
			return run_fail(b->r, "format: '%.*s' is not understood", STR_ARG(name));
	}
	return v;
}

/* Where the name that begins at AT ends: at }, : or !; a [key] may hold these. */
static size_t name_end(struct run *r, struct str format, size_t at)
{
	for (; at < format.n; at++) {
		if (strchr("}:!", format.p[at]) && format.p[at])
			break;
		if (format.p[at] == '{') {
			run_fail(r, "'{' in the name of a format field");
			break;
		}
		if (format.p[at] == '[')
			at = str_find(format, ']', at);
	}
	return at;
}

static void put_braces(struct braces *b, struct str format, unsigned depth);

/* What stands behind the colon, with its own fields filled in. */
static struct str field_spec(struct braces *b, struct str spec, unsigned depth)
{
	size_t start = b->r->out->n;

	if (!memchr(spec.p, '{', spec.n) && !memchr(spec.p, '}', spec.n))
		return spec;
	put_braces(b, spec, depth + 1);
	return value_str(make_captured(b->r, start));
}

/* V as {!s}, {!r} or {!a} has it. */
static struct value field_convert(struct run *r, struct value v, char how)
{
	size_t start = r->out->n;

	if (how == 's')
		print_value(r, v);
	else if (how == 'r')
		print_repr(r, v);
	else if (how == 'a')
		print_ascii(r, v);
	else
		run_fail(r, "format has no conversion '!%c'", how);
	return make_captured(r, start);
}

/* The field that begins at AT, behind its brace; returns where it ends. */
static size_t put_field(struct braces *b, struct str format, size_t at, unsigned depth)
{
	struct run *r = b->r;
	size_t name = at, nested = 1;
	char convert = 0;

	at = name_end(r, format, at);
	struct str named = str_slice(format, name, at), spec = STR("");
	if (at + 2 < format.n && format.p[at] == '!') {
		convert = format.p[at + 1];
		at += 2;
	}
	if (at < format.n && format.p[at] == ':') {
		size_t start = ++at;

		for (; at < format.n; at++) {
			nested += format.p[at] == '{';
			nested -= format.p[at] == '}';
			if (nested == 0)
				break;
		}
		spec = str_slice(format, start, at);
	}
	if (at >= format.n || format.p[at] != '}') {
		run_fail(r, "format has a field without '}'");
		return at;
	}
	struct value v = field_value(b, named);
	if (convert && !r->failed)
		v = field_convert(r, v, convert);
	spec = r->failed ? spec : field_spec(b, spec, depth);
	if (!r->failed)
		format_spec(r, v, spec);
	return at + 1;
}

static void put_braces(struct braces *b, struct str format, unsigned depth)
{
	size_t start = b->r->out->n;

	if (depth >= BRACES_DEPTH) {
		run_fail(b->r, "format fields are nested too deeply");
		return;
	}
	for (size_t at = 0; at < format.n && run_fits(b->r, b->r->out->n - start);) {
		char c = format.p[at++];

		if (c != '{' && c != '}') {
			buf_addc(b->r->out, c);
		} else if (at < format.n && format.p[at] == c) {
			buf_addc(b->r->out, c);
			at++;
		} else if (c == '}' || at == format.n) {
			run_fail(b->r, "single '%c' in a format", c);
		} else {
			at = put_field(b, format, at, depth);
		}
	}
}

struct value format_braces(struct run *r, struct str format, const struct args *args, const struct dict *map)
{
	struct braces b = {.r = r, .args = args, .map = map};
	size_t start = r->out->n;

	put_braces(&b, format, 0);
	return make_captured(r, start);
}
