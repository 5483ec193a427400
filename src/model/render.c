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
	static const char *const names[RENDER_NAMES] = {
		"os_version", "os_major", "python_version", "python_config", "build_config", "layer_config",
		"image", "parent", "rootfs", "name", "tags", "ref",
	};

	*render = (struct render){.matrix = matrix, .options = {.dirs = dirs, .strict = strict}};
	arena_init(&render->scratch);
	for (size_t i = 0; i < RENDER_NAMES; i++)
		render->names[i] = value_borrow(matrix->arena, str_of(names[i]));
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

static void render_set(struct render *render, struct value dict, enum render_name name, struct value value)
{
	dict_set(dict.as.dict, render->names[name], value);
}

static void render_set_text(struct render *render, struct value dict, enum render_name name, struct str text)
{
	render_set(render, dict, name, value_borrow(&render->scratch, text));
}

/* image or parent; REF: with its main tag too. */
static struct value render_view(struct render *render, const struct render_image *image, bool ref)
{
	struct value view = value_dict(&render->scratch), tags = value_list(&render->scratch, image->tag_count);

	for (size_t i = 0; i < image->tag_count; i++)
		list_append(tags.as.list, value_borrow(&render->scratch, image->tags[i]));
	render_set_text(render, view, RENDER_NAME, image->name);
	render_set(render, view, RENDER_TAGS, tags);
	if (ref && image->tag_count)
		render_set_text(render, view, RENDER_REF, image->tags[0]);
	return view;
}

static void render_set_axes(struct render *render, const struct render_input *input, struct value vars)
{
	const struct matrix *matrix = render->matrix;
	const struct axes_point *point = &input->point;

	if (point->at[MATRIX_OS] != AXES_NONE) {
		struct str os = axes_value(input->axes, point, MATRIX_OS);

		render_set_text(render, vars, RENDER_OS_VERSION, os);
		render_set_text(render, vars, RENDER_OS_MAJOR, str_slice(os, 0, str_find(os, '.', 0)));
	}
	if (point->at[MATRIX_PYTHON] != AXES_NONE) {
		render_set_text(render, vars, RENDER_PYTHON_VERSION, axes_value(input->axes, point, MATRIX_PYTHON));
		render_set(render, vars, RENDER_PYTHON_CONFIG, matrix->pythons[point->at[MATRIX_PYTHON]].config);
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
	render_set(render, vars, RENDER_BUILD_CONFIG, render->matrix->build_config);
	render_set(render, vars, RENDER_LAYER_CONFIG, render->matrix->layers[input->point.layer].config);
	render_set(render, vars, RENDER_IMAGE, render_view(render, &input->image, false));
	if (input->parent)
		render_set(render, vars, RENDER_PARENT, render_view(render, input->parent, true));
	if (input->rootfs.n)
		render_set_text(render, vars, RENDER_ROOTFS, input->rootfs);
	ok = jinja_render(render->jinja, render->templates[input->point.layer], vars, out);
	arena_clear(&render->scratch);
	return ok;
}
