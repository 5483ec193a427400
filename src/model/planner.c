/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "base/meter.h"

static bool planner_select(struct planner *planner, const uint32_t *sequences, size_t sequence_count)
{
	struct axes_list list = {0};
	bool ok = true;

	for (size_t i = 0; i < sequence_count; i++) {
		size_t before = list.count;

		axes_select(&planner->axes, sequences[i], &list);
		if (list.count > before || !planner->matrix.source)
			continue;
		if (sequences[i] == MATRIX_NONE)
			diag_error(planner->diag, (struct span){planner->matrix.source, 0, 0},
			           "the matrix asks for no image");
		else
			diag_error(planner->diag, planner->matrix.sequences[sequences[i]].name.span,
			           "the sequence asks for no image");
		ok = false;
	}
	if (sequences[0] != MATRIX_NONE && !planner_is_part(planner))
		axes_select_written(&planner->axes, &list);
	axes_sort(&planner->axes, &list);
	planner_reserve(planner, list.count);
	for (size_t i = 0; ok && i < list.count; i++)
		planner_add(planner, list.ids[i]);
	mem_free(list.ids);
	return ok;
}

/* The image that POINT's layer depends on first, as templates see it; NAME and TAGS: of one not planned. */
static bool planner_parent(struct planner *planner, const struct axes_point *point, struct buf *name, struct str **tags,
                           struct render_image *parent)
{
	const struct matrix_layer *layer = &planner->matrix.layers[point->layer];
	uint32_t id = layer->depends_on.count ? axes_parent(&planner->axes, point, layer->depends[0]) : AXES_NONE;

	if (id == AXES_NONE)
		return false;
	if (planner->built[id]) {
		const struct plan_image *image = &planner->plan->images[planner->built[id] - 1];

		*parent = (struct render_image){image->name, image->tags, image->tag_count};
		return true;
	}
	struct axes_point above = axes_point(&planner->axes, id);
	axes_name(&planner->axes, &above, name);
	*tags = mem_alloc((tags_room(&planner->tags, above.layer) + 1) * sizeof **tags);
	*parent = (struct render_image){buf_str(name), *tags, tags_peek(&planner->tags, id, *tags)};
	return true;
}

static bool planner_render(struct planner *planner, uint32_t number, struct buf *text)
{
	struct plan_image *image = &planner->plan->images[number];
	struct render_image parent;
	struct render_input input = {.axes = &planner->axes,
	                             .point = axes_point(&planner->axes, planner->ids[number]),
	                             .image = {image->name, image->tags, image->tag_count}};
	uint32_t os = input.point.at[MATRIX_OS], rootfs = os == AXES_NONE ? 0 : planner->rootfs_of[os];
	struct buf name = BUF_INIT;
	struct str *tags = NULL;

	if (rootfs)
		input.rootfs = planner->plan->rootfs[rootfs - 1].file;
	if (planner_parent(planner, &input.point, &name, &tags, &parent))
		input.parent = &parent;
	buf_clear(text);
	bool ok = render_dockerfile(&planner->render, &input, text);
	if (ok)
		image->text = planner_keep(planner, text, 0);
	else
		diag_note(planner->diag, planner->matrix.layers[input.point.layer].template.span,
		          "this was to become %.*s", STR_ARG(image->dockerfile));
	mem_free(tags);
	buf_release(&name);
	return ok;
}

/* Once an image of a layer has failed, the others of it would only say the same. */
static bool planner_build(struct planner *planner)
{
	struct buf text = BUF_INIT;
	bool ok = true;

	meter_begin("render");
	for (uint32_t i = 0; i < planner->plan->image_count; i++) {
		uint32_t layer = axes_point(&planner->axes, planner->ids[i]).layer;

		if (!planner->failed[layer] && !planner->matrix.layers[layer].written)
			planner->failed[layer] = !planner_render(planner, i, &text);
		if (!planner->failed[layer] && planner->matrix.layers[layer].stages)
			planner->failed[layer] = !order_image(planner, i);
		if (!planner->failed[layer])
			planner->failed[layer] = !link_image(planner, i);
		ok = ok && !planner->failed[layer];
		meter_add(1, planner->plan->image_count);
	}
	meter_end();
	buf_release(&text);
	return ok;
}

static void planner_graph(struct planner *planner)
{
	struct graph_edge *edges = mem_alloc((planner->edge_count + 1) * sizeof *edges);

	graph_release(&planner->graph);
	for (size_t i = 0; i < planner->edge_count; i++)
		edges[i] = (struct graph_edge){planner->edges[i].child, planner->edges[i].parent};
	graph_init(&planner->graph, (uint32_t)planner->plan->image_count, edges, planner->edge_count);
	mem_free(edges);
}

/* Brings the images into ORDER (new place -> old place) where they stand; PLACE is the inverse. */
static void planner_permute(struct planner *planner, const uint32_t *place)
{
	struct plan_image *images = planner->plan->images;
	uint32_t count = (uint32_t)planner->plan->image_count;
	uint32_t *to = mem_alloc(((size_t)count + 1) * sizeof *to);

	memcpy(to, place, count * sizeof *to);
	for (uint32_t i = 0; i < count; i++) {
		while (to[i] != i) {
			uint32_t j = to[i];
			struct plan_image image = images[j];
			uint32_t id = planner->ids[j];
			bool triggers = planner->triggers[j], astray = planner->astray[j];

			images[j] = images[i];
			planner->ids[j] = planner->ids[i];
			planner->triggers[j] = planner->triggers[i];
			planner->astray[j] = planner->astray[i];
			to[i] = to[j];
			to[j] = j;
			images[i] = image;
			planner->ids[i] = id;
			planner->triggers[i] = triggers;
			planner->astray[i] = astray;
		}
	}
	mem_free(to);
	for (uint32_t i = 0; i < count; i++)
		planner->built[planner->ids[i]] = i + 1;
}

static bool planner_sort(struct planner *planner)
{
	uint32_t count = (uint32_t)planner->plan->image_count;
	uint32_t *order = mem_alloc(((size_t)count + 1) * sizeof *order);
	uint32_t *place = mem_alloc(((size_t)count + 1) * sizeof *place);

	planner_graph(planner);
	bool ok = graph_sort(&planner->graph, order) == count || !link_tell_cycle(planner);
	for (uint32_t i = 0; ok && i < count; i++)
		place[order[i]] = i;
	for (size_t i = 0; ok && i < planner->edge_count; i++) {
		planner->edges[i].child = place[planner->edges[i].child];
		planner->edges[i].parent = place[planner->edges[i].parent];
	}
	if (ok) {
		planner_permute(planner, place);
		planner_graph(planner);
	}
	mem_free(place);
	mem_free(order);
	return ok;
}

/* The edges of one child, which stand together, as its parents. */
static void planner_parents(struct planner *planner, const struct planner_edge *edges, size_t count)
{
	struct plan *plan = planner->plan;
	struct plan_image *child = &plan->images[edges->child];

	child->parents = ARENA_ARRAY(&plan->arena, count, struct plan_parent);
	for (size_t i = 0; i < count; i++) {
		child->parents[child->parent_count++] = (struct plan_parent){
			edges[i].parent, edges[i].ref, STR("")};
		if (edges[i].kind != DOCKER_FROM || !planner->triggers[edges[i].parent])
			continue;
		if (!child->onbuild)
			child->onbuild = ARENA_ARRAY(&plan->arena, count, struct str);
		child->onbuild[child->onbuild_count++] = plan->images[edges[i].parent].dockerfile;
	}
}

static void planner_link(struct planner *planner)
{
	for (size_t from = 0, to; from < planner->edge_count; from = to) {
		for (to = from; to < planner->edge_count && planner->edges[to].child == planner->edges[from].child;
		     to++)
			;
		planner_parents(planner, &planner->edges[from], to - from);
	}
}

bool planner_run(struct planner *planner, const uint32_t *sequences, size_t sequence_count)
{
	struct arena *arena = &planner->plan->arena;
	uint32_t *vary = ARENA_ARRAY(arena, planner->matrix.layer_count, uint32_t);

	if (!planner_vary(planner, vary) || !axes_init(&planner->axes, &planner->matrix, vary))
		return false;
	bool ok = tags_init(&planner->tags, &planner->axes);
	if (!image_init(planner) || !ok)
		return false;
	planner->built = mem_alloc(((size_t)planner->axes.total + 1) * sizeof *planner->built);
	memset(planner->built, 0, planner->axes.total * sizeof *planner->built);
	planner->failed = ARENA_ARRAY(arena, planner->matrix.layer_count, bool);
	planner->warned = ARENA_ARRAY(arena, planner->matrix.layer_count, bool);
	for (uint32_t i = 0; i < planner->matrix.layer_count; i++)
		planner->failed[i] = !planner->matrix.layers[i].written && !planner->render.templates[i];
	unsigned errors = planner->diag->errors;
	if (!planner_select(planner, sequences, sequence_count) || !planner_build(planner))
		return false;
	order_end(planner);
	link_tell_strays(planner);
	if (planner->diag->errors > errors || !planner_sort(planner))
		return false;
	planner_link(planner);
	link_check_depends(planner);
	return true;
}

void planner_release(struct planner *planner)
{
	render_release(&planner->render);
	tags_release(&planner->tags);
	graph_release(&planner->graph);
	matrix_release(&planner->matrix);
	map_release(&planner->stray_index);
	pins_release(&planner->pins);
	map_release(&planner->files);
	order_release(&planner->order);
	mem_free(planner->sources);
	arena_release(&planner->scratch);
	mem_free(planner->ids);
	mem_free(planner->triggers);
	mem_free(planner->astray);
	mem_free(planner->built);
	mem_free(planner->edges);
	mem_free(planner->strays);
}
