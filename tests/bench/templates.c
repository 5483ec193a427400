/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template engine alone, warm: what templates.py times of Python's.
 *
 *     templates render DIR VARS TIMES OUT
 *         renders each {"template": …, "vars": …} of the JSON list VARS, all of them TIMES times after a
 *         first round, and writes what came out to OUT
 *     templates compile DIR TIMES
 *         parses every *.j2 of DIR, each time in a new environment
 *
 * Both print "seconds X", of the fastest round.
 */
#include "base/fs.h"
#include "data/yaml.h"
#include "jinja/jinja.h"

#include <glob.h>
#include <stdlib.h>
#include <time.h>

struct item {
	const struct jinja_template *template;
	struct value vars;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "templates: %s\n", what);
	exit(1);
}

static struct str read_all(struct arena *arena, const char *path)
{
	struct str text;

	if (fs_read_arena(path, arena, &text) != 0)
		die(path);
	return text;
}

static struct value member(struct value dict, const char *name)
{
	struct value *found = value_is(dict, VALUE_DICT) ? dict_find(dict.as.dict, str_of(name)) : NULL;

	if (!found)
		die("an item of VARS lacks its template or its vars");
	return *found;
}

static struct item *read_items(struct arena *arena, struct diag *diag, struct jinja *jinja, const char *path,
                               size_t *count)
{
	struct str text = read_all(arena, path);
	struct value list;

	if (!yaml_read(arena, diag, diag_source(diag, path, text), text, YAML_TYPED, &list) ||
	    !value_is(list, VALUE_LIST))
		die("VARS is no list");
	*count = list.as.list->count;
	struct item *items = ARENA_ARRAY(arena, *count, struct item);
	for (size_t i = 0; i < *count; i++) {
		items[i].vars = member(list.as.list->items[i], "vars");
		items[i].template = jinja_load(jinja, value_str(member(list.as.list->items[i], "template")), SPAN_NONE);
		if (!items[i].template)
			die("a template cannot be read");
	}
	return items;
}

static double round_of(struct jinja *jinja, const struct item *items, size_t count, struct buf *out)
{
	double start = now();

	buf_clear(out);
	for (size_t i = 0; i < count; i++)
		if (!jinja_render(jinja, items[i].template, items[i].vars, out))
			die("a template cannot be rendered");
	return now() - start;
}

static double render(const char *dir, const char *vars, long times, const char *path)
{
	const char *const dirs[] = {dir, NULL};
	const struct jinja_options options = {.dirs = dirs};
	struct buf out = BUF_INIT;
	struct arena arena;
	struct diag diag;
	size_t count;
	FILE *file;

	diag_init(&diag, stderr);
	arena_init(&arena);
	struct jinja *jinja = jinja_new(&options, &diag);
	struct item *items = read_items(&arena, &diag, jinja, vars, &count);
	double best = round_of(jinja, items, count, &out);
	for (long i = 0; i < times; i++) {
		double took = round_of(jinja, items, count, &out);

		best = took < best ? took : best;
	}
	file = fopen(path, "w");
	if (!file || fwrite(buf_str(&out).p, 1, out.n, file) != out.n || fclose(file) != 0)
		die(path);
	buf_release(&out);
	jinja_free(jinja);
	arena_release(&arena);
	diag_release(&diag);
	return best;
}

static double compile(const char *dir, long times)
{
	const struct jinja_options options = {0};
	double best = 1e9;
	struct arena arena;
	glob_t found;

	arena_init(&arena);
	if (glob(path_join(&arena, str_of(dir), STR("*.j2")), 0, NULL, &found) != 0)
		die(dir);
	struct str *texts = ARENA_ARRAY(&arena, found.gl_pathc, struct str);
	for (size_t i = 0; i < found.gl_pathc; i++)
		texts[i] = read_all(&arena, found.gl_pathv[i]);
	for (long n = 0; n < times; n++) {
		struct diag diag;
		double start = now();

		diag_init(&diag, stderr);
		struct jinja *jinja = jinja_new(&options, &diag);
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (!jinja_parse(jinja, found.gl_pathv[i], texts[i]))
				die(found.gl_pathv[i]);
		jinja_free(jinja);
		diag_release(&diag);
		double took = now() - start;
		best = took < best ? took : best;
	}
	globfree(&found);
	arena_release(&arena);
	return best;
}

int main(int argc, char **argv)
{
	double best;

	if (argc == 6 && strcmp(argv[1], "render") == 0)
		best = render(argv[2], argv[3], strtol(argv[4], NULL, 10), argv[5]);
	else if (argc == 4 && strcmp(argv[1], "compile") == 0)
		best = compile(argv[2], strtol(argv[3], NULL, 10));
	else
		die("usage: templates render DIR VARS TIMES OUT | templates compile DIR TIMES");
	printf("seconds %.9f\n", best);
	return 0;
}
