/* SPDX-License-Identifier: Apache-2.0 */
#include "model/declare.h"

#include "base/fs.h"
#include "docker/match.h"

#include <errno.h>
#include <sys/stat.h>

/* One pattern at work. */
struct finder {
	struct matrix *matrix;
	struct str *parts; /* of the pattern, between its slashes */
	size_t count;
	struct span span;
	struct map seen;   /* "PART PATH": been there */
	struct map *taken; /* files that an earlier entry found */
	struct str *files; /* found, in the order of a walk */
	size_t file_count, file_room;
};

static void watch(const struct finder *finder, const char *path, bool found)
{
	finder->matrix->world->watch(finder->matrix->world->context, path, found);
}

static bool is_kind(const char *path, mode_t kind, bool follow)
{
	struct stat st;

	return (follow ? stat(path, &st) : lstat(path, &st)) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* Ignore files and the copies that editors leave stand beside a Dockerfile and are none. */
static bool is_beside(struct str name)
{
	return str_ends(name, STR(".dockerignore")) || str_ends(name, STR("~"));
}

static void take_file(struct finder *finder, const char *path)
{
	struct str file = str_of(path);
	bool fresh;

	if (is_beside(file))
		return;
	map_put(finder->taken, file, &fresh);
	if (!fresh)
		return;
	MEM_ROOM(finder->files, finder->file_count, finder->file_room);
	finder->files[finder->file_count++] = file;
}

/* True where PATH was not yet looked at with what follows part AT. */
static bool is_new(struct finder *finder, const char *path, size_t at)
{
	struct buf key = BUF_INIT;
	bool fresh;

	buf_addf(&key, "%zu %s", at, path);
	map_put(&finder->seen, (struct str){arena_strndup(finder->matrix->arena, key.p, key.n), key.n}, &fresh);
	buf_release(&key);
	return fresh;
}

/* A directory or file to go on with; they are walked from a list, so that depth is no limit of the stack's. */
struct finder_step {
	const char *path;
	size_t at; /* the part that is next */
};

struct finder_steps {
	struct finder_step *items;
	size_t count, capacity;
};

static void step_add(struct finder_steps *steps, const char *path, size_t at)
{
	MEM_ROOM(steps->items, steps->count, steps->capacity);
	steps->items[steps->count++] = (struct finder_step){path, at};
}

static bool may_enter(const struct finder *finder, struct str name, const char *path, bool dotted)
{
	if (str_is(name, ".git") || str_is(finder->matrix->output, path))
		return false;
	return dotted || name.p[0] != '.';
}

/* The names in STEP's directory that its part matches, the last first, since steps are taken from the end. */
static void find_wild(struct finder *finder, struct finder_step step, struct finder_steps *steps)
{
	struct arena *arena = finder->matrix->arena;
	struct str part = finder->parts[step.at], *names;
	bool deep = str_is(part, "**"), last = step.at + 1 == finder->count;
	size_t count;

	watch(finder, step.path, true);
	if (fs_list(step.path, arena, &names, &count) != 0) {
		diag_error(finder->matrix->diag, finder->span, "%s: cannot be read: %s", step.path, strerror(errno));
		return;
	}
	for (size_t i = count; i-- > 0;) {
		const char *path = path_join(arena, str_of(step.path), names[i]);

		if (!may_enter(finder, names[i], path, part.p[0] == '.') || (!deep && !match_go(part, names[i])))
			continue;
		if (is_kind(path, last ? S_IFREG : S_IFDIR, !deep))
			step_add(steps, path, deep ? step.at : step.at + 1);
	}
	if (deep)
		step_add(steps, step.path, step.at + 1);
}

static void find_literal(struct finder *finder, struct finder_step step, struct finder_steps *steps)
{
	bool last = step.at + 1 == finder->count;
	const char *path = path_join(finder->matrix->arena, str_of(step.path), finder->parts[step.at]);

	if (is_kind(path, last ? S_IFREG : S_IFDIR, true)) {
		step_add(steps, path, step.at + 1);
		return;
	}
	watch(finder, path, false);
	if (strcmp(step.path, ".") == 0)
		watch(finder, ".", true);
}

static void find(struct finder *finder)
{
	struct finder_steps steps = {0};

	step_add(&steps, ".", 0);
	while (steps.count) {
		struct finder_step step = steps.items[--steps.count];

		if (step.at == finder->count)
			take_file(finder, step.path);
		else if (!is_new(finder, step.path, step.at))
			continue;
		else if (match_is_wild(finder->parts[step.at]))
			find_wild(finder, step, &steps);
		else
			find_literal(finder, step, &steps);
	}
	mem_free(steps.items);
}

/* --- Patterns --- */

static bool pattern_fits(const struct finder *finder, struct str pattern)
{
	struct diag *diag = finder->matrix->diag;

	if (finder->count == 0 || str_starts(pattern, STR("/")) || str_is(finder->parts[0], "..")) {
		diag_error(diag, finder->span, "'%.*s' is no pattern of files below the project's directory",
		           STR_ARG(pattern));
		return false;
	}
	for (size_t i = 0; i < finder->count; i++) {
		if (match_go_valid(finder->parts[i]))
			continue;
		diag_error(diag, finder->span, "'%.*s' is no pattern: %s", STR_ARG(pattern),
		           "a bracket is not closed, or a backslash ends it");
		return false;
	}
	if (str_is(finder->parts[finder->count - 1], "**")) {
		diag_error(diag, finder->span, "'%.*s' does not say which files", STR_ARG(pattern));
		diag_hint(diag, "such as %.*s/Dockerfile", STR_ARG(pattern));
		return false;
	}
	return true;
}

static bool finder_open(struct finder *finder, struct matrix *matrix, struct keys_text files, struct map *taken)
{
	struct str pattern = str_of(path_clean(matrix->arena, files.text));

	*finder = (struct finder){.matrix = matrix, .span = files.span, .taken = taken};
	finder->parts = ARENA_ARRAY(matrix->arena, pattern.n + 1, struct str);
	for (size_t at = 0, end; at < pattern.n; at = end + 1) {
		struct str part;

		end = str_find(pattern, '/', at);
		part = str_slice(pattern, at, end);
		if (part.n && !str_is(part, ".") &&
		    !(str_is(part, "**") && finder->count && str_is(finder->parts[finder->count - 1], "**")))
			finder->parts[finder->count++] = part;
	}
	map_init(&finder->seen);
	return pattern_fits(finder, pattern);
}

/* --- What a Dockerfile that was found is called --- */

struct place {
	struct str dir, parent; /* names of its directory and of that above; n = 0 if none */
};

static struct place place_of(struct str file)
{
	struct str dir = path_dir(file), above = path_dir(dir);

	return (struct place){str_is(dir, ".") ? STR("") : path_base(dir),
	                      str_is(above, ".") ? STR("") : path_base(above)};
}

/* TEXT with {dir} and {parent} for FILE; text.p is NULL after an error, which is not told of a LISTED file. */
static struct keys_text place_expand(const struct matrix *matrix, struct keys_text text, struct str file,
                                     bool listed)
{
	struct place place = place_of(file);
	struct keys_text result = {{NULL, 0}, text.span};
	struct buf out = BUF_INIT;

	for (size_t i = 0, close; i < text.text.n; i = close) {
		close = text.text.p[i] == '{' ? str_find(text.text, '}', i) + 1 : str_find(text.text, '{', i);
		struct str piece = str_slice(text.text, i, close);
		bool dir = str_is(piece, "{dir}"), known = dir || str_is(piece, "{parent}");
		struct str value = dir ? place.dir : place.parent;

		if (!known && piece.p[0] == '{') {
			diag_error(matrix->diag, text.span, "'%.*s' is neither {dir} nor {parent}", STR_ARG(piece));
			buf_release(&out);
			return result;
		}
		if (known && value.n == 0) {
			if (!listed)
				diag_error(matrix->diag, text.span, "%.*s lies in no directory that %.*s could be",
				           STR_ARG(file), STR_ARG(piece));
			if (!listed)
				diag_hint(matrix->diag, "list it in images, with a name");
			buf_release(&out);
			return result;
		}
		buf_addstr(&out, known ? value : piece);
	}
	result.text = (struct str){arena_strndup(matrix->arena, buf_str(&out).p, out.n), out.n};
	buf_release(&out);
	return result;
}

/* A list of groups with {dir} and {parent}; an empty one is none. False after an error. */
static bool place_groups(const struct matrix *matrix, struct keys_texts *groups, struct str file, bool listed)
{
	struct keys_text *items = ARENA_ARRAY(matrix->arena, groups->count, struct keys_text);
	size_t count = 0;

	for (size_t i = 0; i < groups->count; i++) {
		items[count] = place_expand(matrix, groups->items[i], file, listed);
		if (!items[count].text.p)
			return false;
		count += items[count].text.n > 0;
	}
	groups->items = items;
	groups->count = count;
	return true;
}

/* Where nothing is said, the directory above names the group. */
static bool place_group(const struct matrix *matrix, struct keys_image *image, struct span span, bool listed)
{
	struct str file = image->dockerfile.text, parent = place_of(file).parent;

	if (image->group.given || image->groups.given)
		return place_groups(matrix, &image->group, file, listed) &&
		       place_groups(matrix, &image->groups, file, listed);
	image->group = (struct keys_texts){.items = ARENA_ARRAY(matrix->arena, 1, struct keys_text),
	                                   .count = parent.n > 0, .span = span, .given = true};
	image->group.items[0] = (struct keys_text){parent, span};
	return true;
}

/* False after an error: the same would be said of every file. */
static bool discover_add(struct matrix *matrix, const struct keys_image *entry, struct str file,
                         struct discover_list *list)
{
	struct keys_text name = {STR("{dir}"), entry->files.span};
	bool listed = map_get(&list->listed, file) != NULL;
	struct keys_image *image;

	if (list->count == list->capacity) {
		size_t old = list->capacity * sizeof *list->found;

		list->capacity = list->capacity ? list->capacity * 2 : 16;
		list->found = arena_grow(matrix->arena, list->found, old, list->capacity * sizeof *list->found);
	}
	image = &list->found[list->count];
	*image = *entry;
	image->dockerfile = (struct keys_text){file, entry->files.span};
	image->name = place_expand(matrix, entry->name.text.p ? entry->name : name, file, listed);
	if (entry->context.text.p)
		image->context = place_expand(matrix, entry->context, file, listed);
	else
		image->context = (struct keys_text){path_dir(file), entry->files.span};
	bool fine = image->name.text.p && image->context.text.p &&
	            place_group(matrix, image, entry->files.span, listed);

	list->count += fine;
	return fine || listed;
}

static void discover_entry(struct matrix *matrix, enum keys_section of, struct value value, struct map *taken,
                           struct discover_list *list)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_image entry = {0};
	struct finder finder;

	if (value.kind == VALUE_DICT)
		keys_read(&reader, of, value, "an entry of discover", &entry);
	else
		keys_read_text(&reader, value, "a pattern", &entry.files);
	if (!entry.files.text.p)
		return;
	if (finder_open(&finder, matrix, entry.files, taken))
		find(&finder);
	if (finder.count && finder.file_count == 0 && matrix->diag->errors == 0)
		diag_warning(matrix->diag, entry.files.span, "no file is found for '%.*s'", STR_ARG(entry.files.text));
	for (size_t i = 0; i < finder.file_count && discover_add(matrix, &entry, finder.files[i], list); i++)
		;
	map_release(&finder.seen);
	mem_free(finder.files);
}

void discover_read(struct matrix *matrix, const struct keys_part *discover, struct discover_list *list)
{
	struct map taken;

	map_init(&taken);
	for (size_t i = 0; i < keys_items(discover); i++)
		discover_entry(matrix, discover->of, discover->value.as.list->items[i], &taken, list);
	if (discover->value.kind != VALUE_LIST && discover->value.kind != VALUE_UNDEFINED)
		discover_entry(matrix, discover->of, discover->value, &taken, list);
	map_release(&taken);
}
