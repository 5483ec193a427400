/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "base/fs.h"
#include "model/name.h"

#include <errno.h>

enum { LINK_TOLD = 20 /* strays that are told one by one */ };

static const struct matrix_layer *link_layer(const struct planner *planner, uint32_t image)
{
	return &planner->matrix.layers[axes_point(&planner->axes, planner->ids[image]).layer];
}

static uint32_t link_layer_number(const struct planner *planner, uint32_t image)
{
	return axes_point(&planner->axes, planner->ids[image]).layer;
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

/* An image that nobody named otherwise may be made from another one of its name: redis FROM redis:7. */
static bool link_is_hub(const struct planner *planner, uint32_t number, struct str ref)
{
	const struct plan_image *image = &planner->plan->images[number];
	struct str repository = name_repository(ref);

	return link_layer(planner, number)->written && str_find(repository, '/', 0) == repository.n &&
	       image->tag_count && str_eq(repository, name_repository(image->tags[0]));
}

static void link_ref(struct planner *planner, uint32_t image, const struct docker_ref *ref)
{
	uint32_t id;

	if (ref->name.n == 0 || name_pinned(ref->name))
		return;
	id = tags_find(&planner->tags, ref->name, planner->built);
	if (id != AXES_NONE)
		link_edge(planner, image, id, ref);
	else if (tags_ours(&planner->tags, ref->name) && !link_is_hub(planner, image, ref->name))
		link_stray(planner, image, ref);
	if (id == AXES_NONE)
		pins_base(planner, image, ref);
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
static void link_rootfs(struct planner *planner, struct plan_image *image, struct str text, uint32_t os)
{
	uint32_t number = os == AXES_NONE ? 0 : planner->rootfs_of[os];

	if (number && strstr(text.p, planner->plan->rootfs[number - 1].file.p))
		image->rootfs = number;
}

static bool link_read(struct planner *planner, uint32_t number, const struct planner_source *text)
{
	size_t arg_count, ref_count = 0;
	struct docker_arg *args = image_args(planner, number, &arg_count);
	unsigned errors = planner->diag->errors;
	struct docker_file *file = docker_parse(&planner->scratch, planner->diag, text->source, text->text);
	struct docker_ref *refs = NULL;

	if (!file)
		return false;
	if (!file->foreign)
		refs = docker_refs(&planner->scratch, planner->diag, file, args, arg_count,
		                   planner->plan->images[number].target, &ref_count);
	if (planner->diag->errors > errors)
		return false;
	image_declared(planner, number, file, args, arg_count);
	planner->triggers[number] = link_has_triggers(file);
	for (size_t i = 0; i < ref_count; i++)
		link_ref(planner, number, &refs[i]);
	if (file->foreign)
		link_foreign(planner, number, (struct span){text->source, 0, 0});
	return true;
}

/* As link_read, but what it says goes nowhere, unless it is an error. */
static bool link_read_quietly(struct planner *planner, uint32_t image, const struct planner_source *text)
{
	struct diag_hush hush = diag_hush(planner->diag);
	bool ok = link_read(planner, image, text);

	diag_speak(planner->diag, hush);
	return ok || link_read(planner, image, text);
}

/* The text of a hand-written Dockerfile; p is NULL after an error, which is told once. */
static struct planner_source link_written(struct planner *planner, const struct matrix_layer *layer)
{
	struct version *world = planner->matrix.world;
	bool fresh;
	struct map_entry *entry = map_put(&planner->files, layer->dockerfile.text, &fresh);
	struct planner_source read = {{NULL, 0}, 0};
	const char *path = layer->dockerfile.text.p;

	if (!fresh)
		return planner->sources[entry->value.number];
	if (fs_read_arena(path, &planner->plan->arena, &read.text) != 0) {
		diag_error(planner->diag, layer->dockerfile.span, "%s: cannot be read: %s", path, strerror(errno));
		read.text.p = NULL;
	}
	world->watch(world->context, path, read.text.p != NULL);
	if (read.text.p)
		read.source = diag_source(planner->diag, path, read.text);
	entry->value.number = planner->source_count;
	MEM_ROOM(planner->sources, planner->source_count, planner->source_room);
	planner->sources[planner->source_count++] = read;
	return read;
}

/* The image of its stage `builder` comes first, as if the Dockerfile named it. */
static void link_builder(struct planner *planner, uint32_t number, const struct matrix_layer *layer,
                         const struct planner_source *text)
{
	const struct plan_image *builder;
	uint32_t id;

	if (!layer->builder)
		return;
	id = planner->axes.first[layer->builder - 1];
	builder = &planner->plan->images[planner_add(planner, id)];
	for (size_t i = planner->edge_count; i-- > 0 && planner->edges[i].child == number;)
		if (planner->edges[i].parent == planner->built[id] - 1)
			return;
	if (builder->tag_count) {
		struct docker_ref ref = {.kind = DOCKER_COPY_FROM, .name = builder->tags[0],
		                         .span = {text->source, 0, 0}};

		link_edge(planner, number, id, &ref);
	}
}

bool link_image(struct planner *planner, uint32_t number)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[number]);
	const struct matrix_layer *layer = &planner->matrix.layers[point.layer];
	struct plan_image *image = &planner->plan->images[number];
	unsigned warnings = planner->diag->warnings;
	struct planner_source text;
	bool ok;

	if (layer->written && !layer->stages)
		text = link_written(planner, layer);
	else
		text = (struct planner_source){image->text, diag_source(planner->diag, image->dockerfile.p, image->text)};
	if (!text.text.p)
		return false;
	link_rootfs(planner, image, text.text, point.at[MATRIX_OS]);
	if (planner->warned[point.layer])
		ok = link_read_quietly(planner, number, &text);
	else
		ok = link_read(planner, number, &text);
	if (planner->diag->warnings > warnings)
		planner->warned[point.layer] = true;
	if (ok)
		link_builder(planner, number, layer, &text);
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
	const struct matrix_layer *layer = &planner->matrix.layers[stray->layer];
	struct buf text = BUF_INIT;
	struct guess guess;

	guess_init(&guess, stray->ref);
	buf_addf(&text, "'%.*s' is a name of this %s's, but no image of it has that tag", STR_ARG(stray->ref),
	         planner->matrix.source ? "matrix" : "project");
	if (stray->more)
		buf_addf(&text, " (the same in %u more of %s '%.*s')", (unsigned)stray->more,
		         matrix_layer_word(layer), STR_ARG(layer->name.text));
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
		             "%s '%.*s' depends_on '%.*s', but nothing in %.*s leads to it",
		             matrix_layer_word(layer), STR_ARG(layer->name.text),
		             STR_ARG(planner->matrix.layers[unused].name.text),
		             STR_ARG(from->dockerfile));
	if (unsaid)
		diag_warning(planner->diag, layer->depends_on.span,
		             "%s '%.*s' builds on '%.*s' of %s '%.*s' (in %.*s), which depends_on does not say",
		             matrix_layer_word(layer), STR_ARG(layer->name.text), STR_ARG(unsaid->ref),
		             matrix_layer_word(link_layer(planner, unsaid->image)),
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
	if (length == 1 && link_layer(planner, path[0])->written)
		diag_hint(planner->diag, "give the image other 'tags', or the matrix a 'repository'");
	buf_release(&text);
	mem_free(path);
	return length > 0;
}
