/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include "base/arena.h"

enum {
	DIAG_LIMIT = 100,      /* errors printed of one run */
	DIAG_WIDTH = 160,      /* columns of a source line shown */
	GUESS_LONGEST = 64     /* names longer than this are not compared */
};

struct diag_source {
	const char *name;
	struct str text; /* p is NULL once forgotten */
};

void diag_init(struct diag *diag, FILE *out)
{
	memset(diag, 0, sizeof *diag);
	diag->out = out;
	diag->limit = DIAG_LIMIT;
}

void diag_release(struct diag *diag)
{
	if (diag->errors > diag->limit)
		fprintf(diag->out, "%u further errors are not shown\n", diag->errors - diag->limit);
	mem_free(diag->sources);
	diag_init(diag, diag->out);
}

uint32_t diag_source(struct diag *diag, const char *name, struct str text)
{
	MEM_ROOM(diag->sources, diag->source_count, diag->source_capacity);
	diag->sources[diag->source_count] = (struct diag_source){name, text};
	return (uint32_t)++diag->source_count;
}

void diag_forget(struct diag *diag, uint32_t source)
{
	diag->sources[source - 1].text = (struct str){NULL, 0};
}

const char *diag_source_name(const struct diag *diag, uint32_t source)
{
	return diag->sources[source - 1].name;
}

struct str diag_source_text(const struct diag *diag, uint32_t source)
{
	return diag->sources[source - 1].text;
}

/* A line of a source, and where in it an offset lies. */
struct place {
	unsigned line, column;
	struct str text;
	size_t before; /* bytes of the line before the offset */
};

static struct place diag_place(struct str text, uint32_t offset)
{
	struct place place = {.line = 1};
	size_t at = offset < text.n ? offset : text.n, start = 0;

	for (size_t i = str_find(text, '\n', 0); i < at; i = str_find(text, '\n', i + 1)) {
		place.line++;
		start = i + 1;
	}
	place.text = str_slice(text, start, str_find(text, '\n', at > start ? at : start));
	if (place.text.n && place.text.p[place.text.n - 1] == '\r')
		place.text.n--;
	place.before = at - start < place.text.n ? at - start : place.text.n;
	place.column = (unsigned)utf8_count(str_slice(place.text, 0, place.before)) + 1;
	return place;
}

unsigned diag_line(const struct diag *diag, uint32_t source, uint32_t offset)
{
	return diag_place(diag->sources[source - 1].text, offset).line;
}

/* Control bytes and bytes that are not UTF-8 print as '?', tabs stay. */
static void diag_print_text(FILE *out, struct str text)
{
	unsigned bytes;

	for (const char *p = text.p, *end = p + text.n; p < end; p += bytes) {
		unsigned code = utf8_decode(p, end, &bytes);

		if (code == 0xfffd && bytes == 1)
			putc('?', out);
		else if ((code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0))
			putc('?', out);
		else
			fwrite(p, 1, bytes, out);
	}
}

/* The start of the window of a long line that is shown, at a code point. */
static size_t diag_window(struct str line, size_t before)
{
	size_t from = before > DIAG_WIDTH / 2 ? before - DIAG_WIDTH / 2 : 0;

	if (line.n <= DIAG_WIDTH)
		return 0;
	while (from > 0 && ((unsigned char)line.p[from] & 0xc0) == 0x80)
		from--;
	return from;
}

static void diag_print_line(FILE *out, const struct place *place, uint32_t length)
{
	size_t from = diag_window(place->text, place->before);
	struct str shown = str_slice(place->text, from, from + DIAG_WIDTH);
	struct str lead = str_slice(shown, 0, place->before - from);
	size_t left = place->text.n - place->before;

	fprintf(out, "%5u | ", place->line);
	diag_print_text(out, shown);
	fputs("\n      | ", out);
	for (unsigned bytes, i = 0; i < lead.n; i += bytes) {
		utf8_decode(lead.p + i, lead.p + lead.n, &bytes);
		putc(lead.p[i] == '\t' ? '\t' : ' ', out);
	}
	putc('^', out);
	if (left > length)
		left = length;
	if (left > shown.n - lead.n)
		left = shown.n - lead.n;
	size_t wide = utf8_count((struct str){place->text.p + place->before, left});
	for (size_t i = 1; i < wide; i++)
		putc('~', out);
	putc('\n', out);
}

static void diag_print(struct diag *diag, struct span at, const char *kind, const char *format, va_list args)
{
	struct buf message = BUF_INIT;
	struct place place = {0};
	const struct diag_source *source = at.source ? &diag->sources[at.source - 1] : NULL;

	buf_vaddf(&message, format, args);
	if (source)
		diag_print_text(diag->out, str_of(source->name));
	else
		fputs("dtk", diag->out);
	if (source && source->text.p) {
		place = diag_place(source->text, at.offset);
		fprintf(diag->out, ":%u:%u", place.line, place.column);
	}
	fprintf(diag->out, ": %s: ", kind);
	diag_print_text(diag->out, buf_str(&message));
	putc('\n', diag->out);
	if (place.text.n)
		diag_print_line(diag->out, &place, at.length);
	buf_release(&message);
}

void diag_error(struct diag *diag, struct span at, const char *format, ...)
{
	va_list args;

	if (++diag->errors > diag->limit || diag->quiet)
		return;
	va_start(args, format);
	diag_print(diag, at, "error", format, args);
	va_end(args);
}

void diag_warning(struct diag *diag, struct span at, const char *format, ...)
{
	va_list args;

	diag->warnings++;
	if (diag->quiet)
		return;
	va_start(args, format);
	diag_print(diag, at, "warning", format, args);
	va_end(args);
}

void diag_note(struct diag *diag, struct span at, const char *format, ...)
{
	va_list args;

	if (diag->errors > diag->limit || diag->quiet)
		return;
	va_start(args, format);
	diag_print(diag, at, "note", format, args);
	va_end(args);
}

void diag_hint(struct diag *diag, const char *format, ...)
{
	struct buf message = BUF_INIT;
	va_list args;

	if (diag->errors > diag->limit || diag->quiet)
		return;
	va_start(args, format);
	buf_vaddf(&message, format, args);
	va_end(args);
	fputs("        hint: ", diag->out);
	diag_print_text(diag->out, buf_str(&message));
	putc('\n', diag->out);
	buf_release(&message);
}

struct diag_hush diag_hush(struct diag *diag)
{
	struct diag_hush hush = {diag->quiet, diag->errors, diag->warnings};

	diag->quiet = true;
	return hush;
}

void diag_speak(struct diag *diag, struct diag_hush hush)
{
	diag->quiet = hush.quiet;
	diag->errors = hush.errors;
	diag->warnings = hush.warnings;
}

static char guess_fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edit distance where a swap of neighbours counts as one edit. */
static unsigned guess_distance(struct str a, struct str b)
{
	unsigned rows[3][GUESS_LONGEST + 1];

	for (unsigned j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i - 1) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			char x = guess_fold(a.p[i - 1]), y = guess_fold(b.p[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == guess_fold(b.p[j - 2]) && y == guess_fold(a.p[i - 2]))
				row[j] = least(row[j], two[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

void guess_init(struct guess *guess, struct str wanted)
{
	*guess = (struct guess){.wanted = wanted};
}

void guess_offer(struct guess *guess, struct str candidate)
{
	struct str wanted = guess->wanted;
	size_t longer = wanted.n > candidate.n ? wanted.n : candidate.n;

	if (longer > GUESS_LONGEST || candidate.n == 0)
		return;
	unsigned distance = guess_distance(wanted, candidate);
	if (distance * 3 > longer)
		return;
	if (!guess->best.p || distance < guess->distance) {
		guess->best = candidate;
		guess->distance = distance;
	}
}

void guess_hint(const struct guess *guess, struct diag *diag)
{
	if (guess->best.p)
		diag_hint(diag, "did you mean '%.*s'?", STR_ARG(guess->best));
}
