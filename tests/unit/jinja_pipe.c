/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "data/yaml.h"
#include "jinja/jinja.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * jinja_pipe DIRECTORY VARS: renders one template after the other, for the
 * differential test.  On standard input "OPTIONS LENGTH\n" and a template of
 * LENGTH bytes, and so on; OPTIONS are letters: s strict, t trim_blocks,
 * l lstrip_blocks, k keep_trailing_newline, - none.  On standard output
 * "ok LENGTH\n" or "error LENGTH\n" and what came out or the diagnostics.
 */
struct pipe {
	const char *dirs[2];
	struct value vars;
};

static void answer(const char *what, struct str text)
{
	printf("%s %zu\n", what, text.n);
	fwrite(text.p, 1, text.n, stdout);
	fflush(stdout);
}

static void render(const struct pipe *pipe, const char *letters, struct str text)
{
	struct jinja_options options = {
		.dirs = pipe->dirs,
		.strict = strchr(letters, 's') != NULL,
		.trim_blocks = strchr(letters, 't') != NULL,
		.lstrip_blocks = strchr(letters, 'l') != NULL,
		.keep_trailing_newline = strchr(letters, 'k') != NULL,
		.max_steps = 200000,
		.max_output = 1 << 20,
		.max_range = 20000,
	};
	struct buf out = BUF_INIT;
	struct diag diag;
	char *said = NULL;
	size_t n = 0;
	FILE *stream = open_memstream(&said, &n);

	diag_init(&diag, stream);
	struct jinja *jinja = jinja_new(&options, &diag);
	const struct jinja_template *template = jinja_parse(jinja, "main", text);
	bool ok = template && jinja_render(jinja, template, pipe->vars, &out);
	jinja_free(jinja);
	diag_release(&diag);
	fclose(stream);
	answer(ok ? "ok" : "error", ok ? buf_str(&out) : (struct str){said, n});
	free(said);
	buf_release(&out);
}

int main(int argc, char **argv)
{
	struct pipe pipe = {{argc == 3 ? argv[1] : NULL, NULL}, value_undefined()};
	struct buf vars = BUF_INIT;
	struct arena arena;
	struct diag diag;
	char letters[16];
	size_t n;

	arena_init(&arena);
	diag_init(&diag, stderr);
	if (argc != 3 || fs_read(argv[2], &vars) != 0 ||
	    !yaml_read(&arena, &diag, diag_source(&diag, argv[2], buf_str(&vars)), buf_str(&vars), YAML_TYPED,
		&pipe.vars)) {
		fputs("usage: jinja_pipe DIRECTORY VARS <TEMPLATES\n", stderr);
		return 2;
	}
	while (scanf("%15s %zu", letters, &n) == 2 && getchar() == '\n') {
		char *text = calloc(n + 1, 1);

		if (!text || fread(text, 1, n, stdin) != n)
			return 2;
		render(&pipe, letters, (struct str){text, n});
		free(text);
	}
	diag_release(&diag);
	arena_release(&arena);
	buf_release(&vars);
	return ferror(stdin) || ferror(stdout);
}
