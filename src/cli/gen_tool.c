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

const struct opt_command *const gen_tools[] = {
	&gen_render_tool, &gen_parse_tool, &gen_context_tool, &gen_lint_tool, &gen_targets_tool, &gen_graph_tool,
	&gen_bake_tool, &gen_github_tool, &gen_gitlab_tool, &gen_compose_tool, &gen_plan_tool, &gen_why_tool,
	&gen_status_tool, &gen_report_tool, &gen_schema_tool, &gen_init_tool, &gen_clean_tool, &list_tool,
};
const size_t gen_tool_count = sizeof gen_tools / sizeof *gen_tools;

static int list_json(struct arena *arena)
{
	struct value list = value_list(arena, gen_tool_count);
	struct buf out = BUF_INIT;
	int status;

	for (size_t i = 0; i < gen_tool_count; i++) {
		struct value tool = value_dict(arena);

		dict_put(tool, "name", value_borrow(arena, str_of(gen_tools[i]->name)));
		dict_put(tool, "operands", value_none());
		if (gen_tools[i]->operands)
			dict_put(tool, "operands", value_borrow(arena, str_of(gen_tools[i]->operands)));
		dict_put(tool, "summary", value_borrow(arena, str_of(gen_tools[i]->summary)));
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
	opt_commands_list(gen_tools, gen_tool_count, stdout);
	return 0;
}

int gen_tool(struct gen *gen, int argc, char **argv)
{
	const struct opt_command *tool = opt_command(gen_tools, gen_tool_count, "tool", gen->options.tool);

	gen_current = gen;
	return tool ? tool->run(tool, argc, argv) : 2;
}
