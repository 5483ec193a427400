/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq((struct str){s.p + s.n - suffix.n, suffix.n}, suffix);
}

static bool str_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
	while (s.n && str_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && str_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

void buf_init(struct buf *buf)
{
	memset(buf, 0, sizeof *buf);
}

void buf_release(struct buf *buf)
{
	mem_free(buf->p);
	buf_init(buf);
}

void buf_clear(struct buf *buf)
{
	buf->n = 0;
	if (buf->p)
		buf->p[0] = '\0';
}

char *buf_room(struct buf *buf, size_t more)
{
	if (more >= SIZE_MAX / 2 - buf->n)
		mem_fail();
	size_t need = buf->n + more + 1;
	if (need > buf->capacity) {
		size_t capacity = buf->capacity ? buf->capacity * 2 : 128;

		buf->capacity = capacity < need ? need : capacity;
		buf->p = mem_realloc(buf->p, buf->capacity);
	}
	return buf->p + buf->n;
}

void buf_vaddf(struct buf *buf, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	buf_room(buf, 63);
	size_t room = buf->capacity - buf->n;
	int n = vsnprintf(buf->p + buf->n, room, format, args);
	if (n < 0)
		mem_fail();
	if ((size_t)n >= room)
		vsnprintf(buf_room(buf, (size_t)n), (size_t)n + 1, format, again);
	va_end(again);
	buf->n += (size_t)n;
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vaddf(buf, format, args);
	va_end(args);
}

/* The length and first bits that a lead byte announces; 0 for none. */
static unsigned utf8_lead(unsigned char lead, unsigned *code)
{
	if (lead < 0x80)
		return *code = lead, 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return *code = lead & 0x1fu, 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return *code = lead & 0x0fu, 3;
	if (lead >= 0xf0 && lead < 0xf5)
		return *code = lead & 0x07u, 4;
	return 0;
}

/* Stores 0 in *BYTES where P does not begin a code point. */
static unsigned utf8_strict(const char *p, const char *end, unsigned *bytes)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned code = 0, n = utf8_lead((unsigned char)*p, &code);

	*bytes = 0;
	if (n == 0 || (size_t)(end - p) < n)
		return 0xfffd;
	for (unsigned i = 1; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0xfffd;
		code = code << 6 | ((unsigned char)p[i] & 0x3fu);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0xfffd;
	*bytes = n;
	return code;
}

unsigned utf8_decode(const char *p, const char *end, unsigned *bytes)
{
	unsigned code = utf8_strict(p, end, bytes);

	if (*bytes == 0)
		*bytes = 1;
	return code;
}

unsigned utf8_encode(unsigned code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Whether P begins with eight bytes of ASCII: 8, or 0. */
static size_t utf8_ascii(const char *p, const char *end)
{
	uint64_t word;

	if (end - p < 8)
		return 0;
	memcpy(&word, p, sizeof word);
	return word & 0x8080808080808080u ? 0 : 8;
}

size_t utf8_count(struct str s)
{
	size_t count = 0;
	unsigned bytes;

	for (const char *p = s.p, *end = s.p + s.n; p < end; p += bytes) {
		bytes = (unsigned)utf8_ascii(p, end);
		count += bytes ? bytes : 1;
		if (!bytes)
			utf8_decode(p, end, &bytes);
	}
	return count;
}

size_t utf8_check(struct str s)
{
	unsigned bytes;

	for (const char *p = s.p, *end = s.p + s.n; p < end; p += bytes) {
		bytes = (unsigned)utf8_ascii(p, end);
		if (bytes)
			continue;
		utf8_strict(p, end, &bytes);
		if (bytes == 0)
			return (size_t)(p - s.p);
	}
	return s.n;
}
