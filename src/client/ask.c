/* SPDX-License-Identifier: Apache-2.0 */
#include "client/ask.h"

#include "client/engine.h"

#include <ctype.h>
#include <stdlib.h>

/* A line an image. Configurations are searched for triggers only. */
#define ASK_FORMAT \
	"{{.Id}}\t{{.Size}}\t{{.Os}}/{{.Architecture}}\t{{json .RepoTags}}\t{{json .RepoDigests}}\t{{json .Config}}"
enum { ASK_BYTES = 1000 * 1000 }; /* of names in one process: below every system's limit */

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isxdigit((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

static struct str without(struct str s, struct str prefix)
{
	return str_starts(s, prefix) ? str_slice(s, prefix.n, s.n) : s;
}

static struct str concatenated(struct arena *arena, struct str a, struct str b)
{
	char *both = arena_alloc(arena, a.n + b.n + 1);

	memcpy(both, a.p, a.n);
	memcpy(both + a.n, b.p, b.n);
	both[a.n + b.n] = '\0';
	return (struct str){both, a.n + b.n};
}

/* Where the tag begins (its colon), or name.n. */
static size_t tag_at(struct str name)
{
	for (size_t i = name.n; i-- > 0;) {
		if (name.p[i] == ':')
			return i;
		if (name.p[i] == '/')
			break;
	}
	return name.n;
}

struct str ask_normal(struct arena *arena, struct str name, bool podman)
{
	struct str digest = {NULL, 0};
	size_t at = str_find(name, '@', 0);

	if (str_starts(name, STR("sha256:")))
		return name;
	if (name.n == 64 && is_hex(name))
		return concatenated(arena, STR("sha256:"), name);
	if (podman)
		name = without(name, STR("localhost/"));
	at = str_find(name, '@', 0);
	if (at < name.n) {
		digest = str_slice(name, at, name.n);
		name = str_slice(name, 0, at);
		name = str_slice(name, 0, tag_at(name));
	}
	name = without(without(without(name, STR("index.")), STR("docker.io/")), STR("library/"));
	if (digest.n)
		return concatenated(arena, name, digest);
	return tag_at(name) < name.n ? name : concatenated(arena, name, STR(":latest"));
}

/* The strings of a JSON list; references hold nothing that JSON escapes. */
static struct str *read_list(struct arena *arena, struct str json, size_t *count)
{
	size_t quotes = 0, from;
	struct str *items;

	for (size_t i = 0; i < json.n; i++)
		quotes += json.p[i] == '"';
	items = ARENA_ARRAY(arena, quotes / 2 + 1, struct str);
	*count = 0;
	for (size_t i = 0; (from = str_find(json, '"', i)) < json.n; i++) {
		i = str_find(json, '"', from + 1);
		items[(*count)++] = str_slice(json, from + 1, i);
	}
	return items;
}

static struct str next_field(struct str *line)
{
	size_t end = str_find(*line, '\t', 0);
	struct str field = str_slice(*line, 0, end);

	*line = str_slice(*line, end + 1, line->n);
	return field;
}

/* In compact JSON that key with a list that is not empty; inside a string its quotes are escaped. */
static bool has_triggers(struct str config)
{
	static const char key[] = "\"OnBuild\":[";

	for (size_t i = 0; i + sizeof key <= config.n; i++)
		if (memcmp(config.p + i, key, sizeof key - 1) == 0)
			return config.p[i + sizeof key - 1] != ']';
	return false;
}

static void name_image(struct ask_answer *answer, struct arena *arena, struct str name,
                       struct ask_image *image)
{
	map_put(&answer->by_name, ask_normal(arena, name, answer->podman), NULL)->value.pointer = image;
}

static void read_image(struct arena *arena, struct ask_answer *answer, struct str line)
{
	struct ask_image *image = ARENA_NEW(arena, struct ask_image);
	struct str size;

	image->id = ask_normal(arena, next_field(&line), answer->podman);
	size = next_field(&line);
	image->size = strtoull(arena_strndup(arena, size.p, size.n), NULL, 10);
	image->platform = next_field(&line);
	image->tags = read_list(arena, next_field(&line), &image->tag_count);
	image->digests = read_list(arena, next_field(&line), &image->digest_count);
	image->onbuild = has_triggers(line);
	answer->image_count++;
	name_image(answer, arena, image->id, image);
	for (size_t i = 0; i < image->tag_count; i++)
		name_image(answer, arena, image->tags[i], image);
	for (size_t i = 0; i < image->digest_count; i++)
		name_image(answer, arena, image->digests[i], image);
}

/* True where every line of the client's complaints is about an image that is not there. */
static bool only_missing(struct str complaints)
{
	static const char *const phrases[] = {"o such image", "mage not known", "o such object", "not found"};
	bool some = false;

	while (complaints.n) {
		size_t end = str_find(complaints, '\n', 0);
		struct str line = str_slice(complaints, 0, end);
		bool missing = false;

		complaints = str_slice(complaints, end + 1, complaints.n);
		if (str_trim(line).n == 0)
			continue;
		for (size_t i = 0; i < sizeof phrases / sizeof phrases[0] && !missing; i++)
			for (size_t at = 0; at + strlen(phrases[i]) <= line.n && !missing; at++)
				missing = memcmp(line.p + at, phrases[i], strlen(phrases[i])) == 0;
		if (!missing)
			return false;
		some = true;
	}
	return some;
}

static bool ask_some(struct arena *arena, struct diag *diag, const struct command *command,
                     const struct str *names, size_t count, struct ask_answer *answer)
{
	const char **words = ARENA_ARRAY(arena, count + 5, const char *);
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct engine_call call;
	struct str text;
	bool fine;
	int status;

	words[0] = "image";
	words[1] = "inspect";
	words[2] = "--format";
	words[3] = ASK_FORMAT;
	for (size_t i = 0; i < count; i++)
		words[4 + i] = arena_strndup(arena, names[i].p, names[i].n);
	call = ENGINE_CALL(engine_words(arena, command, words), command->env);
	call.out_text = &out;
	call.err_text = &err;
	status = engine_run(&call);
	fine = status == 0 || only_missing(buf_str(&err));
	if (!fine)
		diag_error(diag, SPAN_NONE, "the container engine did not answer: %.*s",
		           STR_ARG(str_trim(buf_str(&err))));
	text = (struct str){arena_strndup(arena, buf_str(&out).p, out.n), out.n};
	for (size_t at = 0, end; fine && at < text.n; at = end + 1) {
		end = str_find(text, '\n', at);
		if (end > at)
			read_image(arena, answer, str_slice(text, at, end));
	}
	buf_release(&out);
	buf_release(&err);
	return fine;
}

bool ask_engine(struct arena *arena, struct diag *diag, const struct command *command,
                const struct str *names, size_t count, struct ask_answer *answer)
{
	struct str *batch = ARENA_ARRAY(arena, count + 1, struct str);
	size_t n = 0, bytes = 0;

	memset(answer, 0, sizeof *answer);
	map_init(&answer->by_name);
	answer->podman = command_is_podman(command);
	for (size_t i = 0; i < count; i++) {
		if (names[i].n == 0)
			continue;
		if (bytes + names[i].n > ASK_BYTES) {
			if (!ask_some(arena, diag, command, batch, n, answer))
				return false;
			n = bytes = 0;
		}
		batch[n++] = names[i];
		bytes += names[i].n + 16;
	}
	return n == 0 || ask_some(arena, diag, command, batch, n, answer);
}

const struct ask_image *ask_find(struct arena *arena, const struct ask_answer *answer, struct str name)
{
	const struct map_entry *entry;

	if (name.n == 0)
		return NULL;
	entry = map_get(&answer->by_name, ask_normal(arena, name, answer->podman));
	return entry ? entry->value.pointer : NULL;
}

bool ask_same(const struct ask_image *a, const struct ask_image *b)
{
	return a && b && str_eq(a->id, b->id);
}

void ask_forget(struct ask_answer *answer)
{
	map_release(&answer->by_name);
}
