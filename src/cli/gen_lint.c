/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/map.h"
#include "docker/lint.h"

struct lint_options {
	struct opt_list off;
};

static const struct opt options_table[] = {
	{0, "off", "RULE", "leave this rule out", OPT_LIST, 0, offsetof(struct lint_options, off)},
	OPT_HELP_ROW,
};

/* False where there is no rule of that name. */
static bool switch_off(struct lint *lint, struct str name)
{
	for (size_t rule = 0; rule < LINT_RULES; rule++)
		if (str_is(name, lint_names[rule].name))
			return lint->off[rule] = true;
	return false;
}

static int take_off(const struct opt_command *command, const struct opt_list *names, struct lint *lint)
{
	for (size_t i = 0; i < names->count; i++)
		if (!switch_off(lint, str_of(names->items[i])))
			return opt_wrong(command, "--off: there is no rule '%s'", names->items[i]);
	return 0;
}

/* The rules that the matrix leaves out, whose names it was read by. */
static bool take_off_of(const struct plan *plan, struct lint *lint)
{
	bool fine = true;

	for (size_t i = 0; i < plan->lint_off_count; i++)
		fine = switch_off(lint, plan->lint_off[i]) && fine;
	return fine;
}

/* --- Files --- */

static bool lint_file(struct lint *lint, const char *path)
{
	struct lint_input input = {.file = gen_dockerfile(lint->arena, lint->diag, path)};

	if (input.file)
		lint_dockerfile(lint, &input);
	return input.file != NULL;
}

/* --- The images of the plan --- */

struct parents {
	const struct plan *plan;
	struct lint_image *images;
	size_t at; /* the one under way */
};

static const struct lint_image *parent_of(void *context, struct str name)
{
	const struct parents *all = context;
	const struct plan_image *image = &all->plan->images[all->at];

	for (size_t i = 0; i < image->parent_count; i++)
		if (str_eq(image->parents[i].ref, name))
			return &all->images[image->parents[i].image];
	return NULL;
}

static bool *have_children(const struct plan *plan, struct arena *arena)
{
	bool *base = ARENA_ARRAY(arena, plan->image_count + 1, bool);

	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; j < plan->images[i].parent_count; j++)
			base[plan->images[i].parents[j].image] = true;
	return base;
}

static struct docker_file *dockerfile_of(struct lint *lint, const struct plan_image *image)
{
	const char *path = arena_strndup(lint->arena, image->dockerfile.p, image->dockerfile.n);

	if (!image->text.p)
		return gen_dockerfile(lint->arena, lint->diag, path);
	return docker_parse(lint->arena, lint->diag, diag_source(lint->diag, path, image->text), image->text);
}

static bool lint_image(struct lint *lint, struct parents *all, bool base)
{
	const struct plan_image *image = &all->plan->images[all->at];
	struct lint_input input = {.file = dockerfile_of(lint, image), .target = image->target,
	                           .parent = parent_of, .context = all, .base = base};
	struct docker_arg *args = ARENA_ARRAY(lint->arena, image->arg_count + 1, struct docker_arg);

	for (size_t i = 0; i < image->arg_count; i++)
		args[i] = (struct docker_arg){image->args[i].name, image->args[i].value};
	input.args = args;
	input.arg_count = image->arg_count;
	if (input.file)
		all->images[all->at] = lint_dockerfile(lint, &input);
	return input.file != NULL;
}

/* What a template has is told of the first image that it makes, and what a Dockerfile has of the whole of it. */
static bool lint_plan(struct lint *lint, struct gen *gen)
{
	struct lint silent = {.arena = lint->arena, .diag = lint->diag};
	struct parents all = {.plan = gen->plan};
	bool *base, fine = true, fresh;
	struct map layers;

	base = have_children(gen->plan, lint->arena);
	all.images = ARENA_ARRAY(lint->arena, gen->plan->image_count + 1, struct lint_image);
	memset(silent.off, 1, sizeof silent.off);
	map_init(&layers);
	for (; all.at < gen->plan->image_count; all.at++) {
		struct str layer = gen->plan->images[all.at].layer;

		fresh = !gen->plan->images[all.at].builder;
		if (layer.n)
			map_put(&layers, layer, &fresh);
		fine = lint_image(fresh ? lint : &silent, &all, base[all.at]) && fine;
	}
	map_release(&layers);
	return fine;
}

static bool lint_all(struct lint *lint, const struct opt_args *args)
{
	bool fine = true;

	if (args->operand_count == 0)
		return gen_load(gen_current) && take_off_of(gen_current->plan, lint) && lint_plan(lint, gen_current);
	for (size_t i = 0; i < args->operand_count; i++)
		fine = lint_file(lint, args->operands[i]) && fine;
	return fine;
}

static int run_lint(const struct opt_command *command, int argc, char **argv)
{
	struct lint_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct lint lint = {0};
	struct arena arena;
	struct diag diag;
	int status = parsed == OPT_DONE ? 0 : 2;

	arena_init(&arena);
	diag_init(&diag, stderr);
	lint.arena = &arena;
	lint.diag = &diag;
	if (parsed == OPT_OK && take_off(command, &options.off, &lint) == 0) {
		bool fine = lint_all(&lint, &args);

		fine = (args.operand_count > 0 || gen_tell(gen_current)) && fine;
		status = fine && diag.errors == 0 && lint.found == 0 ? 0 : 1;
	}
	opt_list_free(&options.off);
	diag_release(&diag);
	arena_release(&arena);
	return status;
}

const struct opt_command gen_lint_tool = GEN_TOOL(
	"lint", "[DOCKERFILE...]", "check Dockerfiles, by default those of all images", options_table, run_lint);
