/* SPDX-License-Identifier: Apache-2.0 */
#include "model/runcfg.h"

#include "base/fs.h"
#include "docker/text.h"
#include "model/local.h"

#include <errno.h>
#include <stdlib.h>

static const char runcfg_place[] = "docker/run.cfg", runcfg_docker[] = "docker";

enum runcfg_kind {
	KIND_TEXT,    /* known now */
	KIND_FLAG,
	KIND_ARGS,
	KIND_WORDS,
	KIND_COMMAND, /* words, or an array of JSON */
	KIND_REPOSITORY,
	KIND_RAW      /* a shell's own, or read when more is known */
};

static const struct {
	const char *name;
	enum runcfg_kind kind;
} keys[RUNCFG_KEYS] = {
	[RUNCFG_NAME] = {"name", KIND_TEXT},
	[RUNCFG_TAG] = {"tag", KIND_TEXT},
	[RUNCFG_PREFIX] = {"prefix", KIND_FLAG},
	[RUNCFG_BUILD_ARGS] = {"build_args", KIND_ARGS},
	[RUNCFG_BEFORE] = {"pre_build_script", KIND_RAW},
	[RUNCFG_AFTER] = {"post_build_script", KIND_RAW},
	[RUNCFG_PULL] = {"pull_FROM_on_force", KIND_FLAG},
	[RUNCFG_REPOSITORY] = {"image_repo", KIND_REPOSITORY},
	[RUNCFG_PUBLICATION] = {"publication_tag", KIND_RAW},
	[RUNCFG_ENVIRONMENT] = {"environment", KIND_WORDS},
	[RUNCFG_INTERACTIVE] = {"interactive", KIND_WORDS},
	[RUNCFG_GPU] = {"gpu", KIND_WORDS},
	[RUNCFG_NETWORK] = {"network", KIND_WORDS},
	[RUNCFG_VOLUMES] = {"volumes", KIND_WORDS},
	[RUNCFG_PORTS] = {"ports", KIND_WORDS},
	[RUNCFG_CMD] = {"cmd", KIND_COMMAND},
	[RUNCFG_SYNTHETIC] = {"synthetic_images", KIND_RAW},
};

struct runword runcfg_value(struct runcfg *runcfg, const struct runcfg_section *section, enum runcfg_key key,
                            enum runword_use use)
{
	return (struct runword){.arena = runcfg->arena, .diag = runcfg->diag, .names = &runcfg->names,
	                        .section = section->name, .entry = section->entries[key], .use = use};
}

bool runcfg_wrong(const struct runcfg *runcfg, const struct runcfg_section *section, const struct ini_entry *entry,
                  const char *format, ...)
{
	struct str key = entry ? entry->key : STR("");
	struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	diag_error(runcfg->diag, entry ? entry->value_at : section->span, "[%.*s]%s%.*s: %s", STR_ARG(section->name),
	           entry ? " " : "", STR_ARG(key), text.p);
	buf_release(&text);
	return false;
}

/* --- Values --- */

static bool read_text(struct runcfg *runcfg, const struct runcfg_section *section, enum runcfg_key key,
                      struct str *text)
{
	struct runword value = runcfg_value(runcfg, section, key, RUNWORD_NOW);
	struct plan_word word;

	if (!runword_whole(&value, &word))
		return false;
	*text = runword_text(&value, &word);
	return text->n || runcfg_wrong(runcfg, section, value.entry, "it is empty");
}

static bool is_one_of(struct str text, const char *const *words)
{
	while (*words && !text_same_nocase(text, *words))
		words++;
	return *words != NULL;
}

static bool read_flag(struct runcfg *runcfg, const struct runcfg_section *section, enum runcfg_key key, bool *flag)
{
	static const char *const on[] = {"true", "yes", "on", "1", "t", "y", NULL};
	static const char *const off[] = {"false", "no", "off", "0", "f", "n", NULL};
	const struct ini_entry *entry = section->entries[key];
	struct str text = str_trim(entry->value);

	*flag = is_one_of(text, on);
	return *flag || is_one_of(text, off) ||
	       runcfg_wrong(runcfg, section, entry, "'%.*s' is neither True nor False", STR_ARG(text));
}

static bool read_repository(struct runcfg *runcfg, struct runcfg_section *section)
{
	const struct ini_entry *entry = section->entries[RUNCFG_REPOSITORY];
	struct str text = str_trim(entry->value);
	struct guess guess;

	section->aws = str_is(text, "aws");
	if (section->aws || str_is(text, "docker_hub"))
		return true;
	runcfg_wrong(runcfg, section, entry, "'%.*s' is neither aws nor docker_hub", STR_ARG(text));
	guess_init(&guess, text);
	guess_offer(&guess, STR("aws"));
	guess_offer(&guess, STR("docker_hub"));
	guess_hint(&guess, runcfg->diag);
	return false;
}

/* VALUE as a matrix has it: ${ would begin a variable of its. */
static struct str matrix_text(struct arena *arena, struct str value)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '$' && i + 1 < value.n && value.p[i + 1] == '{')
			buf_addc(&text, '$');
		buf_addc(&text, value.p[i]);
	}
	struct str kept = {arena_strndup(arena, buf_str(&text).p, text.n), text.n};
	buf_release(&text);
	return kept;
}

static bool add_arg(struct runcfg *runcfg, struct runcfg_section *section, struct str pair)
{
	const struct ini_entry *entry = section->entries[RUNCFG_BUILD_ARGS];
	size_t equals = str_find(pair, '=', 0);
	struct str name = str_slice(pair, 0, equals);

	if (str_starts(pair, STR("-")))
		return runcfg_wrong(runcfg, section, entry, "'%.*s' is no build argument, and these alone can stand here",
		             STR_ARG(pair));
	if (equals == pair.n) {
		runcfg_wrong(runcfg, section, entry, "the build argument '%.*s' has no value", STR_ARG(pair));
		diag_hint(runcfg->diag, "%.*s=VALUE gives it one; the environment of dtk-gen does not", STR_ARG(pair));
		return false;
	}
	section->args.items[section->args.count++] = (struct keys_pair){
		{name, entry->value_at},
		{matrix_text(runcfg->arena, str_slice(pair, equals + 1, pair.n)), entry->value_at}};
	return true;
}

/* --build-arg K=V, --build-arg=K=V, or K=V. */
static bool read_args(struct runcfg *runcfg, struct runcfg_section *section)
{
	struct runword value = runcfg_value(runcfg, section, RUNCFG_BUILD_ARGS, RUNWORD_NOW);
	const struct str option = STR("--build-arg");
	struct plan_words words;
	bool ok = runword_split(&value, &words), bare = false;

	section->args.items = ARENA_ARRAY(runcfg->arena, words.count, struct keys_pair);
	for (size_t i = 0; i < words.count && ok; i++) {
		struct str word = runword_text(&value, &words.items[i]);
		bool joined = str_starts(word, STR("--build-arg="));

		if (joined)
			word = str_slice(word, option.n + 1, word.n);
		bare = !joined && str_eq(word, option);
		ok = bare || add_arg(runcfg, section, word);
	}
	if (ok && bare)
		return runcfg_wrong(runcfg, section, value.entry, "a build argument has to follow --build-arg");
	return ok;
}

/* Puts OPTION before WORDS. */
static void add_option(struct arena *arena, struct str option, struct plan_words *words)
{
	struct plan_word *items = ARENA_ARRAY(arena, words->count + 1, struct plan_word);

	items[0] = (struct plan_word){ARENA_ARRAY(arena, 1, struct plan_piece), 1};
	items[0].pieces[0] = (struct plan_piece){PIECE_TEXT, option};
	memcpy(items + 1, words->items, words->count * sizeof *items);
	words->items = items;
	words->count++;
}

/* A network that begins with no option begins with a name. */
static bool read_words(struct runcfg *runcfg, struct runcfg_section *section, enum runcfg_key key)
{
	struct runword value = runcfg_value(runcfg, section, key, RUNWORD_RUN);
	struct plan_words *words = &section->words[key];
	bool named;

	if (!(keys[key].kind == KIND_COMMAND ? runword_command : runword_split)(&value, words))
		return false;
	named = words->count && !(words->items->count && str_starts(words->items->pieces->text, STR("-")));
	if (key == RUNCFG_NETWORK && named)
		add_option(runcfg->arena, STR("--network"), words);
	return true;
}

static bool read_value(struct runcfg *runcfg, struct runcfg_section *section, enum runcfg_key key)
{
	switch (keys[key].kind) {
	case KIND_TEXT:
		return read_text(runcfg, section, key, key == RUNCFG_NAME ? &section->own_name : &section->tag);
	case KIND_FLAG:
		return read_flag(runcfg, section, key, key == RUNCFG_PREFIX ? &section->prefix : &section->pull);
	case KIND_ARGS:
		return read_args(runcfg, section);
	case KIND_REPOSITORY:
		return read_repository(runcfg, section);
	case KIND_WORDS:
	case KIND_COMMAND:
		return read_words(runcfg, section, key);
	case KIND_RAW:
		break;
	}
	return true;
}

/* --- Sections --- */

/* True where a value of the file refers to KEY, which then need mean nothing else. */
static bool is_referred(const struct runcfg *runcfg, const struct ini_entry *entry)
{
	struct str text = diag_source_text(runcfg->diag, entry->key_at.source);
	struct buf reference = BUF_INIT;
	size_t at = 0;

	buf_addf(&reference, "%%(%.*s)s", STR_ARG(entry->key));
	while (at < text.n && !str_starts(str_slice(text, at, text.n), buf_str(&reference)))
		at = str_find(text, '%', at + 1);
	buf_release(&reference);
	return at < text.n;
}

static void tell_unknown(const struct runcfg *runcfg, struct str section, const struct ini_entry *entry,
                         bool lists)
{
	struct guess guess;

	if (runcfg->strict)
		diag_error(runcfg->diag, entry->key_at, "[%.*s]: there is no key '%.*s'", STR_ARG(section),
		           STR_ARG(entry->key));
	else
		diag_warning(runcfg->diag, entry->key_at, "[%.*s]: there is no key '%.*s'", STR_ARG(section),
		             STR_ARG(entry->key));
	guess_init(&guess, entry->key);
	for (unsigned i = 0; i < RUNCFG_KEYS; i++)
		if ((i == RUNCFG_SYNTHETIC) == lists)
			guess_offer(&guess, str_of(keys[i].name));
	guess_hint(&guess, runcfg->diag);
}

/* The key of ENTRY where it can stand in such a section (LISTS: of synthetic images), else RUNCFG_KEYS. */
static enum runcfg_key key_of(const struct ini_entry *entry, bool lists)
{
	for (unsigned i = 0; i < RUNCFG_KEYS; i++)
		if (str_is(entry->key, keys[i].name) && (i == RUNCFG_SYNTHETIC) == lists)
			return (enum runcfg_key)i;
	return RUNCFG_KEYS;
}

/* What [DEFAULT] says is for any section: of a key that none knows the first one tells. */
static void read_keys(struct runcfg *runcfg, const struct ini_section *from, bool lists, struct map *told,
                      struct runcfg_section *section)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct ini_entry *entry = &from->entries[i];
		enum runcfg_key key = key_of(entry, lists);
		bool fresh = true;

		if (key < RUNCFG_KEYS) {
			section->entries[key] = entry;
			continue;
		}
		if (entry->inherited && key_of(entry, !lists) < RUNCFG_KEYS)
			continue;
		if (entry->inherited)
			map_put(told, entry->key, &fresh);
		if (fresh && !is_referred(runcfg, entry))
			tell_unknown(runcfg, entry->inherited ? STR("DEFAULT") : from->name, entry, lists);
	}
}

static void read_section(struct runcfg *runcfg, const struct ini_section *from, struct map *told)
{
	struct runcfg_section *section = &runcfg->sections[runcfg->count++];

	*section = (struct runcfg_section){.name = from->name, .span = from->at, .prefix = true};
	read_keys(runcfg, from, false, told, section);
	for (size_t i = 0; i < from->count; i++) {
		enum runcfg_key key = key_of(&from->entries[i], false);

		if (key < RUNCFG_KEYS)
			read_value(runcfg, section, key);
	}
}

bool runcfg_is_synthetic(const struct runcfg *runcfg, struct str name)
{
	for (size_t i = 0; i < runcfg->synthetic.count; i++)
		if (str_eq(runcfg->synthetic.items[i].text, name))
			return true;
	return false;
}

static void read_list(struct runcfg *runcfg, const struct ini_section *from, struct map *told)
{
	struct keys_texts *list = &runcfg->synthetic;
	struct runcfg_section section = {.name = from->name};
	const struct ini_entry *entry;

	read_keys(runcfg, from, true, told, &section);
	entry = section.entries[RUNCFG_SYNTHETIC];
	if (!entry)
		return;
	list->items = arena_grow(runcfg->arena, list->items, list->count * sizeof *list->items,
	                         (list->count + entry->value.n + 1) * sizeof *list->items);
	for (size_t at = 0, end; at < entry->value.n; at = end + 1) {
		end = str_find(entry->value, ',', at);
		struct str name = str_trim(str_slice(entry->value, at, end));

		if (name.n && !runcfg_is_synthetic(runcfg, name))
			list->items[list->count++] = (struct keys_text){name,
				runword_span(runcfg->diag, entry, (size_t)(name.p - entry->value.p), name.n)};
	}
}

static int order_sections(const void *a, const void *b)
{
	const struct runcfg_section *const *left = a, *const *right = b;

	return str_cmp((*left)->name, (*right)->name);
}

static void sort_sections(struct runcfg *runcfg)
{
	runcfg->by_name = ARENA_ARRAY(runcfg->arena, runcfg->count, const struct runcfg_section *);
	for (size_t i = 0; i < runcfg->count; i++)
		runcfg->by_name[i] = &runcfg->sections[i];
	qsort(runcfg->by_name, runcfg->count, sizeof *runcfg->by_name, order_sections);
}

static void read_sections(struct runcfg *runcfg, const struct ini *ini)
{
	struct map told;

	map_init(&told);
	runcfg->sections = ARENA_ARRAY(runcfg->arena, ini->count, struct runcfg_section);
	for (size_t i = 0; i < ini->count; i++) {
		struct str name = ini->sections[i].name;

		if (str_is(name, "run_image") || str_is(name, "run-image"))
			read_list(runcfg, &ini->sections[i], &told);
		else
			read_section(runcfg, &ini->sections[i], &told);
	}
	map_release(&told);
	sort_sections(runcfg);
}

/* --- Files --- */

static void begin(struct runcfg *runcfg, const struct runcfg_from *from)
{
	*runcfg = (struct runcfg){.arena = from->arena, .diag = from->diag, .path = STR(""), .strict = from->strict,
	                          .names = {.project = local_project(from->arena), .user = local_user(from->arena)}};
}

static bool read_all(struct runcfg *runcfg, const char *path, struct str text)
{
	struct ini ini;

	runcfg->path = str_of(arena_strndup(runcfg->arena, path, strlen(path)));
	if (!ini_read(runcfg->arena, runcfg->diag, diag_source(runcfg->diag, runcfg->path.p, text), text, &ini))
		return false;
	read_sections(runcfg, &ini);
	return true;
}

bool runcfg_text(struct runcfg *runcfg, const struct runcfg_from *from, struct str text)
{
	unsigned errors = from->diag->errors;

	begin(runcfg, from);
	return read_all(runcfg, from->path, text) && from->diag->errors == errors;
}

static bool read_file(struct runcfg *runcfg, const struct runcfg_from *from)
{
	const char *path = from->path ? from->path : runcfg_place;
	struct str text;
	bool found = fs_read_arena(path, runcfg->arena, &text) == 0;

	from->world->watch(from->world->context, path, found);
	if (!found && !from->path && (errno == ENOENT || errno == ENOTDIR))
		return true;
	if (!found) {
		diag_error(runcfg->diag, SPAN_NONE, "%s: cannot be read: %s", path, strerror(errno));
		return false;
	}
	return read_all(runcfg, path, text);
}

static bool is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* A sub-directory without a Dockerfile is watched, for it may get one. */
static void add_dir(struct runcfg *runcfg, struct version *world, struct str name)
{
	const char *dir = path_join(runcfg->arena, str_of(runcfg_docker), name);
	const char *file = path_join(runcfg->arena, str_of(dir), STR("Dockerfile"));
	const struct runcfg_section *section = runcfg_section(runcfg, name);

	if (name.p[0] == '.' || !is_kind(dir, S_IFDIR))
		return;
	if (!is_kind(file, S_IFREG)) {
		world->watch(world->context, file, false);
		return;
	}
	runcfg->dirs[runcfg->dir_count++] = (struct runcfg_dir){name, str_of(file), section ? section->span : (struct span){
		diag_source(runcfg->diag, file, (struct str){NULL, 0}), 0, 0}};
}

static bool find_dirs(struct runcfg *runcfg, struct version *world)
{
	struct str *names;
	size_t count;
	bool found = fs_list(runcfg_docker, runcfg->arena, &names, &count) == 0;

	world->watch(world->context, runcfg_docker, found);
	if (!found && errno != ENOENT && errno != ENOTDIR) {
		diag_error(runcfg->diag, SPAN_NONE, "%s: cannot be read: %s", runcfg_docker, strerror(errno));
		return false;
	}
	runcfg->dirs = ARENA_ARRAY(runcfg->arena, found ? count : 0, struct runcfg_dir);
	for (size_t i = 0; found && i < count; i++)
		add_dir(runcfg, world, names[i]);
	return true;
}

bool runcfg_read(struct runcfg *runcfg, const struct runcfg_from *from)
{
	unsigned errors = from->diag->errors;

	begin(runcfg, from);
	if (read_file(runcfg, from) && (from->search || runcfg->path.n))
		find_dirs(runcfg, from->world);
	return from->diag->errors == errors;
}

static int name_to_section(const void *name, const void *section)
{
	const struct runcfg_section *const *at = section;

	return str_cmp(*(const struct str *)name, (*at)->name);
}

static int name_to_dir(const void *name, const void *dir)
{
	return str_cmp(*(const struct str *)name, ((const struct runcfg_dir *)dir)->name);
}

const struct runcfg_section *runcfg_section(const struct runcfg *runcfg, struct str name)
{
	const struct runcfg_section **found;

	if (runcfg->count == 0)
		return NULL;
	found = bsearch(&name, runcfg->by_name, runcfg->count, sizeof *runcfg->by_name, name_to_section);
	return found ? *found : NULL;
}

const struct runcfg_dir *runcfg_dir(const struct runcfg *runcfg, struct str name)
{
	if (runcfg->dir_count == 0)
		return NULL;
	return bsearch(&name, runcfg->dirs, runcfg->dir_count, sizeof *runcfg->dirs, name_to_dir);
}
