/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/publish.h"
#include "emit/writer.h"

/* What can be done with each name. */
static const char *const verbs[] = {"push", "test", "scan", "save"};

static const char *const kinds[] = {"sequence", "group", "layer", "image"};

static void help_line(struct buf *out, const char *prefix, struct str name, const char *summary)
{
	size_t width = strlen(prefix) + name.n;

	buf_adds(out, prefix);
	buf_addstr(out, name);
	do
		buf_addc(out, ' ');
	while (++width < 26);
	buf_adds(out, summary);
}

static void help_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(out, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
}

/* What is done with NAME: "push it", and likewise. */
static void help_verbs(struct str name, const char *what, bool tests, bool scans, struct buf *out)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if ((strcmp(verbs[i], "test") == 0 && !tests) || (strcmp(verbs[i], "scan") == 0 && !scans))
			continue;
		buf_adds(out, verbs[i]);
		help_line(out, "-", name, verbs[i]);
		buf_addf(out, " %s\n", what);
	}
}

static void help_set(const struct plan_target *target, struct buf *out)
{
	help_line(out, "", target->name, kinds[target->kind]);
	buf_addf(out, ", %zu image%s", target->image_count, target->image_count == 1 ? "" : "s");
	if (target->description.n) {
		buf_adds(out, ": ");
		help_text(out, target->description);
	}
	buf_addc(out, '\n');
	help_verbs(target->name, "them once all are built", true, true, out);
}

static void help_image(const struct plan *plan, const struct plan_image *image, bool tests, struct buf *out)
{
	help_line(out, "", image->name, "image ");
	buf_addstr(out, image->tag_count ? image->tags[0] : STR("without a tag"));
	buf_addc(out, '\n');
	if (!image->builder)
		help_verbs(image->name, "it", tests, plan->scanner.n > 0, out);
}

void ninja_help(const struct plan *plan, struct buf *out)
{
	bool tests = writer_any_tested(plan, NULL, plan->image_count);

	help_line(out, "", STR("all"), "every image (what ninja alone builds)\n");
	help_verbs(STR("all"), "them once all are built", true, true, out);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		help_line(out, "", str_of(verbs[i]), "the same as ");
		buf_addf(out, "%s-all\n", verbs[i]);
	}
	help_line(out, "", STR("lint"), "check the Dockerfiles: dtk-gen -t lint, and the engine's own check\n");
	for (size_t i = 0; i < ninja_action_count; i++) {
		help_line(out, "", str_of(ninja_actions[i].name), ninja_actions[i].summary);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < plan->target_count; i++)
		help_set(&plan->targets[i], out);
	for (size_t i = 0; i < plan->image_count; i++)
		if (!plan->images[i].builder)
			help_image(plan, &plan->images[i], tests, out);
	for (size_t i = 0; i < plan->run_count; i++) {
		help_line(out, "run-", plan->runs[i].name, "run a container of ");
		buf_addf(out, "%.*s\n", STR_ARG(plan->runs[i].ref));
		if (!plan->runs[i].pushed)
			continue;
		help_line(out, "push-", plan->runs[i].name, "publish ");
		buf_addf(out, "%.*s\n", STR_ARG(plan->runs[i].ref));
	}
}
