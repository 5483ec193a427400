/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "model/name.h"

struct str planner_keep(struct planner *planner, const struct buf *text, size_t from)
{
	return (struct str){arena_strndup(&planner->plan->arena, text->p + from, text->n - from), text->n - from};
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

void planner_reserve(struct planner *planner, size_t selected)
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
