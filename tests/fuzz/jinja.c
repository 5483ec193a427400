/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a template of any bytes, parsed and rendered twice. */
#include "data/yaml.h"
#include "jinja/jinja.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see_file(void *context, const char *path, bool found)
{
	(void)context, (void)path, (void)found;
}

static void see_name(void *context, struct str name)
{
	(void)context, (void)name;
}

static struct value variables(struct arena *arena, struct diag *diag)
{
	static const char text[] = "{n: 3, f: 1.5, s: 'h\\u00e9llo w\\u00f6rld', l: [1, 2, 3], t: true, e: null, "
				   "d: {a: 1, b: [x, y], c: {k: v}}, us: [{n: a, v: 2}, {n: B, v: 1}, {n: c}]}";
	struct value v = value_undefined();

	yaml_read(arena, diag, diag_source(diag, "vars", STR(text)), STR(text), YAML_TYPED, &v);
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const nowhere[] = {NULL};
	static FILE *null;
	struct jinja_options options = {
		.dirs = nowhere, .max_steps = 20000, .max_output = 1 << 20, .max_range = 5000, .max_depth = 100,
	};
	struct buf out = BUF_INIT;
	struct arena arena;
	struct diag diag;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!null)
		return 0;
	arena_init(&arena);
	diag_init(&diag, null);
	if (size > 0) {
		options.strict = data[0] & 1;
		options.trim_blocks = data[0] & 2;
		options.lstrip_blocks = data[0] & 4;
		options.keep_trailing_newline = data[0] & 8;
	}
	struct value vars = variables(&arena, &diag);
	struct jinja *jinja = jinja_new(&options, &diag);
	const struct jinja_template *template = jinja_parse(jinja, "fuzz",
		(struct str){(const char *)data, size});
	if (template) {
		struct buf again = BUF_INIT;
		bool fine = jinja_render(jinja, template, vars, &out);

		if (jinja_render(jinja, template, vars, &again) != fine || !str_eq(buf_str(&out), buf_str(&again)))
			abort();
		buf_release(&again);
		jinja_variables(jinja, template, see_name, NULL);
	}
	jinja_files(jinja, see_file, NULL);
	jinja_free(jinja);
	diag_release(&diag);
	arena_release(&arena);
	buf_release(&out);
	return 0;
}
