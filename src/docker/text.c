/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/text.h"

bool text_is_space(unsigned code)
{
	switch (code) {
	case '\t': case '\n': case '\v': case '\f': case '\r': case ' ':
	case 0x85: case 0xa0: case 0x1680: case 0x2028: case 0x2029: case 0x202f: case 0x205f: case 0x3000:
		return true;
	default:
		return code >= 0x2000 && code <= 0x200a;
	}
}

bool text_space_at(const char *p, const char *end, unsigned *bytes)
{
	unsigned char c = (unsigned char)*p;

	*bytes = 1;
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return text_is_space(utf8_decode(p, end, bytes));
}

struct str text_trim_left(struct str s)
{
	unsigned bytes;

	for (; s.n && s.p[0] == ' '; s.n--)
		s.p++;
	while (s.n && text_space_at(s.p, s.p + s.n, &bytes)) {
		s.p += bytes;
		s.n -= bytes;
	}
	return s;
}

struct str text_trim(struct str s)
{
	s = text_trim_left(s);
	for (;;) {
		size_t back = 1;
		unsigned bytes;

		if (!s.n)
			return s;
		while (back < s.n && back < 4 && ((unsigned char)s.p[s.n - back] & 0xc0) == 0x80)
			back++;
		if (!text_space_at(s.p + s.n - back, s.p + s.n, &bytes) || bytes != back)
			return s;
		s.n -= back;
	}
}

struct str text_copy(struct arena *arena, struct str s)
{
	return (struct str){arena_strndup(arena, s.n ? s.p : "", s.n), s.n};
}

struct str text_lower(struct arena *arena, struct str s)
{
	char *p = arena_strndup(arena, s.n ? s.p : "", s.n);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + 32);
	return (struct str){p, s.n};
}

struct str text_upper(struct arena *arena, struct str s)
{
	char *p = arena_strndup(arena, s.n ? s.p : "", s.n);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 32);
	return (struct str){p, s.n};
}

bool text_same_nocase(struct str a, const char *b)
{
	size_t n = strlen(b);

	if (a.n != n)
		return false;
	if (memcmp(a.p, b, n) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b[i];

		if (x >= 'A' && x <= 'Z')
			x = (unsigned char)(x + 32);
		if (y >= 'A' && y <= 'Z')
			y = (unsigned char)(y + 32);
		if (x != y)
			return false;
	}
	return true;
}

struct str text_clean(struct arena *arena, struct str s)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		size_t end = str_find(s, '/', i);
		struct str name = str_slice(s, i, end);

		i = end + 1;
		if (name.n == 0 || str_is(name, "."))
			continue;
		if (str_is(name, "..")) {
			while (n && out[--n] != '/')
				;
			continue;
		}
		if (n)
			out[n++] = '/';
		memcpy(out + n, name.p, name.n);
		n += name.n;
	}
	out[n] = '\0';
	return (struct str){out, n};
}

void text_add(struct arena *arena, struct text_list *list, struct str item)
{
	if (list->count == list->capacity) {
		size_t old = list->capacity;

		list->capacity = old ? old * 2 : 4;
		list->items = arena_grow(arena, list->items, old * sizeof *list->items,
		                         list->capacity * sizeof *list->items);
	}
	list->items[list->count++] = item;
}

struct span text_span(const struct text_line *line, struct str piece)
{
	size_t at, i = 0, length = piece.n;

	if (!piece.p || piece.p < line->text.p || piece.p > line->text.p + line->text.n)
		at = length = 0;
	else
		at = (size_t)(piece.p - line->text.p);
	while (i + 1 < line->part_count && line->parts[i + 1].at <= at)
		i++;
	if (i + 1 < line->part_count && at + length > line->parts[i + 1].at)
		length = line->parts[i + 1].at - at;
	return (struct span){line->source, line->parts[i].offset + (uint32_t)(at - line->parts[i].at),
	                     (uint32_t)length};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

struct str text_word(struct str *s)
{
	size_t end = 0, next;

	while (end < s->n && !is_blank(s->p[end]))
		end++;
	for (next = end; next < s->n && is_blank(s->p[next]); next++)
		;
	struct str word = {s->p, end};

	*s = str_slice(*s, next, s->n);
	return word;
}

struct text_list text_split(struct arena *arena, struct str s)
{
	struct text_list list = {0};

	while (s.n)
		text_add(arena, &list, text_word(&s));
	return list;
}

/* The end of the word that begins at I; *STOP is where it loses its last escape, or the same. */
static size_t quoted_end(struct str s, size_t i, char escape, size_t *stop)
{
	char quote = 0;
	unsigned bytes;

	for (; i < s.n; i += bytes) {
		bool space = text_space_at(s.p + i, s.p + s.n, &bytes);

		if (!quote && space)
			break;
		if (s.p[i] == escape && quote != '\'') {
			if (i + 1 == s.n) {
				*stop = i;
				return s.n;
			}
			i++;
			text_space_at(s.p + i, s.p + s.n, &bytes);
		} else if (quote ? s.p[i] == quote : s.p[i] == '\'' || s.p[i] == '"') {
			quote = quote ? 0 : s.p[i];
		}
	}
	*stop = i;
	return i;
}

struct text_list text_quoted(struct arena *arena, struct str s, char escape)
{
	struct text_list list = {0};

	for (size_t i = 0; i < s.n;) {
		unsigned bytes;
		size_t stop, end;

		if (text_space_at(s.p + i, s.p + s.n, &bytes)) {
			i += bytes;
			continue;
		}
		end = quoted_end(s, i, escape, &stop);
		if (stop > i)
			text_add(arena, &list, str_slice(s, i, stop));
		i = end;
	}
	return list;
}
