/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/publish.h"
#include "emit/push_word.h"
#include "emit/writer.h"

/* push-NAME of a section that is no image of its own. */
static void run_push(struct writer *writer, const struct plan_run *run)
{
	const struct plan *plan = writer->plan;

	if (!run->pushed)
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
	push_publication(plan, run, &writer->text);
	writer_push_variable(writer, buf_str(&writer->text));
}

void writer_publications(struct writer *writer)
{
	for (size_t i = 0; i < writer->plan->run_count; i++)
		run_push(writer, &writer->plan->runs[i]);
}
