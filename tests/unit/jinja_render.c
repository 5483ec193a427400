/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "data/json.h"
#include "data/yaml.h"
#include "jinja/jinja.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Runs files of template cases (tests/data/jinja/README says how they are
 * written) in an empty directory given first; prints "ok - NAME" or
 * "not ok - NAME" with both texts; exit status 1 if any differs or none ran.
 */
struct part {
	struct str name, text; /* "template", "template b", "vars", ... */
};

struct suite {
	struct arena arena;
	unsigned run, failed;
};

enum { MOST_PARTS = 32 };

static struct str next_line(struct str text, size_t *at)
{
	size_t end = str_find(text, '\n', *at);
	struct str line = str_slice(text, *at, end);

	*at = end + 1;
	return line;
}

static struct str part_of(const struct part *parts, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_is(parts[i].name, name))
			return parts[i].text;
	}
	return (struct str){NULL, 0};
}

static bool has_word(struct str words, const char *word, struct str *value)
{
	for (size_t at = 0; at < words.n;) {
		size_t end = str_find(words, ' ', at);
		struct str each = str_slice(words, at, end);
		size_t equals = str_find(each, '=', 0);

		if (str_is(str_slice(each, 0, equals), word)) {
			*value = str_slice(each, equals + 1, each.n);
			return true;
		}
		at = end + 1;
	}
	return false;
}

static uint64_t number(struct str words, const char *word)
{
	struct str value;

	return has_word(words, word, &value) ? strtoull(value.p, NULL, 10) : 0;
}

/* Makes the files of the templates, or removes them. */
static void write_templates(struct suite *suite, const struct part *parts, size_t count, bool remove)
{
	for (size_t i = 0; i < count; i++) {
		struct str name = parts[i].name;

		if (!str_starts(name, STR("template")))
			continue;
		name = name.n > 9 ? str_slice(name, 9, name.n) : STR("main");
		const char *path = path_join(&suite->arena, STR("."), name);
		struct str dir = path_dir(str_of(path));
		if (remove) {
			unlink(path);
			continue;
		}
		fs_mkdirs(arena_strndup(&suite->arena, dir.p, dir.n));
		fs_write(path, parts[i].text, 0644);
	}
}

/* What the case makes: the output, or the diagnostics. */
static bool render(struct suite *suite, const struct part *parts, size_t count, struct buf *out)
{
	static const char *const dirs[] = {".", NULL};
	struct str options = part_of(parts, count, "options"), vars = part_of(parts, count, "vars"), ignored;
	struct jinja_options jinja_options = {
		.dirs = dirs,
		.strict = has_word(options, "strict", &ignored),
		.trim_blocks = has_word(options, "trim_blocks", &ignored),
		.lstrip_blocks = has_word(options, "lstrip_blocks", &ignored),
		.keep_trailing_newline = has_word(options, "keep_trailing_newline", &ignored),
		.max_depth = (unsigned)number(options, "max_depth"),
		.max_range = number(options, "max_range"),
		.max_output = number(options, "max_output"),
		.max_steps = number(options, "max_steps"),
	};
	struct value values = value_dict(&suite->arena);
	struct diag diag;
	char *text = NULL;
	size_t n = 0;
	FILE *stream = open_memstream(&text, &n);

	diag_init(&diag, stream);
	if (vars.p && !yaml_read(&suite->arena, &diag, diag_source(&diag, "vars", vars), vars, YAML_TYPED,
		&values))
		fputs("the variables cannot be read\n", stream);
	struct buf before = BUF_INIT, after = BUF_INIT;
	json_write(&before, values, 0);
	struct jinja *jinja = jinja_new(&jinja_options, &diag);
	const struct jinja_template *template = jinja_load(jinja, STR("main"), SPAN_NONE);
	bool ok = template && jinja_render(jinja, template, values, out);
	if (ok) {
		struct buf again = BUF_INIT;

		if (!jinja_render(jinja, template, values, &again) || !str_eq(buf_str(out), buf_str(&again)))
			fputs("the second rendering differs\n", stream);
		buf_release(&again);
	}
	json_write(&after, values, 0);
	if (!str_eq(buf_str(&before), buf_str(&after)))
		fputs("the variables were changed\n", stream);
	buf_release(&before);
	buf_release(&after);
	jinja_free(jinja);
	diag_release(&diag);
	fclose(stream);
	if (n) {
		buf_clear(out);
		buf_add(out, text, n - (text[n - 1] == '\n'));
	}
	free(text);
	return ok;
}

static void run_case(struct suite *suite, struct str name, const struct part *parts, size_t count)
{
	struct str error = part_of(parts, count, "error"), output = part_of(parts, count, "output");
	struct buf got = BUF_INIT;

	if (!count)
		return;
	suite->run++;
	write_templates(suite, parts, count, false);
	bool ok = render(suite, parts, count, &got);
	write_templates(suite, parts, count, true);
	bool fine = ok == (error.p == NULL) && (error.p || output.p) &&
		str_eq(buf_str(&got), error.p ? error : output);
	suite->failed += !fine;
	printf("%s - %.*s\n", fine ? "ok" : "not ok", STR_ARG(name));
	if (!fine)
		printf("--- expected\n%.*s\n--- got\n%.*s\n---\n", STR_ARG((error.p ? error : output)),
			STR_ARG(buf_str(&got)));
	buf_release(&got);
}

static void run_file(struct suite *suite, struct str text)
{
	struct part parts[MOST_PARTS];
	struct str name = STR("");
	size_t count = 0;

	for (size_t at = 0; at < text.n;) {
		struct str line = next_line(text, &at);

		if (str_starts(line, STR("== "))) {
			run_case(suite, name, parts, count);
			name = str_slice(line, 3, line.n);
			count = 0;
		} else if (str_starts(line, STR("-- ")) && count < MOST_PARTS) {
			parts[count++] = (struct part){str_slice(line, 3, line.n), {text.p + at, 0}};
		} else if (count) {
			struct str *part = &parts[count - 1].text;

			part->n = (size_t)(line.p + line.n - part->p);
		}
	}
	run_case(suite, name, parts, count);
}

int main(int argc, char **argv)
{
	struct suite suite = {.run = 0};
	struct buf *files = calloc((size_t)argc + 1, sizeof *files);

	arena_init(&suite.arena);
	for (int i = 2; files && i < argc; i++) {
		if (fs_read(argv[i], &files[i]) != 0) {
			perror(argv[i]);
			return 1;
		}
	}
	if (!files || argc < 3 || chdir(argv[1]) != 0) {
		fputs("usage: jinja_render DIRECTORY CASES...\n", stderr);
		return 1;
	}
	for (int i = 2; i < argc; i++) {
		run_file(&suite, buf_str(&files[i]));
		buf_release(&files[i]);
	}
	printf("# %u cases, %u failed\n", suite.run, suite.failed);
	arena_release(&suite.arena);
	free(files);
	return suite.failed != 0 || suite.run == 0;
}
