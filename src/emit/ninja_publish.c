/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "emit/publish.h"
#include "emit/writer.h"

/* "=NAME=SCRIPT": a push publishes the image NAME by this script of the tree, and under none of its tags. */
static void publication_word(const struct plan *plan, const struct plan_run *run, struct buf *out)
{
	struct buf script = BUF_INIT;

	buf_addstr(&script, plan->output);
	buf_adds(&script, "/" PUBLISH_SCRIPT);
	buf_addstr(&script, run->name);
	buf_adds(&script, ".sh");
	buf_addc(out, '=');
	buf_addstr(out, plan->images[run->image].name);
	buf_addc(out, '=');
	quote_shell(out, buf_str(&script));
	buf_release(&script);
}

/* What is said of an image in a section of its own counts whenever it is pushed; a synthetic one has its own name. */
static bool publishes(const struct plan *plan, const struct plan_run *run, const struct plan_image *image)
{
	return run->publication_tag.count && !run->synthetic && run->image != PLAN_NO_IMAGE
		&& &plan->images[run->image] == image;
}

void publish_words(const struct plan *plan, const struct plan_image *image, char between, struct buf *out)
{
	for (size_t i = 0; i < plan->run_count; i++) {
		if (!publishes(plan, &plan->runs[i], image))
			continue;
		publication_word(plan, &plan->runs[i], out);
		buf_addc(out, between);
	}
}

void writer_push_variable(struct writer *writer, struct str text)
{
	text = str_trim(text);
	if (!text.n)
		return;
	buf_adds(writer->out, " t = $ ");
	quote_ninja_value(writer->out, text);
	buf_addc(writer->out, '\n');
}

bool publish_own_name(const struct plan *plan, const struct plan_run *run)
{
	bool own = run->publication_tag.count > 0;

	for (size_t i = 0; i < plan->image_count && own; i++)
		own = !str_eq(plan->images[i].name, run->name);
	for (size_t i = 0; i < plan->target_count && own; i++)
		own = !str_eq(plan->targets[i].name, run->name);
	return own;
}

/* push-NAME of a section that is no image of its own. */
static void run_push(struct writer *writer, const struct plan_run *run)
{
	const struct plan *plan = writer->plan;

	if (!publish_own_name(plan, run))
		return;
	if (run->image == PLAN_NO_IMAGE) {
		writer_action_edge(writer, "push", run->name, "run");
		buf_addc(writer->out, ' ');
		writer_path(writer, plan->output);
		buf_adds(writer->out, "/" PUBLISH_SCRIPT);
		writer_path(writer, run->name);
		buf_adds(writer->out, ".sh\n");
		return;
	}
	writer_action(writer, "push", run->name, run->image, writer_is_tested(&plan->images[run->image]));
	buf_clear(&writer->text);
	publication_word(plan, run, &writer->text);
	writer_push_variable(writer, buf_str(&writer->text));
}

void writer_publications(struct writer *writer)
{
	for (size_t i = 0; i < writer->plan->run_count; i++)
		run_push(writer, &writer->plan->runs[i]);
}
