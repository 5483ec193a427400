/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_TEXT_H
#define DTK_DOCKER_TEXT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/*
 * Small readers that the Dockerfile parser is made of: white space as Go sees
 * it, logical lines that know where each byte stood, words, JSON arrays.
 */

/* unicode.IsSpace */
bool text_is_space(unsigned code);
/* unicode.IsSpace at P (before END); *BYTES is the length of the code point. */
bool text_space_at(const char *p, const char *end, unsigned *bytes);
/* strings.TrimSpace and strings.TrimLeftFunc(unicode.IsSpace). */
struct str text_trim(struct str s);
struct str text_trim_left(struct str s);
/* A lower or upper case (ASCII) copy. */
struct str text_lower(struct arena *arena, struct str s);
struct str text_upper(struct arena *arena, struct str s);
bool text_same_nocase(struct str a, const char *b);
struct str text_copy(struct arena *arena, struct str s);
/* "/" and S, cleaned, without the leading slash; "" is the root (path.Join). */
struct str text_clean(struct arena *arena, struct str s);

/* A list of strings that grows in an arena. */
struct text_list {
	struct str *items;
	size_t count, capacity;
};
void text_add(struct arena *arena, struct text_list *list, struct str item);

/*
 * One instruction with its continuations joined.  TEXT borrows from the
 * source where it is one piece; parts say where each piece stood.
 */
struct text_part {
	size_t at;       /* offset in text */
	uint32_t offset; /* offset in the source */
};
struct text_line {
	struct str text;
	struct text_part *parts;
	size_t part_count;
	unsigned number; /* 1-based */
	uint32_t source;
};
/* Where PIECE, a part of LINE's text, stands in the source. */
struct span text_span(const struct text_line *line, struct str piece);

/* Words between [\t\v\f\r ]+; S has none at its ends. */
struct text_list text_split(struct arena *arena, struct str s);
/* The first such word of *S, which then begins at the next one. */
struct str text_word(struct str *s);
/*
 * Words between white space, quotes respected and kept.  They borrow from S,
 * which loses an escape at its end only.
 */
struct text_list text_quoted(struct arena *arena, struct str s, char escape);

enum text_json {
	TEXT_JSON_NONE,   /* no JSON array */
	TEXT_JSON_MIXED,  /* one, but not of strings alone */
	TEXT_JSON_STRINGS
};
/* Reads S as a JSON array of strings. */
enum text_json text_json(struct arena *arena, struct str s, struct text_list *out);

#endif
