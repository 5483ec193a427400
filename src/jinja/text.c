/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"

int64_t arg_int(struct run *r, struct value v, int64_t fallback)
{
	if (value_missing(v))
		return fallback;
	if (v.kind == VALUE_INT)
		return v.as.integer;
	if (v.kind == VALUE_BOOL)
		return v.as.boolean;
	if (v.kind == VALUE_UNDEFINED)
		undefined_used(r, v);
	run_fail(r, "an integer is needed, not %s", type_name(v));
	return fallback;
}

int64_t arg_int_or_none(struct run *r, struct value v, int64_t fallback)
{
	return v.kind == VALUE_NONE ? fallback : arg_int(r, v, fallback);
}

struct str arg_str(struct run *r, struct value v, const char *fallback)
{
	if (v.kind == VALUE_STRING)
		return value_str(v);
	if (!value_missing(v)) {
		if (v.kind == VALUE_UNDEFINED)
			undefined_used(r, v);
		run_fail(r, "a str is needed, not %s", type_name(v));
	}
	return str_of(fallback);
}

struct value text_recase(struct run *r, struct str text, int how)
{
	size_t start = r->out->n;

	unicode_recase(r->out, text, (enum unicode_case)how);
	return make_captured(r, start);
}

static struct value replace_empty(struct run *r, struct str text, struct str new, int64_t count)
{
	size_t start = r->out->n;
	unsigned bytes = 0;

	for (size_t at = 0; at <= text.n && run_fits(r, r->out->n - start); at += bytes) {
		if (count != 0)
			buf_addstr(r->out, new);
		count -= count > 0;
		if (at == text.n)
			break;
		utf8_decode(text.p + at, text.p + text.n, &bytes);
		buf_add(r->out, text.p + at, bytes);
	}
	return make_captured(r, start);
}

struct value text_replace(struct run *r, struct str text, struct str old, struct str new, int64_t count)
{
	size_t start = r->out->n, at = 0;

	if (old.n == 0)
		return replace_empty(r, text, new, count);
	while (count != 0 && run_fits(r, r->out->n - start)) {
		size_t found = str_search(text, old, at);

		if (found == SIZE_MAX)
			break;
		buf_add(r->out, text.p + at, found - at);
		buf_addstr(r->out, new);
		at = found + old.n;
		count--;
	}
	buf_add(r->out, text.p + at, text.n - at);
	return make_captured(r, start);
}

static bool code_in(unsigned code, struct str set)
{
	unsigned bytes;

	for (size_t at = 0; at < set.n; at += bytes) {
		if (utf8_decode(set.p + at, set.p + set.n, &bytes) == code)
			return true;
	}
	return false;
}

struct value text_strip(struct run *r, struct str text, struct value chars, bool left, bool right)
{
	unsigned bytes;

	if (value_missing(chars) || chars.kind == VALUE_NONE) {
		if (left)
			text = str_slice(text, unicode_space_prefix(text), text.n);
		if (right)
			text.n -= unicode_space_suffix(text);
		return value_borrow(r->arena, text);
	}
	struct str set = arg_str(r, chars, "");
	while (left && text.n && code_in(utf8_decode(text.p, text.p + text.n, &bytes), set))
		text = str_slice(text, bytes, text.n);
	while (right && text.n) {
		size_t last = unicode_back(text, text.n);

		if (!code_in(utf8_decode(text.p + last, text.p + text.n, &bytes), set))
			break;
		text.n = last;
	}
	return value_borrow(r->arena, text);
}

static void add_fill(struct run *r, struct str fill, int64_t count)
{
	for (; count > 0; count--)
		buf_addstr(r->out, fill);
}

struct value text_pad(struct run *r, struct value self, int64_t width, struct str fill, bool left, bool right)
{
	int64_t missing = width - (int64_t)string_chars(self.as.string), before = left ? missing : 0;
	size_t start = r->out->n;

	if (missing <= 0 || !run_fits(r, (uint64_t)missing * fill.n + self.as.string->length))
		return self;
	if (left && right)
		before = missing / 2 + (missing & width & 1);
	add_fill(r, fill, before);
	buf_addstr(r->out, value_str(self));
	add_fill(r, fill, missing - before);
	return make_captured(r, start);
}

/* Bytes of the line end that TEXT has at AT, 0: none. */
static size_t line_end(struct str text, size_t at)
{
	unsigned char c = (unsigned char)text.p[at];
	unsigned bytes;

	if (c == '\r')
		return at + 1 < text.n && text.p[at + 1] == '\n' ? 2 : 1;
	if (c < 0x80)
		return (c >= '\n' && c <= '\f') || (c >= 0x1c && c <= 0x1e);
	unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
	return code == 0x85 || code == 0x2028 || code == 0x2029 ? bytes : 0;
}

bool text_line(struct str text, size_t *at, struct str *line, size_t *ending)
{
	size_t start = *at, end = start;

	if (start >= text.n)
		return false;
	*ending = 0;
	while (end < text.n && (*ending = line_end(text, end)) == 0)
		end++;
	*line = str_slice(text, start, end);
	*at = end + *ending;
	return true;
}

struct str text_repeat(struct run *r, struct str text, int64_t times)
{
	size_t start = r->out->n;

	for (; times > 0 && run_fits(r, (uint64_t)times * text.n); times--)
		buf_addstr(r->out, text);
	return value_str(make_captured(r, start));
}

void text_escape(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '&')
			buf_adds(out, "&amp;");
		else if (c == '<')
			buf_adds(out, "&lt;");
		else if (c == '>')
			buf_adds(out, "&gt;");
		else if (c == '"')
			buf_adds(out, "&#34;");
		else if (c == '\'')
			buf_adds(out, "&#39;");
		else
			buf_addc(out, c);
	}
}

struct value text_join(struct run *r, struct str separator, struct value list, bool strict)
{
	size_t start = r->out->n;
	struct iter iter;
	struct value item;
	bool first = true;

	if (!iter_open(r, &iter, list))
		return list;
	while (iter_next(r, &iter, &item) && run_step(r)) {
		if (strict && item.kind != VALUE_STRING)
			return run_fail(r, "join needs strings, not %s", type_name(item));
		if (!first)
			buf_addstr(r->out, separator);
		first = false;
		print_value(r, item);
	}
	return make_captured(r, start);
}
