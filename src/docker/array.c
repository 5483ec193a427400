/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/text.h"

#define DEPTH_MAX 10000 /* as encoding/json has it */

struct json {
	const char *p, *end;
	unsigned depth;
};

static void skip_blanks(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' || *j->p == '\n' || *j->p == '\r'))
		j->p++;
}

static bool take(struct json *j, char c)
{
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static int hex4(struct json *j)
{
	int value = 0;

	if (j->end - j->p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = *j->p++;

		if (c >= '0' && c <= '9')
			value = value * 16 + c - '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value * 16 + (c | 32) - 'a' + 10;
		else
			return -1;
	}
	return value;
}

static bool read_unicode(struct json *j, struct buf *out)
{
	int high = hex4(j), low;
	unsigned code = (unsigned)high;
	char bytes[4];

	if (high < 0)
		return false;
	if (high >= 0xd800 && high < 0xe000) {
		const char *back = j->p;

		code = 0xfffd;
		if (high < 0xdc00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u') {
			j->p += 2;
			low = hex4(j);
			if (low >= 0xdc00 && low < 0xe000)
				code = 0x10000 + ((unsigned)(high - 0xd800) << 10) + (unsigned)(low - 0xdc00);
			else
				j->p = back;
		}
	}
	buf_add(out, bytes, utf8_encode(code, bytes));
	return true;
}

static bool read_escape(struct json *j, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	char c;

	if (j->p == j->end)
		return false;
	c = *j->p++;
	if (c == 'u')
		return read_unicode(j, out);
	found = c ? strchr(from, c) : NULL;
	if (!found)
		return false;
	buf_addc(out, to[found - from]);
	return true;
}

static bool read_string(struct json *j, struct buf *out)
{
	if (!take(j, '"'))
		return false;
	while (j->p < j->end) {
		unsigned char c = (unsigned char)*j->p;

		if (c == '"') {
			j->p++;
			return true;
		}
		if (c < 0x20)
			return false;
		if (c == '\\') {
			j->p++;
			if (!read_escape(j, out))
				return false;
		} else {
			char bytes[4];
			unsigned n, code = utf8_decode(j->p, j->end, &n);

			buf_add(out, bytes, utf8_encode(code, bytes));
			j->p += n;
		}
	}
	return false;
}

static bool read_digits(struct json *j)
{
	const char *start = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > start;
}

static bool read_number(struct json *j)
{
	take(j, '-');
	if (!take(j, '0') && !read_digits(j))
		return false;
	if (take(j, '.') && !read_digits(j))
		return false;
	if (take(j, 'e') || take(j, 'E')) {
		if (!take(j, '+'))
			take(j, '-');
		return read_digits(j);
	}
	return true;
}

static bool read_word(struct json *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return false;
	j->p += n;
	return true;
}

static bool read_value(struct json *j, struct buf *scratch);

static bool read_members(struct json *j, struct buf *scratch, char close)
{
	skip_blanks(j);
	if (take(j, close))
		return true;
	for (;;) {
		skip_blanks(j);
		if (close == '}') {
			buf_clear(scratch);
			if (!read_string(j, scratch))
				return false;
			skip_blanks(j);
			if (!take(j, ':'))
				return false;
		}
		if (!read_value(j, scratch))
			return false;
		skip_blanks(j);
		if (take(j, close))
			return true;
		if (!take(j, ','))
			return false;
	}
}

static bool read_value(struct json *j, struct buf *scratch)
{
	bool ok;

	skip_blanks(j);
	if (j->p == j->end || j->depth >= DEPTH_MAX)
		return false;
	switch (*j->p) {
	case '"':
		buf_clear(scratch);
		return read_string(j, scratch);
	case '[':
	case '{':
		j->depth++;
		ok = read_members(j, scratch, *j->p++ == '[' ? ']' : '}');
		j->depth--;
		return ok;
	case 't':
		return read_word(j, "true");
	case 'f':
		return read_word(j, "false");
	case 'n':
		return read_word(j, "null");
	default:
		return read_number(j);
	}
}

static enum text_json read_array(struct arena *arena, struct json *j, struct buf *scratch,
                                 struct text_list *out)
{
	bool mixed = false;

	skip_blanks(j);
	if (!take(j, ']')) {
		for (;;) {
			bool string;

			skip_blanks(j);
			string = j->p < j->end && *j->p == '"';
			mixed |= !string;
			if (!read_value(j, scratch))
				return TEXT_JSON_NONE;
			if (string)
				text_add(arena, out, text_copy(arena, buf_str(scratch)));
			skip_blanks(j);
			if (take(j, ']'))
				break;
			if (!take(j, ','))
				return TEXT_JSON_NONE;
		}
	}
	skip_blanks(j);
	if (j->p < j->end)
		return TEXT_JSON_NONE;
	return mixed ? TEXT_JSON_MIXED : TEXT_JSON_STRINGS;
}

enum text_json text_json(struct arena *arena, struct str s, struct text_list *out)
{
	struct json j;
	struct buf scratch = BUF_INIT;
	enum text_json kind;

	s = text_trim_left(s);
	*out = (struct text_list){0};
	j = (struct json){s.p, s.p + s.n, 1};
	if (!take(&j, '['))
		return TEXT_JSON_NONE;
	kind = read_array(arena, &j, &scratch, out);
	buf_release(&scratch);
	return kind;
}
