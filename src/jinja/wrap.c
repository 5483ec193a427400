/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"
#include "jinja/wrap.h"

/* Lines of at most WIDTH characters, as Python's textwrap makes them. */

struct wrap {
	struct run *r;
	const unsigned *codes; /* of the line */
	const uint32_t *offsets;
	const char *bytes;
	size_t count;
	struct wrap_chunk {
		size_t start, end;
	} *chunks;
	size_t chunk_count;
};

static bool wrap_blank(unsigned code)
{
	return code == ' ' || (code >= '\t' && code <= '\r');
}

static bool wrap_word(unsigned code)
{
	return code == '_' || unicode_alnum(code);
}

static bool wrap_letter(unsigned code)
{
	return wrap_word(code) && !unicode_decimal(code);
}

static bool wrap_punct(unsigned code)
{
	return wrap_word(code) || (code < 0x80 && code && strchr("!\"'&.,?", (int)code));
}

static unsigned wrap_at(const struct wrap *w, size_t at)
{
	return at < w->count ? w->codes[at] : 0;
}

/* The end of the dashes at AT, if they are a dash between words; else AT. */
static size_t wrap_dash(const struct wrap *w, size_t at)
{
	size_t end = at;

	if (at == 0 || !wrap_punct(w->codes[at - 1]))
		return at;
	while (wrap_at(w, end) == '-')
		end++;
	return end - at >= 2 && wrap_word(wrap_at(w, end)) ? end : at;
}

/* Whether a word may be broken behind the hyphen at AT. */
static bool wrap_hyphen(const struct wrap *w, size_t at)
{
	if (wrap_at(w, at) != '-' || at < 2)
		return false;
	bool before = (wrap_letter(w->codes[at - 2]) && wrap_letter(w->codes[at - 1])) ||
	              (at >= 3 && wrap_letter(w->codes[at - 3]) && w->codes[at - 2] == '-' &&
		wrap_punct(w->codes[at - 1]));
	size_t next = at + 2 + (wrap_at(w, at + 2) == '-');
	return before && wrap_letter(wrap_at(w, at + 1)) && wrap_letter(wrap_at(w, next));
}

static size_t wrap_chunk_end(const struct wrap *w, size_t at, bool hyphens)
{
	size_t end = at;

	if (wrap_blank(w->codes[at])) {
		while (end < w->count && wrap_blank(w->codes[end]))
			end++;
		return end;
	}
	if (hyphens && wrap_dash(w, at) > at)
		return wrap_dash(w, at);
	for (end = at + 1; end < w->count && !wrap_blank(w->codes[end]); end++) {
		if (hyphens && wrap_hyphen(w, end))
			return end + 1;
		if (hyphens && wrap_dash(w, end) > end)
			return end;
	}
	return end;
}

static void wrap_decode(struct wrap *w, struct str line, bool hyphens)
{
	unsigned *codes = ARENA_ARRAY(w->r->arena, line.n + 1, unsigned), bytes;
	uint32_t *offsets = ARENA_ARRAY(w->r->arena, line.n + 1, uint32_t);

	w->count = w->chunk_count = 0;
	for (size_t at = 0; at < line.n; at += bytes) {
		offsets[w->count] = (uint32_t)at;
		codes[w->count++] = utf8_decode(line.p + at, line.p + line.n, &bytes);
	}
	offsets[w->count] = (uint32_t)line.n;
	w->codes = codes;
	w->offsets = offsets;
	w->bytes = line.p;
	w->chunks = ARENA_ARRAY(w->r->arena, w->count, struct wrap_chunk);
	for (size_t at = 0; at < w->count;) {
		size_t end = wrap_chunk_end(w, at, hyphens);

		w->chunks[w->chunk_count++] = (struct wrap_chunk){at, end};
		at = end;
	}
}

/* Where a chunk that fits on no line is cut so that at most ROOM characters stay. */
static size_t wrap_cut(const struct wrap *w, const struct wrap_chunk *chunk, size_t room, bool hyphens)
{
	bool other = false;
	size_t cut = chunk->start + room;

	for (size_t at = chunk->start; hyphens && at < chunk->start + room && at < chunk->end; at++) {
		if (w->codes[at] == '-' && at > chunk->start && other)
			cut = at + 1;
		other |= w->codes[at] != '-';
	}
	return cut < chunk->end ? cut : chunk->end;
}

/* Whether there is nothing but white space, of any kind, from START to END. */
static bool wrap_empty(const struct wrap *w, size_t start, size_t end)
{
	while (start < end && unicode_space(w->codes[start]))
		start++;
	return start == end;
}

/* The chunk NEXT fits on no line: what of it goes on one that holds start..*END; *LAST is where that begins. */
static size_t wrap_long(struct wrap *w, size_t next, size_t start, size_t *last, size_t *end,
                        const struct wrap_options *options)
{
	struct wrap_chunk *chunk = &w->chunks[next];

	if (options->break_words) {
		size_t cut = wrap_cut(w, chunk, options->width - (*end - start), options->hyphens);

		*last = chunk->start;
		*end = chunk->start = cut;
	} else if (*end == start) {
		*last = chunk->start;
		*end = chunk->end;
		return next + 1;
	}
	return next;
}

static void wrap_line(struct wrap *w, const struct wrap_options *options, size_t *lines)
{
	size_t width = options->width, next = 0;

	while (next < w->chunk_count && run_step(w->r)) {
		if (*lines && wrap_empty(w, w->chunks[next].start, w->chunks[next].end) && ++next == w->chunk_count)
			break;
		size_t start = w->chunks[next].start, end = start, last = start;
		while (next < w->chunk_count && w->chunks[next].end - start <= width) {
			last = w->chunks[next].start;
			end = w->chunks[next++].end;
		}
		if (next < w->chunk_count && w->chunks[next].end - w->chunks[next].start > width)
			next = wrap_long(w, next, start, &last, &end, options);
		if (wrap_empty(w, last, end))
			end = last;
		if (end == start)
			continue;
		if ((*lines)++)
			buf_addstr(w->r->out, options->separator);
		buf_add(w->r->out, w->bytes + w->offsets[start], w->offsets[end] - w->offsets[start]);
	}
}

void wrap_text(struct run *r, struct str text, const struct wrap_options *options)
{
	struct wrap w = {.r = r};
	size_t at = 0, ending;
	struct str line;

	for (bool first = true; text_line(text, &at, &line, &ending) && run_step(r); first = false) {
		size_t lines = 0;

		if (!first)
			buf_addstr(r->out, options->separator);
		wrap_decode(&w, line, options->hyphens);
		wrap_line(&w, options, &lines);
	}
}
