/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"

/* The filter pprint: values as Python's pprint.pformat breaks them into lines of 80 characters. */

enum { PRETTY_WIDTH = 80 };

static void pretty_repr(struct run *r, struct value v, unsigned depth);
static void pretty_value(struct run *r, struct value v, int64_t indent, int64_t allowance, unsigned depth);

/* Python orders keys of different types by the names of these. */
static int key_rank(struct value key)
{
	switch ((enum value_kind)key.kind) {
	case VALUE_NONE:
		return 0;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_FLOAT:
		return 1;
	case VALUE_STRING:
		return 2;
	default:
		return 3;
	}
}

/* The keys of DICT, sorted. */
static struct list *sorted_keys(struct run *r, const struct dict *dict)
{
	struct list *keys = value_list(r->arena, dict->count).as.list;

	for (int rank = 0; rank < 4; rank++) {
		size_t start = keys->count;

		for (size_t i = 0; i < dict->used; i++) {
			struct value key = dict->entries[i].key;

			if (key.kind != VALUE_UNDEFINED && key_rank(key) == rank)
				list_append(keys, key);
		}
		struct value *order = ARENA_ARRAY(r->arena, keys->count - start, struct value);
		if (keys->count > start)
			memcpy(order, keys->items + start, (keys->count - start) * sizeof *order);
		sort_items(r, order, keys->items + start, keys->count - start, 0);
	}
	return keys;
}

static void repr_dict(struct run *r, const struct dict *dict, unsigned depth)
{
	struct list *keys = sorted_keys(r, dict);

	buf_addc(r->out, '{');
	for (size_t i = 0; i < keys->count && !r->failed; i++) {
		buf_adds(r->out, i ? ", " : "");
		pretty_repr(r, keys->items[i], depth + 1);
		buf_adds(r->out, ": ");
		pretty_repr(r, *dict_get(dict, keys->items[i]), depth + 1);
	}
	buf_addc(r->out, '}');
}

/* Tuples of groupby are printed as they are, by Python too. */
static bool is_opaque(struct value v)
{
	return v.kind == VALUE_TUPLE && v.flags & VALUE_GROUP;
}

/* repr(V) with the keys of dicts sorted. */
static void pretty_repr(struct run *r, struct value v, unsigned depth)
{
	bool list = v.kind == VALUE_LIST;

	if (depth > RUN_NESTING || r->out->n > r->out_limit) {
		run_fail(r, depth > RUN_NESTING ? "value is nested too deeply to be printed" : "too much output");
	} else if (v.kind == VALUE_DICT) {
		repr_dict(r, v.as.dict, depth);
	} else if (list || (v.kind == VALUE_TUPLE && !is_opaque(v))) {
		buf_addc(r->out, list ? '[' : '(');
		for (size_t i = 0; i < v.as.list->count && !r->failed; i++) {
			buf_adds(r->out, i ? ", " : "");
			pretty_repr(r, v.as.list->items[i], depth + 1);
		}
		buf_adds(r->out, list ? "]" : v.as.list->count == 1 ? ",)" : ")");
	} else {
		print_repr(r, v);
	}
}

static struct str repr_of(struct run *r, struct value v)
{
	size_t start = r->out->n;

	pretty_repr(r, v, 0);
	return value_str(make_captured(r, start));
}

static struct str repr_text(struct run *r, struct str text)
{
	return repr_of(r, value_borrow(r->arena, text));
}

static void new_line(struct run *r, int64_t indent)
{
	buf_addc(r->out, '\n');
	for (; indent > 0 && run_fits(r, (uint64_t)indent); indent--)
		buf_addc(r->out, ' ');
}

/* Where the word at AT ends, with the blanks behind it. */
static size_t word_end(struct str text, size_t at)
{
	unsigned bytes;

	for (; at < text.n; at += bytes) {
		if (unicode_space(utf8_decode(text.p + at, text.p + text.n, &bytes)))
			break;
	}
	return at + unicode_space_prefix(str_slice(text, at, text.n));
}

/* LINE, which is too long, in pieces of whole words; LESS is what the last piece must leave free. */
static void add_pieces(struct run *r, struct list *chunks, struct str line, int64_t width, int64_t less)
{
	size_t start = 0, end = 0;

	while (end < line.n && run_step(r)) {
		size_t next = word_end(line, end);

		if (next == line.n)
			width -= less;
		if (end > start && (int64_t)utf8_count(repr_text(r, str_slice(line, start, next))) > width) {
			list_append(chunks, value_borrow(r->arena, repr_text(r, str_slice(line, start, end))));
			start = end;
		}
		end = next;
	}
	list_append(chunks, value_borrow(r->arena, repr_text(r, str_slice(line, start, end))));
}

static void pretty_string(struct run *r, struct str text, int64_t indent, int64_t allowance, bool top)
{
	struct list *chunks = value_list(r->arena, 0).as.list;
	int64_t width = PRETTY_WIDTH - indent - top;
	size_t at = 0, ending;
	struct str line;

	allowance += top;
	while (text_line(text, &at, &line, &ending) && run_step(r)) {
		int64_t less = at >= text.n ? allowance : 0;

		line.n += ending;
		struct str whole = repr_text(r, line);
		if ((int64_t)utf8_count(whole) <= width - less)
			list_append(chunks, value_borrow(r->arena, whole));
		else
			add_pieces(r, chunks, line, width, less);
	}
	bool brackets = top && chunks->count > 1;
	buf_adds(r->out, brackets ? "(" : "");
	for (size_t i = 0; i < chunks->count && !r->failed; i++) {
		if (i)
			new_line(r, indent + top);
		buf_addstr(r->out, value_str(chunks->items[i]));
	}
	buf_adds(r->out, brackets ? ")" : "");
}

static void pretty_list(struct run *r, struct value v, int64_t indent, int64_t allowance, unsigned depth)
{
	const char *close = v.kind == VALUE_LIST ? "]" : v.as.list->count == 1 ? ",)" : ")";

	buf_addc(r->out, v.kind == VALUE_LIST ? '[' : '(');
	for (size_t i = 0; i < v.as.list->count && !r->failed; i++) {
		bool last = i + 1 == v.as.list->count;

		pretty_value(r, v.as.list->items[i], indent + 1, last ? allowance + (int64_t)strlen(close) : 1, depth);
		if (!last) {
			buf_addc(r->out, ',');
			new_line(r, indent + 1);
		}
	}
	buf_adds(r->out, close);
}

static void pretty_dict(struct run *r, const struct dict *dict, int64_t indent, int64_t allowance, unsigned depth)
{
	struct list *keys = sorted_keys(r, dict);

	buf_addc(r->out, '{');
	for (size_t i = 0; i < keys->count && !r->failed; i++) {
		bool last = i + 1 == keys->count;
		struct str key = repr_of(r, keys->items[i]);

		buf_addstr(r->out, key);
		buf_adds(r->out, ": ");
		pretty_value(r, *dict_get(dict, keys->items[i]), indent + 3 + (int64_t)utf8_count(key),
			last ? allowance + 1 : 1, depth);
		if (!last) {
			buf_addc(r->out, ',');
			new_line(r, indent + 1);
		}
	}
	buf_addc(r->out, '}');
}

/* V from column INDENT on; ALLOWANCE characters follow it on its last line. */
static void pretty_value(struct run *r, struct value v, int64_t indent, int64_t allowance, unsigned depth)
{
	struct str whole = repr_of(r, v);

	if (!run_step(r) || is_opaque(v) || (int64_t)utf8_count(whole) <= PRETTY_WIDTH - indent - allowance)
		buf_addstr(r->out, whole);
	else if (v.kind == VALUE_LIST || v.kind == VALUE_TUPLE)
		pretty_list(r, v, indent, allowance, depth + 1);
	else if (v.kind == VALUE_DICT)
		pretty_dict(r, v.as.dict, indent, allowance, depth + 1);
	else if (v.kind == VALUE_STRING)
		pretty_string(r, value_str(v), indent, allowance, depth == 0);
	else
		buf_addstr(r->out, whole);
}

struct value filter_pprint(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	size_t start = r->out->n;

	(void)argv, (void)args;
	pretty_value(r, self, 0, 0, 0);
	return make_captured(r, start);
}
