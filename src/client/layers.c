/* SPDX-License-Identifier: Apache-2.0 */
#include "client/layers.h"

#include "client/ask.h"
#include "client/engine.h"
#include "client/record.h"

#include <stdlib.h>

static bool read_image(struct arena *arena, struct str line, bool podman, struct layers *image)
{
	struct str size;
	size_t most = 1;

	*image = (struct layers){.id = ask_normal(arena, record_word(&line), podman)};
	size = record_word(&line);
	image->created = record_word(&line);
	if (!str_starts(image->id, STR("sha256:")) || !size.n || !image->created.n)
		return false;
	image->size = strtoull(arena_strndup(arena, size.p, size.n), NULL, 10);
	for (size_t i = 0; i < line.n; i++)
		most += line.p[i] == ' ';
	image->items = ARENA_ARRAY(arena, most, struct str);
	while (line.n)
		image->items[image->count++] = record_word(&line);
	return true;
}

struct layers *layers_read(struct arena *arena, struct str text, bool podman, size_t *count)
{
	struct str line, rest = text;
	struct layers *images;
	size_t lines = 0;

	while (record_line(&rest, &line))
		lines++;
	images = ARENA_ARRAY(arena, lines + 1, struct layers);
	for (*count = 0; record_line(&text, &line);)
		*count += read_image(arena, str_trim(line), podman, &images[*count]);
	return images;
}

struct layers *layers_ask(struct arena *arena, struct diag *diag, const struct command *command,
                          const struct str *ids, size_t count)
{
	const char **words = ARENA_ARRAY(arena, count + 5, const char *);
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct layers *images = NULL;
	struct engine_call call;
	size_t found = 0;

	words[0] = "image";
	words[1] = "inspect";
	words[2] = "--format";
	words[3] = LAYERS_FORMAT;
	for (size_t i = 0; i < count; i++)
		words[4 + i] = arena_strndup(arena, ids[i].p, ids[i].n);
	call = ENGINE_CALL(engine_words(arena, command, words), command->env);
	call.out_text = &out;
	call.err_text = &err;
	if (engine_run(&call) == 0)
		images = layers_read(arena, (struct str){arena_strndup(arena, buf_str(&out).p, out.n), out.n},
		                     command_is_podman(command), &found);
	if (found != count) {
		diag_error(diag, SPAN_NONE, "the container engine did not say what layers there are: %.*s",
		           STR_ARG(str_trim(buf_str(&err))));
		images = NULL;
	}
	buf_release(&err);
	buf_release(&out);
	return images;
}

static size_t common(const struct layers *a, const struct layers *b)
{
	size_t n = 0;

	while (n < a->count && n < b->count && str_eq(a->items[n], b->items[n]))
		n++;
	return n;
}

size_t layers_shared(const struct layers *image, const struct layers *there, size_t count, uint64_t *size)
{
	size_t most = 0;

	*size = 0;
	for (size_t i = 0; i < count; i++) {
		size_t n = common(image, &there[i]);

		if (n > most)
			*size = UINT64_MAX;
		if (n >= most && n && n == there[i].count)
			*size = there[i].size;
		most = n > most ? n : most;
	}
	return most;
}

const struct layers *layers_same(const struct layers *image, const struct layers *there, size_t count, bool alike)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(there[i].id, image->id))
			return &there[i];
	for (size_t i = 0; alike && i < count; i++)
		if (str_eq(there[i].created, image->created) && there[i].count == image->count
		    && common(image, &there[i]) == image->count)
			return &there[i];
	return NULL;
}

size_t layers_left_out(const struct layers *images, size_t image_count, const struct layers *there, size_t count,
                       struct map *left_out)
{
	struct map needed, all;
	uint64_t size;
	size_t total;

	map_init(&needed);
	map_init(&all);
	for (size_t i = 0; i < image_count; i++)
		for (size_t at = layers_shared(&images[i], there, count, &size); at < images[i].count; at++)
			map_put(&needed, images[i].items[at], NULL);
	for (size_t i = 0; i < image_count; i++)
		for (size_t at = 0; at < images[i].count; at++) {
			map_put(&all, images[i].items[at], NULL);
			if (!map_get(&needed, images[i].items[at]))
				map_put(left_out, images[i].items[at], NULL);
		}
	total = all.count;
	map_release(&all);
	map_release(&needed);
	return total;
}
