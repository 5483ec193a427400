/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/progress.h"

#include "base/arena.h"

enum {
	PROGRESS_VERTICES = 1 << 16, /* of a build with more the first ones count */
	PROGRESS_STAGES = 256        /* likewise */
};

/* What is known of one of BuildKit's vertices. */
enum { VERTEX_STEP = 1, VERTEX_CACHED = 2 };

struct reader {
	struct progress *progress;
	struct str log;
	enum { TOLD_NOT_YET, TOLD_BUILDKIT, TOLD_CLASSIC, TOLD_PODMAN } way;
	unsigned char *vertices; /* by number */
	size_t vertex_count;
	bool failed;             /* a vertex did; progress->last names it */
	bool fresh;              /* the line before began a step */
	unsigned numbers[PROGRESS_STAGES]; /* stage, 0 where there is one only -> steps of it so far */
	bool staged;
};

/* Takes a number off TEXT; false where it does not begin with one, or with one that is too large. */
static bool take_number(struct str *text, unsigned *number)
{
	size_t i = 0;

	*number = 0;
	for (; i < text->n && i < 9 && text->p[i] >= '0' && text->p[i] <= '9'; i++)
		*number = *number * 10 + (unsigned)(text->p[i] - '0');
	*text = str_slice(*text, i, text->n);
	return i > 0;
}

static bool take(struct str *text, struct str word)
{
	if (!str_starts(*text, word))
		return false;
	*text = str_slice(*text, word.n, text->n);
	return true;
}

/* "4/14" */
static bool take_pair(struct str *text, unsigned *number, unsigned *total)
{
	return take_number(text, number) && take(text, STR("/")) && take_number(text, total) && *number <= *total;
}

static bool is_from(struct str instruction)
{
	return str_starts(instruction, STR("FROM "));
}

/* --- BuildKit --- */

/* Of "[tools 1/2] RUN make" what follows the bracket, where what it holds ends in I/N; else n = 0. */
static struct str step_of(struct str text)
{
	size_t end = str_find(text, ']', 0), at = end;
	struct str pair;
	unsigned number, total;

	if (!str_starts(text, STR("[")) || end == text.n)
		return STR("");
	while (text.p[at - 1] != '[' && text.p[at - 1] != ' ')
		at--;
	pair = str_slice(text, at, end);
	if (!take_pair(&pair, &number, &total) || pair.n)
		return STR("");
	return str_slice(text, end + 2, text.n);
}

static unsigned char *vertex(struct reader *reader, unsigned number)
{
	size_t count = reader->vertex_count;

	if (number < count)
		return &reader->vertices[number];
	if (number >= PROGRESS_VERTICES)
		return NULL;
	while (count <= number)
		count = count ? 2 * count : 64;
	reader->vertices = mem_realloc(reader->vertices, count);
	memset(reader->vertices + reader->vertex_count, 0, count - reader->vertex_count);
	reader->vertex_count = count;
	return &reader->vertices[number];
}

static bool take_vertex(struct str *line, unsigned *number)
{
	return take(line, STR("#")) && take_number(line, number) && take(line, STR(" "));
}

/* The first thing that is said of a vertex is its name. */
static struct str name_of(struct str log, unsigned number)
{
	unsigned which;

	for (size_t at = 0, end; at < log.n; at = end + 1) {
		struct str line;

		end = str_find(log, '\n', at);
		line = str_slice(log, at, end);
		if (take_vertex(&line, &which) && which == number)
			return line;
	}
	return STR("");
}

static bool read_buildkit(struct reader *reader, struct str line)
{
	unsigned char *state;
	struct str step;
	unsigned number;

	if (!take_vertex(&line, &number) || !(state = vertex(reader, number)))
		return false;
	step = step_of(line);
	if (step.n && !is_from(step))
		*state |= VERTEX_STEP;
	else if (str_is(line, "CACHED"))
		*state |= VERTEX_CACHED;
	else if (str_starts(line, STR("ERROR: ")) && !str_ends(line, STR("context canceled")) && !reader->failed) {
		reader->progress->last = name_of(reader->log, number);
		reader->failed = true;
	}
	return true;
}

static void count_vertices(const struct reader *reader)
{
	for (size_t i = 0; i < reader->vertex_count; i++) {
		reader->progress->steps += (reader->vertices[i] & VERTEX_STEP) != 0;
		reader->progress->cached += reader->vertices[i] == (VERTEX_STEP | VERTEX_CACHED);
	}
}

/* --- The others --- */

static void begin_step(struct reader *reader, struct str instruction)
{
	reader->fresh = !is_from(instruction);
	reader->progress->steps += reader->fresh;
	reader->progress->last = instruction;
}

/* True where the step is the one that comes next in its stage. */
static bool comes_next(struct reader *reader, unsigned stage, unsigned number)
{
	if (reader->way != TOLD_NOT_YET && reader->staged != (stage > 0))
		return false;
	if (stage >= PROGRESS_STAGES || number != reader->numbers[stage] + 1)
		return false;
	reader->staged = stage > 0;
	reader->numbers[stage] = number;
	return true;
}

static bool read_classic(struct reader *reader, struct str line)
{
	unsigned number, total;

	if (take(&line, STR("Step ")) && take_pair(&line, &number, &total) && take(&line, STR(" : "))
	    && comes_next(reader, 0, number)) {
		begin_step(reader, line);
		return true;
	}
	if (reader->fresh && str_is(line, " ---> Using cache"))
		reader->progress->cached++;
	reader->fresh = false;
	return false;
}

static bool is_hex(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!strchr("0123456789abcdef", text.p[i]) || !text.p[i])
			return false;
	return text.n == 64;
}

/* A stage may be left for another that it copies from; what is then told of its step comes when that one ended. */
static bool read_podman(struct reader *reader, struct str line)
{
	unsigned number, total, stage = 0, stages;

	if (take(&line, STR("--> Using cache "))) {
		reader->progress->cached += is_hex(line) && reader->progress->cached < reader->progress->steps;
		return false;
	}
	if (take(&line, STR("[")) && (!take_pair(&line, &stage, &stages) || !take(&line, STR("] "))))
		return false;
	if (!take(&line, STR("STEP ")) || !take_pair(&line, &number, &total) || !take(&line, STR(": "))
	    || !comes_next(reader, stage, number))
		return false;
	begin_step(reader, line);
	return true;
}

static void read_line(struct reader *reader, struct str line)
{
	if (reader->way == TOLD_NOT_YET || reader->way == TOLD_BUILDKIT)
		if (read_buildkit(reader, line))
			reader->way = TOLD_BUILDKIT;
	if (reader->way == TOLD_NOT_YET || reader->way == TOLD_CLASSIC)
		if (read_classic(reader, line))
			reader->way = TOLD_CLASSIC;
	if (reader->way == TOLD_NOT_YET || reader->way == TOLD_PODMAN)
		if (read_podman(reader, line))
			reader->way = TOLD_PODMAN;
}

void progress_read(struct str log, struct progress *progress)
{
	struct reader reader = {.progress = progress, .log = log};

	*progress = (struct progress){0, 0, STR("")};
	for (size_t at = 0, end; at < log.n; at = end + 1) {
		struct str line;

		end = str_find(log, '\n', at);
		line = str_slice(log, at, end);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		read_line(&reader, line);
	}
	count_vertices(&reader);
	mem_free(reader.vertices);
}
