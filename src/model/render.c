/* SPDX-License-Identifier: Apache-2.0 */
#include "model/render.h"

#include "base/fs.h"

#include <dirent.h>
#include <unistd.h>

/* Offers the names in DIR. */
static void render_offer(struct arena *arena, const char *dir, struct guess *guess)
{
	DIR *stream = opendir(dir);
	const struct dirent *entry;

	if (!stream)
		return;
	while ((entry = readdir(stream))) {
		if (entry->d_name[0] != '.')
			guess_offer(guess, str_of(arena_strndup(arena, entry->d_name, strlen(entry->d_name))));
	}
	closedir(stream);
}

/* To the error that NAME could not be read: a name close to it, where it is in no directory at all. */
static void render_suggest(struct render *render, struct str name)
{
	const char *const *dirs = render->options.dirs;
	struct guess guess;

	guess_init(&guess, name);
	for (; *dirs; dirs++) {
		if (access(path_join(&render->scratch, str_of(*dirs), name), F_OK) == 0)
			return;
		render_offer(&render->scratch, *dirs, &guess);
	}
	guess_hint(&guess, render->matrix->diag);
}

void render_init(struct render *render, const struct matrix *matrix, const char *const *dirs, bool strict)
{
	*render = (struct render){.matrix = matrix, .options = {.dirs = dirs, .strict = strict}};
	arena_init(&render->scratch);
	render->jinja = jinja_new(&render->options, matrix->diag);
	render->templates = ARENA_ARRAY(matrix->arena, matrix->layer_count, const struct jinja_template *);
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		struct keys_text template = matrix->layers[i].template;

		if (!template.text.p)
			continue;
		render->templates[i] = jinja_load(render->jinja, template.text, template.span);
		if (!render->templates[i])
			render_suggest(render, template.text);
	}
}

void render_release(struct render *render)
{
	if (!render->jinja)
		return;
	jinja_free(render->jinja);
	arena_release(&render->scratch);
}

struct axes_seen {
	const struct matrix *matrix;
	uint32_t axes;
};

static void render_see(void *context, struct str name)
{
	struct axes_seen *seen = context;
	const struct map_entry *axis = map_get(&seen->matrix->axis_index, name);

	if (axis)
		seen->axes |= 1u << axis->value.number;
}

uint32_t render_axes(struct render *render, uint32_t layer)
{
	struct axes_seen seen = {render->matrix, 0};

	if (render->matrix->axis_index.count && render->templates[layer])
		jinja_variables(render->jinja, render->templates[layer], render_see, &seen);
	return seen.axes;
}

static void render_set(struct render *render, struct value dict, const char *name, struct value value)
{
	dict_set(dict.as.dict, value_borrow(&render->scratch, str_of(name)), value);
}

static void render_set_text(struct render *render, struct value dict, const char *name, struct str text)
{
	render_set(render, dict, name, value_borrow(&render->scratch, text));
}

/*
 * V with lists and dicts of its own, so that no template can change what the next one sees. The reader bounds
 * the depth.
 */
static struct value render_copy(struct render *render, struct value v)
{
	struct value copy = v;

	if (v.kind == VALUE_LIST) {
		copy = value_list(&render->scratch, v.as.list->count);
		for (size_t i = 0; i < v.as.list->count; i++)
			list_append(copy.as.list, render_copy(render, v.as.list->items[i]));
	} else if (v.kind == VALUE_DICT) {
		copy = value_dict(&render->scratch);
		for (size_t i = 0; i < v.as.dict->used; i++) {
			const struct dict_entry *entry = &v.as.dict->entries[i];

			if (entry->key.kind != VALUE_UNDEFINED)
				dict_set(copy.as.dict, entry->key, render_copy(render, entry->value));
		}
	}
	return copy;
}

/* image or parent; REF: with its main tag too. */
static struct value render_view(struct render *render, const struct render_image *image, bool ref)
{
	struct value view = value_dict(&render->scratch), tags = value_list(&render->scratch, image->tag_count);

	for (size_t i = 0; i < image->tag_count; i++)
		list_append(tags.as.list, value_borrow(&render->scratch, image->tags[i]));
	render_set_text(render, view, "name", image->name);
	render_set(render, view, "tags", tags);
	if (ref && image->tag_count)
		render_set_text(render, view, "ref", image->tags[0]);
	return view;
}

static void render_set_axes(struct render *render, const struct render_input *input, struct value vars)
{
	const struct matrix *matrix = render->matrix;
	const struct axes_point *point = &input->point;

	if (point->at[MATRIX_OS] != AXES_NONE) {
		struct str os = axes_value(input->axes, point, MATRIX_OS);

		render_set_text(render, vars, "os_version", os);
		render_set_text(render, vars, "os_major", str_slice(os, 0, str_find(os, '.', 0)));
	}
	if (point->at[MATRIX_PYTHON] != AXES_NONE) {
		render_set_text(render, vars, "python_version", axes_value(input->axes, point, MATRIX_PYTHON));
		render_set(render, vars, "python_config",
		           render_copy(render, matrix->pythons[point->at[MATRIX_PYTHON]].config));
	}
	for (uint32_t axis = 2; axis < matrix->axis_count; axis++) {
		struct value name = value_borrow(&render->scratch, matrix->axes[axis].name);

		if (point->at[axis] != AXES_NONE)
			dict_set(vars.as.dict, name,
			         value_borrow(&render->scratch, axes_value(input->axes, point, axis)));
	}
}

bool render_dockerfile(struct render *render, const struct render_input *input, struct buf *out)
{
	struct value vars = value_dict(&render->scratch);
	bool ok;

	render_set_axes(render, input, vars);
	render_set(render, vars, "build_config", render_copy(render, render->matrix->build_config));
	render_set(render, vars, "layer_config",
	           render_copy(render, render->matrix->layers[input->point.layer].config));
	render_set(render, vars, "image", render_view(render, &input->image, false));
	if (input->parent)
		render_set(render, vars, "parent", render_view(render, input->parent, true));
	if (input->rootfs.n)
		render_set_text(render, vars, "rootfs", input->rootfs);
	ok = jinja_render(render->jinja, render->templates[input->point.layer], vars, out);
	arena_clear(&render->scratch);
	return ok;
}
