/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "base/quote.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

const char *gen_real_path(struct gen *gen, const char *path)
{
	char *real = realpath(path, NULL);
	const char *kept;

	if (!real && errno == ENOMEM)
		mem_fail();
	kept = real ? arena_strndup(&gen->arena, real, strlen(real)) : NULL;
	free(real);
	return kept;
}

const char *gen_program_dir(struct gen *gen, const char *word)
{
	const char *real = word && strchr(word, '/') ? gen_real_path(gen, word) : NULL;
	struct str dir = real ? path_dir(str_of(real)) : STR("");

	return real ? arena_strndup(&gen->arena, dir.p, dir.n) : NULL;
}

void gen_find_programs(struct gen *gen, const char *dir)
{
	const char *project = gen_real_path(gen, ".");
	const char *inside = project && dir ? path_relative(&gen->arena, project, dir) : NULL;

	gen->self = "dtk-gen";
	gen->stamp = "dtk-stamp";
	if (inside && !str_is(str_of(inside), "..") && !str_starts(str_of(inside), STR("../"))) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "./%s%s", strcmp(inside, ".") == 0 ? "" : inside, strcmp(inside, ".") == 0 ? "" : "/");
		buf_adds(&path, "dtk-gen");
		gen->self = arena_strndup(&gen->arena, path.p, path.n);
		path.n -= strlen("gen");
		buf_adds(&path, "stamp");
		gen->stamp = arena_strndup(&gen->arena, path.p, path.n);
		buf_release(&path);
	}
}

bool gen_configured(const struct gen *gen)
{
	return strcmp(gen->self, "./dtk-gen") == 0 && access("config.ninja", F_OK) == 0;
}

struct str gen_generator(struct gen *gen)
{
	struct buf text = BUF_INIT;
	struct str line;

	quote_shell(&text, str_of(gen->self));
	opt_record(gen->command, &gen->options, &text);
	line = (struct str){arena_strndup(&gen->arena, text.p, text.n), text.n};
	buf_release(&text);
	return line;
}
