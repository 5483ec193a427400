/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include <errno.h>

struct gen *gen_current;

const struct opt gen_help_options[GEN_HELP_OPTIONS] = {
	{'h', "help", NULL, "show this", OPT_HELP, OPT_PASSING, 0},
};

int gen_print(struct str text)
{
	if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "error: standard output: %s\n", strerror(errno));
	clearerr(stdout);
	return 1;
}

static int run_list(const struct opt_command *command, int argc, char **argv);

static const struct opt_command tools[] = {
	{"dtk-gen -t render", "render", "TEMPLATE", "print a rendered template", gen_render_options,
	 GEN_RENDER_OPTIONS, false, gen_render},
	{"dtk-gen -t parse", "parse", "DOCKERFILE", "print the instructions of a Dockerfile as JSON Lines",
	 gen_help_options, GEN_HELP_OPTIONS, false, gen_parse},
	{"dtk-gen -t context", "context", "DIR", "print the files of a build context", gen_context_options,
	 GEN_CONTEXT_OPTIONS, false, gen_context},
	{"dtk-gen -t lint", "lint", "[DOCKERFILE...]", "check Dockerfiles, by default those of all images",
	 gen_lint_options, GEN_LINT_OPTIONS, false, gen_lint},
	{"dtk-gen -t targets", "targets", NULL, "print what Ninja can build", gen_help_options, GEN_HELP_OPTIONS,
	 false, gen_targets},
	{"dtk-gen -t graph", "graph", NULL, "print the layer DAG, images only, as DOT", gen_help_options,
	 GEN_HELP_OPTIONS, false, gen_graph},
	{"dtk-gen -t bake", "bake", NULL, "print the images as docker-bake.json", gen_help_options, GEN_HELP_OPTIONS,
	 false, gen_bake},
	{"dtk-gen -t compose", "compose", "[TARGET...]", "print a compose file that runs images with their health checks",
	 gen_help_options, GEN_HELP_OPTIONS, false, gen_compose},
	{"dtk-gen -t plan", "plan", "[TARGET...]", "print which images would be built now, and why",
	 gen_help_options, GEN_HELP_OPTIONS, false, gen_plan},
	{"dtk-gen -t why", "why", "IMAGE...", "print what changed since an image was built", gen_help_options,
	 GEN_HELP_OPTIONS, false, gen_why},
	{"dtk-gen -t status", "status", "[TARGET...]", "print what is there, and how its last builds went",
	 gen_status_options, GEN_STATUS_OPTIONS, false, gen_status},
	{"dtk-gen -t init", "init", NULL, "write an example to start from", gen_init_options, GEN_INIT_OPTIONS, false,
	 gen_init},
	{"dtk-gen -t clean", "clean", NULL, "remove old logs, reports and caches, and what is left of images that are gone",
	 gen_clean_options, GEN_CLEAN_OPTIONS, false, gen_clean},
	{"dtk-gen -t list", "list", NULL, "print the tools", gen_help_options, GEN_HELP_OPTIONS, false, run_list},
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
