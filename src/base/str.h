/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_STR_H
#define DTK_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Text, borrowed and owned.
 *
 * struct str borrows N bytes that somebody else keeps alive; they need not end
 * in NUL and may hold any byte.  struct buf owns bytes that grow; once
 * anything was added they are followed by a NUL that N does not count.
 */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
/* For printf: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_of(const char *text) { return (struct str){text, strlen(text)}; }
static inline struct str str_range(const char *p, const char *end) { return (struct str){p, (size_t)(end - p)}; }
static inline bool str_eq(struct str a, struct str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool str_is(struct str a, const char *text)
{
	return (a.n == 0 || a.p[0] == text[0]) && str_eq(a, str_of(text));
}
/* Byte order, as strcmp. */
int str_cmp(struct str a, struct str b);
static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq((struct str){s.p, prefix.n}, prefix);
}
bool str_ends(struct str s, struct str suffix);
/* Position of the first C at or after FROM, or s.n. */
static inline size_t str_find(struct str s, char c, size_t from)
{
	const char *at = from < s.n ? memchr(s.p + from, c, s.n - from) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}
/* From FROM to before TO (both clipped to s.n). */
static inline struct str str_slice(struct str s, size_t from, size_t to)
{
	to = to < s.n ? to : s.n;
	from = from < to ? from : to;
	return (struct str){s.p + from, to - from};
}
/* Without blanks, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

struct buf {
	char *p;
	size_t n, capacity;
};

#define BUF_INIT {NULL, 0, 0}

void buf_init(struct buf *buf);
/* Frees the bytes and makes it empty again. */
void buf_release(struct buf *buf);
/* Empties it and keeps the memory. */
void buf_clear(struct buf *buf);
/* Makes room for MORE bytes beyond n and returns where they go. */
char *buf_room(struct buf *buf, size_t more);
static inline void buf_add(struct buf *buf, const void *bytes, size_t n)
{
	char *at = n < buf->capacity - buf->n ? buf->p + buf->n : buf_room(buf, n);

	if (n)
		memcpy(at, bytes, n);
	at[n] = '\0';
	buf->n += n;
}
static inline void buf_adds(struct buf *buf, const char *text) { buf_add(buf, text, strlen(text)); }
static inline void buf_addstr(struct buf *buf, struct str s) { buf_add(buf, s.p, s.n); }
static inline void buf_addc(struct buf *buf, char c) { buf_add(buf, &c, 1); }
void buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static inline struct str buf_str(const struct buf *buf) { return (struct str){buf->p ? buf->p : "", buf->n}; }

/*
 * UTF-8.  utf8_decode reads one code point at P (before END), stores how many
 * bytes it took, and gives U+FFFD with 1 for a byte that is not UTF-8.
 */
unsigned utf8_decode(const char *p, const char *end, unsigned *bytes);
/* Writes 1 to 4 bytes to OUT and returns how many. */
unsigned utf8_encode(unsigned code, char *out);
/* Code points in S. */
size_t utf8_count(struct str s);
/* Offset of the first byte that is not UTF-8, or s.n. */
size_t utf8_check(struct str s);

#endif
