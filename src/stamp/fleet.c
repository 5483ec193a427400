/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/fleet.h"

#include "data/ref.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

bool fleet_init(struct fleet *fleet, struct diag *diag, const char *const *words)
{
	memset(fleet, 0, sizeof *fleet);
	arena_init(&fleet->arena);
	fleet->diag = diag;
	map_init(&fleet->answer.by_name);
	return command_parse(&fleet->arena, diag, words, &fleet->command);
}

void fleet_release(struct fleet *fleet)
{
	ask_forget(&fleet->answer);
	mem_free(fleet->images);
	arena_release(&fleet->arena);
}

bool fleet_add(struct fleet *fleet, const char *out)
{
	struct fleet_image *image;
	enum record found;

	MEM_ROOM(fleet->images, fleet->count, fleet->capacity);
	image = &fleet->images[fleet->count++];
	image->place = place_of(&fleet->arena, out);
	found = seal_load(&image->place, &fleet->arena, fleet->diag, &image->seal);
	image->sealed = found == RECORD_FINE;
	return found != RECORD_BROKEN;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The image that the stamp NAME is of, as X.seal; NULL where it is none of those we look for. */
static char *stamp_of(struct arena *arena, const char *stamps, struct str name)
{
	static const char *const endings[] = {".key", ".seal", ".aside"};

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		struct place place = {stamps, "", {name.p, name.n}};

		if (!str_ends(name, str_of(endings[i])) || name.p[0] == '.')
			continue;
		place.name.n -= strlen(endings[i]);
		return place_stamp(arena, &place, ".seal");
	}
	return NULL;
}

bool fleet_add_all(struct fleet *fleet, const char *stamps)
{
	const char **paths = NULL;
	size_t count = 0, capacity = 0;
	struct dirent *entry;
	DIR *dir = opendir(stamps);
	bool fine = true;

	if (!dir) {
		if (errno != ENOENT)
			diag_error(fleet->diag, SPAN_NONE, "cannot read %s: %s", stamps, strerror(errno));
		return errno == ENOENT;
	}
	while ((entry = readdir(dir))) {
		MEM_ROOM(paths, count, capacity);
		paths[count] = stamp_of(&fleet->arena, stamps, str_of(entry->d_name));
		count += paths[count] != NULL;
	}
	closedir(dir);
	if (count)
		qsort(paths, count, sizeof *paths, by_bytes);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(paths[i], paths[i - 1]) != 0)
			fine = fleet_add(fleet, paths[i]) && fine;
	mem_free(paths);
	return fine;
}

struct str fleet_pin(const struct fleet *fleet, struct str ref)
{
	return fleet->lock ? lock_find(fleet->lock, ref) : STR("");
}

/* Under which names the engine may have a base: its reference, and what that is pinned to. How many. */
static size_t base_names(struct fleet *fleet, const struct seal_parent *base, struct str *names)
{
	struct str pin = fleet_pin(fleet, base->ref);

	if (base->name.n)
		return 0;
	names[0] = base->ref;
	if (pin.n)
		names[1] = ref_at(&fleet->arena, base->ref, pin);
	return pin.n ? 2 : 1;
}

bool fleet_ask(struct fleet *fleet)
{
	size_t room = 1, n = 0;
	struct str *names;
	struct map seen;
	bool fresh;

	for (size_t i = 0; i < fleet->count; i++)
		room += 1 + fleet->images[i].seal.tag_count + 2 * fleet->images[i].seal.parent_count;
	names = ARENA_ARRAY(&fleet->arena, room, struct str);
	for (size_t i = 0; i < fleet->count; i++) {
		const struct seal *seal = &fleet->images[i].seal;

		names[n++] = seal->engine;
		for (size_t at = 0; at < seal->tag_count; at++)
			names[n++] = seal->tags[at];
		for (size_t at = 0; at < seal->parent_count; at++)
			n += base_names(fleet, &seal->parents[at], names + n);
	}
	map_init(&seen);
	for (size_t i = 0; i < n; i++) {
		map_put(&seen, names[i], &fresh);
		if (!fresh)
			names[i] = STR("");
	}
	map_release(&seen);
	return ask_engine(&fleet->arena, fleet->diag, &fleet->command, names, n, &fleet->answer);
}

bool fleet_ready(struct fleet *fleet, const struct fleet_image *image)
{
	const struct seal *seal = &image->seal;
	bool fine = true;

	if (!image->sealed || seal->aside.n || !ask_find(&fleet->arena, &fleet->answer, seal->engine)) {
		diag_error(fleet->diag, SPAN_NONE, "%.*s is not built: run ninja again", STR_ARG(image->place.name));
		return false;
	}
	for (size_t i = 0; i < seal->tag_count; i++) {
		const struct ask_image *now = ask_find(&fleet->arena, &fleet->answer, seal->tags[i]);

		if (now && str_eq(now->id, seal->engine))
			continue;
		diag_error(fleet->diag, SPAN_NONE, "%.*s is not the image %.*s: run ninja verify",
		           STR_ARG(seal->tags[i]), STR_ARG(image->place.name));
		fine = false;
	}
	return fine;
}
