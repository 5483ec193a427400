/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/publish.h"
#include "emit/writer.h"

/* What can be done with each name. */
static const char *const verbs[] = {"push", "test", "scan", "save"};

static const char *const kinds[] = {"sequence", "group", "layer", "image"};

struct help {
	const struct plan *plan;
	ninja_target *each;
	void *context;
	bool tests;               /* some image has one */
	struct buf name, summary; /* of the target under way */
};

/* The target under way is complete, and of KIND. */
static void tell(struct help *help, const char *kind)
{
	help->each(help->context, buf_str(&help->name), kind, buf_str(&help->summary));
	buf_clear(&help->name);
	buf_clear(&help->summary);
}

static void tell_word(struct help *help, const char *name, const char *kind, const char *summary)
{
	buf_adds(&help->name, name);
	buf_adds(&help->summary, summary);
	tell(help, kind);
}

static void add_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(out, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
}

/* What is done with NAME: "push it", and likewise. */
static void help_verbs(struct help *help, struct str name, const char *what, bool tests, bool scans)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if ((strcmp(verbs[i], "test") == 0 && !tests) || (strcmp(verbs[i], "scan") == 0 && !scans))
			continue;
		buf_addf(&help->name, "%s-%.*s", verbs[i], STR_ARG(name));
		buf_addf(&help->summary, "%s %s", verbs[i], what);
		tell(help, verbs[i]);
	}
}

static void help_set(struct help *help, const struct plan_target *target)
{
	buf_addstr(&help->name, target->name);
	buf_addf(&help->summary, "%s, %zu image%s", kinds[target->kind], target->image_count,
	         target->image_count == 1 ? "" : "s");
	if (target->description.n) {
		buf_adds(&help->summary, ": ");
		add_text(&help->summary, target->description);
	}
	tell(help, kinds[target->kind]);
	help_verbs(help, target->name, "them once all are built", true, true);
}

static void help_image(struct help *help, const struct plan_image *image)
{
	buf_addstr(&help->name, image->name);
	buf_adds(&help->summary, "image ");
	buf_addstr(&help->summary, image->tag_count ? image->tags[0] : STR("without a tag"));
	tell(help, "image");
	help_verbs(help, image->name, "it", help->tests, help->plan->scanner.n > 0);
}

static void help_run(struct help *help, const struct plan_run *run)
{
	buf_addf(&help->name, "run-%.*s", STR_ARG(run->name));
	buf_addf(&help->summary, "run a container of %.*s", STR_ARG(run->ref));
	tell(help, "run");
	if (!run->pushed)
		return;
	buf_addf(&help->name, "push-%.*s", STR_ARG(run->name));
	buf_addf(&help->summary, "publish %.*s", STR_ARG(run->ref));
	tell(help, "push");
}

static void help_all(struct help *help)
{
	tell_word(help, "all", "all", "every image (what ninja alone builds)");
	help_verbs(help, STR("all"), "them once all are built", true, true);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		buf_addf(&help->summary, "the same as %s-all", verbs[i]);
		tell_word(help, verbs[i], verbs[i], "");
	}
	tell_word(help, "lint", "action", "check the Dockerfiles: dtk-gen -t lint, and the engine's own check");
	for (size_t i = 0; i < ninja_action_count; i++)
		tell_word(help, ninja_actions[i].name, "action", ninja_actions[i].summary);
}

void ninja_targets(const struct plan *plan, ninja_target *each, void *context)
{
	struct help help = {plan, each, context, writer_any_tested(plan, NULL, plan->image_count), BUF_INIT, BUF_INIT};

	help_all(&help);
	for (size_t i = 0; i < plan->target_count; i++)
		help_set(&help, &plan->targets[i]);
	for (size_t i = 0; i < plan->image_count; i++)
		if (!plan->images[i].builder)
			help_image(&help, &plan->images[i]);
	for (size_t i = 0; i < plan->run_count; i++)
		help_run(&help, &plan->runs[i]);
	buf_release(&help.name);
	buf_release(&help.summary);
}

static void print_target(void *context, struct str name, const char *kind, struct str summary)
{
	struct buf *out = context;
	size_t width = name.n;

	(void)kind;
	buf_addstr(out, name);
	do
		buf_addc(out, ' ');
	while (++width < 26);
	buf_addstr(out, summary);
	buf_addc(out, '\n');
}

void ninja_help(const struct plan *plan, struct buf *out)
{
	ninja_targets(plan, print_target, out);
}
