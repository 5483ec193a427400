/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "emit/github.h"
#include "emit/gitlab.h"

#include <unistd.h>

/* The command line as a job repeats it: the client and the daemon are those of this machine. */
static struct str options_of(struct gen *gen)
{
	struct gen_options options = gen->options;
	struct buf text = BUF_INIT;
	struct str kept;

	options.host = options.docker = NULL;
	options.reuse = true;
	opt_record(gen->command, &options, &text);
	kept = (struct str){arena_strndup(&gen->arena, text.p, text.n), text.n};
	buf_release(&text);
	return kept;
}

/* The project's directory where that was given from the one above it; "" where it is the repository's own. */
static struct str directory_of(struct gen *gen)
{
	const char *given = gen->options.directory, *clean;

	if (!given || given[0] == '/')
		return STR("");
	clean = path_clean(&gen->arena, str_of(given));
	return strcmp(clean, ".") == 0 ? STR("") : str_of(clean);
}

/* Without commands that install it, dtk is the project's directory. */
static bool check_setup(struct gen *gen, struct str setup, const char *key)
{
	if (setup.n || access("configure", X_OK) == 0)
		return true;
	diag_error(&gen->diag, SPAN_NONE, "the matrix does not say how a job gets dtk, and there is no ./configure here");
	diag_hint(&gen->diag, "%s: {setup: COMMANDS}, after which dtk-gen is on PATH", key);
	return false;
}

static bool write_pipeline(struct gen *gen, const struct opt_args *args,
                           bool (*write)(const struct ci_order *order, struct diag *diag, struct buf *out),
                           struct buf *out)
{
	bool *wanted = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, bool);
	struct str *targets = ARENA_ARRAY(&gen->arena, args->operand_count + 1, struct str);
	struct engine engine;
	struct ci_order order = {
		.plan = gen->plan, .engine = &engine, .wanted = wanted, .targets = targets,
		.target_count = args->operand_count, .options = options_of(gen), .directory = directory_of(gen),
	};

	if (!gen_choose(gen, args->operands, args->operand_count, true, wanted))
		return false;
	for (size_t i = 0; i < args->operand_count; i++)
		targets[i] = str_of(args->operands[i]);
	engine_init(&engine, &gen->arena, &(struct engine_options){.engine = gen->options.engine}, gen->plan);
	return write(&order, &gen->diag, out);
}

static int print_pipeline(const struct opt_command *command, int argc, char **argv, bool github)
{
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, NULL, &args);
	struct gen *gen = gen_current;
	struct buf text = BUF_INIT;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	fine = gen_load(gen)
		&& check_setup(gen, github ? gen->plan->github.setup : gen->plan->gitlab.setup, command->name)
		&& write_pipeline(gen, &args, github ? github_write : gitlab_write, &text);
	fine = gen_tell(gen) && fine && gen_print(buf_str(&text)) == 0;
	buf_release(&text);
	return fine ? 0 : 1;
}

static int run_github(const struct opt_command *command, int argc, char **argv)
{
	return print_pipeline(command, argc, argv, true);
}

const struct opt_command gen_github_tool = GEN_TOOL(
	"github", "[TARGET...]", "print a workflow of GitHub Actions that builds and pushes images", opt_help_only,
	run_github);

static int run_gitlab(const struct opt_command *command, int argc, char **argv)
{
	return print_pipeline(command, argc, argv, false);
}

const struct opt_command gen_gitlab_tool = GEN_TOOL(
	"gitlab", "[TARGET...]", "print a child pipeline of GitLab that builds and pushes images", opt_help_only,
	run_gitlab);
