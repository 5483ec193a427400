/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/keyfile.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_MAGIC "dtk-key 1"

void keyfile_inputs(struct buf *out, const struct key *key)
{
	for (size_t i = 0; i < key->input_count; i++) {
		const struct key_input *input = &key->inputs[i];
		char *line = buf_room(out, HASH_TEXT + 16);
		size_t n = 0;

		line[n++] = input->kind;
		line[n++] = ' ';
		for (int shift = 9; shift >= 0; shift -= 3)
			line[n++] = (char)('0' + (input->mode >> shift & 7));
		line[n++] = ' ';
		hash_text(input->hash, line + n);
		n += HASH_TEXT - 1;
		line[n++] = ' ';
		out->n += n;
		record_escape(out, input->name);
		buf_addc(out, '\n');
	}
}

bool keyfile_input(struct arena *arena, struct str line, struct key *key)
{
	struct str kind = record_word(&line), mode = record_word(&line), hash = record_word(&line);
	struct key_input input = {0};

	if (kind.n != 1 || mode.n != 4 || !hash_parse(hash, &input.hash))
		return false;
	input.kind = kind.p[0];
	for (size_t i = 0; i < mode.n; i++)
		input.mode = input.mode << 3 | (unsigned)((mode.p[i] - '0') & 7);
	input.name = record_unescape(arena, line);
	if (key->input_count == key->input_capacity) {
		size_t old = key->input_capacity, new = old ? 2 * old : 32;

		key->inputs = arena_grow(arena, key->inputs, old * sizeof input, new * sizeof input);
		key->input_capacity = new;
	}
	key->inputs[key->input_count++] = input;
	return true;
}

/* Everything before the inputs. */
static void write_head(struct buf *out, const struct key *key)
{
	char text[HASH_TEXT];

	hash_text(key->hash, text);
	buf_adds(out, KEY_MAGIC "\n");
	record_add(out, "hash", str_of(text));
	record_add(out, "context", str_of(key->context));
	record_add(out, "dockerfile", str_of(key->dockerfile));
	for (size_t i = 0; i < key->onbuild_count; i++)
		record_add(out, "onbuild", str_of(key->onbuild[i]));
	if (key->env)
		record_add(out, "env", str_of(key->env));
	if (key->whole)
		record_add(out, "whole", STR("yes"));
}

static const char *text_of(struct arena *arena, struct str value)
{
	value = record_unescape(arena, value);
	return arena_strndup(arena, value.p, value.n);
}

static bool read_head(struct arena *arena, struct str line, struct key *key, size_t *room)
{
	struct str word = record_word(&line);

	if (str_is(word, "hash"))
		return hash_parse(line, &key->hash);
	if (str_is(word, "context"))
		key->context = text_of(arena, line);
	else if (str_is(word, "dockerfile"))
		key->dockerfile = text_of(arena, line);
	else if (str_is(word, "env"))
		key->env = text_of(arena, line);
	else if (str_is(word, "whole"))
		key->whole = true;
	else if (!str_is(word, "onbuild"))
		return false;
	if (!str_is(word, "onbuild"))
		return true;
	if (key->onbuild_count == *room) {
		size_t new = *room ? 2 * *room : 4;

		key->onbuild = arena_grow(arena, key->onbuild, *room * sizeof *key->onbuild,
		                          new * sizeof *key->onbuild);
		*room = new;
	}
	key->onbuild[key->onbuild_count++] = text_of(arena, line);
	return true;
}

enum record keyfile_load(const struct place *place, struct arena *arena, struct diag *diag, struct key *key)
{
	const char *path = place_stamp(arena, place, ".key");
	struct str body, line;
	enum record result = record_read(path, KEY_MAGIC, arena, diag, &body);
	size_t room = 0;

	memset(key, 0, sizeof *key);
	if (result != RECORD_FINE)
		return result;
	while (record_line(&body, &line)) {
		bool input = line.n > 1 && line.p[1] == ' ';

		if (input ? keyfile_input(arena, line, key) : read_head(arena, line, key, &room))
			continue;
		unlink(path);
		diag_error(diag, SPAN_NONE, "%s was not understood and has been removed: run ninja again", path);
		return RECORD_BROKEN;
	}
	return RECORD_FINE;
}

/* The same head means the same key: the hash covers the inputs. The checksum says that the rest is there. */
static bool holds(const char *path, struct str head, struct arena *arena)
{
	struct str body;

	if (record_read(path, NULL, arena, NULL, &body) != RECORD_FINE || !str_starts(body, head))
		return false;
	return body.n == head.n || (body.n > head.n + 1 && body.p[head.n + 1] == ' ');
}

static int write_out(const struct place *place, const struct key *key, const struct timespec *time,
                     struct diag *diag)
{
	struct buf text = BUF_INIT;
	struct arena arena;
	const char *path;
	int result = 0;

	arena_init(&arena);
	path = place_stamp(&arena, place, ".key");
	write_head(&text, key);
	if (!holds(path, buf_str(&text), &arena)) {
		keyfile_inputs(&text, key);
		result = record_write(path, &text, time, diag);
	}
	buf_release(&text);
	arena_release(&arena);
	return result;
}

int keyfile_save(const struct place *place, const struct key *key, struct timespec time, struct diag *diag)
{
	int lock = place_lock_stamps(place), result;

	if (lock < 0) {
		diag_error(diag, SPAN_NONE, "cannot lock %s: %s", place->stamps, strerror(errno));
		return -1;
	}
	result = write_out(place, key, &time, diag);
	close(lock);
	return result;
}

int keyfile_replace(const struct place *place, struct hash old, const struct key *key, struct diag *diag)
{
	int lock = place_lock_stamps(place), result = 0;
	struct arena arena;
	struct key found;
	struct stat st;

	if (lock < 0) {
		diag_error(diag, SPAN_NONE, "cannot lock %s: %s", place->stamps, strerror(errno));
		return -1;
	}
	arena_init(&arena);
	if (stat(place_stamp(&arena, place, ".key"), &st) == 0
	    && keyfile_load(place, &arena, diag, &found) == RECORD_FINE && hash_eq(found.hash, old))
		result = write_out(place, key, &st.st_mtim, diag);
	arena_release(&arena);
	close(lock);
	return result;
}
