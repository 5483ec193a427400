/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"

#include <errno.h>

struct gen *gen_current;

int gen_print(struct str text)
{
	if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "error: standard output: %s\n", strerror(errno));
	clearerr(stdout);
	return 1;
}

static bool put_file(struct gen *gen, const char *path, struct str text)
{
	struct stat found;
	struct str dir = path_dir(str_of(path));

	if (lstat(path, &found) == 0 && !S_ISREG(found.st_mode)) {
		fprintf(stderr, "error: %s: it is there and no regular file\n", path);
		return false;
	}
	if (fs_mkdirs(arena_strndup(&gen->arena, dir.p, dir.n)) == 0 && fs_write(path, text, 0644) != FS_FAILED)
		return true;
	fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
	return false;
}

int gen_put(struct gen *gen, const char *path, struct str text)
{
	if (!path)
		return gen_print(text);
	return put_file(gen, path, text) ? 0 : 1;
}

static int run_list(const struct opt_command *command, int argc, char **argv);

static const struct opt_command list_tool = GEN_TOOL("list", NULL, "print the tools", opt_help_only, run_list);

static const struct opt_command *const tools[] = {
	&gen_render_tool, &gen_parse_tool, &gen_context_tool, &gen_lint_tool, &gen_targets_tool, &gen_graph_tool,
	&gen_bake_tool, &gen_github_tool, &gen_gitlab_tool, &gen_compose_tool, &gen_plan_tool, &gen_why_tool,
	&gen_status_tool, &gen_report_tool, &gen_init_tool, &gen_clean_tool, &list_tool,
};

static int run_list(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, NULL, &args);

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	opt_commands_list(tools, sizeof tools / sizeof *tools, stdout);
	return 0;
}

int gen_tool(struct gen *gen, int argc, char **argv)
{
	const struct opt_command *tool = opt_command(tools, sizeof tools / sizeof *tools, "tool", gen->options.tool);

	gen_current = gen;
	if (tool && argc == 1 && strcmp(argv[0], "--complete") == 0) {
		opt_complete(tool, stdout);
		return 0;
	}
	return tool ? tool->run(tool, argc, argv) : 2;
}
