/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

static void names(FILE *out, const char *label, const struct str *items, size_t count)
{
	fprintf(out, "%s:", label);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%.*s", i ? ", " : " ", STR_ARG(items[i]));
	fputc('\n', out);
}

/* A description in one line, which no terminal takes for a command. */
static void description(struct str text, FILE *out)
{
	if (text.n)
		fputc(' ', out);
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		fputc(c < ' ' || c == 0x7f ? ' ' : c, out);
	}
}

static void sequences(const struct plan *plan, FILE *out)
{
	fputs("Build Sequences:\n", out);
	for (size_t i = 0; i < plan->target_count; i++) {
		const struct plan_target *target = &plan->targets[i];

		if (target->kind != TARGET_SEQUENCE)
			continue;
		fprintf(out, "- %.*s:", STR_ARG(target->name));
		description(target->description, out);
		fprintf(out, " (%zu image%s)\n", target->image_count, target->image_count == 1 ? "" : "s");
	}
}

static void groups(const struct plan *plan, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < plan->target_count; i++) {
		const struct plan_target *target = &plan->targets[i];

		if (target->kind != TARGET_GROUP)
			continue;
		fprintf(out, "%s- %.*s: (%zu image%s)\n", any ? "" : "Groups:\n", STR_ARG(target->name),
		        target->image_count, target->image_count == 1 ? "" : "s");
		any = true;
	}
}

static void collisions(const struct plan *plan, FILE *out)
{
	if (plan->collision_count)
		fputs("Tags asked for more than once:\n", out);
	for (size_t i = 0; i < plan->collision_count; i++) {
		const struct plan_collision *collision = &plan->collisions[i];

		fprintf(out, "- %.*s is %.*s; not", STR_ARG(collision->tag),
		        STR_ARG(plan->images[collision->owner].name));
		for (size_t j = 0; j < collision->loser_count; j++)
			fprintf(out, "%s %.*s", j ? "," : "", STR_ARG(plan->images[collision->losers[j]].name));
		fputc('\n', out);
	}
}

static void runs(const struct plan *plan, FILE *out)
{
	if (plan->run_count)
		fputs("Runs:\n", out);
	for (size_t i = 0; i < plan->run_count; i++)
		fprintf(out, "- %.*s: %.*s\n", STR_ARG(plan->runs[i].name), STR_ARG(plan->runs[i].ref));
}

void gen_summary(const struct plan *plan, FILE *out)
{
	names(out, "OS Versions", plan->os_versions, plan->os_count);
	names(out, "Python Versions", plan->python_versions, plan->python_count);
	names(out, "Build Layers", plan->layers, plan->layer_count);
	sequences(plan, out);
	groups(plan, out);
	collisions(plan, out);
	runs(plan, out);
	fprintf(out, "Images: %zu\n", plan->image_count);
}
