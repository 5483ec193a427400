/* SPDX-License-Identifier: Apache-2.0 */
#include "model/stages.h"

#include "base/fs.h"
#include "base/hash.h"
#include "model/declare.h"
#include "model/graph.h"
#include "model/name.h"

static const char *const default_bases[STAGES_MANAGERS] = {"debian:bookworm-slim", "almalinux:9"};
enum {
	STAGES_USER = 32,       /* bytes of a user's name */
	STAGES_COMMAND = 30000, /* of a command: a line of a Dockerfile has 65,535 at most */
	STAGES_PATH = 1000      /* of a path */
};

bool stages_given(const struct keys_image *keys)
{
	for (size_t i = 0; i < keys_count; i++) {
		const struct keys_entry *key = &keys_table[i];

		if ((key->sections & KEYS_IMAGE) && (key->sections & KEYS_STAGED) &&
		    keys_given(&key->type, (const char *)keys + key->offset))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct str digest_text(struct arena *arena, struct hash hash)
{
	char digits[HASH_TEXT];

	hash_text(hash, digits);
	return (struct str){arena_strndup(arena, digits, HASH_TEXT - 1), HASH_TEXT - 1};
}

/* --- Base and user --- */

static struct keys_text read_base(const struct matrix *matrix, const struct keys_image *keys)
{
	struct keys_text base = keys->base.text.p ? keys->base : keys->from;

	if (keys->base.text.p && keys->from.text.p) {
		diag_error(matrix->diag, keys->from.span, "'base' and 'from' are two names of one key");
		diag_note(matrix->diag, keys->base.span, "the other one is here");
	}
	if (!base.text.p)
		base = (struct keys_text){str_of(default_bases[keys->yum_packages.count > 0]), keys->name.span};
	return base;
}

static bool is_user(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!is_letter(c) && c != '_' && (i == 0 || (!is_digit(c) && c != '-' && c != '.')))
			return false;
	}
	return name.n > 0 && name.n <= STAGES_USER;
}

/* UID or UID:GID. */
static bool is_number(struct str name)
{
	size_t colon = str_find(name, ':', 0);

	for (size_t i = 0; i < name.n; i++) {
		if (!is_digit(name.p[i]) && i != colon)
			return false;
	}
	return colon > 0 && name.n > 0 && colon + 1 != name.n && name.n <= STAGES_USER;
}

static void read_user(const struct matrix *matrix, const struct keys_image *keys, struct stages *stages)
{
	struct keys_text user = keys->user;

	stages->user = STR("");
	stages->sudo = keys->sudo.on;
	if (user.text.p && !is_user(user.text) && !is_number(user.text))
		diag_error(matrix->diag, user.span, "'%.*s' cannot be a user: a name, or UID or UID:GID",
		           STR_ARG(user.text));
	else if (user.text.p && !str_is(user.text, "root"))
		stages->user = user.text;
	stages->made = stages->user.n && !is_number(stages->user);
	if (stages->sudo && !stages->made && (!user.text.p || is_user(user.text) || is_number(user.text)))
		diag_error(matrix->diag, keys->sudo.span, "'sudo' needs a 'user' with a name that gets it");
}

/* --- Packages and scripts --- */

/* Of either manager: name, version, architecture; @group of yum; a URL of yum.  An option or a pattern is none. */
static bool is_package(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!is_letter(c) && !is_digit(c) && !strchr(i ? "+.:=~/_^%-" : "@", c))
			return false;
	}
	return name.n > 0 && name.p[name.n - 1] != '-' && !memchr(name.p, '\0', name.n);
}

static void check_packages(const struct matrix *matrix, const struct keys_texts *packages)
{
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < packages->count; i++) {
		struct keys_text package = packages->items[i];
		bool fresh;
		struct map_entry *entry;

		if (!is_package(package.text)) {
			diag_error(matrix->diag, package.span, "'%.*s' cannot be a package", STR_ARG(package.text));
			continue;
		}
		entry = map_put(&seen, package.text, &fresh);
		if (fresh) {
			entry->value.number = i;
			continue;
		}
		diag_error(matrix->diag, package.span, "the package '%.*s' is there twice", STR_ARG(package.text));
		diag_note(matrix->diag, packages->items[entry->value.number].span, "it is here first");
	}
	map_release(&seen);
}

static void read_packages(const struct matrix *matrix, const struct keys_image *keys, struct stages *stages)
{
	stages->packages[STAGES_APT] = keys->apt_packages;
	stages->packages[STAGES_YUM] = keys->yum_packages;
	for (size_t i = 0; i < STAGES_MANAGERS; i++)
		check_packages(matrix, &stages->packages[i]);
	if (keys->apt_packages.count && keys->yum_packages.count) {
		diag_error(matrix->diag, keys->yum_packages.span, "an image has packages of apt or of yum, not of both");
		diag_note(matrix->diag, keys->apt_packages.span, "those of apt are here");
	}
}

static void check_command(const struct matrix *matrix, struct keys_text command)
{
	struct str *words;
	size_t count;

	if (str_trim(command.text).n == 0)
		diag_error(matrix->diag, command.span, "the command is empty");
	else if (memchr(command.text.p, '\0', command.text.n))
		diag_error(matrix->diag, command.span, "a command may not hold a NUL");
	if (command.text.n > STAGES_COMMAND) {
		diag_error(matrix->diag, command.span, "the command has more than %d bytes", STAGES_COMMAND);
		diag_hint(matrix->diag, "put it into a file of the context, and copy that");
		return;
	}
	count = stages_copy(matrix->arena, command.text, &words);
	for (size_t i = 0; i + 1 < count; i++) {
		if (stages_outside(matrix->arena, words[i]))
			diag_error(matrix->diag, command.span, "'%.*s' lies outside of the context", STR_ARG(words[i]));
	}
}

static void read_scripts(const struct matrix *matrix, const struct keys_image *keys, struct stages *stages)
{
	stages->scripts = keys->env_scripts;
	stages->digests = ARENA_ARRAY(matrix->arena, stages->scripts.count, struct str);
	for (size_t i = 0; i < stages->scripts.count; i++) {
		check_command(matrix, stages->scripts.items[i]);
		stages->digests[i] = digest_text(matrix->arena, hash_of(stages->scripts.items[i].text));
	}
}

/* --- Stages --- */

static struct str commands_digest(struct arena *arena, const struct keys_texts *commands)
{
	struct hasher *hasher = hasher_new();
	struct str digest;

	for (size_t i = 0; i < commands->count; i++)
		hasher_field(hasher, commands->items[i].text);
	digest = digest_text(arena, hasher_end(hasher));
	hasher_free(hasher);
	return digest;
}

/* The name of STAGE enters NAMES; a second one is told. */
static bool enter_stage(const struct matrix *matrix, const struct stages *stages, const struct keys_text *name,
                        struct map *names)
{
	bool fresh;
	struct map_entry *entry;

	if (!name_check(matrix->diag, name->text, name->span, "stage"))
		return false;
	entry = map_put(names, name->text, &fresh);
	if (fresh) {
		entry->value.number = stages->count;
		return true;
	}
	diag_error(matrix->diag, name->span, "the stage '%.*s' is there twice", STR_ARG(name->text));
	diag_note(matrix->diag, stages->stages[entry->value.number].name.span, "it is here first");
	return false;
}

static void read_stage(const struct matrix *matrix, enum keys_section of, struct value entry, struct map *names,
                       struct stages *stages)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_stage keys = {0};

	keys_read(&reader, of, entry, "a stage", &keys);
	if (keys.commands.given && keys.commands.count == 0)
		diag_error(matrix->diag, keys.commands.span, "the stage has no commands");
	for (size_t i = 0; i < keys.commands.count; i++)
		check_command(matrix, keys.commands.items[i]);
	if (!keys.name.text.p || !enter_stage(matrix, stages, &keys.name, names))
		return;
	stages->stages[stages->count++] = (struct stages_stage){
		.name = keys.name, .commands = keys.commands, .dependencies = keys.dependencies,
		.digest = commands_digest(matrix->arena, &keys.commands),
	};
}

/* A dependency that there is none of, as the end of the path to it. */
static void tell_missing(const struct matrix *matrix, const struct stages *stages, const struct stages_stage *stage,
                         struct keys_text missing)
{
	struct guess guess;

	diag_error(matrix->diag, missing.span, "there is no stage '%.*s': %.*s -> %.*s", STR_ARG(missing.text),
	           STR_ARG(stage->name.text), STR_ARG(missing.text));
	guess_init(&guess, missing.text);
	for (uint32_t i = 0; i < stages->count; i++)
		guess_offer(&guess, stages->stages[i].name.text);
	guess_hint(&guess, matrix->diag);
}

static void resolve(const struct matrix *matrix, const struct stages *stages, struct stages_stage *stage,
                    const struct map *names)
{
	bool *seen = ARENA_ARRAY(matrix->arena, stages->count, bool);

	stage->needs = ARENA_ARRAY(matrix->arena, stage->dependencies.count, uint32_t);
	for (size_t i = 0; i < stage->dependencies.count; i++) {
		const struct map_entry *entry = map_get(names, stage->dependencies.items[i].text);

		if (!entry) {
			tell_missing(matrix, stages, stage, stage->dependencies.items[i]);
		} else if (!seen[entry->value.number]) {
			seen[entry->value.number] = true;
			stage->needs[stage->need_count++] = (uint32_t)entry->value.number;
		}
	}
}

/* Where STAGE names the stage called NAME. */
static struct span dependency_span(const struct stages_stage *stage, struct str name)
{
	size_t i = 0;

	while (i + 1 < stage->dependencies.count && !str_eq(stage->dependencies.items[i].text, name))
		i++;
	return stage->dependencies.items[i].span;
}

static void tell_cycle(const struct matrix *matrix, const struct stages *stages, const uint32_t *path, uint32_t length)
{
	struct buf text = BUF_INIT;

	for (uint32_t i = 0; i < length; i++)
		buf_addf(&text, "%.*s -> ", STR_ARG(stages->stages[path[i]].name.text));
	for (uint32_t i = 0; i < length; i++) {
		const struct stages_stage *stage = &stages->stages[path[i]], *next = &stages->stages[path[(i + 1) % length]];
		struct span at = dependency_span(stage, next->name.text);

		if (i == 0)
			diag_error(matrix->diag, at, "these stages need each other: %s%.*s", text.p,
			           STR_ARG(stage->name.text));
		else
			diag_note(matrix->diag, at, "%.*s needs %.*s here", STR_ARG(stage->name.text),
			          STR_ARG(next->name.text));
	}
	buf_release(&text);
}

static void check_cycle(const struct matrix *matrix, const struct stages *stages)
{
	uint32_t *path = ARENA_ARRAY(matrix->arena, stages->count, uint32_t), length;
	struct graph_edge *edges;
	struct graph graph;
	size_t count = 0;

	for (uint32_t i = 0; i < stages->count; i++)
		count += stages->stages[i].need_count;
	edges = ARENA_ARRAY(matrix->arena, count, struct graph_edge);
	count = 0;
	for (uint32_t i = 0; i < stages->count; i++) {
		for (uint32_t j = 0; j < stages->stages[i].need_count; j++)
			edges[count++] = (struct graph_edge){i, stages->stages[i].needs[j]};
	}
	graph_init(&graph, stages->count, edges, count);
	length = graph_cycle(&graph, path);
	if (length)
		tell_cycle(matrix, stages, path, length);
	graph_release(&graph);
}

static void read_stages(const struct matrix *matrix, const struct keys_part *list, struct stages *stages)
{
	struct map names;

	map_init(&names);
	stages->stages = ARENA_ARRAY(matrix->arena, keys_items(list), struct stages_stage);
	for (size_t i = 0; i < keys_items(list); i++)
		read_stage(matrix, list->of, list->value.as.list->items[i], &names, stages);
	for (uint32_t i = 0; i < stages->count; i++)
		resolve(matrix, stages, &stages->stages[i], &names);
	check_cycle(matrix, stages);
	map_release(&names);
}

/* --- Files of the context --- */

bool stages_outside(struct arena *arena, struct str path)
{
	struct str clean = str_of(path_clean(arena, path));

	return str_is(clean, "..") || str_starts(clean, STR("../")) || str_starts(clean, STR("/"));
}

static bool is_path(struct str path)
{
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.p[i] < ' ' || path.p[i] == 0x7f)
			return false;
	}
	return path.n > 0 && path.n <= STAGES_PATH;
}

static void read_copies(const struct matrix *matrix, const struct keys_pairs *copies)
{
	for (size_t i = 0; i < copies->count; i++) {
		const struct keys_pair *pair = &copies->items[i];

		if (!is_path(pair->name.text) || stages_outside(matrix->arena, pair->name.text)) {
			diag_error(matrix->diag, pair->name.span, "'%.*s' is no path of the context",
			           STR_ARG(pair->name.text));
			diag_hint(matrix->diag, "copy is a dict: {PATH-OF-THE-CONTEXT: PATH-OF-THE-IMAGE}");
		}
		if (!is_path(pair->value.text))
			diag_error(matrix->diag, pair->value.span, "'%.*s' is no path of the image",
			           STR_ARG(pair->value.text));
	}
}

const struct stages *stages_read(const struct matrix *matrix, const struct keys_image *keys)
{
	struct stages *stages = ARENA_NEW(matrix->arena, struct stages);

	stages->base = read_base(matrix, keys);
	read_user(matrix, keys, stages);
	read_packages(matrix, keys, stages);
	read_scripts(matrix, keys, stages);
	read_stages(matrix, &keys->stages, stages);
	stages->copies = keys->copy;
	read_copies(matrix, &stages->copies);
	return stages;
}

/* --- Commands that copy --- */

/* The next word of TEXT from *AT on, without its quotes; false where a shell would do more than split. */
static bool plain_word(struct str text, size_t *at, struct buf *word)
{
	static const char special[] = "$`\\|&;<>()#~{}!\"'\n\r";
	char quote = 0;

	for (; *at < text.n && (quote || !strchr(" \t", text.p[*at])); ++*at) {
		char c = text.p[*at];

		if (quote && c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else if (c == '\0' || strchr(special, c) || (quote && strchr("*?[", c)))
			return false;
		else
			buf_addc(word, c);
	}
	return quote == 0;
}

static struct str *plain_words(struct arena *arena, struct str text, size_t *count)
{
	struct str *words = ARENA_ARRAY(arena, text.n / 2 + 1, struct str);
	struct buf word = BUF_INIT;
	bool plain = true;

	*count = 0;
	for (size_t at = 0; at < text.n && plain;) {
		if (strchr(" \t", text.p[at])) {
			at++;
			continue;
		}
		buf_clear(&word);
		plain = plain_word(text, &at, &word);
		words[(*count)++] = (struct str){arena_strndup(arena, buf_str(&word).p, word.n), word.n};
	}
	buf_release(&word);
	*count = plain ? *count : 0;
	return words;
}

/* Options of cp that say what COPY does anyway. */
static bool is_copy_option(struct str word)
{
	for (size_t i = 1; i < word.n; i++) {
		if (!strchr("aRrpfv", word.p[i]))
			return false;
	}
	return word.n > 1;
}

size_t stages_copy(struct arena *arena, struct str command, struct str **words)
{
	struct str text = str_trim(command);
	size_t count, at = 1;

	if (!str_starts(text, STR("cp ")) && !str_starts(text, STR("cp\t")))
		return 0;
	*words = plain_words(arena, text, &count);
	while (at < count && (*words)[at].n && (*words)[at].p[0] == '-') {
		if (!is_copy_option((*words)[at++]))
			return 0;
	}
	if (count < at + 2)
		return 0;
	for (size_t i = at; i < count; i++) {
		struct str word = (*words)[i];

		if (word.n == 0 || word.p[0] == '-' || (i + 1 < count && word.p[0] == '/'))
			return 0;
	}
	*words += at;
	return count - at;
}
