/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

/* One of args or labels of a layer. */
struct image_pair {
	struct str name;
	struct vars_template value;
	struct span span; /* of its name */
	bool own;         /* the layer's, not the matrix's */
};

struct image_pairs {
	struct image_pair *items;
	size_t count;
};

struct image_texts {
	struct image_pairs args, labels;
	struct vars_template base; /* of stages */
};

/* --- Once a layer --- */

static struct image_pair *pairs_find(const struct image_pairs *pairs, struct str name)
{
	for (size_t i = 0; i < pairs->count; i++) {
		if (str_eq(pairs->items[i].name, name))
			return &pairs->items[i];
	}
	return NULL;
}

/* The last of a name counts.  What the matrix says of axes that the layer does not vary over is not for it. */
static bool pairs_add(const struct axes *axes, uint32_t layer, const struct keys_pairs *from, bool own,
                      const char *what, struct image_pairs *pairs)
{
	bool ok = true;

	for (size_t i = 0; i < from->count; i++) {
		const struct keys_pair *pair = &from->items[i];
		struct image_pair made = {pair->name.text, {.source = pair->value}, pair->name.span, own};
		struct image_pair *there = pairs_find(pairs, made.name);

		if (!own && (vars_axes(axes->matrix, pair->value.text) & ~axes->vary[layer]))
			continue;
		ok = vars_compile(axes, layer, what, &made.value) && ok;
		if (there)
			*there = made;
		else
			pairs->items[pairs->count++] = made;
	}
	return ok;
}

static bool pairs_init(const struct axes *axes, uint32_t layer, const struct keys_pairs *all,
                       const struct keys_pairs *own, const char *what, struct image_pairs *pairs)
{
	pairs->items = ARENA_ARRAY(axes->matrix->arena, all->count + own->count, struct image_pair);
	return pairs_add(axes, layer, all, false, what, pairs) && pairs_add(axes, layer, own, true, what, pairs);
}

bool image_init(struct planner *planner)
{
	const struct matrix *matrix = &planner->matrix;
	bool ok = true;

	planner->texts = ARENA_ARRAY(matrix->arena, matrix->layer_count, struct image_texts);
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		const struct matrix_layer *layer = &matrix->layers[i];
		struct image_texts *texts = &planner->texts[i];

		ok = pairs_init(&planner->axes, i, &matrix->args, &layer->args, "build argument", &texts->args) && ok;
		ok = pairs_init(&planner->axes, i, &matrix->labels, &layer->labels, "label", &texts->labels) && ok;
		if (!layer->stages)
			continue;
		texts->base.source = layer->stages->base;
		ok = vars_compile(&planner->axes, i, "base", &texts->base) && ok;
	}
	return ok;
}

/* --- Once an image --- */

static struct str image_expand(struct planner *planner, const struct vars_template *value,
                               const struct axes_point *point)
{
	struct buf text = BUF_INIT;

	if (value->count == 0)
		return STR("");
	if (value->count == 1 && value->parts->axis == MATRIX_NONE)
		return value->parts->text;
	vars_expand(&planner->axes, value, point, &text);
	struct str kept = {arena_strndup(&planner->plan->arena, buf_str(&text).p, text.n), text.n};
	buf_release(&text);
	return kept;
}

struct str image_base(struct planner *planner, const struct axes_point *point)
{
	return image_expand(planner, &planner->texts[point->layer].base, point);
}

static struct str *image_words(struct planner *planner, const struct keys_texts *texts, size_t *count)
{
	struct str *words = ARENA_ARRAY(&planner->plan->arena, texts->count, struct str);

	for (*count = 0; *count < texts->count; ++*count)
		words[*count] = texts->items[*count].text;
	return words;
}

static struct plan_command image_command(struct planner *planner, const struct keys_texts *texts)
{
	struct plan_command command = {.shell = !texts->list};

	command.words = image_words(planner, texts, &command.count);
	return command;
}

static struct str image_version(struct planner *planner, const struct matrix_layer *layer)
{
	struct buf tag = BUF_INIT;

	if (layer->version.text.p)
		buf_addf(&tag, "%.*s-%.*s", STR_ARG(layer->name.text), STR_ARG(layer->version.text));
	struct str kept = {arena_strndup(&planner->plan->arena, buf_str(&tag).p, tag.n), tag.n};
	buf_release(&tag);
	return kept;
}

/* As that of a root file system, which need not say it either. */
#define IMAGE_EPOCH "1704067200" /* 2024-01-01 00:00:00 UTC */

static struct str image_epoch(struct planner *planner, const struct matrix_layer *layer)
{
	const struct keys_switch *asked = layer->reproducible.given ? &layer->reproducible : &planner->matrix.reproducible;

	if (!asked->on)
		return STR("");
	planner->plan->reproducible = true;
	return asked->text.n ? asked->text : STR(IMAGE_EPOCH);
}

void image_fill(struct planner *planner, const struct axes_point *point, struct plan_image *image)
{
	const struct matrix_layer *layer = &planner->matrix.layers[point->layer];
	const struct image_pairs *labels = &planner->texts[point->layer].labels;
	const struct keys_texts *platforms = layer->platforms.given ? &layer->platforms : &planner->matrix.platforms;

	image->labels = ARENA_ARRAY(&planner->plan->arena, labels->count, struct plan_arg);
	for (size_t i = 0; i < labels->count; i++)
		image->labels[image->label_count++] = (struct plan_arg){
			labels->items[i].name, image_expand(planner, &labels->items[i].value, point)};
	image->epoch = image_epoch(planner, layer);
	image->secrets = image_words(planner, &layer->secrets, &image->secret_count);
	image->ssh = image_words(planner, &layer->ssh, &image->ssh_count);
	image->platforms = image_words(planner, platforms, &image->platform_count);
	image->uncached = layer->uncached;
	image->version_tag = image_version(planner, layer);
	image->health = image_command(planner, &layer->health);
	image->test = image_command(planner, &layer->test);
}

/* --- Build arguments --- */

enum { IMAGE_ARGS = 4 }; /* build arguments that dtk gives by itself */

static struct str image_python(const struct planner *planner, const struct plan_image *image)
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

struct docker_arg *image_args(struct planner *planner, uint32_t number, size_t *count)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[number]);
	const struct plan_image *image = &planner->plan->images[number];
	const struct image_pairs *own = &planner->texts[point.layer].args;
	const struct docker_arg known[IMAGE_ARGS] = {
		{STR("UBUNTU_VER"), image->os},
		{STR("TZ_NAME"), image->timezone},
		{STR("PY_VER_BASE"), image->python},
		{STR("PY_VER"), image_python(planner, image)},
	};
	struct docker_arg *args = ARENA_ARRAY(&planner->scratch, IMAGE_ARGS + own->count, struct docker_arg);

	*count = 0;
	for (size_t i = 0; i < IMAGE_ARGS; i++) {
		if (known[i].value.n && !pairs_find(own, known[i].name))
			args[(*count)++] = known[i];
	}
	for (size_t i = 0; i < own->count; i++)
		args[(*count)++] = (struct docker_arg){own->items[i].name,
		                                       image_expand(planner, &own->items[i].value, &point)};
	return args;
}

/* BuildKit takes these whether they are declared or not. */
static bool is_predefined(struct str name)
{
	static const char *const names[] = {
		"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY",
		"no_proxy", "ALL_PROXY", "all_proxy", "SOURCE_DATE_EPOCH",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_is(name, names[i]))
			return true;
	}
	return str_starts(name, STR("BUILDKIT_"));
}

static void tell_undeclared(const struct planner *planner, const struct image_pair *pair,
                            const struct docker_file *file, struct str path)
{
	struct guess guess;

	diag_warning(planner->diag, pair->span, "%.*s declares no ARG '%.*s'", STR_ARG(path), STR_ARG(pair->name));
	guess_init(&guess, pair->name);
	for (size_t i = 0; i < file->instruction_count; i++) {
		const struct docker_instruction *in = &file->instructions[i];

		for (size_t j = 0; str_is(in->name, "ARG") && j < in->arg_count; j++)
			guess_offer(&guess, str_slice(in->args[j], 0, str_find(in->args[j], '=', 0)));
	}
	guess_hint(&guess, planner->diag);
}

/* The time that the matrix gives as an argument is the one that counts. */
static void image_give_epoch(struct plan_image *image)
{
	for (size_t i = 0; i < image->arg_count; i++) {
		if (!str_is(image->args[i].name, "SOURCE_DATE_EPOCH"))
			continue;
		image->epoch = image->args[i].value;
		return;
	}
	image->args[image->arg_count++] = (struct plan_arg){STR("SOURCE_DATE_EPOCH"), image->epoch};
}

void image_declared(struct planner *planner, uint32_t number, const struct docker_file *file,
                    const struct docker_arg *args, size_t count)
{
	uint32_t layer = axes_point(&planner->axes, planner->ids[number]).layer;
	struct plan_image *image = &planner->plan->images[number];

	image->args = ARENA_ARRAY(&planner->plan->arena, count + 1, struct plan_arg);
	for (size_t i = 0; i < count; i++) {
		const struct image_pair *pair = pairs_find(&planner->texts[layer].args, args[i].name);
		bool own = pair && pair->own;

		if (docker_declares(file, args[i].name) || (own && (file->foreign || is_predefined(args[i].name))))
			image->args[image->arg_count++] = (struct plan_arg){args[i].name, args[i].value};
		else if (own)
			tell_undeclared(planner, pair, file, image->dockerfile);
	}
	if (image->epoch.n)
		image_give_epoch(image);
}
