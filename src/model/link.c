/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "model/name.h"

enum {
	LINK_TOLD = 20, /* strays that are told one by one */
	LINK_ARGS = 4   /* build arguments that dtk gives */
};

static const struct matrix_layer *link_layer(const struct planner *planner, uint32_t image)
{
	return &planner->matrix.layers[axes_point(&planner->axes, planner->ids[image]).layer];
}

static uint32_t link_layer_number(const struct planner *planner, uint32_t image)
{
	return axes_point(&planner->axes, planner->ids[image]).layer;
}

static struct str link_python(const struct planner *planner, const struct plan_image *image)
{
	struct buf text = BUF_INIT;

	if (image->python_bump.n == 0)
		return image->python;
	buf_addstr(&text, image->python);
	buf_addc(&text, '.');
	buf_addstr(&text, image->python_bump);
	struct str whole = {arena_strndup(&planner->plan->arena, text.p, text.n), text.n};
	buf_release(&text);
	return whole;
}

/* The arguments that IMAGE's build could be given, those without a value left out. */
static size_t link_args(const struct planner *planner, const struct plan_image *image,
                        struct docker_arg args[LINK_ARGS])
{
	const struct docker_arg all[LINK_ARGS] = {
		{STR("UBUNTU_VER"), image->os},
		{STR("TZ_NAME"), image->timezone},
		{STR("PY_VER_BASE"), image->python},
		{STR("PY_VER"), link_python(planner, image)},
	};
	size_t count = 0;

	for (size_t i = 0; i < LINK_ARGS; i++) {
		if (all[i].value.n)
			args[count++] = all[i];
	}
	return count;
}

static void link_declared(struct planner *planner, struct plan_image *image, const struct docker_file *file,
                          const struct docker_arg *args, size_t count)
{
	image->args = ARENA_ARRAY(&planner->plan->arena, count, struct plan_arg);
	for (size_t i = 0; i < count; i++) {
		if (docker_declares(file, args[i].name))
			image->args[image->arg_count++] = (struct plan_arg){args[i].name, args[i].value};
	}
}

/* REF as the parent has it where it is the same text, else a copy. */
static struct str link_keep(struct planner *planner, uint32_t parent, struct str ref)
{
	const struct plan_image *image = &planner->plan->images[parent];

	for (size_t i = 0; i < image->tag_count; i++) {
		if (str_eq(image->tags[i], ref))
			return image->tags[i];
	}
	return (struct str){arena_strndup(&planner->plan->arena, ref.p, ref.n), ref.n};
}

static void link_edge(struct planner *planner, uint32_t child, uint32_t id, const struct docker_ref *ref)
{
	uint32_t parent = planner_add(planner, id);

	MEM_ROOM(planner->edges, planner->edge_count, planner->edge_room);
	planner->edges[planner->edge_count++] = (struct planner_edge){
		child, parent, ref->kind, link_keep(planner, parent, ref->name), ref->span};
}

static void link_stray(struct planner *planner, uint32_t image, const struct docker_ref *ref)
{
	uint32_t layer = link_layer_number(planner, image);
	struct buf key = BUF_INIT;
	bool fresh;

	planner->astray[image] = true;
	buf_addf(&key, "%u %.*s", (unsigned)layer, STR_ARG(ref->name));
	struct str kept = {arena_strndup(&planner->plan->arena, key.p, key.n), key.n};
	buf_release(&key);
	struct map_entry *entry = map_put(&planner->stray_index, kept, &fresh);
	if (!fresh) {
		planner->strays[entry->value.number].more++;
		return;
	}
	entry->value.number = planner->stray_count;
	MEM_ROOM(planner->strays, planner->stray_count, planner->stray_room);
	planner->strays[planner->stray_count++] = (struct planner_stray){
		layer, image, str_slice(kept, str_find(kept, ' ', 0) + 1, kept.n), ref->span, 0};
}

static void link_ref(struct planner *planner, uint32_t image, const struct docker_ref *ref)
{
	uint32_t id;

	if (ref->name.n == 0 || name_pinned(ref->name))
		return;
	id = tags_find(&planner->tags, ref->name, planner->built);
	if (id != AXES_NONE)
		link_edge(planner, image, id, ref);
	else if (tags_ours(&planner->tags, ref->name))
		link_stray(planner, image, ref);
}

/* What nobody here can read builds on what depends_on says. */
static void link_foreign(struct planner *planner, uint32_t image, struct span span)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[image]);
	const struct matrix_layer *layer = &planner->matrix.layers[point.layer];

	for (size_t i = 0; i < layer->depends_on.count; i++) {
		uint32_t id = axes_parent(&planner->axes, &point, layer->depends[i]);

		if (id == AXES_NONE)
			continue;
		const struct plan_image *parent = &planner->plan->images[planner_add(planner, id)];
		if (parent->tag_count) {
			struct docker_ref ref = {.kind = DOCKER_FROM, .name = parent->tags[0], .span = span};

			link_edge(planner, image, id, &ref);
		}
	}
}

static bool link_has_triggers(const struct docker_file *file)
{
	for (size_t i = 0; i < file->instruction_count; i++) {
		if (file->instructions[i].trigger)
			return true;
	}
	return false;
}

/* A Dockerfile that names the file of its OS's root file system needs it. */
static void link_rootfs(struct planner *planner, struct plan_image *image, uint32_t os)
{
	uint32_t number = os == AXES_NONE ? 0 : planner->rootfs_of[os];

	if (number && strstr(image->text.p, planner->plan->rootfs[number - 1].file.p))
		image->rootfs = number;
}

static bool link_read(struct planner *planner, uint32_t number, uint32_t source)
{
	struct plan_image *image = &planner->plan->images[number];
	struct docker_arg args[LINK_ARGS];
	size_t arg_count = link_args(planner, image, args), ref_count = 0;
	unsigned errors = planner->diag->errors;
	struct docker_file *file = docker_parse(&planner->scratch, planner->diag, source, image->text);
	struct docker_ref *refs = NULL;

	if (!file)
		return false;
	if (!file->foreign)
		refs = docker_refs(&planner->scratch, planner->diag, file, args, arg_count, image->target,
		                   &ref_count);
	if (planner->diag->errors > errors)
		return false;
	link_declared(planner, image, file, args, arg_count);
	planner->triggers[number] = link_has_triggers(file);
	for (size_t i = 0; i < ref_count; i++)
		link_ref(planner, number, &refs[i]);
	if (file->foreign)
		link_foreign(planner, number, (struct span){source, 0, 0});
	return true;
}

/* As link_read, but what it says goes nowhere, unless it is an error. */
static bool link_read_quietly(struct planner *planner, uint32_t image, uint32_t source)
{
	struct diag *diag = planner->diag, loud = *diag;

	if (!planner->silence)
		planner->silence = fopen("/dev/null", "w");
	if (planner->silence)
		diag->out = planner->silence;
	bool ok = link_read(planner, image, source);
	diag->out = loud.out;
	diag->warnings = loud.warnings;
	diag->errors = loud.errors;
	return ok || link_read(planner, image, source);
}

bool link_image(struct planner *planner, uint32_t number)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[number]);
	struct plan_image *image = &planner->plan->images[number];
	uint32_t source = diag_source(planner->diag, image->dockerfile.p, image->text);
	unsigned warnings = planner->diag->warnings;
	bool ok;

	link_rootfs(planner, image, point.at[MATRIX_OS]);
	if (planner->warned[point.layer])
		ok = link_read_quietly(planner, number, source);
	else
		ok = link_read(planner, number, source);
	if (planner->diag->warnings > warnings)
		planner->warned[point.layer] = true;
	arena_clear(&planner->scratch);
	return ok;
}

/* Offers the tags of the images that depends_on means. */
static void stray_offer_parents(struct planner *planner, const struct planner_stray *stray, struct guess *guess)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[stray->image]);
	const struct matrix_layer *layer = &planner->matrix.layers[stray->layer];

	for (size_t i = 0; i < layer->depends_on.count; i++) {
		uint32_t id = axes_parent(&planner->axes, &point, layer->depends[i]);

		if (id == AXES_NONE || !planner->built[id])
			continue;
		const struct plan_image *parent = &planner->plan->images[planner->built[id] - 1];
		for (size_t j = 0; j < parent->tag_count; j++)
			guess_offer(guess, parent->tags[j]);
	}
}

static void stray_tell(struct planner *planner, const struct planner_stray *stray)
{
	struct diag *diag = planner->diag;
	struct str layer = planner->matrix.layers[stray->layer].name.text;
	struct buf text = BUF_INIT;
	struct guess guess;

	guess_init(&guess, stray->ref);
	buf_addf(&text, "'%.*s' is a name of this matrix's, but no image of it has that tag",
	         STR_ARG(stray->ref));
	if (stray->more)
		buf_addf(&text, " (the same in %u more of layer '%.*s')", (unsigned)stray->more, STR_ARG(layer));
	if (planner->options->strict)
		diag_error(diag, stray->span, "%s", text.p);
	else
		diag_warning(diag, stray->span, "%s", text.p);
	buf_release(&text);
	stray_offer_parents(planner, stray, &guess);
	bool found = guess.best.p != NULL;
	for (size_t i = 0; !found && i < planner->tags.claims.count; i++)
		guess_offer(&guess, planner->tags.claims.entries[i].key);
	guess_hint(&guess, diag);
}

void link_tell_strays(struct planner *planner)
{
	size_t told = planner->stray_count < LINK_TOLD ? planner->stray_count : LINK_TOLD;

	for (size_t i = 0; i < told; i++)
		stray_tell(planner, &planner->strays[i]);
	if (told == planner->stray_count)
		return;
	if (planner->options->strict)
		diag_error(planner->diag, SPAN_NONE, "%zu more references to tags that no image has",
		           planner->stray_count - told);
	else
		diag_warning(planner->diag, SPAN_NONE, "%zu more references to tags that no image has",
		             planner->stray_count - told);
}

struct reach {
	const struct planner *planner;
	uint32_t layer;
};

static bool image_is_of(void *context, uint32_t image)
{
	const struct reach *reach = context;

	return link_layer_number(reach->planner, image) == reach->layer;
}

static bool layer_is(void *context, uint32_t layer)
{
	return layer == ((const struct reach *)context)->layer;
}

/* A layer of depends_on that nothing in IMAGE's Dockerfile leads to, or MATRIX_NONE. */
static uint32_t depends_unused(struct planner *planner, uint32_t image, struct graph_walk *walk)
{
	const struct matrix_layer *layer = link_layer(planner, image);

	for (size_t i = 0; i < layer->depends_on.count; i++) {
		struct reach reach = {planner, layer->depends[i]};

		if (!graph_reaches(&planner->graph, image, image_is_of, &reach, walk))
			return layer->depends[i];
	}
	return MATRIX_NONE;
}

/* A parent of IMAGE whose layer depends_on does not lead to, or NULL. */
static const struct plan_parent *depends_unsaid(struct planner *planner, uint32_t image,
                                                const struct graph *layers, struct graph_walk *walk)
{
	const struct plan_image *from = &planner->plan->images[image];
	uint32_t layer = link_layer_number(planner, image);

	for (size_t i = 0; i < from->parent_count; i++) {
		struct reach reach = {planner, link_layer_number(planner, from->parents[i].image)};

		if (reach.layer != layer && !graph_reaches(layers, layer, layer_is, &reach, walk))
			return &from->parents[i];
	}
	return NULL;
}

static bool depends_check(struct planner *planner, uint32_t image, const struct graph *layers,
                          struct graph_walk *images_walk,
                          struct graph_walk *layers_walk)
{
	const struct matrix_layer *layer = link_layer(planner, image);
	const struct plan_image *from = &planner->plan->images[image];
	uint32_t unused = depends_unused(planner, image, images_walk);
	const struct plan_parent *unsaid = depends_unsaid(planner, image, layers, layers_walk);

	if (unused != MATRIX_NONE)
		diag_warning(planner->diag, layer->depends_on.span,
		             "layer '%.*s' depends_on '%.*s', but nothing in %.*s leads to it",
		             STR_ARG(layer->name.text), STR_ARG(planner->matrix.layers[unused].name.text),
		             STR_ARG(from->dockerfile));
	if (unsaid)
		diag_warning(planner->diag, layer->depends_on.span,
		             "layer '%.*s' builds on '%.*s' of layer '%.*s' (in %.*s), which depends_on does not say",
		             STR_ARG(layer->name.text), STR_ARG(unsaid->ref),
		             STR_ARG(link_layer(planner, unsaid->image)->name.text), STR_ARG(from->dockerfile));
	return unused != MATRIX_NONE || unsaid;
}

void link_check_depends(struct planner *planner)
{
	const struct matrix *matrix = &planner->matrix;
	bool *told = mem_alloc((size_t)matrix->layer_count + 1);
	struct graph_walk images_walk, layers_walk;
	struct graph layers;

	memset(told, 0, matrix->layer_count);
	planner_layers(planner, &layers);
	graph_walk_init(&images_walk, planner->graph.count);
	graph_walk_init(&layers_walk, layers.count);
	for (uint32_t i = 0; i < planner->plan->image_count; i++) {
		uint32_t layer = link_layer_number(planner, i);

		if (matrix->layers[layer].depends_on.count && !told[layer] && !planner->astray[i])
			told[layer] = depends_check(planner, i, &layers, &images_walk, &layers_walk);
	}
	graph_walk_release(&images_walk);
	graph_walk_release(&layers_walk);
	graph_release(&layers);
	mem_free(told);
}

static const struct planner_edge *cycle_edge(const struct planner *planner, uint32_t child, uint32_t parent)
{
	const struct planner_edge *edge = planner->edges;

	while (edge->child != child || edge->parent != parent)
		edge++;
	return edge;
}

bool link_tell_cycle(struct planner *planner)
{
	const struct plan_image *images = planner->plan->images;
	uint32_t *path = mem_alloc(((size_t)planner->graph.count + 1) * sizeof *path);
	uint32_t length = graph_cycle(&planner->graph, path);
	struct buf text = BUF_INIT;

	for (uint32_t i = 0; i < length; i++)
		buf_addf(&text, "%.*s -> ", STR_ARG(images[path[i]].name));
	for (uint32_t i = 0; i < length; i++) {
		uint32_t next = path[(i + 1) % length];
		const struct planner_edge *edge = cycle_edge(planner, path[i], next);

		if (i == 0)
			diag_error(planner->diag, edge->span, "these images build on each other: %s%.*s", text.p,
			           STR_ARG(images[path[0]].name));
		else
			diag_note(planner->diag, edge->span, "%.*s needs %.*s here", STR_ARG(images[path[i]].name),
			          STR_ARG(images[next].name));
	}
	buf_release(&text);
	mem_free(path);
	return length > 0;
}
