/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

static const char *const target_reserved[] = {
	"all", "push", "test", "scan", "save", "lint", "verify", "update-bases", "status", "report", "graph", "cache-usage",
	"cache-prune", "clean-images", "help", "engine-start", "engine-stop", "build.ninja", "config.ninja",
};
static const char *const target_prefixes[] = {"push-", "test-", "scan-", "save-", "run-"};

static const char *const target_kinds[] = {"sequence", "group", "layer", "image"};

static bool is_always_there(struct str name)
{
	for (size_t i = 0; i < sizeof target_reserved / sizeof *target_reserved; i++)
		if (str_is(name, target_reserved[i]))
			return true;
	return false;
}

/* What NAME begins with, as targets that are made for each name do; NULL for any other name. */
static const char *made_prefix(struct str name)
{
	for (size_t i = 0; i < sizeof target_prefixes / sizeof *target_prefixes; i++)
		if (str_starts(name, str_of(target_prefixes[i])))
			return target_prefixes[i];
	return NULL;
}

bool target_is_reserved(struct str name)
{
	return is_always_there(name) || made_prefix(name);
}

static bool target_allowed(struct diag *diag, struct str name, struct span span, enum target_kind kind)
{
	const char *prefix = made_prefix(name);

	if (is_always_there(name))
		diag_error(diag, span, "the %s '%.*s' has the name of a target that is always there",
		           target_kinds[kind], STR_ARG(name));
	else if (prefix)
		diag_error(diag, span, "the %s '%.*s' begins with '%s', as targets that are made for each name do",
		           target_kinds[kind], STR_ARG(name), prefix);
	return !target_is_reserved(name);
}

/* Names of images: each once, and so with their env scripts. */
static bool target_enter_images(struct planner *planner, struct map *names)
{
	struct map scripts;
	bool ok = true;

	map_init(&scripts);
	for (size_t i = 0; i < planner->plan->image_count; i++) {
		const struct plan_image *image = &planner->plan->images[i];
		bool fresh, own;

		ok = target_allowed(planner->diag, image->name, image->span, TARGET_IMAGE) && ok;
		struct map_entry *script = map_put(&scripts, image->env_file.p ? image->env_file : image->name, &own);
		struct map_entry *entry = map_put(names, image->name, &fresh);
		if (fresh && own) {
			entry->value.number = script->value.number = i;
			continue;
		}
		const struct plan_image *first = &planner->plan->images[(fresh ? script : entry)->value.number];
		diag_error(planner->diag, image->span, "two images would be written to %.*s",
		           STR_ARG(fresh ? image->env_file : image->dockerfile));
		diag_note(planner->diag, first->span, "the other one comes from here");
		ok = false;
	}
	map_release(&scripts);
	return ok;
}

/* The image numbers that are set in SEEN, which is cleared. */
static void target_fill(struct planner *planner, struct plan_target *target, bool *seen)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < planner->plan->image_count; i++)
		count += seen[i];
	target->images = ARENA_ARRAY(&planner->plan->arena, count, uint32_t);
	for (uint32_t i = 0; i < planner->plan->image_count; i++) {
		if (seen[i])
			target->images[target->image_count++] = i;
		seen[i] = false;
	}
}

/* A sequence's images are what it asks for and what that needs. */
static void target_sequence(struct planner *planner, uint32_t number, struct plan_target *target, bool *seen,
                            uint32_t *stack)
{
	const struct matrix_sequence *sequence = &planner->matrix.sequences[number];
	struct axes_list list = {0};

	*target = (struct plan_target){.name = sequence->name.text, .description = sequence->description,
	                               .kind = TARGET_SEQUENCE, .span = sequence->name.span};
	axes_select(&planner->axes, number, &list);
	for (size_t i = 0; i < list.count; i++)
		graph_closure(&planner->graph, planner->built[list.ids[i]] - 1, seen, stack);
	target_fill(planner, target, seen);
	mem_free(list.ids);
}

/* One target a layer that has images; an image that was written by hand and does not vary is one already. */
static void target_layers(struct planner *planner)
{
	const struct matrix *matrix = &planner->matrix;
	struct plan *plan = planner->plan;
	uint32_t *counts = mem_alloc(((size_t)matrix->layer_count + 1) * sizeof *counts);
	struct plan_target **targets = mem_alloc(((size_t)matrix->layer_count + 1) * sizeof *targets);

	memset(counts, 0, matrix->layer_count * sizeof *counts);
	for (size_t i = 0; i < plan->image_count; i++)
		counts[axes_point(&planner->axes, planner->ids[i]).layer]++;
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		const struct matrix_layer *layer = &matrix->layers[i];

		targets[i] = NULL;
		if (counts[i] == 0 || (layer->written && planner->axes.vary[i] == 0))
			continue;
		targets[i] = &plan->targets[plan->target_count++];
		*targets[i] = (struct plan_target){.name = layer->name.text, .description = layer->description,
		                                   .kind = layer->written ? TARGET_IMAGE : TARGET_LAYER,
		                                   .span = layer->name.span};
		targets[i]->images = ARENA_ARRAY(&plan->arena, counts[i], uint32_t);
	}
	for (uint32_t i = 0; i < plan->image_count; i++) {
		struct plan_target *target = targets[axes_point(&planner->axes, planner->ids[i]).layer];

		if (target)
			target->images[target->image_count++] = i;
	}
	mem_free(targets);
	mem_free(counts);
}

static bool target_same(const struct plan_target *a, const struct plan_target *b)
{
	return a->image_count == b->image_count &&
	       memcmp(a->images, b->images, a->image_count * sizeof *a->images) == 0;
}

/* NAMES holds images by number, and targets by image_count + number. */
static bool target_enter(struct planner *planner, struct map *names, size_t number)
{
	const struct plan *plan = planner->plan;
	const struct plan_target *target = &plan->targets[number];
	bool fresh;

	if (!target_allowed(planner->diag, target->name, target->span, target->kind))
		return false;
	struct map_entry *entry = map_put(names, target->name, &fresh);
	if (fresh) {
		entry->value.number = plan->image_count + number;
		return true;
	}
	uint32_t image = (uint32_t)entry->value.number;
	struct plan_target one = {.kind = TARGET_IMAGE, .images = &image, .image_count = 1}, *other = &one;
	if (image < plan->image_count)
		one.span = plan->images[image].span;
	else
		other = &plan->targets[image - plan->image_count];
	if (target_same(target, other))
		return true;
	diag_error(planner->diag, target->span, "the %s '%.*s' and the %s of that name mean different images",
	           target_kinds[target->kind], STR_ARG(target->name), target_kinds[other->kind]);
	diag_note(planner->diag, other->span, "the %s is here", target_kinds[other->kind]);
	return false;
}

/* Ninja knows a Dockerfile in the project's own directory by a name that no target may have. */
static bool target_check_files(struct planner *planner, const struct map *names)
{
	bool ok = true;

	for (size_t i = 0; i < planner->plan->image_count; i++) {
		const struct plan_image *image = &planner->plan->images[i];

		if (!map_get(names, image->dockerfile))
			continue;
		diag_error(planner->diag, image->span, "the Dockerfile '%.*s' has the name of a target",
		           STR_ARG(image->dockerfile));
		ok = false;
	}
	return ok;
}

bool target_make(struct planner *planner, const uint32_t *sequences, size_t sequence_count)
{
	struct plan *plan = planner->plan;
	bool *seen = mem_alloc(plan->image_count + 1);
	uint32_t *stack = mem_alloc((plan->image_count + 1) * sizeof *stack);
	struct map names;
	bool ok;

	map_init(&names);
	memset(seen, 0, plan->image_count);
	plan->targets = ARENA_ARRAY(&plan->arena,
	                            sequence_count + planner->matrix.layer_count + group_most(planner),
	                            struct plan_target);
	for (size_t i = 0; i < sequence_count; i++)
		target_sequence(planner, sequences[i], &plan->targets[plan->target_count++], seen, stack);
	ok = group_make(planner);
	target_layers(planner);
	ok = target_enter_images(planner, &names) && ok;
	for (size_t i = 0; i < plan->target_count; i++)
		ok = target_enter(planner, &names, i) && ok;
	ok = target_check_files(planner, &names) && ok;
	map_release(&names);
	mem_free(stack);
	mem_free(seen);
	return ok;
}
