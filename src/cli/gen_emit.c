/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "emit/bake.h"
#include "emit/compose.h"

/* The tools that print the plan in another form: WRITE gets the images that the operands name, NULL without any. */
static int print_plan(const struct opt_command *command, int argc, char **argv,
                      bool (*write)(struct gen *gen, const bool *chosen, struct buf *out))
{
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, NULL, &args);
	struct gen *gen = gen_current;
	struct buf text = BUF_INIT;
	bool *chosen = NULL, fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	fine = gen_load(gen);
	if (fine && args.operand_count) {
		chosen = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, bool);
		fine = gen_choose(gen, args.operands, args.operand_count, true, chosen);
	}
	fine = fine && write(gen, chosen, &text);
	fine = gen_tell(gen) && fine && gen_print(buf_str(&text)) == 0;
	buf_release(&text);
	return fine ? 0 : 1;
}


static bool write_bake(struct gen *gen, const bool *chosen, struct buf *out)
{
	(void)chosen;
	return bake_write(gen->plan, &gen->diag, out);
}

static int run_bake(const struct opt_command *command, int argc, char **argv)
{
	return print_plan(command, argc, argv, write_bake);
}

const struct opt_command gen_bake_tool = GEN_TOOL(
	"bake", NULL, "print the images as docker-bake.json", opt_help_only, run_bake);

static bool write_compose(struct gen *gen, const bool *chosen, struct buf *out)
{
	compose_write(gen->plan, chosen, out);
	return true;
}

static int run_compose(const struct opt_command *command, int argc, char **argv)
{
	return print_plan(command, argc, argv, write_compose);
}

const struct opt_command gen_compose_tool = GEN_TOOL(
	"compose", "[TARGET...]", "print a compose file that runs images with their health checks",
	opt_help_only, run_compose);
