/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "jinja/builtin.h"
#include "jinja/jinja.h"
#include "test.h"

/* What the data cases cannot show: the C interface. */

struct fixture {
	struct arena arena;
	struct diag diag;
	char *said;
	size_t said_length;
	FILE *stream;
	struct jinja *jinja;
	struct buf out;
};

static void setup(struct fixture *f, const struct jinja_options *options)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->arena);
	f->stream = open_memstream(&f->said, &f->said_length);
	diag_init(&f->diag, f->stream);
	f->jinja = jinja_new(options, &f->diag);
}

static void teardown(struct fixture *f)
{
	jinja_free(f->jinja);
	diag_release(&f->diag);
	fclose(f->stream);
	free(f->said);
	buf_release(&f->out);
	arena_release(&f->arena);
}

static void collect_file(void *context, const char *path, bool found)
{
	buf_addf(context, "%c%s ", found ? '+' : '-', path);
}

static void collect_name(void *context, struct str name)
{
	buf_addf(context, "%.*s ", STR_ARG(name));
}

static void put(const char *path, const char *text)
{
	if (fs_write(path, str_of(text), 0644) == FS_FAILED)
		perror(path);
}

static void test_render(void)
{
	struct jinja_options options = {.max_steps = 1000};
	struct fixture f;

	setup(&f, &options);
	const struct jinja_template *template = jinja_parse(f.jinja, "t", STR("{{ l.append(1) }}{{ l }}"));
	struct value vars = value_dict(&f.arena), list = value_list(&f.arena, 0);
	dict_set(vars.as.dict, value_borrow(&f.arena, STR("l")), list);
	buf_adds(&f.out, "before ");
	CHECK("renders", jinja_render(f.jinja, template, vars, &f.out));
	CHECK("a caller's list is as before", list.as.list->count == 0 && list.as.list->arena == &f.arena);
	CHECK("renders again", jinja_render(f.jinja, template, vars, &f.out));
	CHECK_BYTES("appends", buf_str(&f.out), STR("before None[1]None[1]"));
	template = jinja_parse(f.jinja, "u", STR("text {{ 1 // 0 }}"));
	CHECK("fails", !jinja_render(f.jinja, template, vars, &f.out));
	CHECK_BYTES("leaves the output", buf_str(&f.out), STR("before None[1]None[1]"));
	CHECK("syntax error", jinja_parse(f.jinja, "v", STR("{% if %}")) == NULL);
	CHECK("both of its errors", f.diag.errors == 3);
	teardown(&f);
}

static void test_loader(void)
{
	static const char *const dirs[] = {"a", "b", NULL};
	struct jinja_options options = {.dirs = dirs};
	struct buf files = BUF_INIT;
	struct fixture f;

	fs_mkdirs("a");
	fs_mkdirs("b/sub");
	put("a/x", "ax");
	put("b/x", "bx");
	put("b/sub/y", "{% include 'x' %}{% include 'none' ignore missing %}");
	put("secret", "secret");
	fs_link("../secret", "a/link");
	fs_link("x", "a/inside");
	setup(&f, &options);
	const struct jinja_template *template = jinja_load(f.jinja, STR("sub/y"), SPAN_NONE);
	CHECK("found in the second directory", template &&
		jinja_render(f.jinja, template, value_undefined(), &f.out));
	CHECK_BYTES("the first directory wins", buf_str(&f.out), STR("ax"));
	jinja_files(f.jinja, collect_file, &files);
	CHECK_STR("files", files.p, "-a/sub/y +b/sub/y +a/x -a/none -b/none ");
	CHECK("once", jinja_load(f.jinja, STR("sub/y"), SPAN_NONE) == template);
	CHECK("..", !jinja_load(f.jinja, STR("../secret"), SPAN_NONE));
	CHECK(".. within", !jinja_load(f.jinja, STR("sub/../x"), SPAN_NONE));
	CHECK("absolute", !jinja_load(f.jinja, STR("/etc/passwd"), SPAN_NONE));
	CHECK("a link that leads out", !jinja_load(f.jinja, STR("link"), SPAN_NONE));
	CHECK("a link that stays", jinja_load(f.jinja, STR("inside"), SPAN_NONE) != NULL);
	CHECK("a directory", !jinja_load(f.jinja, STR("sub"), SPAN_NONE));
	buf_release(&files);
	teardown(&f);
}

/* What is kept of a module between renderings cannot be told from one that ran anew. */
static void test_modules(void)
{
	static const char *const dirs[] = {"m", NULL};
	static const struct {
		const char *module, *use, *wanted;
	} cases[] = {
		{"{% set l = [1, {'a': [2]}] %}{% macro f(x) %}{{ l }}{{ x }}{% endmacro %}",
		 "{% do m.l.append(3) %}{% do m.l[1].a.append(4) %}{{ m.f(5) }}", "[1, {'a': [2, 4]}, 3]5"},
		{"{% set n = namespace(i=0) %}{% macro f() %}{% set n.i = n.i + 1 %}{{ n.i }}{% endmacro %}",
		 "{{ m.f() }}{{ m.f() }}", "12"},
		{"{% set c = cycler(1, 2) %}", "{{ m.c.next() }}", "1"},
		{"{% set j = joiner() %}", "{{ m.j() }}{{ m.j() }}", ", "},
		{"{% set i = 'ab' | map('upper') %}", "{{ m.i | join }}{{ m.i | join }}", "AB"},
		{"{% set o = [cycler(1, 2)] %}", "{{ m.o[0].next() }}", "1"},
		{"{% if true %}{% set a = 'x' %}{% endif %}text {{ a }}", "{{ m }}{{ m.a }}", "text xx"},
		{"{% from 'inner' import l %}{% do l.append(1) %}{% set k = l | length %}", "{{ m.k }}", "1"},
		{"{% macro f(x=y) %}{{ x }}{{ y }}{{ range(2) | list }}{% endmacro %}", "{{ m.f() }}{{ m.f(1) }}",
		 "[0, 1]1[0, 1]"},
	};

	fs_mkdirs("m");
	put("m/inner", "{% set l = [] %}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct jinja_options options = {.dirs = dirs};
		struct buf text = BUF_INIT;
		struct fixture f;

		put("m/module", cases[i].module);
		buf_addf(&text, "{%% import 'module' as m %%}%s", cases[i].use);
		setup(&f, &options);
		struct value vars = value_dict(&f.arena);
		dict_set(vars.as.dict, value_borrow(&f.arena, STR("y")), value_int(7));
		const struct jinja_template *template = jinja_parse(f.jinja, "t", buf_str(&text));
		for (int n = 0; n < 3; n++) {
			buf_clear(&f.out);
			CHECK("renders", jinja_render(f.jinja, template, vars, &f.out));
			CHECK_BYTES(cases[i].module, buf_str(&f.out), str_of(cases[i].wanted));
		}
		buf_release(&text);
		teardown(&f);
	}
}

static void test_variables(void)
{
	static const char *const dirs[] = {"v", NULL};
	struct jinja_options options = {.dirs = dirs};
	struct buf names = BUF_INIT;
	struct fixture f;

	fs_mkdirs("v");
	put("v/main", "{% extends 'base' %}{% set own = one %}"
	              "{% block a %}{{ own }}{{ two }}{{ range(3) }}{% endblock %}"
	              "{% for i in three %}{% include 'inc' %}{% endfor %}{% import 'lib' as lib %}{{ lib.f(own) }}");
	put("v/base", "{{ own }}{{ four }}{% block a %}{% endblock %}");
	put("v/inc", "{{ i }}{{ five }}{{ own }}");
	put("v/lib", "{% macro f(x) %}{{ x }}{{ six }}{% endmacro %}");
	setup(&f, &options);
	const struct jinja_template *template = jinja_load(f.jinja, STR("main"), SPAN_NONE);
	if (template)
		jinja_variables(f.jinja, template, collect_name, &names);
	for (size_t i = 0; i < 5; i++) {
		static const char *const wanted[] = {"one ", "two ", "three ", "four ", "five "};

		CHECK(wanted[i], names.p && strstr(names.p, wanted[i]));
	}
	CHECK("nothing else", names.n == strlen("one two three four five "));
	buf_release(&names);
	teardown(&f);
}

static void check_table(const char *what, const struct builtin *table)
{
	for (; table->name; table++) {
		unsigned parameters = *table->parameters && *table->parameters != '*';

		for (const char *p = table->parameters; *p; p++)
			parameters += *p == ',';
		if (parameters > BUILTIN_PARAMETERS || table->required > parameters)
			CHECK(table->name, false);
	}
	CHECK(what, table->name == NULL);
}

int main(void)
{
	test_render();
	test_loader();
	test_modules();
	test_variables();
	check_table("filters", builtin_filters());
	check_table("filters of sequences", builtin_filters_seq());
	check_table("filters of text", builtin_filters_text());
	check_table("tests", builtin_tests());
	check_table("globals", builtin_globals());
	check_table("string methods", builtin_string_methods());
	check_table("list methods", builtin_container_methods(VALUE_LIST));
	check_table("dict methods", builtin_container_methods(VALUE_DICT));
	return test_end();
}
