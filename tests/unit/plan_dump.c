/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_dump [-s SEQUENCE]... [-t DIR]... [-g TAG] [-r REGISTRY] [-j JOBS] [-R RELEASE] [-c RUN.CFG] [-S] [-i] [-x]
 *           [-q] [-u] [MATRIX]
 *
 * Prints a plan. -S is --strict; -i adds the inputs (but no matrix.lock that is not there), -x the Dockerfiles; -q
 * prints counts only, -u what run.cfg says only. Exit status 1 after errors.
 */
#include "base/quote.h"
#include "model/plan.h"

#include <stdlib.h>
#include <unistd.h>

enum { MOST = 16 };

static void dump_strings(const char *what, const struct str *items, size_t count)
{
	if (count == 0)
		return;
	printf("  %s:", what);
	for (size_t i = 0; i < count; i++)
		printf(" %.*s", STR_ARG(items[i]));
	putchar('\n');
}

static void dump_field(const char *what, struct str text, const char *usual)
{
	if (!str_is(text, usual))
		printf("  %s: %.*s\n", what, STR_ARG(text));
}

static void dump_flag(const char *what, bool flag)
{
	if (flag)
		printf("  %s\n", what);
}

static void dump_pairs(const char *what, const struct plan_arg *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("  %s: %.*s=%.*s\n", what, STR_ARG(pairs[i].name), STR_ARG(pairs[i].value));
}

static void dump_command(const char *what, const struct plan_command *command)
{
	if (command->count)
		printf("  %s%s:", what, command->shell ? " (shell)" : "");
	for (size_t i = 0; i < command->count; i++)
		printf(" <%.*s>", STR_ARG(command->words[i]));
	if (command->count)
		putchar('\n');
}

static void dump_image(const struct plan *plan, const struct plan_image *image, bool texts)
{
	printf("image %.*s\n  layer: %.*s\n", STR_ARG(image->name), STR_ARG(image->layer));
	dump_field("os", image->os, "");
	dump_field("python", image->python, "");
	dump_field("bump", image->python_bump, "");
	dump_field("timezone", image->timezone, "");
	printf("  files: %.*s %.*s\n", STR_ARG(image->dockerfile), STR_ARG(image->env_file));
	dump_field("ledger", image->ledger, "");
	dump_field("context", image->context, ".");
	dump_field("target", image->target, "");
	if (image->uncached)
		printf("  no cache\n");
	dump_strings("tags", image->tags, image->tag_count);
	dump_pairs("arg", image->args, image->arg_count);
	dump_pairs("label", image->labels, image->label_count);
	dump_strings("secrets", image->secrets, image->secret_count);
	dump_strings("ssh", image->ssh, image->ssh_count);
	dump_strings("platforms", image->platforms, image->platform_count);
	dump_field("version", image->version_tag, "");
	dump_command("health", &image->health);
	dump_command("test", &image->test);
	dump_field("before", image->before, "");
	dump_field("after", image->after, "");
	dump_flag("pull", image->pull);
	dump_flag("builder", image->builder);
	dump_flag("versioned", image->versioned);
	for (size_t i = 0; i < image->parent_count; i++) {
		const struct plan_parent *parent = &image->parents[i];

		printf("  parent: %.*s as %.*s\n", STR_ARG(plan->images[parent->image].name), STR_ARG(parent->ref));
	}
	dump_strings("onbuild", image->onbuild, image->onbuild_count);
	if (image->rootfs)
		dump_field("rootfs", plan->rootfs[image->rootfs - 1].file, "");
	if (texts)
		printf("  text: <<%.*s>>\n", STR_ARG(image->text));
}

/* A JSON array of the word's pieces, text as strings and the others as objects; a word of one text is that string. */
static void dump_word(const struct plan_word *word, struct buf *out)
{
	static const char *const kinds[] = {"", "variable", "root", "image", "account", "region"};
	bool plain = word->count == 1 && word->pieces->kind == PIECE_TEXT;

	if (word->count == 0)
		buf_adds(out, "\"\"");
	buf_adds(out, word->count == 0 || plain ? "" : "[");
	for (size_t i = 0; i < word->count; i++) {
		const struct plan_piece *piece = &word->pieces[i];

		buf_adds(out, i ? "," : "");
		if (piece->kind != PIECE_TEXT)
			buf_addf(out, "{\"%s\":", kinds[piece->kind]);
		quote_json(out, piece->text);
		buf_adds(out, piece->kind != PIECE_TEXT ? "}" : "");
	}
	buf_adds(out, word->count == 0 || plain ? "" : "]");
}

static void dump_words(const struct plan_words *words)
{
	struct buf text = BUF_INIT;

	if (words->key.n == 0)
		return;
	for (size_t i = 0; i < words->count; i++) {
		buf_adds(&text, i ? "," : "");
		dump_word(&words->items[i], &text);
	}
	printf("  %.*s: [%s]\n", STR_ARG(words->key), buf_str(&text).p);
	buf_release(&text);
}

static void dump_run(const struct plan *plan, const struct plan_run *run)
{
	struct buf text = BUF_INIT;

	printf("run %.*s%s: %.*s", STR_ARG(run->name), run->synthetic ? " (synthetic)" : "", STR_ARG(run->ref));
	if (run->image == PLAN_NO_IMAGE)
		puts(" from elsewhere");
	else
		printf(" of %.*s\n", STR_ARG(plan->images[run->image].name));
	dump_words(&run->environment);
	dump_words(&run->interactive);
	dump_words(&run->gpu);
	dump_words(&run->network);
	dump_words(&run->volumes);
	dump_words(&run->ports);
	dump_words(&run->cmd);
	dump_word(&run->publication_tag, &text);
	if (run->publication_tag.count)
		printf("  publication_tag: %s\n", text.p);
	if (run->aws)
		puts("  aws");
	buf_release(&text);
}

static void dump_runs(const struct plan *plan)
{
	for (size_t i = 0; i < plan->run_count; i++)
		dump_run(plan, &plan->runs[i]);
}

static void dump_names(const struct plan *plan, const uint32_t *images, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf(" %.*s", STR_ARG(plan->images[images[i]].name));
	putchar('\n');
}

static void dump_rest(const struct plan *plan, bool inputs)
{
	static const char *const kinds[] = {"sequence", "group", "layer", "image"};

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct plan_target *target = &plan->targets[i];

		printf("%s %.*s (%.*s):", kinds[target->kind], STR_ARG(target->name), STR_ARG(target->description));
		dump_names(plan, target->images, target->image_count);
	}
	for (size_t i = 0; i < plan->collision_count; i++) {
		const struct plan_collision *collision = &plan->collisions[i];

		printf("tag %.*s: %.*s, not", STR_ARG(collision->tag), STR_ARG(plan->images[collision->owner].name));
		dump_names(plan, collision->losers, collision->loser_count);
	}
	for (size_t i = 0; i < plan->rootfs_count; i++)
		dump_strings("rootfs", plan->rootfs[i].command, plan->rootfs[i].command_count);
	dump_runs(plan);
	for (size_t i = 0; inputs && i < plan->input_count; i++)
		if (plan->inputs[i].found || !str_eq(plan->inputs[i].path, plan->lock))
			printf("input %.*s%s\n", STR_ARG(plan->inputs[i].path), plan->inputs[i].found ? "" : " (not there)");
}

static void dump_pipelines(const struct plan *plan)
{
	dump_field("github checkout", plan->github.checkout, "");
	dump_field("github branch", plan->github.branch, "main");
	dump_field("github setup", plan->github.setup, "");
	dump_strings("github runner", plan->github.runner.items, plan->github.runner.count);
	dump_field("gitlab image", plan->gitlab.image, "");
	dump_field("gitlab setup", plan->gitlab.setup, "");
	dump_strings("gitlab services", plan->gitlab.services.items, plan->gitlab.services.count);
	dump_strings("gitlab runner", plan->gitlab.runner.items, plan->gitlab.runner.count);
}

static void dump(const struct plan *plan, bool inputs, bool texts)
{
	dump_strings("os", plan->os_versions, plan->os_count);
	dump_strings("python", plan->python_versions, plan->python_count);
	dump_strings("layers", plan->layers, plan->layer_count);
	dump_field("registry", plan->registry, "");
	dump_field("repository", plan->repository, "");
	dump_field("version", plan->version, "");
	dump_field("cache registry", plan->cache_registry, "");
	dump_field("user", plan->user, "");
	dump_field("project", plan->project, "");
	dump_field("cache local", plan->cache.local, "");
	dump_field("cache endpoint", plan->cache.endpoint, "");
	dump_field("cache bucket", plan->cache.bucket, "");
	dump_field("cache region", plan->cache.region, "");
	dump_field("cache level", plan->cache.registry, "");
	dump_field("cache mode", plan->cache.mode, "max");
	dump_pipelines(plan);
	printf("  cache %d buildkit %d parallel %u\n", plan->cache_inline, plan->buildkit, plan->parallel);
	for (size_t i = 0; i < plan->image_count; i++)
		dump_image(plan, &plan->images[i], texts);
	dump_rest(plan, inputs);
}

int main(int argc, char **argv)
{
	const char *templates[MOST + 1] = {"templates"}, *sequences[MOST + 1] = {NULL};
	struct plan_options options = {.templates = templates, .output = "generated", .sequences = sequences};
	size_t template_count = 0, sequence_count = 0;
	bool inputs = false, texts = false, quiet = false, runs = false;
	struct diag diag;
	int c;

	while ((c = getopt(argc, argv, "s:t:g:r:j:R:c:Sixqu")) != -1) {
		if (c == 's' && sequence_count < MOST)
			sequences[sequence_count++] = optarg;
		else if (c == 't' && template_count < MOST)
			templates[template_count++] = optarg;
		else if (c == 'g')
			options.tag = optarg;
		else if (c == 'r')
			options.registry = optarg;
		else if (c == 'R')
			options.release = optarg;
		else if (c == 'c')
			options.run_cfg = optarg;
		else if (c == 'j')
			options.jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (c == 'S')
			options.strict = true;
		else if (c == 'i')
			inputs = true;
		else if (c == 'x')
			texts = true;
		else if (c == 'q')
			quiet = true;
		else if (c == 'u')
			runs = true;
		else
			return 2;
	}
	options.config = argv[optind];
	diag_init(&diag, stderr);
	struct plan *plan = plan_make(&options, &diag);
	if (plan && quiet)
		printf("%zu images, %zu targets, %zu collisions\n", plan->image_count, plan->target_count,
		       plan->collision_count);
	else if (plan && runs)
		dump_runs(plan);
	else if (plan)
		dump(plan, inputs, texts);
	bool fine = plan != NULL;
	plan_free(plan);
	diag_release(&diag);
	return fine ? 0 : 1;
}
