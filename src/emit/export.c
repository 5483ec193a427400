/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/export.h"

#include "base/quote.h"

static void node(const struct plan_image *image, const char *indent, struct buf *out)
{
	buf_adds(out, indent);
	quote_dot(out, image->name);
	buf_adds(out, ";\n");
}

static void cluster(const struct plan *plan, size_t number, bool *placed, struct buf *out)
{
	const struct plan_target *target = &plan->targets[number];

	buf_addf(out, "\tsubgraph cluster_%zu {\n\t\tlabel = ", number);
	quote_dot(out, target->name);
	buf_adds(out, ";\n");
	for (size_t i = 0; i < target->image_count; i++)
		if (!placed[target->images[i]]) {
			placed[target->images[i]] = true;
			node(&plan->images[target->images[i]], "\t\t", out);
		}
	buf_adds(out, "\t}\n");
}

static void edges(const struct plan *plan, size_t number, struct buf *out)
{
	const struct plan_image *image = &plan->images[number];

	for (size_t i = 0; i < image->parent_count; i++) {
		buf_addc(out, '\t');
		quote_dot(out, plan->images[image->parents[i].image].name);
		buf_adds(out, " -> ");
		quote_dot(out, image->name);
		buf_adds(out, ";\n");
	}
}

void export_dot(const struct plan *plan, struct buf *out)
{
	bool *placed = mem_alloc((plan->image_count + 1) * sizeof *placed);

	memset(placed, 0, (plan->image_count + 1) * sizeof *placed);
	buf_adds(out, "digraph images {\n\trankdir = LR;\n\tnode [shape = box];\n");
	for (size_t i = 0; i < plan->target_count; i++)
		if (plan->targets[i].kind == TARGET_SEQUENCE || plan->targets[i].kind == TARGET_GROUP)
			cluster(plan, i, placed, out);
	for (size_t i = 0; i < plan->image_count; i++)
		if (!placed[i])
			node(&plan->images[i], "\t", out);
	for (size_t i = 0; i < plan->image_count; i++)
		edges(plan, i, out);
	buf_adds(out, "}\n");
	mem_free(placed);
}
