/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/seal.h"

#include "base/fs.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SEAL_MAGIC "dtk-seal 1"

void seal_add_parent(struct arena *arena, struct seal *seal, struct seal_parent parent)
{
	if (seal->parent_count == seal->parent_capacity) {
		size_t old = seal->parent_capacity, new = old ? 2 * old : 4;

		seal->parents = arena_grow(arena, seal->parents, old * sizeof parent, new * sizeof parent);
		seal->parent_capacity = new;
	}
	seal->parents[seal->parent_count++] = parent;
}

void seal_add_text(struct arena *arena, struct str **list, size_t *count, size_t *capacity, struct str text)
{
	if (*count == *capacity) {
		size_t new = *capacity ? 2 * *capacity : 8;

		*list = arena_grow(arena, *list, *capacity * sizeof text, new * sizeof text);
		*capacity = new;
	}
	(*list)[(*count)++] = text;
}

static long long number(struct arena *arena, struct str text)
{
	return strtoll(arena_strndup(arena, text.p, text.n), NULL, 10);
}

static bool read_parent(struct arena *arena, struct str line, bool named, struct seal *seal)
{
	struct seal_parent parent = {{"", 0}, {"", 0}, {"", 0}};

	if (named)
		parent.name = record_word(&line);
	parent.id = record_word(&line);
	parent.ref = record_unescape(arena, line);
	seal_add_parent(arena, seal, parent);
	return parent.id.n && parent.ref.n;
}

static bool read_key_line(struct arena *arena, struct str word, struct str line, struct seal *seal)
{
	struct str value = record_unescape(arena, line);

	if (str_is(word, "key"))
		return hash_parse(line, &seal->key.hash);
	if (str_is(word, "context"))
		seal->key.context = arena_strndup(arena, value.p, value.n);
	else if (str_is(word, "dockerfile"))
		seal->key.dockerfile = arena_strndup(arena, value.p, value.n);
	else if (str_is(word, "whole"))
		seal->key.whole = true;
	else
		return false;
	return true;
}

static bool read_line(struct arena *arena, struct str line, struct seal *seal)
{
	struct str whole = line, word = record_word(&line);

	if (word.n == 1)
		return keyfile_input(arena, whole, &seal->key);
	if (str_is(word, "image"))
		seal->image = line;
	else if (str_is(word, "engine"))
		seal->engine = line;
	else if (str_is(word, "aside"))
		seal->aside = line;
	else if (str_is(word, "when"))
		seal->when = number(arena, line);
	else if (str_is(word, "took"))
		seal->took = number(arena, line);
	else if (str_is(word, "parent") || str_is(word, "base"))
		return read_parent(arena, line, str_is(word, "parent"), seal);
	else if (str_is(word, "env"))
		seal_add_text(arena, &seal->env, &seal->env_count, &seal->env_capacity, record_unescape(arena, line));
	else if (str_is(word, "tag"))
		seal_add_text(arena, &seal->tags, &seal->tag_count, &seal->tag_capacity,
		              record_unescape(arena, line));
	else if (str_is(word, "line"))
		seal_add_text(arena, &seal->lines, &seal->line_count, &seal->line_capacity,
		              record_unescape(arena, line));
	else
		return read_key_line(arena, word, line, seal);
	return true;
}

enum record seal_load(const struct place *place, struct arena *arena, struct diag *diag, struct seal *seal)
{
	const char *path = place_stamp(arena, place, ".seal");
	struct str body, line;
	enum record result = record_read(path, SEAL_MAGIC, arena, diag, &body);

	memset(seal, 0, sizeof *seal);
	if (result == RECORD_MISSING) {
		path = place_stamp(arena, place, ".aside");
		result = record_read(path, SEAL_MAGIC, arena, diag, &body);
	}
	if (result != RECORD_FINE)
		return result;
	while (record_line(&body, &line))
		if (!read_line(arena, line, seal))
			result = RECORD_BROKEN;
	if (result == RECORD_FINE && seal->image.n && seal->engine.n)
		return RECORD_FINE;
	if (diag) {
		unlink(path);
		diag_error(diag, SPAN_NONE, "%s was not understood and has been removed: run ninja again", path);
	}
	return RECORD_BROKEN;
}

static void write_parents(struct buf *text, const struct seal *seal)
{
	for (size_t i = 0; i < seal->parent_count; i++) {
		const struct seal_parent *parent = &seal->parents[i];

		if (parent->name.n)
			buf_addf(text, "parent %.*s ", STR_ARG(parent->name));
		else
			buf_adds(text, "base ");
		buf_addstr(text, parent->id);
		buf_addc(text, ' ');
		record_escape(text, parent->ref);
		buf_addc(text, '\n');
	}
}

static void write_key(struct buf *text, const struct key *key)
{
	char digits[HASH_TEXT];

	hash_text(key->hash, digits);
	record_add(text, "key", str_of(digits));
	if (key->context)
		record_add(text, "context", str_of(key->context));
	if (key->dockerfile)
		record_add(text, "dockerfile", str_of(key->dockerfile));
	if (key->whole)
		record_add(text, "whole", STR("yes"));
	keyfile_inputs(text, key);
}

int seal_save(const struct place *place, const struct seal *seal, struct diag *diag)
{
	struct buf text = BUF_INIT;
	struct arena arena;
	int result;

	arena_init(&arena);
	buf_adds(&text, SEAL_MAGIC "\n");
	record_add(&text, "image", seal->image);
	record_add(&text, "engine", seal->engine);
	buf_addf(&text, "when %lld\ntook %lld\n", seal->when, seal->took);
	write_parents(&text, seal);
	for (size_t i = 0; i < seal->env_count; i++)
		record_add(&text, "env", seal->env[i]);
	for (size_t i = 0; i < seal->tag_count; i++)
		record_add(&text, "tag", seal->tags[i]);
	for (size_t i = 0; i < seal->line_count; i++)
		record_add(&text, "line", seal->lines[i]);
	write_key(&text, &seal->key);
	result = record_write(place_stamp(&arena, place, ".seal"), &text, NULL, diag);
	if (result >= 0)
		unlink(place_stamp(&arena, place, ".aside"));
	buf_release(&text);
	arena_release(&arena);
	return result < 0 ? -1 : 0;
}

/* Writes X.aside: what the stamp with the ending FROM holds, and why. */
static void put_aside(const struct place *place, const char *from, const char *reason, struct arena *arena)
{
	struct buf text = BUF_INIT;
	struct str body;

	if (record_read(place_stamp(arena, place, from), NULL, arena, NULL, &body) == RECORD_FINE) {
		buf_addstr(&text, body);
		record_add(&text, "aside", str_of(reason));
		record_write(place_stamp(arena, place, ".aside"), &text, NULL, NULL);
	}
	buf_release(&text);
}

void seal_set_aside(const struct place *place, const char *reason)
{
	struct arena arena;

	arena_init(&arena);
	put_aside(place, ".seal", reason, &arena);
	unlink(place_stamp(&arena, place, ".seal"));
	arena_release(&arena);
}

void seal_force(const struct place *place)
{
	struct arena arena;

	arena_init(&arena);
	if (access(place_stamp(&arena, place, ".seal"), F_OK) != 0)
		put_aside(place, ".aside", SEAL_FORCED, &arena);
	arena_release(&arena);
	seal_set_aside(place, SEAL_FORCED);
}

void seal_drop(const struct place *place)
{
	static const char *const suffixes[] = {".seal", ".aside", ".image"};
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
		unlink(place_stamp(&arena, place, suffixes[i]));
	arena_release(&arena);
}

enum record seal_image(const struct place *place, struct arena *arena, struct diag *diag, struct str *id)
{
	struct str body;
	enum record result = record_read(place_stamp(arena, place, ".image"), NULL, arena, diag, &body);

	if (result == RECORD_FINE)
		*id = str_trim(body);
	return result;
}

int seal_save_image(const struct place *place, struct str id, struct diag *diag)
{
	struct buf text = BUF_INIT;
	struct arena arena;
	int result;

	arena_init(&arena);
	buf_addstr(&text, id);
	buf_addc(&text, '\n');
	result = record_write(place_stamp(&arena, place, ".image"), &text, NULL, diag);
	buf_release(&text);
	arena_release(&arena);
	return result < 0 ? -1 : 0;
}
