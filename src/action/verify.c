/* SPDX-License-Identifier: Apache-2.0 */
#include "action/verify.h"

#include "base/fs.h"
#include "client/engine.h"
#include "client/show.h"
#include "client/wish.h"
#include "stamp/base.h"
#include "stamp/edge.h"
#include "stamp/fleet.h"
#include "stamp/holder.h"

#include <dirent.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { VERIFY_STALE = 600 }; /* seconds after which a temporary file is nobody's */

static bool verify_base(struct fleet *fleet, const struct fleet_image *image, const struct seal_parent *base)
{
	struct str pin = fleet_pin(fleet, base->ref);

	if (!base_moved(&fleet->arena, &fleet->answer, base, pin))
		return true;
	printf("%.*s: its base %.*s %s\n", STR_ARG(image->place.name), STR_ARG(base->ref),
	       pin.n ? "is not the pinned image" : "changed");
	return false;
}

/* What the engine has; false after an error was said. */
static bool verify_image(struct fleet *fleet, const struct fleet_image *image, unsigned *dropped)
{
	const struct seal *seal = &image->seal;
	const char *reason = NULL;
	bool fine = true;

	if (!ask_find(&fleet->arena, &fleet->answer, seal->engine)) {
		printf("%.*s: the engine does not have it\n", STR_ARG(image->place.name));
		reason = SEAL_GONE;
	}
	for (size_t i = 0; i < seal->parent_count && !reason; i++)
		if (seal->parents[i].name.n == 0 && !verify_base(fleet, image, &seal->parents[i]))
			reason = SEAL_BASE;
	if (reason) {
		seal_set_aside(&image->place, reason);
		++*dropped;
		return true;
	}
	for (size_t i = 0; i < seal->tag_count; i++) {
		const struct ask_image *now = ask_find(&fleet->arena, &fleet->answer, seal->tags[i]);
		struct str holder = holder_of(&image->place, &fleet->arena, seal->tags[i]);

		if ((now && str_eq(now->id, seal->engine)) || !str_eq(holder, image->place.name))
			continue;
		printf("%.*s: tagged %.*s\n", STR_ARG(image->place.name), STR_ARG(seal->tags[i]));
		fine = engine_tag(fleet->diag, &fleet->command, seal->engine, seal->tags[i]) && fine;
	}
	return fine;
}

/* The options of the build command as the key's inputs have them: "NAME VALUE", or a flag. */
static void options_of(struct arena *arena, const struct key *key, struct command *command)
{
	memset(command, 0, sizeof *command);
	command->options = ARENA_ARRAY(arena, key->input_count + 1, struct command_option);
	for (size_t i = 0; i < key->input_count; i++) {
		struct str name = key->inputs[i].name, value = {NULL, 0};
		size_t blank = str_find(name, ' ', 0);

		if (key->inputs[i].kind != KEY_ARG)
			continue;
		if (blank < name.n)
			value = str_slice(name, blank + 1, name.n);
		command->options[command->option_count++] = (struct command_option){
			str_slice(name, 0, blank), value, false};
	}
}

/* The image's own command, or NULL. */
static const char *command_of(struct arena *arena, const struct key *key, char kind)
{
	for (size_t i = 0; i < key->input_count; i++)
		if (key->inputs[i].kind == kind)
			return arena_strndup(arena, key->inputs[i].name.p, key->inputs[i].name.n);
	return NULL;
}

static bool rehash(struct arena *arena, const struct place *place, const struct key *key, struct diag *diag,
                   struct hash *hash)
{
	const char *path = place_stamp(arena, place, ".stat");
	struct command command;
	struct scan_spec spec = {
		.context = key->context, .dockerfile = key->dockerfile,
		.onbuild = key->onbuild, .onbuild_count = key->onbuild_count,
		.hooks = {place_env(arena, place, key->env), command_of(arena, key, KEY_BEFORE),
		          command_of(arena, key, KEY_AFTER)},
		.command = &command, .whole = key->whole,
	};
	struct cache cache;
	struct scan scan;
	struct key now;
	bool fine;

	options_of(arena, key, &command);
	cache_open(&cache, path);
	fine = edge_hash(arena, diag, place, &spec, &cache, &scan, &now);
	if (fine) {
		cache_save(&cache, path);
		*hash = now.hash;
	}
	cache_release(&cache);
	return fine;
}

/* The image's inputs. Those of another branch are not there and nobody's business. */
static bool verify_key(const struct fleet_image *image, struct diag *diag, unsigned *dropped)
{
	struct arena arena;
	struct key key;
	struct hash now;
	bool fine;

	arena_init(&arena);
	switch (keyfile_load(&image->place, &arena, diag, &key)) {
	case RECORD_FINE:
		fine = true;
		if (access(key.dockerfile, F_OK) != 0 || access(key.context, F_OK) != 0)
			break;
		fine = rehash(&arena, &image->place, &key, diag, &now);
		if (!fine || hash_eq(now, key.hash))
			break;
		printf("%.*s: its inputs changed\n", STR_ARG(image->place.name));
		unlink(place_stamp(&arena, &image->place, ".key"));
		++*dropped;
		break;
	case RECORD_MISSING:
		fine = true;
		break;
	default:
		fine = false;
	}
	arena_release(&arena);
	return fine;
}

/* Removes what killed runs left behind. */
static void sweep(struct arena *arena, const char *stamps)
{
	struct dirent *entry;
	struct stat st;
	DIR *dir = opendir(stamps);

	while (dir && (entry = readdir(dir))) {
		const char *path;

		if (!str_starts(str_of(entry->d_name), STR(FS_TEMP_PREFIX)))
			continue;
		path = path_join(arena, str_of(stamps), str_of(entry->d_name));
		if (lstat(path, &st) == 0 && st.st_mtime + VERIFY_STALE < time(NULL))
			unlink(path);
	}
	if (dir)
		closedir(dir);
}

static bool verify_fleet(struct fleet *fleet)
{
	unsigned dropped = 0;
	bool fine = true;

	for (size_t i = 0; i < fleet->count; i++) {
		if (fleet->images[i].sealed)
			fine = verify_image(fleet, &fleet->images[i], &dropped) && fine;
		fine = verify_key(&fleet->images[i], fleet->diag, &dropped) && fine;
	}
	printf("%zu image%s verified%s\n", fleet->count, fleet->count == 1 ? "" : "s",
	       dropped ? "; run ninja again to build what is named above" : "");
	return fine;
}

int verify_all(const char *stamps, const char *lock_path, const char *const *words, struct diag *diag)
{
	struct fleet fleet;
	struct lock lock;
	bool fine = fleet_init(&fleet, diag, words), whole;

	lock_init(&lock, &fleet.arena);
	fleet.lock = &lock;
	fine = fine && (!lock_path || base_pins(lock_path, &lock, diag));
	if (fine) {
		whole = fleet_add_all(&fleet, stamps);
		sweep(&fleet.arena, stamps);
		fine = fleet_ask(&fleet) && verify_fleet(&fleet) && whole;
	}
	lock_release(&lock);
	fleet_release(&fleet);
	return fine ? 0 : -1;
}

/* The tags of the sealed images, as they still stand. */
static const char **standing_tags(struct fleet *fleet, size_t *count)
{
	size_t room = 3;
	const char **words;

	for (size_t i = 0; i < fleet->count; i++)
		room += fleet->images[i].seal.tag_count;
	words = ARENA_ARRAY(&fleet->arena, room, const char *);
	words[0] = "rmi";
	*count = 1;
	for (size_t i = 0; i < fleet->count; i++) {
		const struct seal *seal = &fleet->images[i].seal;

		for (size_t at = 0; at < seal->tag_count; at++) {
			const struct ask_image *now = ask_find(&fleet->arena, &fleet->answer, seal->tags[at]);

			if (now && str_eq(now->id, seal->engine))
				words[(*count)++] = arena_strndup(&fleet->arena, seal->tags[at].p, seal->tags[at].n);
		}
	}
	return words;
}

static bool remove_tags(struct fleet *fleet)
{
	size_t count;
	const char **words = standing_tags(fleet, &count);
	struct engine_call call = ENGINE_CALL(engine_words(&fleet->arena, &fleet->command, words),
	                                      fleet->command.env);

	if (count > 1 && wish_take(&fleet->arena, STR("")).show)
		show_words(fleet->command.env, call.argv);
	return count == 1 || engine_run(&call) == 0;
}

int verify_clean(const char *stamps, const char *const *words, struct diag *diag)
{
	struct fleet fleet;
	bool fine = fleet_init(&fleet, diag, words) && fleet_add_all(&fleet, stamps) && fleet_ask(&fleet)
		&& remove_tags(&fleet);

	for (size_t i = 0; fine && i < fleet.count; i++) {
		const struct fleet_image *image = &fleet.images[i];

		for (size_t at = 0; at < image->seal.tag_count; at++)
			if (str_eq(holder_of(&image->place, &fleet.arena, image->seal.tags[at]), image->place.name))
				holder_drop(&image->place, image->seal.tags[at]);
		seal_drop(&image->place);
	}
	fleet_release(&fleet);
	return fine ? 0 : -1;
}
