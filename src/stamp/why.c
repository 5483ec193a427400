/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/why.h"

#include "stamp/edge.h"
#include "stamp/holder.h"

enum { WHY_LINES = 40 }; /* of a Dockerfile's change that are shown */

static const char *kind_name(char kind)
{
	static const struct {
		char kind;
		const char *name;
	} names[] = {
		{KEY_DOCKERFILE, "Dockerfile"}, {KEY_ARG, "argument"}, {KEY_HOOK, "hook"}, {KEY_ENV, "script"},
		{KEY_BEFORE, "command before"}, {KEY_AFTER, "command after"}, {KEY_SCRIPT, "script"},
		{KEY_FILE, "file"}, {KEY_DIR, "directory"}, {KEY_LINK, "link"}, {KEY_FIFO, "pipe"},
		{KEY_CHAR, "device"}, {KEY_BLOCK, "device"},
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "input";
}

/* In the order in which they are compared. */
static const char groups[] = {KEY_DOCKERFILE, KEY_ARG, KEY_HOOK, KEY_BEFORE, KEY_AFTER, KEY_SCRIPT, KEY_ENV, KEY_FILE};

/* What belongs to the context is one kind: there a name stands for one thing. */
static char group_of(char kind)
{
	return kind && memchr(groups, kind, sizeof groups) ? kind : KEY_FILE;
}

static int input_order(const struct key_input *a, const struct key_input *b)
{
	const char *one = memchr(groups, group_of(a->kind), sizeof groups);
	const char *two = memchr(groups, group_of(b->kind), sizeof groups);

	if (one != two)
		return one < two ? -1 : 1;
	return a->kind == KEY_DOCKERFILE ? 0 : str_cmp(a->name, b->name);
}

static void say(struct buf *out, const struct key_input *input, const char *what)
{
	buf_addf(out, "%s %s: ", kind_name(input->kind), what);
	record_escape(out, input->name);
	buf_addc(out, '\n');
}

static unsigned compare(const struct key_input *old, const struct key_input *now, struct buf *out)
{
	bool changed = !hash_eq(old->hash, now->hash) && old->kind == now->kind;
	unsigned count = 0;

	if (old->kind != now->kind) {
		buf_addf(out, "type %s -> %s: ", kind_name(old->kind), kind_name(now->kind));
		record_escape(out, now->name);
		buf_addc(out, '\n');
		return 1;
	}
	if (old->mode != now->mode) {
		buf_addf(out, "mode %04o -> %04o: ", old->mode, now->mode);
		record_escape(out, now->name);
		buf_addc(out, '\n');
		count++;
	}
	if (changed && now->kind != KEY_DOCKERFILE)
		say(out, now, "changed");
	return count + changed;
}

/* Arguments stand in the order of the command; all others are sorted already. */
static void sort_inputs(struct key_input *inputs, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct key_input moved = inputs[i];
		size_t at = i;

		while (at > 0 && input_order(&inputs[at - 1], &moved) > 0) {
			inputs[at] = inputs[at - 1];
			at--;
		}
		inputs[at] = moved;
	}
}

static struct key_input *sorted(const struct key *key)
{
	struct key_input *inputs = mem_alloc((key->input_count + 1) * sizeof *inputs);
	size_t context = 0;

	if (key->input_count)
		memcpy(inputs, key->inputs, key->input_count * sizeof *inputs);
	while (context < key->input_count && group_of(inputs[context].kind) != KEY_FILE)
		context++;
	sort_inputs(inputs, context);
	return inputs;
}

unsigned why_inputs(const struct key *old, const struct key *now, struct buf *out)
{
	struct key_input *before = sorted(old), *after = sorted(now);
	size_t i = 0, j = 0;
	unsigned count = 0;

	while (i < old->input_count || j < now->input_count) {
		int order = i == old->input_count ? 1 : j == now->input_count ? -1 : input_order(&before[i],
		                                                                                 &after[j]);

		if (order < 0)
			say(out, &before[i++], "removed");
		else if (order > 0)
			say(out, &after[j++], "added");
		else
			count += compare(&before[i++], &after[j++], out);
		count += order != 0;
	}
	mem_free(before);
	mem_free(after);
	return count;
}

static void say_lines(const struct str *lines, size_t from, size_t to, char sign, struct buf *out)
{
	for (size_t i = from; i < to; i++) {
		if (i - from == WHY_LINES) {
			buf_addf(out, "Dockerfile:%zu: %c... %zu more\n", i + 1, sign, to - i);
			return;
		}
		buf_addf(out, "Dockerfile:%zu: %c", i + 1, sign);
		record_escape(out, lines[i]);
		buf_addc(out, '\n');
	}
}

void why_lines(const struct str *old, size_t old_count, const struct str *now, size_t now_count,
               struct buf *out)
{
	size_t head = 0, tail = 0;

	while (head < old_count && head < now_count && str_eq(old[head], now[head]))
		head++;
	while (tail < old_count - head && tail < now_count - head
	       && str_eq(old[old_count - 1 - tail], now[now_count - 1 - tail]))
		tail++;
	say_lines(old, head, old_count - tail, '-', out);
	say_lines(now, head, now_count - tail, '+', out);
}

static unsigned why_env(const struct seal *seal, const struct command *command, struct buf *out)
{
	unsigned count = 0;

	for (size_t i = 0; i < command->env_count; i++) {
		bool there = false;

		for (size_t at = 0; at < seal->env_count; at++)
			there = there || str_is(seal->env[at], command->env[i]);
		if (!there)
			buf_addf(out, "environment added: %s\n", command->env[i]);
		count += !there;
	}
	for (size_t i = 0; i < seal->env_count; i++) {
		bool there = false;

		for (size_t at = 0; at < command->env_count; at++)
			there = there || str_is(seal->env[i], command->env[at]);
		if (!there)
			buf_addf(out, "environment removed: %.*s\n", STR_ARG(seal->env[i]));
		count += !there;
	}
	return count;
}

static unsigned why_tags(const struct seal *seal, const struct command *command, struct buf *out)
{
	struct seal wanted = {.tags = command->tags, .tag_count = command->tag_count};
	unsigned count = 0;

	for (size_t i = 0; i < wanted.tag_count; i++)
		if (!holder_lists(seal, wanted.tags[i])) {
			buf_addf(out, "tag added: %.*s\n", STR_ARG(wanted.tags[i]));
			count++;
		}
	for (size_t i = 0; i < seal->tag_count; i++)
		if (!holder_lists(&wanted, seal->tags[i])) {
			buf_addf(out, "tag removed: %.*s\n", STR_ARG(seal->tags[i]));
			count++;
		}
	return count;
}

/* A seal that verify, or a child, or another image's build set aside; those for a tag ask for no build. */
static unsigned why_aside(const struct seal *seal, struct buf *out)
{
	if (str_is(seal->aside, SEAL_GONE))
		buf_adds(out, "the engine does not have it\n");
	else if (str_is(seal->aside, SEAL_BASE))
		buf_adds(out, "a base image changed\n");
	else if (str_is(seal->aside, SEAL_TAG))
		buf_adds(out, "another image was given one of its tags\n");
	else if (str_is(seal->aside, SEAL_FORCED))
		buf_adds(out, "a build was forced\n");
	return str_is(seal->aside, SEAL_GONE) || str_is(seal->aside, SEAL_BASE) || str_is(seal->aside, SEAL_FORCED);
}

/* A parent's ID as it is stamped, against the seal's. */
static unsigned why_parent(const struct place *place, const struct seal *seal, const char *text,
                           struct arena *arena,
                           struct buf *out)
{
	struct str word = str_of(text), id = STR("none"), sealed = STR("none");
	size_t equals = str_find(word, '=', 0);
	struct place parent = place_other(place, str_slice(word, 0, equals));

	if (seal_image(&parent, arena, NULL, &id) != RECORD_FINE)
		return 0;
	for (size_t i = 0; i < seal->parent_count; i++)
		if (str_eq(seal->parents[i].name, parent.name)
		    && str_eq(seal->parents[i].ref, str_slice(word, equals + 1, word.n)))
			sealed = seal->parents[i].id;
	if (str_eq(id, sealed))
		return 0;
	buf_addf(out, "parent %.*s: %.*s -> %.*s\n", STR_ARG(parent.name), STR_ARG(sealed), STR_ARG(id));
	return 1;
}

static bool hash_now(const struct why_image *image, const struct place *place, struct command *command,
                     struct arena *arena, struct diag *diag, struct scan *scan, struct key *now)
{
	struct scan_spec *spec = ARENA_NEW(arena, struct scan_spec);
	struct cache cache;
	bool fine;

	*spec = (struct scan_spec){
		.context = image->context, .dockerfile = image->dockerfile, .onbuild = image->onbuild,
		.hooks = {place_env(arena, place, image->env), image->before, image->after}, .command = command,
		.whole = edge_whole(place),
	};
	while (image->onbuild[spec->onbuild_count])
		spec->onbuild_count++;
	cache_open(&cache, place_stamp(arena, place, ".stat"));
	fine = edge_hash(arena, diag, place, spec, &cache, scan, now);
	cache_release(&cache);
	return fine;
}

static unsigned compare_all(const struct why_image *image, const struct place *place,
                            const struct command *command,
                            const struct seal *seal, const struct scan *scan, const struct key *now,
                            struct arena *arena, struct buf *out)
{
	unsigned count = 0;

	if (!hash_eq(seal->key.hash, now->hash)) {
		struct seal lines = {0};
		struct str text = scan->files[0].text, line;

		while (record_line(&text, &line))
			seal_add_text(arena, &lines.lines, &lines.line_count, &lines.line_capacity, line);
		why_lines(seal->lines, seal->line_count, lines.lines, lines.line_count, out);
		count = why_inputs(&seal->key, now, out);
		if (count == 0) {
			buf_adds(out, "inputs changed in order\n");
			count = 1;
		}
	}
	count += why_aside(seal, out) + why_env(seal, command, out);
	for (size_t i = 0; image->parents[i]; i++)
		count += why_parent(place, seal, image->parents[i], arena, out);
	return count;
}

static enum why explain(const struct why_image *image, const struct place *place,
                        bool (*pending)(void *, struct str), void *context, struct arena *arena,
                        struct diag *diag, struct buf *out)
{
	struct command command;
	struct seal seal;
	struct scan scan;
	struct key now;
	enum record found = seal_load(place, arena, NULL, &seal);
	bool waits = false;

	if (!command_parse(arena, diag, image->words, &command)
	    || !hash_now(image, place, &command, arena, diag, &scan, &now))
		return WHY_FAILED;
	if (found != RECORD_FINE) {
		buf_adds(out, found == RECORD_MISSING ? "never built\n" : "its seal is damaged\n");
		return WHY_NEW;
	}
	if (compare_all(image, place, &command, &seal, &scan, &now, arena, out))
		return WHY_CHANGED;
	for (size_t i = 0; image->parents[i] && pending; i++) {
		struct str parent = str_of(image->parents[i]);

		parent = str_slice(parent, 0, str_find(parent, '=', 0));
		if (!pending(context, parent))
			continue;
		buf_addf(out, "parent %.*s is built first\n", STR_ARG(parent));
		waits = true;
	}
	if (waits)
		return WHY_PARENT;
	return why_tags(&seal, &command, out) || seal.aside.n ? WHY_RETAG : WHY_FRESH;
}

enum why why_image(const struct why_image *image, bool (*pending)(void *context, struct str parent),
                   void *context, struct diag *diag, struct buf *out)
{
	struct arena arena;
	struct place place;
	enum why result;

	arena_init(&arena);
	place = place_of(&arena, image->out);
	result = explain(image, &place, pending, context, &arena, diag, out);
	arena_release(&arena);
	return result;
}
