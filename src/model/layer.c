/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "model/declare.h"
#include "model/detail.h"
#include "model/name.h"
#include "model/vars.h"

/* The axes that `axes` of a layer names. */
static uint32_t layer_axes(const struct matrix *matrix, const struct keys_texts *axes)
{
	uint32_t vary = 0;

	for (size_t i = 0; i < axes->count; i++) {
		struct keys_text axis = axes->items[i];
		uint32_t number;

		if (str_is(axis.text, "os"))
			number = MATRIX_OS;
		else if (str_is(axis.text, "python"))
			number = MATRIX_PYTHON;
		else
			number = matrix_find(matrix, &matrix->axis_index, axis.text, axis.span, "axis");
		vary |= number == MATRIX_NONE ? 0 : 1u << number;
	}
	return vary;
}

/* What a template varies over without `axes`: the layer "base" over the OS only, others over OS and Python. */
static uint32_t template_vary(struct str name)
{
	return 1u << MATRIX_OS | (str_is(name, "base") ? 0 : 1u << MATRIX_PYTHON);
}

/* What a Dockerfile that was written by hand varies over: its text is one, so what else its builds are given. */
static uint32_t written_vary(const struct matrix *matrix, const struct matrix_layer *layer)
{
	uint32_t vary = 0;

	for (size_t i = 0; i < layer->tags.count; i++)
		vary |= vars_axes(matrix, layer->tags.items[i].text);
	for (size_t i = 0; i < layer->args.count; i++)
		vary |= vars_axes(matrix, layer->args.items[i].value.text);
	for (size_t i = 0; i < layer->labels.count; i++)
		vary |= vars_axes(matrix, layer->labels.items[i].value.text);
	if (layer->stages)
		vary |= vars_axes(matrix, layer->stages->base.text);
	return vary;
}

static uint32_t layer_vary(const struct matrix *matrix, const struct matrix_layer *layer, const struct keys_texts *axes)
{
	uint32_t vary;

	if (axes->given)
		vary = layer_axes(matrix, axes);
	else
		vary = layer->written ? written_vary(matrix, layer) : template_vary(layer->name.text);
	for (uint32_t i = 0; i < matrix->axis_count; i++) {
		if (matrix->axes[i].listed == 0)
			vary &= ~(1u << i);
	}
	return vary;
}

static const struct keys_text *layer_name(const struct matrix *matrix, uint32_t number)
{
	return &matrix->layers[number].name;
}

/* FIRST and MORE, two spellings of one key, as one list. */
static struct keys_texts both_texts(struct arena *arena, const struct keys_texts *first, const struct keys_texts *more)
{
	struct keys_texts all = *more;

	if (first->count == 0)
		return all;
	all.items = ARENA_ARRAY(arena, first->count + more->count, struct keys_text);
	memcpy(all.items, first->items, first->count * sizeof *all.items);
	if (more->count)
		memcpy(all.items + first->count, more->items, more->count * sizeof *all.items);
	all.count = first->count + more->count;
	return all;
}

/* An image that says no tags has one: its name, below the matrix's repository. */
static struct keys_texts named_tag(struct matrix *matrix, struct keys_text name)
{
	struct keys_texts tags = {.items = ARENA_ARRAY(matrix->arena, 1, struct keys_text), .count = 1};
	struct buf tag = BUF_INIT;

	if (matrix->repository.n)
		buf_addf(&tag, "%.*s/", STR_ARG(matrix->repository));
	buf_addf(&tag, "%.*s:latest", STR_ARG(name.text));
	tags.items[0] = (struct keys_text){{arena_strndup(matrix->arena, tag.p, tag.n), tag.n}, name.span};
	buf_release(&tag);
	return tags;
}

static struct str or_nothing(struct keys_text text)
{
	return text.text.p ? text.text : STR("");
}

static void layer_fill(struct matrix *matrix, const struct keys_image *keys, struct matrix_layer *layer)
{
	struct arena *arena = matrix->arena;

	layer->name = keys->name;
	layer->template = keys->template;
	layer->dockerfile = keys->dockerfile;
	layer->context = keys->context.text.n ? str_of(path_clean(arena, keys->context.text)) : STR(".");
	layer->target = or_nothing(keys->target);
	layer->description = or_nothing(keys->description);
	layer->version = keys->version;
	layer->tags = both_texts(arena, &keys->tag, &keys->tags);
	layer->groups = both_texts(arena, &keys->group, &keys->groups);
	layer->platforms = keys->platforms;
	layer->reproducible = keys->reproducible;
	layer->secrets = keys->secrets;
	layer->ssh = keys->ssh;
	layer->health = keys->health;
	layer->test = keys->test;
	layer->args = keys->args;
	layer->labels = keys->labels;
	layer->depends_on = keys->depends_on;
	layer->uncached = keys->cache.given && !keys->cache.on;
	layer->fixed = keys->axes.given;
}

static void layer_add(struct matrix *matrix, const struct keys_image *keys, struct value config)
{
	struct matrix_layer *layer = &matrix->layers[matrix->layer_count];
	bool written = config.kind == VALUE_UNDEFINED;

	if (!matrix_enter(matrix, &matrix->layer_index, keys->name, matrix->layer_count,
	                  written ? "image" : "layer", layer_name))
		return;
	matrix->layer_count++;
	*layer = (struct matrix_layer){.written = written, .config = config};
	layer_fill(matrix, keys, layer);
	if (layer->tags.count == 0 && written)
		layer->tags = named_tag(matrix, layer->name);
	else if (layer->tags.count == 0)
		diag_error(matrix->diag, layer->name.span, "the layer '%.*s' has no tags", STR_ARG(layer->name.text));
	detail_check(matrix, layer);
	if (stages_given(keys))
		layer->stages = stages_read(matrix, keys);
	layer->vary = layer_vary(matrix, layer, &keys->axes);
}

static void layer_read(struct matrix *matrix, enum keys_section of, struct value entry)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_image keys = {0};

	keys_read(&reader, of, entry, "a layer", &keys);
	if (keys.name.text.p)
		layer_add(matrix, &keys, entry);
}

void layer_read_images(struct matrix *matrix, const struct keys_image *images, size_t count)
{
	matrix->layers = ARENA_ARRAY(matrix->arena, count, struct matrix_layer);
	for (size_t i = 0; i < count; i++)
		layer_add(matrix, &images[i], value_undefined());
}

void layer_read_all(struct matrix *matrix, const struct keys_top *top)
{
	size_t templates = keys_items(&top->build_layers), written;
	struct keys_image *images;

	written = written_read(matrix, top, &images);
	matrix->layers = ARENA_ARRAY(matrix->arena, templates + written, struct matrix_layer);
	for (size_t i = 0; i < templates; i++)
		layer_read(matrix, top->build_layers.of, top->build_layers.value.as.list->items[i]);
	matrix->template_count = matrix->layer_count;
	for (size_t i = 0; i < written; i++)
		layer_add(matrix, &images[i], value_undefined());
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		struct matrix_layer *layer = &matrix->layers[i];
		uint32_t found;

		layer->depends = matrix_find_all(matrix, &matrix->layer_index, &layer->depends_on,
		                                 matrix_layer_word(layer), &found);
		layer->depends_on.count = found;
	}
}
