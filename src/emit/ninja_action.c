/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/writer.h"

const struct ninja_action ninja_actions[] = {
	{"verify", "ask the engine about all images, hash again what times cannot vouch for", "verify"},
	{"update-bases", "ask the registries for the images from elsewhere, and move their pins in matrix.lock",
	 "update-bases"},
	{"clean-images", "remove the images and their stamps", "clean-images"},
	{"cache-usage", "print what builds left in the engine: images, steps, cache mounts", "cache-usage"},
	{"cache-prune", "remove build cache by age and size: DTK_PRUNE_AGE=168h, DTK_PRUNE_KEEP=10GB", "cache-prune"},
	{"status", "print what is fresh, stale, missing or failed, and how the last builds went", "status"},
	{"report", "write a page about the images: picture, states, last run, tags, bases", "report"},
	{"graph", "draw the layer DAG with graphviz, coloured by state", "graph"},
	{"help", "print this list", "help"},
};
const size_t ninja_action_count = sizeof ninja_actions / sizeof *ninja_actions;

static void action_edges(struct writer *writer)
{
	const char *dir = writer->actions.p;

	for (size_t i = 0; i < ninja_action_count; i++) {
		buf_addf(writer->out, "build %s: phony %s%s\n", ninja_actions[i].name, dir, ninja_actions[i].name);
		buf_addf(writer->out, "build %s%s: %s\n", dir, ninja_actions[i].name, ninja_actions[i].rule);
	}
}

/* The Dockerfiles that the engine is to check: of a template the first that it makes. */
static void lint_edge(struct writer *writer)
{
	const struct plan *plan = writer->plan;
	struct map layers;
	bool fresh;

	map_init(&layers);
	buf_addf(writer->out, "build lint: phony %slint\nbuild %slint: lint", writer->actions.p, writer->actions.p);
	for (size_t i = 0; i < plan->image_count; i++) {
		fresh = !plan->images[i].builder;
		if (plan->images[i].layer.n && plan->images[i].text.p)
			map_put(&layers, plan->images[i].layer, &fresh);
		if (!fresh)
			continue;
		buf_addc(writer->out, ' ');
		writer_path(writer, plan->images[i].dockerfile);
	}
	buf_addc(writer->out, '\n');
	map_release(&layers);
}

void writer_actions(struct writer *writer)
{
	action_edges(writer);
	lint_edge(writer);
}
