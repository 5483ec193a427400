/* SPDX-License-Identifier: Apache-2.0 */
#include "action/cargo.h"

#include "client/engine.h"
#include "client/words.h"

#include <errno.h>
#include <unistd.h>

static bool add_word(void *context, struct str word)
{
	struct fleet *fleet = context;

	return words_besides(word) || fleet_add(fleet, arena_strndup(&fleet->arena, word.p, word.n));
}

/* --- Which images --- */

static bool take_stamps(struct cargo *cargo, const char *const *stamps)
{
	struct fleet *fleet = &cargo->fleet;
	bool fine = words_each(stamps, fleet->diag, add_word, fleet) && fleet_ask(fleet);

	for (size_t i = 0, n = fine ? fleet->count : 0; i < n; i++)
		fine = fleet_ready(fleet, &fleet->images[i]) && fine;
	cargo->items = ARENA_ARRAY(&fleet->arena, fleet->count + 1, struct cargo_item);
	for (size_t i = 0; fine && i < fleet->count; i++) {
		const struct seal *seal = &fleet->images[i].seal;

		cargo->items[cargo->count++] = (struct cargo_item){
			fleet->images[i].place.name, seal->engine, seal->tags, seal->tag_count,
		};
	}
	return fine;
}

/* The image REF, be that the beginning of an ID; NULL where there is none. */
static const struct ask_image *find(struct arena *arena, const struct ask_answer *answer, struct str ref)
{
	const struct ask_image *image = ask_find(arena, answer, ref);

	for (size_t i = 0; !image && i < answer->by_name.count; i++) {
		const struct map_entry *entry = &answer->by_name.entries[i];

		if (str_starts(entry->key, STR("sha256:")) && str_starts(str_slice(entry->key, 7, entry->key.n), ref))
			image = entry->value.pointer;
	}
	return image;
}

/* True where REF is one of the image's tags, and not its ID or a digest. */
static bool is_tag(struct arena *arena, const struct ask_answer *answer, const struct ask_image *image, struct str ref)
{
	struct str name = ask_normal(arena, ref, answer->podman);

	for (size_t i = 0; i < image->tag_count; i++)
		if (str_eq(ask_normal(arena, image->tags[i], answer->podman), name))
			return true;
	return false;
}

static bool take_refs(struct cargo *cargo, const char *const *refs)
{
	struct fleet *fleet = &cargo->fleet;
	struct arena *arena = &fleet->arena;
	struct ask_answer answer;
	struct str *names;
	size_t count = 0;
	bool fine;

	while (refs[count])
		count++;
	names = ARENA_ARRAY(arena, count + 1, struct str);
	for (size_t i = 0; i < count; i++)
		names[i] = str_of(refs[i]);
	fine = ask_engine(arena, fleet->diag, &fleet->command, names, count, &answer);
	cargo->items = arena_grow(arena, cargo->items, (cargo->count + 1) * sizeof *cargo->items,
	                          (cargo->count + count + 1) * sizeof *cargo->items);
	for (size_t i = 0; fine && i < count; i++) {
		const struct ask_image *image = find(arena, &answer, names[i]);

		if (!(fine = image != NULL)) {
			diag_error(fleet->diag, SPAN_NONE, "the engine has no image %s", refs[i]);
			break;
		}
		cargo->items[cargo->count++] = (struct cargo_item){
			names[i], image->id, &names[i], is_tag(arena, &answer, image, names[i]),
		};
	}
	ask_forget(&answer);
	return fine;
}

bool cargo_load(struct cargo *cargo, struct diag *diag, const char *const *stamps, const char *const *refs,
                const char *const *words)
{
	memset(cargo, 0, sizeof *cargo);
	return fleet_init(&cargo->fleet, diag, words) && take_stamps(cargo, stamps) && take_refs(cargo, refs);
}

void cargo_release(struct cargo *cargo)
{
	fleet_release(&cargo->fleet);
}

bool cargo_look(struct cargo *cargo)
{
	struct fleet *fleet = &cargo->fleet;
	struct str *ids = ARENA_ARRAY(&fleet->arena, cargo->count + 1, struct str);

	for (size_t i = 0; i < cargo->count; i++)
		ids[i] = cargo->items[i].id;
	cargo->layers = layers_ask(&fleet->arena, fleet->diag, &fleet->command, ids, cargo->count);
	return cargo->layers != NULL;
}

/* --- Saving --- */

struct str cargo_tag(struct cargo *cargo, struct str tag)
{
	return cargo->fleet.answer.podman ? tag : ask_normal(&cargo->fleet.arena, tag, false);
}

/* "save NAME...", each name once. */
static const char *const *save_words(struct cargo *cargo)
{
	struct fleet *fleet = &cargo->fleet;
	struct arena *arena = &fleet->arena;
	bool fresh;
	size_t room = cargo->count + 3, n = 0;
	const char **words;
	struct map seen;

	for (size_t i = 0; i < cargo->count; i++)
		room += cargo->items[i].tag_count;
	words = ARENA_ARRAY(arena, room, const char *);
	words[n++] = "save";
	if (fleet->answer.podman)
		words[n++] = "--multi-image-archive";
	map_init(&seen);
	for (size_t i = 0; i < cargo->count; i++) {
		const struct cargo_item *item = &cargo->items[i];
		const struct str *names = item->tag_count ? item->tags : &item->id;

		for (size_t at = 0; at < (item->tag_count ? item->tag_count : 1); at++) {
			struct str name = cargo_tag(cargo, names[at]);

			map_put(&seen, name, &fresh);
			if (fresh)
				words[n++] = arena_strndup(arena, name.p, name.n);
		}
	}
	map_release(&seen);
	return engine_words(arena, &fleet->command, words);
}

static bool has_tag(struct cargo *cargo, const struct archive_image *image, struct str tag)
{
	struct arena *arena = &cargo->fleet.arena;
	bool podman = cargo->fleet.answer.podman;
	struct str name = ask_normal(arena, tag, podman);

	for (size_t i = 0; i < image->tag_count; i++)
		if (str_eq(ask_normal(arena, image->tags[i], podman), name))
			return true;
	return false;
}

/* In containerd's store an image's ID is not its configuration's digest: the tag tells, or that there is one image. */
static bool is_of(struct cargo *cargo, const struct archive_image *image, const struct cargo_item *item)
{
	if (str_eq(item->id, image->id))
		return true;
	return item->tag_count ? has_tag(cargo, image, item->tags[0]) : !image->tag_count && cargo->count == 1;
}

const struct cargo_item *cargo_item_of(struct cargo *cargo, const struct archive_image *image)
{
	for (size_t i = 0; i < cargo->count; i++)
		if (is_of(cargo, image, &cargo->items[i]))
			return &cargo->items[i];
	return NULL;
}

/* podman writes another configuration than it has. */
static bool is_saved(struct cargo *cargo, const struct cargo_item *item, const struct archive *archive)
{
	bool podman = cargo->fleet.answer.podman;

	for (size_t i = 0; i < archive->image_count; i++) {
		const struct archive_image *image = &archive->images[i];
		size_t at = 0;

		if (!is_of(cargo, image, item))
			continue;
		while (at < item->tag_count && has_tag(cargo, image, item->tags[at]))
			at++;
		return at == item->tag_count && (podman || map_get(&archive->digests, item->id));
	}
	return false;
}

static bool check(struct cargo *cargo, const struct archive *archive)
{
	struct diag *diag = cargo->fleet.diag;
	bool fine = true;

	for (size_t i = 0; i < cargo->count; i++) {
		if (is_saved(cargo, &cargo->items[i], archive))
			continue;
		diag_error(diag, SPAN_NONE, "%.*s became another image while it was saved", STR_ARG(cargo->items[i].name));
		fine = false;
	}
	for (size_t i = 0; i < archive->image_count; i++) {
		if (cargo_item_of(cargo, &archive->images[i]))
			continue;
		diag_error(diag, SPAN_NONE, "the engine saved another image as well: %.*s",
		           STR_ARG(archive->images[i].id));
		fine = false;
	}
	return fine;
}

bool cargo_pass(struct cargo *cargo, struct archive_order order, struct archive *archive)
{
	struct fleet *fleet = &cargo->fleet;
	struct engine_call call = ENGINE_CALL(save_words(cargo), fleet->command.env);
	int ends[2], status;
	pid_t child;
	bool fine;

	*archive = (struct archive){.image_count = 0};
	if (!engine_pipe(ends)) {
		diag_error(fleet->diag, SPAN_NONE, "cannot make a pipe: %s", strerror(errno));
		return false;
	}
	call.out = ends[1];
	child = engine_start(&call);
	close(ends[1]);
	order.from = ends[0];
	fine = child > 0 && archive_pass(&fleet->arena, fleet->diag, &order, archive);
	close(ends[0]);
	status = child > 0 ? engine_wait(child) : 127;
	if (status != 0 && (fine || child < 0))
		diag_error(fleet->diag, SPAN_NONE, "%s: saving ended with status %d", order.name, status);
	return fine && status == 0 && check(cargo, archive);
}
