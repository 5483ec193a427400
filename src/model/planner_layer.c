/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

void planner_layers(const struct planner *planner, struct graph *layers)
{
	const struct matrix *matrix = &planner->matrix;
	size_t count = 0, at = 0;

	for (uint32_t i = 0; i < matrix->layer_count; i++)
		count += matrix->layers[i].depends_on.count;
	struct graph_edge *edges = mem_alloc((count + 1) * sizeof *edges);
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		for (size_t j = 0; j < matrix->layers[i].depends_on.count; j++)
			edges[at++] = (struct graph_edge){i, matrix->layers[i].depends[j]};
	}
	graph_init(layers, matrix->layer_count, edges, count);
	mem_free(edges);
}

/* Layers in an order in which each comes after those that it depends on; an error where there is none. */
static bool planner_layer_order(struct planner *planner, uint32_t *order)
{
	const struct matrix_layer *layers = planner->matrix.layers;
	struct buf text = BUF_INIT;
	struct graph graph;

	planner_layers(planner, &graph);
	bool ok = graph_sort(&graph, order) == graph.count;
	if (!ok) {
		uint32_t length = graph_cycle(&graph, order);

		for (uint32_t i = 0; i < length; i++)
			buf_addf(&text, "%.*s -> ", STR_ARG(layers[order[i]].name.text));
		diag_error(planner->diag, layers[order[0]].depends_on.span,
		           "these layers depend on each other: %s%.*s",
		           text.p, STR_ARG(layers[order[0]].name.text));
	}
	buf_release(&text);
	graph_release(&graph);
	return ok;
}

bool planner_vary(struct planner *planner, uint32_t *vary)
{
	const struct matrix *matrix = &planner->matrix;
	uint32_t *order = mem_alloc(((size_t)matrix->layer_count + 1) * sizeof *order);
	bool ok = planner_layer_order(planner, order);

	for (uint32_t i = 0; ok && i < matrix->layer_count; i++) {
		uint32_t layer = order[i];

		vary[layer] = matrix->layers[layer].vary;
		if (matrix->layers[layer].fixed || matrix->layers[layer].written)
			continue;
		vary[layer] |= tags_axes(matrix, layer) >> 2 << 2 | render_axes(&planner->render, layer);
		for (size_t j = 0; j < matrix->layers[layer].depends_on.count; j++)
			vary[layer] |= vary[matrix->layers[layer].depends[j]] >> 2 << 2;
	}
	mem_free(order);
	return ok;
}
