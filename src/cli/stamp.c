/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stamp_commands.h"

#include "cli/complete.h"

#include <stdio.h>

static const char *const none[] = {NULL};

int stamp_parse(const struct opt_command *command, int argc, char **argv, void *options,
                struct opt_args *args,
                size_t least, size_t most)
{
	switch (opt_parse(command, argc, argv, options, args)) {
	case OPT_DONE:
		return 0;
	case OPT_WRONG:
		return 2;
	case OPT_OK:
		break;
	}
	if (args->operand_count < least || args->operand_count > most)
		return opt_wrong(command, "%s operand is %s", most == 1 ? "one" : "an",
		                 args->operand_count < least ? "missing" : "allowed");
	return -1;
}

const char *const *stamp_list(const struct opt_list *list)
{
	return list->count ? list->items : none;
}

const char *const *stamp_rest(const struct opt_args *args)
{
	return args->rest_count ? (const char *const *)args->rest : none;
}

static void collect(const struct opt_command **all)
{
	for (size_t i = 0; i < STAMP_EDGE_COMMANDS; i++)
		all[i] = &stamp_edge_commands[i];
	for (size_t i = 0; i < STAMP_FLEET_COMMANDS; i++)
		all[STAMP_EDGE_COMMANDS + i] = &stamp_fleet_commands[i];
}

static const struct opt table[] = {
	OPT_HELP_ROW,
	{'V', "version", NULL, "show the version", OPT_VERSION, OPT_PASSING, 0},
};
static const struct opt_command program = {
	"dtk-stamp", NULL, "COMMAND [WORD...]", "what Ninja's edges call: hashes, builds, seals, pushes",
	table, sizeof table / sizeof table[0], false, NULL,
};

static int run_program(const struct opt_command *const *commands, size_t count, int argc, char **argv)
{
	const char *word = argc ? argv[0] : "";
	struct opt_args args;
	char nothing;

	switch (opt_parse(&program, argc, argv, &nothing, &args)) {
	case OPT_WRONG:
		return 2;
	case OPT_OK:
		return opt_wrong(&program, "a command is missing");
	case OPT_DONE:
		break;
	}
	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
		putchar('\n');
		opt_commands_list(commands, count, stdout);
	}
	return 0;
}

int main(int argc, char **argv)
{
	enum { COUNT = STAMP_EDGE_COMMANDS + STAMP_FLEET_COMMANDS };
	const struct opt_command *commands[COUNT];
	const struct opt_command *command;

	collect(commands);
	if (complete_asked(argc, argv)) {
		struct complete complete = {.program = &program, .commands = commands, .command_count = COUNT, .out = stdout};

		complete_words(&complete, argc, argv);
		return 0;
	}
	if (argc < 2 || argv[1][0] == '-')
		return run_program(commands, COUNT, argc - 1, argv + 1);
	command = opt_command(commands, COUNT, "command", argv[1]);
	return command ? command->run(command, argc - 2, argv + 2) : 2;
}
