/* SPDX-License-Identifier: Apache-2.0 */
#include "action/keytag.h"

#include "client/engine.h"
#include "client/levels.h"
#include "client/words.h"
#include "stamp/fleet.h"

#include <stdio.h>
#include <stdlib.h>

#define KEYTAG_KIND "dtk-key-tag 1"

static bool hash_parents(struct hasher *hasher, const struct seal *seal)
{
	for (size_t i = 0; i < seal->parent_count; i++) {
		hasher_field(hasher, seal->parents[i].ref);
		hasher_field(hasher, seal->parents[i].id);
		if (str_is(seal->parents[i].id, "-"))
			return false;
	}
	return true;
}

struct str keytag_of(struct arena *arena, const struct seal *seal, struct str platform, const char *registry,
                     const char *repository)
{
	struct push order = {.registry = registry, .repository = repository};
	struct hasher *hasher = hasher_new();
	char digits[HASH_TEXT], tag[HASH_TEXT + 4];
	bool known;

	hasher_field(hasher, STR(KEYTAG_KIND));
	hasher_add(hasher, seal->key.hash.bytes, sizeof seal->key.hash.bytes);
	hasher_field(hasher, platform);
	for (size_t i = 0; i < seal->env_count; i++)
		hasher_field(hasher, seal->env[i]);
	hasher_field(hasher, STR(""));
	known = hash_parents(hasher, seal);
	hash_text(hasher_end(hasher), digits);
	hasher_free(hasher);
	snprintf(tag, sizeof tag, "key-%s", digits);
	if (!known || seal->tag_count == 0)
		return STR("");
	return push_name(arena, ask_normal(arena, seal->tags[0], false), &order, tag);
}

bool keytag_wanted(const struct push *order)
{
	const char *value = getenv("DTK_PUSH_KEYS");

	return order->keys || (value && *value && strcmp(value, "0") != 0);
}

bool keytag_only(void)
{
	const char *value = getenv("DTK_PUSH_KEYS");

	return value && strcmp(value, "only") == 0;
}

/* A set of images that grows. */
struct pushing {
	struct fleet fleet;
	struct map names; /* of the images in it */
};

static bool add(struct pushing *pushing, const char *out)
{
	struct place place = place_of(&pushing->fleet.arena, out);
	bool fresh;

	map_put(&pushing->names, place.name, &fresh);
	return !fresh || fleet_add(&pushing->fleet, out);
}

/* A stamp; what else there is in an order of a push is not ours. */
static bool add_word(void *context, struct str word)
{
	struct pushing *pushing = context;

	if (word.n && (word.p[0] == '+' || word.p[0] == '%'))
		return true;
	return add(pushing, arena_strndup(&pushing->fleet.arena, word.p, word.n));
}

/* A stage that is kept by itself holds what its image leaves out: nobody asked to publish that. */
static bool is_stage(const struct seal *seal)
{
	for (size_t i = 0; i < seal->key.input_count; i++)
		if (str_starts(seal->key.inputs[i].name, STR("--target ")))
			return true;
	return false;
}

static bool add_parents(struct pushing *pushing)
{
	struct fleet *fleet = &pushing->fleet;
	bool fine = true;

	for (size_t i = 0; i < fleet->count; i++) {
		struct seal seal = fleet->images[i].seal;

		for (size_t j = 0; j < seal.parent_count; j++) {
			struct place place = place_other(&fleet->images[i].place, seal.parents[j].name);
			size_t before = fleet->count;

			if (place.name.n)
				fine = add(pushing, place_stamp(&fleet->arena, &place, ".image")) && fine;
			if (fleet->count > before && is_stage(&fleet->images[before].seal))
				fleet->count = before;
		}
	}
	return fine;
}

static bool run(struct fleet *fleet, const char *const *words, struct buf *text)
{
	struct engine_call call = ENGINE_CALL(engine_words(&fleet->arena, &fleet->command, words),
	                                      fleet->command.env);

	buf_clear(text);
	call.out_text = call.err_text = text;
	return engine_run(&call) == 0;
}

static bool registry_has(struct fleet *fleet, struct str ref, struct buf *text)
{
	const char *secure[] = {"manifest", "inspect", ref.p, NULL};
	const char *loopback[] = {"manifest", "inspect", "--insecure", ref.p, NULL};

	return run(fleet, push_is_loopback(ref) && !fleet->answer.podman ? loopback : secure, text);
}

/* The tag here is taken away again: the image has others. */
static bool push_as(struct fleet *fleet, const struct seal *seal, struct str ref)
{
	const char *push[] = {"push", ref.p, NULL}, *untag[] = {"rmi", ref.p, NULL};
	struct buf text = BUF_INIT;
	bool fine;

	if (registry_has(fleet, ref, &text)) {
		printf("%.*s: the registry has it\n", STR_ARG(ref));
		buf_release(&text);
		return true;
	}
	fine = engine_tag(fleet->diag, &fleet->command, seal->engine, ref);
	if (fine && !run(fleet, push, &text)) {
		diag_error(fleet->diag, SPAN_NONE, "cannot push %.*s: %.*s", STR_ARG(ref),
		           STR_ARG(str_trim(buf_str(&text))));
		fine = false;
	} else if (fine) {
		printf("%.*s: pushed\n", STR_ARG(ref));
	}
	run(fleet, untag, &text);
	buf_release(&text);
	fflush(stdout);
	return fine;
}

static bool push_image(struct fleet *fleet, const struct push *order, const struct fleet_image *image)
{
	const struct ask_image *there = ask_find(&fleet->arena, &fleet->answer, image->seal.engine);
	struct str ref;

	if (!image->sealed || image->seal.aside.n || !there) {
		diag_error(fleet->diag, SPAN_NONE, "%.*s is not built: run ninja again", STR_ARG(image->place.name));
		return false;
	}
	ref = keytag_of(&fleet->arena, &image->seal, there->platform, order->registry, order->repository);
	if (ref.n)
		return push_as(fleet, &image->seal, ref);
	diag_warning(fleet->diag, SPAN_NONE, "%.*s gets no key tag: %s", STR_ARG(image->place.name),
	             image->seal.tag_count ? "it is not known on which base it was built" : "it has no tag");
	if (image->seal.tag_count)
		diag_hint(fleet->diag, "with dtk-gen --reuse the engine pulls a base before it builds on it");
	return true;
}

int keytag_push(const struct push *order, struct diag *diag)
{
	struct pushing pushing;
	struct fleet *fleet = &pushing.fleet;
	bool fine;

	if (levels_untrusted()) {
		diag_warning(diag, SPAN_NONE, "in a pull request no key tags are pushed");
		return 0;
	}
	map_init(&pushing.names);
	fine = fleet_init(fleet, diag, order->words) && words_each(order->stamps, diag, add_word, &pushing)
		&& add_parents(&pushing) && fleet_ask(fleet);
	for (size_t i = 0; fine && i < fleet->count; i++)
		fine = push_image(fleet, order, &fleet->images[i]);
	map_release(&pushing.names);
	fleet_release(fleet);
	return fine ? 0 : -1;
}
