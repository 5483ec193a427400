/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "model/name.h"

static struct str planner_keep(struct planner *planner, const struct buf *text, size_t from)
{
	return (struct str){arena_strndup(&planner->plan->arena, text->p + from, text->n - from), text->n - from};
}

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

/* A layer varies over the declared axes that its tags or template name, and those of its parents. */
static bool planner_vary(struct planner *planner, uint32_t *vary)
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

static struct str planner_env_file(struct planner *planner, const struct axes_point *point, struct str name)
{
	struct str layer = planner->matrix.layers[point->layer].name.text;
	struct buf text = BUF_INIT;

	if (str_is(layer, "base") && point->at[MATRIX_PYTHON] == AXES_NONE && name.n > layer.n)
		name = str_slice(name, 0, name.n - layer.n - 1);
	buf_addstr(&text, planner->plan->output);
	buf_adds(&text, "/_env.");
	buf_addstr(&text, name);
	buf_adds(&text, ".sh");
	struct str file = planner_keep(planner, &text, 0);
	buf_release(&text);
	return file;
}

static void planner_room(struct planner *planner)
{
	struct plan *plan = planner->plan;
	size_t old = planner->image_room, new = old + old / 2 + 16;

	if (plan->image_count < old)
		return;
	plan->images = arena_grow(&plan->arena, plan->images, old * sizeof *plan->images,
	                          new * sizeof *plan->images);
	planner->ids = mem_realloc(planner->ids, new * sizeof *planner->ids);
	planner->triggers = mem_realloc(planner->triggers, new);
	planner->astray = mem_realloc(planner->astray, new);
	planner->image_room = new;
}

/* The name, and the files that are named after it: a hand-written Dockerfile has its own name and no script. */
static void planner_name(struct planner *planner, const struct axes_point *point, struct plan_image *image)
{
	const struct matrix_layer *layer = &planner->matrix.layers[point->layer];
	struct buf text = BUF_INIT;
	size_t from;

	buf_addstr(&text, planner->plan->output);
	buf_adds(&text, "/Dockerfile.");
	from = text.n;
	axes_name(&planner->axes, point, &text);
	image->dockerfile = planner_keep(planner, &text, 0);
	image->name = str_slice(image->dockerfile, from, image->dockerfile.n);
	buf_release(&text);
	if (layer->written && !layer->stages)
		image->dockerfile = layer->dockerfile.text;
	if (!layer->written)
		image->env_file = planner_env_file(planner, point, image->name);
	if (image->name.n > NAME_IMAGE && !planner->failed[point->layer]) {
		diag_error(planner->diag, image->span, "the image's name '%.*s' has more than %d bytes",
		           STR_ARG(image->name), NAME_IMAGE);
		planner->failed[point->layer] = true;
	}
}

static void planner_tags(struct planner *planner, uint32_t id, struct plan_image *image)
{
	size_t room = tags_room(&planner->tags, axes_point(&planner->axes, id).layer);

	image->tags = ARENA_ARRAY(&planner->plan->arena, room, struct str);
	image->tag_count = tags_claim(&planner->tags, id, image->tags);
}

uint32_t planner_add(struct planner *planner, uint32_t id)
{
	struct axes_point point = axes_point(&planner->axes, id);
	const struct matrix_layer *layer = &planner->matrix.layers[point.layer];
	struct keys_text timezone = planner->matrix.config.timezone;

	if (planner->built[id])
		return planner->built[id] - 1;
	planner_room(planner);
	uint32_t number = (uint32_t)planner->plan->image_count++;
	struct plan_image *image = &planner->plan->images[number];
	planner->built[id] = number + 1;
	planner->ids[number] = id;
	planner->triggers[number] = planner->astray[number] = false;
	*image = (struct plan_image){
		.layer = layer->written ? STR("") : layer->name.text,
		.os = axes_value(&planner->axes, &point, MATRIX_OS),
		.python = axes_value(&planner->axes, &point, MATRIX_PYTHON),
		.python_bump = STR(""),
		.timezone = timezone.text.p ? timezone.text : STR(""),
		.context = layer->context,
		.target = layer->target,
		.builder = layer->is_builder,
		.ledger = STR(""),
		.span = layer->name.span,
	};
	if (point.at[MATRIX_PYTHON] != AXES_NONE && planner->matrix.pythons[point.at[MATRIX_PYTHON]].bump.p)
		image->python_bump = planner->matrix.pythons[point.at[MATRIX_PYTHON]].bump;
	planner_name(planner, &point, image);
	image_fill(planner, &point, image);
	planner_tags(planner, id, image);
	return number;
}

/* Room for all that is selected and every base that a base_os may imply, so that the images seldom move. */
static void planner_reserve(struct planner *planner, size_t selected)
{
	const struct matrix_axis *os = &planner->matrix.axes[MATRIX_OS];
	size_t implied = (size_t)(os->count - os->listed) * planner->matrix.layer_count;
	size_t room = selected + (implied < 1000 ? implied : 1000) + 1;

	planner->plan->images = arena_alloc(&planner->plan->arena, room * sizeof *planner->plan->images);
	planner->ids = mem_alloc(room * sizeof *planner->ids);
	planner->triggers = mem_alloc(room);
	planner->astray = mem_alloc(room);
	planner->image_room = room;
}

bool planner_is_part(const struct planner *planner)
{
	return planner->options->sequences && planner->options->sequences[0];
}

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

	for (uint32_t i = 0; i < planner->plan->image_count; i++) {
		uint32_t layer = axes_point(&planner->axes, planner->ids[i]).layer;

		if (!planner->failed[layer] && !planner->matrix.layers[layer].written)
			planner->failed[layer] = !planner_render(planner, i, &text);
		if (!planner->failed[layer] && planner->matrix.layers[layer].stages)
			planner->failed[layer] = !order_image(planner, i);
		if (!planner->failed[layer])
			planner->failed[layer] = !link_image(planner, i);
		ok = ok && !planner->failed[layer];
	}
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
