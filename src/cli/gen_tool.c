/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "data/json.h"

struct gen *gen_current;

struct list_options {
	bool json;
};

static const struct opt list_options[] = {
	{0, "json", NULL, "print JSON", OPT_FLAG, 0, offsetof(struct list_options, json)},
	OPT_HELP_ROW,
};

static int run_list(const struct opt_command *command, int argc, char **argv);

static const struct opt_command list_tool = GEN_TOOL("list", NULL, "print the tools", list_options, run_list);

static const struct opt_command *const tools[] = {
	&gen_render_tool, &gen_parse_tool, &gen_context_tool, &gen_lint_tool, &gen_targets_tool, &gen_graph_tool,
	&gen_bake_tool, &gen_github_tool, &gen_gitlab_tool, &gen_compose_tool, &gen_plan_tool, &gen_why_tool,
	&gen_status_tool, &gen_report_tool, &gen_schema_tool, &gen_init_tool, &gen_clean_tool, &list_tool,
};

static int list_json(struct arena *arena)
{
	struct value list = value_list(arena, sizeof tools / sizeof *tools);
	struct buf out = BUF_INIT;
	int status;

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		struct value tool = value_dict(arena);

		dict_put(tool, "name", value_borrow(arena, str_of(tools[i]->name)));
		dict_put(tool, "operands", tools[i]->operands ? value_borrow(arena, str_of(tools[i]->operands)) : value_none());
		dict_put(tool, "summary", value_borrow(arena, str_of(tools[i]->summary)));
		list_append(list.as.list, tool);
	}
	gen_json(list, &out);
	status = gen_print(buf_str(&out));
	buf_release(&out);
	return status;
}

static int run_list(const struct opt_command *command, int argc, char **argv)
{
	struct list_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (options.json)
		return list_json(&gen_current->arena);
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
