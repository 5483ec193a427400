/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/file.h"

#include "docker/heredoc.h"
#include "docker/instr.h"
#include "docker/text.h"

#define LINE_MAX_BYTES 65535 /* of bufio.Scanner */

struct reader {
	struct arena *arena;
	struct diag *diag;
	struct str text, rest;
	struct str last; /* line taken off rest */
	unsigned line;   /* its number */
	bool ok, stopped;
	char *joined;    /* room for the lines of many parts, all of them within the text's length */
	struct docker_file *file;
	size_t directive_capacity, instruction_capacity;
};

static struct span span_of(const struct reader *reader, struct str piece)
{
	return (struct span){reader->file->source, (uint32_t)(piece.p - reader->text.p), (uint32_t)piece.n};
}

/* The next physical line, without its end. */
static bool take_line(struct reader *reader, struct str *line)
{
	size_t end;

	if (!reader->rest.n || reader->stopped)
		return false;
	end = str_find(reader->rest, '\n', 0);
	*line = str_slice(reader->rest, 0, end);
	if (end > LINE_MAX_BYTES) {
		diag_error(reader->diag, span_of(reader, str_slice(*line, 0, 1)), "line longer than %d bytes",
		           LINE_MAX_BYTES);
		reader->ok = false;
		reader->stopped = true;
		return false;
	}
	reader->rest = str_slice(reader->rest, end + 1, reader->rest.n);
	reader->line++;
	while (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	reader->last = *line;
	return true;
}

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Splits "# name = value". */
static bool split_directive(struct str line, struct str *name, struct str *value)
{
	size_t i = 0;

	line = text_trim_left(line);
	if (!line.n || line.p[0] != '#')
		return false;
	line = text_trim_left(str_slice(line, 1, line.n));
	while (i < line.n && (is_letter(line.p[i]) || (i && line.p[i] >= '0' && line.p[i] <= '9')))
		i++;
	*name = str_slice(line, 0, i);
	line = str_trim(str_slice(line, i, line.n));
	if (!name->n || !line.n || line.p[0] != '=')
		return false;
	*value = str_trim(str_slice(line, 1, line.n));
	return value->n > 0;
}

static bool is_directive(struct str name)
{
	return str_is(name, "syntax") || str_is(name, "escape") || str_is(name, "check");
}

/* Whether a syntax directive's VALUE names BuildKit's own frontend. */
static bool is_own_syntax(struct str value)
{
	static const char *const prefixes[] = {"docker.io/", "index.docker.io/", NULL};
	struct str name = str_slice(value, 0, str_find(value, ' ', 0));

	for (const char *const *prefix = prefixes; *prefix; prefix++)
		if (str_starts(name, str_of(*prefix)))
			name = str_slice(name, strlen(*prefix), name.n);
	name = str_slice(name, 0, str_find(name, '@', 0));
	name = str_slice(name, 0, str_find(name, ':', 0));
	return str_is(name, "docker/dockerfile") || str_is(name, "docker/dockerfile-upstream");
}

static void add_directive(struct reader *reader, struct str name, struct str value)
{
	struct docker_file *file = reader->file;
	size_t old = reader->directive_capacity;

	if (file->directive_count == old) {
		reader->directive_capacity = old ? old * 2 : 4;
		file->directives = arena_grow(reader->arena, file->directives, old * sizeof *file->directives,
		                              reader->directive_capacity * sizeof *file->directives);
	}
	file->directives[file->directive_count++] = (struct docker_directive){name, value};
}

static void set_escape(struct reader *reader, struct str value)
{
	if (str_is(value, "\\") || str_is(value, "`")) {
		reader->file->escape = value.p[0];
		return;
	}
	diag_error(reader->diag, span_of(reader, value), "invalid escape token '%.*s' does not match ` or \\",
	           STR_ARG(value));
	reader->ok = false;
}

/* The directives at the top; a first line "#!" hides all of them but syntax. */
static void read_directives(struct reader *reader)
{
	bool shebang = str_starts(reader->rest, STR("#!"));
	struct str line, name, value;

	if (shebang)
		take_line(reader, &line);
	for (;;) {
		struct str before = reader->rest;

		if (!take_line(reader, &line))
			break;
		if (!split_directive(line, &name, &value) || !is_directive(text_lower(reader->arena, name))) {
			reader->rest = before;
			reader->line--;
			break;
		}
		name = text_lower(reader->arena, name);
		if (str_is(name, "syntax") && line.p[0] == '#' && !is_own_syntax(value))
			reader->file->foreign = true;
		if (shebang)
			continue;
		for (size_t i = 0; i < reader->file->directive_count; i++)
			if (str_eq(reader->file->directives[i].name, name) && !reader->file->foreign) {
				diag_error(reader->diag, span_of(reader, line), "only one %.*s parser directive can be used",
				           STR_ARG(name));
				reader->ok = false;
			}
		add_directive(reader, name, value);
		if (str_is(name, "escape") && !reader->file->foreign)
			set_escape(reader, value);
	}
}

/* Whether LINE goes on in the next one; takes the escape off. */
static bool continues(struct str *line, char escape)
{
	size_t n = line->n;

	while (n && (line->p[n - 1] == ' ' || line->p[n - 1] == '\t'))
		n--;
	if (!n || line->p[n - 1] != escape || (n > 1 && line->p[n - 2] == escape))
		return false;
	line->n = n - 1;
	return true;
}

static void add_part(struct reader *reader, struct text_line *line, struct str piece)
{
	size_t n = line->part_count++;

	if ((n & (n - 1)) == 0)
		line->parts = arena_grow(reader->arena, line->parts, n * sizeof *line->parts,
		                         (n ? n * 2 : 1) * sizeof *line->parts);
	line->parts[n] = (struct text_part){line->text.n, (uint32_t)(piece.p - reader->text.p)};
	if (n == 1) {
		memcpy(reader->joined, line->text.p, line->text.n);
		line->text.p = reader->joined;
	}
	if (n)
		memcpy(reader->joined + line->text.n, piece.p, piece.n);
	else
		line->text.p = piece.p;
	line->text.n += piece.n;
}

/* Joins what follows FIRST, without comments and blank lines. */
static struct text_line join(struct reader *reader, struct str first)
{
	struct text_line line = {.number = reader->line, .source = reader->file->source};
	bool more = continues(&first, reader->file->escape);
	struct str next;

	add_part(reader, &line, first);
	while (more && take_line(reader, &next)) {
		struct str text = text_trim_left(next);

		if (!text.n || text.p[0] == '#')
			continue;
		more = continues(&next, reader->file->escape);
		add_part(reader, &line, next);
	}
	if (line.part_count > 1)
		reader->joined += line.text.n;
	return line;
}

static bool read_heredocs(struct reader *reader, const struct text_line *line, struct docker_instruction *out)
{
	out->heredocs = heredoc_find(reader->arena, line->text, &out->heredoc_count);
	for (size_t i = 0; i < out->heredoc_count; i++) {
		unsigned lines;
		bool found = heredoc_read(&out->heredocs[i], &reader->rest, &lines);

		reader->line += lines;
		if (!found) {
			diag_error(reader->diag, out->span, "unterminated heredoc: no line '%.*s' ends it",
			           STR_ARG(out->heredocs[i].name));
			out->heredoc_count = i;
			return false;
		}
	}
	if (out->trigger) {
		out->trigger->heredocs = out->heredocs;
		out->trigger->heredoc_count = out->heredoc_count;
	}
	return true;
}

static void read_instruction(struct reader *reader, struct str first)
{
	struct docker_file *file = reader->file;
	struct text_line line = join(reader, first);
	struct docker_instruction in;
	size_t old = reader->instruction_capacity;

	if (!instr_parse(reader->arena, reader->diag, &line, file->escape, &in)) {
		reader->ok = false;
		return;
	}
	if (instr_heredocs(&in) && !read_heredocs(reader, &line, &in))
		reader->ok = false;
	if (file->instruction_count == old) {
		reader->instruction_capacity = old ? old * 2 : 16;
		file->instructions = arena_grow(reader->arena, file->instructions, old * sizeof in,
		                                reader->instruction_capacity * sizeof in);
	}
	file->instructions[file->instruction_count++] = in;
}

static void read_instructions(struct reader *reader)
{
	struct str line;
	bool any = false;

	while (take_line(reader, &line)) {
		line = text_trim_left(line);
		if (!line.n || line.p[0] == '#')
			continue;
		any = true;
		read_instruction(reader, line);
	}
	if (!any && !reader->stopped) {
		diag_error(reader->diag, span_of(reader, reader->last), "%s",
		           reader->text.n ? "file with no instructions" : "the Dockerfile cannot be empty");
		reader->ok = false;
	}
}

static void check(struct reader *reader)
{
	struct docker_file *file = reader->file;
	size_t stages = 0;

	for (size_t i = 0; i < file->instruction_count; i++) {
		struct docker_instruction *in = &file->instructions[i];

		reader->ok &= instr_check(reader->arena, reader->diag, in, &stages);
		file->unknown |= in->unknown;
	}
	for (size_t i = 0; i < file->instruction_count; i++) {
		reader->ok &= instr_check_sources(reader->arena, reader->diag, &file->instructions[i]);
		file->unknown |= file->instructions[i].unknown;
	}
	if (!stages && reader->ok && !file->unknown) {
		diag_error(reader->diag, file->instructions[0].span, "the Dockerfile contains no stages to build");
		diag_hint(reader->diag, "a stage begins with FROM");
		reader->ok = false;
	}
}

struct docker_file *docker_parse(struct arena *arena, struct diag *diag, uint32_t source, struct str text)
{
	struct reader reader = {.arena = arena, .diag = diag, .ok = true};

	reader.text = reader.rest = reader.last = text.n ? text : STR("");
	reader.file = ARENA_NEW(arena, struct docker_file);
	reader.file->source = source;
	reader.file->escape = '\\';
	if (str_starts(reader.text, STR("\xef\xbb\xbf")))
		reader.rest = str_slice(reader.text, 3, text.n);
	read_directives(&reader);
	if (reader.file->foreign)
		return reader.file;
	reader.joined = arena_alloc(arena, text.n + 1);
	read_instructions(&reader);
	check(&reader);
	return reader.ok ? reader.file : NULL;
}

bool docker_declares(const struct docker_file *file, struct str name)
{
	for (size_t i = 0; i < file->instruction_count; i++) {
		const struct docker_instruction *in = &file->instructions[i];

		for (size_t k = 0; str_is(in->name, "ARG") && k < in->arg_count; k++)
			if (str_eq(str_slice(in->args[k], 0, str_find(in->args[k], '=', 0)), name))
				return true;
	}
	return false;
}
