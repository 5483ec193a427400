/* SPDX-License-Identifier: Apache-2.0 */
#include "model/declare.h"

#include "base/fs.h"
#include "model/name.h"

/* --- An entry of images over what was found --- */

static void over_text(struct keys_text *own, struct keys_text found)
{
	if (!own->text.p)
		*own = found;
}

static void over_texts(struct keys_texts *own, const struct keys_texts *found)
{
	if (!own->given)
		*own = *found;
}

/* Two spellings of one key: where either is given, neither is taken from what was found. */
static void over_both(struct keys_texts *own, struct keys_texts *own_too, const struct keys_image *found,
                      size_t at, size_t at_too)
{
	if (own->given || own_too->given)
		return;
	*own = *(const struct keys_texts *)((const char *)found + at);
	*own_too = *(const struct keys_texts *)((const char *)found + at_too);
}

static void over_pairs(struct arena *arena, struct keys_pairs *own, const struct keys_pairs *found)
{
	struct keys_pair *items = ARENA_ARRAY(arena, own->count + found->count, struct keys_pair);

	for (size_t i = 0; i < found->count; i++)
		items[i] = found->items[i];
	for (size_t i = 0; i < own->count; i++)
		items[found->count + i] = own->items[i];
	own->items = items;
	own->count += found->count;
}

static void written_over(struct matrix *matrix, struct keys_image *own, const struct keys_image *found)
{
	over_text(&own->dockerfile, found->dockerfile);
	over_text(&own->context, found->context);
	over_text(&own->target, found->target);
	over_text(&own->version, found->version);
	over_texts(&own->axes, &found->axes);
	over_texts(&own->platforms, &found->platforms);
	if (!own->reproducible.given)
		own->reproducible = found->reproducible;
	over_texts(&own->secrets, &found->secrets);
	over_texts(&own->ssh, &found->ssh);
	over_texts(&own->health, &found->health);
	over_texts(&own->test, &found->test);
	over_both(&own->tags, &own->tag, found, offsetof(struct keys_image, tags), offsetof(struct keys_image, tag));
	over_both(&own->groups, &own->group, found, offsetof(struct keys_image, groups),
	          offsetof(struct keys_image, group));
	over_pairs(matrix->arena, &own->args, &found->args);
	over_pairs(matrix->arena, &own->labels, &found->labels);
}

/* --- All of them --- */

static bool written_told(const struct matrix *matrix, struct keys_text key, const char *what)
{
	if (!key.text.p)
		return false;
	diag_error(matrix->diag, key.span, "%s is for an image with a Dockerfile, and this one is made of stages", what);
	return true;
}

/* Without a Dockerfile: the project's directory is the context. */
static bool stages_place(const struct matrix *matrix, struct keys_image *image)
{
	bool told = written_told(matrix, image->dockerfile, "'dockerfile'");

	told = written_told(matrix, image->target, "'target'") || told;
	if (!image->context.text.p)
		image->context = (struct keys_text){STR("."), image->name.span};
	return !told;
}

static bool written_place(struct matrix *matrix, struct keys_image *image)
{
	if (stages_given(image))
		return stages_place(matrix, image);
	if (!image->dockerfile.text.p && image->context.text.p) {
		image->dockerfile.text = str_of(path_join(matrix->arena, image->context.text, STR("Dockerfile")));
		image->dockerfile.span = image->context.span;
	}
	if (!image->dockerfile.text.n) {
		diag_error(matrix->diag, image->name.span,
		           "the image '%.*s' has neither 'dockerfile' nor 'context', and none of its name was found",
		           STR_ARG(image->name.text));
		return false;
	}
	image->dockerfile.text = str_of(path_clean(matrix->arena, image->dockerfile.text));
	if (!image->context.text.p)
		image->context.text = path_dir(image->dockerfile.text);
	return true;
}

/* A matrix that is one image is named after its file, and has the arguments of all.  False after an error. */
static bool written_single(const struct matrix *matrix, const struct keys_top *top, struct keys_image *image)
{
	struct span whole = {matrix->source, 0, 0};
	struct str file = path_base(str_of(diag_source_name(matrix->diag, matrix->source)));
	size_t dot = file.n;

	while (dot > 1 && file.p[dot - 1] != '.')
		dot--;
	file.n = dot > 1 ? dot - 1 : file.n;
	*image = top->image;
	image->args = top->args;
	if (image->name.text.p)
		return true;
	image->name = (struct keys_text){file, whole};
	if (name_check(matrix->diag, file, whole, "image"))
		return true;
	diag_hint(matrix->diag, "or give the image a 'name': without one it has the file's");
	return false;
}

static size_t written_entries(struct matrix *matrix, const struct keys_top *top, struct keys_image *images)
{
	struct keys_reader reader = matrix_reader(matrix);
	size_t count = 0;

	if (stages_given(&top->image))
		count += written_single(matrix, top, images);

	for (size_t i = 0; i < keys_items(&top->images); i++) {
		keys_read(&reader, top->images.of, top->images.value.as.list->items[i], "an image", &images[count]);
		count += images[count].name.text.p != NULL;
	}
	return count;
}

/* Two files found that would have one name; it is told, with both. */
static bool written_twice(const struct matrix *matrix, const struct keys_image *found, const struct keys_image *first)
{
	diag_error(matrix->diag, found->files.span, "%.*s and %.*s would both be the image '%.*s'",
	           STR_ARG(first->dockerfile.text), STR_ARG(found->dockerfile.text), STR_ARG(found->name.text));
	if (first->files.span.offset != found->files.span.offset)
		diag_note(matrix->diag, first->files.span, "the other one is found by this");
	diag_hint(matrix->diag, "a 'name' such as {parent}-{dir} tells them apart");
	return false;
}

/* Notes which of FOUND an entry of images names: by its name, which it extends, or by its file. */
static void written_match(struct matrix *matrix, struct keys_image *images, size_t count,
                          const struct discover_list *list, bool *taken)
{
	struct map names, files;

	map_init(&names);
	map_init(&files);
	for (size_t i = 0; i < list->count; i++) {
		bool fresh;
		struct map_entry *entry = map_put(&names, list->found[i].name.text, &fresh);

		if (fresh)
			entry->value.number = i;
		map_put(&files, list->found[i].dockerfile.text, NULL)->value.number = i;
	}
	for (size_t i = 0; i < count; i++) {
		const struct map_entry *same = map_get(&names, images[i].name.text), *file = NULL;

		if (stages_given(&images[i]))
			continue;
		if (images[i].dockerfile.text.n)
			file = map_get(&files, str_of(path_clean(matrix->arena, images[i].dockerfile.text)));
		if (file)
			taken[file->value.number] = true;
		if (file && same && file->value.number != same->value.number)
			same = NULL;
		if (!same)
			continue;
		taken[same->value.number] = true;
		written_over(matrix, &images[i], &list->found[same->value.number]);
	}
	map_release(&files);
	map_release(&names);
}

static size_t written_found(struct matrix *matrix, const struct discover_list *list, const bool *taken,
                            struct keys_image *images)
{
	struct map names;
	size_t count = 0;

	map_init(&names);
	for (size_t i = 0; i < list->count; i++) {
		const struct keys_image *found = &list->found[i];
		bool fresh;

		if (taken[i])
			continue;
		struct map_entry *entry = map_put(&names, found->name.text, &fresh);
		if (!fresh && !written_twice(matrix, found, &list->found[entry->value.number]))
			continue;
		entry->value.number = i;
		images[count++] = *found;
	}
	map_release(&names);
	return count;
}

size_t written_read(struct matrix *matrix, const struct keys_top *top, struct keys_image **images)
{
	size_t listed = 1 + keys_items(&top->images), count, placed = 0;
	struct discover_list list = {0};
	bool *taken;

	*images = ARENA_ARRAY(matrix->arena, listed, struct keys_image);
	count = written_entries(matrix, top, *images);
	map_init(&list.listed);
	for (size_t i = 0; i < count; i++) {
		if ((*images)[i].dockerfile.text.n)
			map_put(&list.listed, str_of(path_clean(matrix->arena, (*images)[i].dockerfile.text)), NULL);
	}
	discover_read(matrix, &top->discover, &list);
	map_release(&list.listed);
	taken = ARENA_ARRAY(matrix->arena, list.count, bool);
	written_match(matrix, *images, count, &list, taken);
	*images = arena_grow(matrix->arena, *images, listed * sizeof **images,
	                     (listed + list.count) * sizeof **images);
	count += written_found(matrix, &list, taken, *images + count);
	for (size_t i = 0; i < count; i++) {
		if (written_place(matrix, &(*images)[i]))
			(*images)[placed++] = (*images)[i];
	}
	return placed;
}
