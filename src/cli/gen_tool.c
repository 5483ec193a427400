/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

struct gen *gen_current;

static int run_list(const struct opt_command *command, int argc, char **argv);

static const struct opt_command list_tool = GEN_TOOL("list", NULL, "print the tools", opt_help_only, run_list);

static const struct opt_command *const tools[] = {
	&gen_render_tool, &gen_parse_tool, &gen_context_tool, &gen_lint_tool, &gen_targets_tool, &gen_graph_tool,
	&gen_bake_tool, &gen_github_tool, &gen_gitlab_tool, &gen_compose_tool, &gen_plan_tool, &gen_why_tool,
	&gen_status_tool, &gen_report_tool, &gen_schema_tool, &gen_init_tool, &gen_clean_tool, &list_tool,
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
