/* SPDX-License-Identifier: Apache-2.0 */
#include "model/matrix.h"

#include "base/fs.h"
#include "data/yaml.h"
#include "model/caches.h"
#include "model/declare.h"
#include "model/detail.h"
#include "model/name.h"
#include "model/pipelines.h"

static const char *const axis_whats[] = {"OS version", "Python version", "axis value"};

static const char *axis_what(uint32_t axis)
{
	return axis_whats[axis < 2 ? axis : 2];
}

struct keys_reader matrix_reader(const struct matrix *matrix)
{
	return (struct keys_reader){matrix->arena, matrix->diag, &matrix->axis_index};
}

/* The number of NAME in INDEX, or MATRIX_NONE after an error and a suggestion. */
uint32_t matrix_find(const struct matrix *matrix, const struct map *index, struct str name, struct span span,
                            const char *what)
{
	const struct map_entry *entry = map_get(index, name);
	struct guess guess;

	if (entry)
		return (uint32_t)entry->value.number;
	guess_init(&guess, name);
	for (size_t i = 0; i < index->count; i++)
		guess_offer(&guess, index->entries[i].key);
	diag_error(matrix->diag, span, "there is no %s '%.*s'", what, STR_ARG(name));
	guess_hint(&guess, matrix->diag);
	return MATRIX_NONE;
}

/* The numbers of NAMES in INDEX, each once; unknown ones are told and left out. */
uint32_t *matrix_find_all(const struct matrix *matrix, const struct map *index, const struct keys_texts *names,
                                 const char *what, uint32_t *count)
{
	uint32_t *found = ARENA_ARRAY(matrix->arena, names->count, uint32_t);
	bool *there;

	*count = 0;
	if (names->count == 0)
		return found;
	there = mem_alloc(index->count + 1);
	memset(there, 0, index->count);
	for (size_t i = 0; i < names->count; i++) {
		uint32_t number = matrix_find(matrix, index, names->items[i].text, names->items[i].span, what);

		if (number == MATRIX_NONE || there[number])
			continue;
		there[number] = true;
		found[(*count)++] = number;
	}
	mem_free(there);
	return found;
}

/* Enters NAME as NUMBER; a second one of that name is told, with the place of the first, FIRST. */
bool matrix_enter(struct matrix *matrix, struct map *index, struct keys_text name, uint32_t number,
                         const char *what,
                         const struct keys_text *(*first)(const struct matrix *, uint32_t))
{
	bool fresh;
	struct map_entry *entry;

	if (!name_check(matrix->diag, name.text, name.span, what))
		return false;
	entry = map_put(index, name.text, &fresh);
	if (fresh) {
		entry->value.number = number;
		return true;
	}
	diag_error(matrix->diag, name.span, "the %s '%.*s' is there twice", what, STR_ARG(name.text));
	diag_note(matrix->diag, first(matrix, (uint32_t)entry->value.number)->span, "it is here first");
	return false;
}

static void axis_add(struct matrix *matrix, uint32_t number, struct keys_text value)
{
	struct matrix_axis *axis = &matrix->axes[number];
	const char *what = axis_what(number);
	bool fresh;

	if (!name_check(matrix->diag, value.text, value.span, what))
		return;
	struct map_entry *entry = map_put(&axis->index, value.text, &fresh);
	if (!fresh) {
		diag_error(matrix->diag, value.span, "the %s '%.*s' is there twice", what, STR_ARG(value.text));
		diag_note(matrix->diag, axis->values[entry->value.number].span, "it is here first");
		return;
	}
	entry->value.number = axis->count;
	axis->values[axis->count++] = value;
	axis->listed = axis->count;
}

/* A python_versions entry that is a scalar is short for one with a version only. */
static void python_entry(struct matrix *matrix, enum keys_section of, struct value entry, struct keys_python *keys)
{
	struct keys_reader reader = matrix_reader(matrix);

	if (entry.kind == VALUE_DICT)
		keys_read(&reader, of, entry, "a Python version", keys);
	else
		keys_read_text(&reader, entry, "a Python version", &keys->version);
}

static void python_config_text(struct matrix *matrix, struct value config, const char *key, struct keys_text text)
{
	struct value value, name = value_borrow(matrix->arena, str_of(key));

	if (!text.text.p)
		return;
	value = value_borrow(matrix->arena, text.text);
	value.source = (uint16_t)text.span.source;
	value.offset = text.span.offset;
	dict_set(config.as.dict, name, value);
}

/* The entry with its versions as text, as they stand in the file. */
static struct value python_config(struct matrix *matrix, struct value entry, const struct keys_python *keys)
{
	struct value config = value_dict(matrix->arena);

	for (size_t i = 0; entry.kind == VALUE_DICT && i < entry.as.dict->used; i++) {
		if (entry.as.dict->entries[i].key.kind != VALUE_UNDEFINED)
			dict_set(config.as.dict, entry.as.dict->entries[i].key, entry.as.dict->entries[i].value);
	}
	python_config_text(matrix, config, "version", keys->version);
	python_config_text(matrix, config, "bump", keys->bump);
	python_config_text(matrix, config, "base_os", keys->base_os);
	return config;
}

/* The OS that BASE_OS names, entered beyond the listed ones where it is not one of them. */
static uint32_t python_base_os(struct matrix *matrix, struct keys_text base_os)
{
	struct matrix_axis *axis = &matrix->axes[MATRIX_OS];
	bool fresh;

	if (!base_os.text.p || axis->listed == 0)
		return MATRIX_NONE;
	if (!name_check(matrix->diag, base_os.text, base_os.span, axis_what(MATRIX_OS)))
		return MATRIX_NONE;
	struct map_entry *entry = map_put(&axis->index, base_os.text, &fresh);
	if (fresh) {
		entry->value.number = axis->count;
		axis->values[axis->count++] = base_os;
	}
	return (uint32_t)entry->value.number;
}

static void matrix_read_pythons(struct matrix *matrix, struct keys_part list)
{
	size_t count = keys_items(&list);
	struct matrix_axis *axis = &matrix->axes[MATRIX_PYTHON];

	axis->values = ARENA_ARRAY(matrix->arena, count, struct keys_text);
	matrix->pythons = ARENA_ARRAY(matrix->arena, count, struct matrix_python);
	for (size_t i = 0; i < count; i++) {
		struct value entry = list.value.as.list->items[i];
		struct keys_python keys = {0};
		uint32_t number = axis->count;

		python_entry(matrix, list.of, entry, &keys);
		if (!keys.version.text.p)
			continue;
		axis_add(matrix, MATRIX_PYTHON, keys.version);
		if (axis->count == number)
			continue;
		matrix->pythons[number] = (struct matrix_python){
			.bump = keys.bump.text,
			.source = keys.method.text.p && str_is(keys.method.text, "source"),
			.base_os = python_base_os(matrix, keys.base_os),
			.config = python_config(matrix, entry, &keys),
		};
	}
}

static void matrix_read_os(struct matrix *matrix, const struct keys_texts *versions, size_t more)
{
	matrix->axes[MATRIX_OS].values = ARENA_ARRAY(matrix->arena, versions->count + more, struct keys_text);
	for (size_t i = 0; i < versions->count; i++)
		axis_add(matrix, MATRIX_OS, versions->items[i]);
}

static bool axis_name_check(const struct matrix *matrix, struct keys_text name)
{
	static const char *const taken[] = {
		"os", "os_version", "os_versions", "os_major", "python", "python_version", "python_versions",
		"python_config", "build_config", "layer_config", "image", "parent", "rootfs", "name",
		"description", "layers",
	};
	struct str s = name.text;

	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
		if (str_is(s, taken[i])) {
			diag_error(matrix->diag, name.span, "'%s' means something else already and cannot be an axis",
			           taken[i]);
			return false;
		}
	}
	for (size_t i = 0; i < s.n; i++) {
		bool letter = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_';

		if (!letter && (i == 0 || s.p[i] < '0' || s.p[i] > '9')) {
			diag_error(matrix->diag, name.span, "the name of an axis has letters, digits and _ only");
			return false;
		}
	}
	return name_check(matrix->diag, s, name.span, "axis");
}

static void matrix_read_axes(struct matrix *matrix, struct value axes)
{
	struct keys_reader reader = matrix_reader(matrix);

	for (size_t i = 0; axes.kind == VALUE_DICT && i < axes.as.dict->used; i++) {
		const struct dict_entry *entry = &axes.as.dict->entries[i];
		struct keys_text name;
		struct keys_texts values;

		if (entry->key.kind == VALUE_UNDEFINED || !keys_read_text(&reader, entry->key, "an axis", &name) ||
		    !axis_name_check(matrix, name) || !keys_read_texts(&reader, entry->value, "an axis", &values))
			continue;
		if (matrix->axis_count == KEYS_AXES) {
			diag_error(matrix->diag, name.span, "a matrix can have %d axes at most", KEYS_AXES);
			return;
		}
		struct matrix_axis *axis = &matrix->axes[matrix->axis_count];
		axis->name = name.text;
		axis->values = ARENA_ARRAY(matrix->arena, values.count, struct keys_text);
		for (size_t j = 0; j < values.count; j++)
			axis_add(matrix, matrix->axis_count, values.items[j]);
		map_put(&matrix->axis_index, name.text, NULL)->value.number = matrix->axis_count++;
	}
}

static void matrix_read_picks(struct matrix *matrix, const struct keys_texts *texts, struct matrix_pick *picks)
{
	for (uint32_t i = 0; i < KEYS_AXES; i++) {
		picks[i].given = texts[i].given;
		picks[i].values = matrix_find_all(matrix, &matrix->axes[i].index, &texts[i], axis_what(i),
		                                  &picks[i].count);
	}
}

static const struct keys_text *sequence_name(const struct matrix *matrix, uint32_t number)
{
	return &matrix->sequences[number].name;
}

/* Only a FROM makes an image of an OS that base_os alone names, so a sequence may not ask for one. */
static void sequence_check_os(const struct matrix *matrix, const struct matrix_sequence *sequence,
                              const struct keys_texts *os)
{
	const struct matrix_axis *axis = &matrix->axes[MATRIX_OS];
	const struct matrix_pick *pick = &sequence->picks[MATRIX_OS];

	for (uint32_t i = 0; i < pick->count && pick->count == os->count; i++) {
		if (pick->values[i] < axis->listed)
			continue;
		diag_error(matrix->diag, os->items[i].span, "'%.*s' is no entry of os_versions",
		           STR_ARG(os->items[i].text));
		diag_note(matrix->diag, axis->values[pick->values[i]].span, "it is only a base_os here");
	}
}

static void matrix_read_sequence(struct matrix *matrix, enum keys_section of, struct value entry)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_sequence keys = {0};

	keys_read(&reader, of, entry, "a sequence", &keys);
	if (!keys.name.text.p ||
	    !matrix_enter(matrix, &matrix->sequence_index, keys.name, matrix->sequence_count, "sequence",
	                  sequence_name))
		return;
	struct matrix_sequence *sequence = &matrix->sequences[matrix->sequence_count++];
	sequence->name = keys.name;
	sequence->description = keys.description.text.p ? keys.description.text : STR("");
	matrix_read_picks(matrix, keys.picks, sequence->picks);
	sequence_check_os(matrix, sequence, &keys.picks[MATRIX_OS]);
	if (keys.layers.given) {
		sequence->layers = matrix_find_all(matrix, &matrix->layer_index, &keys.layers, "layer",
		                                   &sequence->layer_count);
		return;
	}
	sequence->layer_count = matrix->template_count;
	sequence->layers = ARENA_ARRAY(matrix->arena, matrix->template_count, uint32_t);
	for (uint32_t i = 0; i < matrix->template_count; i++)
		sequence->layers[i] = i;
}

static void matrix_read_sequences(struct matrix *matrix, struct keys_part list)
{
	size_t count = keys_items(&list);

	matrix->sequences = ARENA_ARRAY(matrix->arena, count, struct matrix_sequence);
	for (size_t i = 0; i < count; i++)
		matrix_read_sequence(matrix, list.of, list.value.as.list->items[i]);
}

/* The entries of exclude or include; their number. */
static uint32_t matrix_read_excludes(struct matrix *matrix, struct keys_part list, const char *what,
                                     struct matrix_exclude **entries)
{
	size_t count = keys_items(&list);
	struct keys_reader reader = matrix_reader(matrix);
	uint32_t made = 0;

	*entries = ARENA_ARRAY(matrix->arena, count, struct matrix_exclude);
	for (size_t i = 0; i < count; i++) {
		struct keys_exclude keys = {0};
		struct value entry = list.value.as.list->items[i];
		bool any = false;

		if (!keys_read(&reader, list.of, entry, what, &keys))
			continue;
		for (uint32_t j = 0; j < KEYS_AXES; j++)
			any = any || keys.picks[j].count;
		if (!any) {
			diag_error(matrix->diag, value_span(entry), "%s must name a version", what);
			continue;
		}
		(*entries)[made].span = value_span(entry);
		matrix_read_picks(matrix, keys.picks, (*entries)[made++].picks);
	}
	return made;
}

static const struct keys_text *group_name(const struct matrix *matrix, uint32_t number)
{
	return &matrix->groups[number].name;
}

static void matrix_read_groups(struct matrix *matrix, struct value dict)
{
	struct keys_reader reader = matrix_reader(matrix);

	if (dict.kind != VALUE_DICT)
		return;
	matrix->groups = ARENA_ARRAY(matrix->arena, dict.as.dict->used, struct matrix_group);
	for (size_t i = 0; i < dict.as.dict->used; i++) {
		const struct dict_entry *entry = &dict.as.dict->entries[i];
		struct matrix_group *group = &matrix->groups[matrix->group_count];

		if (entry->key.kind == VALUE_UNDEFINED || !keys_read_text(&reader, entry->key, "a group", &group->name) ||
		    !keys_read_texts(&reader, entry->value, "the members of a group", &group->members) ||
		    !matrix_enter(matrix, &matrix->group_index, group->name, matrix->group_count, "group", group_name))
			continue;
		matrix->group_count++;
	}
}

static void matrix_read_owners(struct matrix *matrix, const struct keys_pairs *pairs)
{
	matrix->owners = ARENA_ARRAY(matrix->arena, pairs->count, struct matrix_owner);
	for (size_t i = 0; i < pairs->count; i++)
		matrix->owners[matrix->owner_count++] = (struct matrix_owner){pairs->items[i].name, pairs->items[i].value};
}

static void matrix_read_rootfs(struct matrix *matrix, struct keys_part part)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct value dict = part.value;

	if (dict.kind != VALUE_DICT)
		return;
	matrix->rootfs = ARENA_ARRAY(matrix->arena, dict.as.dict->used, struct matrix_rootfs);
	for (size_t i = 0; i < dict.as.dict->used; i++) {
		const struct dict_entry *entry = &dict.as.dict->entries[i];
		struct matrix_rootfs *rootfs = &matrix->rootfs[matrix->rootfs_count];

		if (entry->key.kind == VALUE_UNDEFINED ||
		    !keys_read_text(&reader, entry->key, "an OS version", &rootfs->os) ||
		    matrix_find(matrix, &matrix->axes[MATRIX_OS].index, rootfs->os.text, rootfs->os.span,
		                axis_what(MATRIX_OS)) == MATRIX_NONE)
			continue;
		if (entry->value.kind != VALUE_NONE &&
		    !keys_read(&reader, part.of, entry->value, "a rootfs", &rootfs->keys))
			continue;
		matrix->rootfs_count++;
	}
}

void matrix_check_registry(const struct matrix *matrix, struct str registry, struct span span)
{
	size_t at;
	const char *why = name_check_registry(registry, &at);

	if (why)
		diag_error(matrix->diag, span, "'%.*s' cannot be a registry: %s", STR_ARG(registry), why);
}

static void matrix_read_config(struct matrix *matrix, const struct keys_top *top)
{
	struct keys_reader reader = matrix_reader(matrix);

	matrix->build_config = top->build_config.value;
	if (top->build_config.value.kind == VALUE_DICT)
		keys_read(&reader, top->build_config.of, top->build_config.value, "build_config", &matrix->config);
	else
		matrix->build_config = value_dict(matrix->arena);
	matrix->scanner = top->scanner.text.p ? top->scanner.text : STR("");
	matrix->lint_off = top->lint_off;
	if (top->registry.text.p)
		matrix->registry = top->registry.text;
	else if (matrix->config.registry.text.p && name_is_host(matrix->config.registry.text))
		matrix->registry = matrix->config.registry.text;
	if (matrix->registry.n)
		matrix_check_registry(matrix, matrix->registry, top->registry.text.p ? top->registry.span :
		                      matrix->config.registry.span);
	if (matrix->config.cache.text.n)
		matrix_check_registry(matrix, matrix->config.cache.text, matrix->config.cache.span);
}

/* `version: git` is what git describe says. */
static void matrix_read_version(struct matrix *matrix, const struct keys_top *top, const char *release)
{
	struct keys_text version = top->version;
	const char *why;
	size_t at;

	if (release) {
		matrix->version = str_of(release);
	} else if (version.text.p && str_is(version.text, "git")) {
		version_git(matrix->world, version.span, &matrix->version);
	} else if (version.text.p) {
		matrix->version = version.text;
		why = name_check_version(version.text, &at);
		if (why)
			diag_error(matrix->diag, version.span, "'%.*s' cannot be a tag: %s", STR_ARG(version.text), why);
	}
}

/* What the tags of images begin with that nobody tagged. */
static void matrix_read_repository(struct matrix *matrix, const struct keys_top *top)
{
	struct keys_text repository = top->repository.text.p ? top->repository : top->registry;

	if (!repository.text.n)
		return;
	if (top->repository.text.p)
		matrix_check_registry(matrix, repository.text, repository.span);
	while (repository.text.n && repository.text.p[repository.text.n - 1] == '/')
		repository.text.n--;
	matrix->repository = repository.text;
	if (top->repository.text.p)
		matrix->own_repository = name_repository(name_normal(matrix->arena, repository.text));
}

static void matrix_init(struct matrix *matrix, const struct matrix_from *from)
{
	*matrix = (struct matrix){
		.arena = from->arena, .diag = from->diag, .source = from->source, .text = from->text, .axis_count = 2,
		.output = from->output, .world = from->world, .registry = STR(""), .repository = STR(""),
		.version = STR(""),
	};
	matrix->axes[MATRIX_OS].name = STR("os");
	matrix->axes[MATRIX_PYTHON].name = STR("python");
	for (uint32_t i = 0; i < KEYS_AXES; i++)
		map_init(&matrix->axes[i].index);
	map_init(&matrix->axis_index);
	map_init(&matrix->layer_index);
	map_init(&matrix->sequence_index);
	map_init(&matrix->group_index);
}

/* The axes come before what varies over them, and all names before what refers to them. */
static void matrix_read_parts(struct matrix *matrix, const struct keys_top *top, const char *release)
{
	matrix_read_os(matrix, &top->os_versions, keys_items(&top->python_versions));
	matrix_read_pythons(matrix, top->python_versions);
	matrix_read_axes(matrix, top->axes.value);
	matrix_read_version(matrix, top, release);
	matrix_read_repository(matrix, top);
	detail_check_all(matrix, top);
	layer_read_all(matrix, top);
	matrix_read_sequences(matrix, top->build_sequences);
	matrix->exclude_count = matrix_read_excludes(matrix, top->exclude, "an exclude", &matrix->excludes);
	matrix->include_count = matrix_read_excludes(matrix, top->include, "an include", &matrix->includes);
	matrix_read_groups(matrix, top->groups.value);
	matrix_read_owners(matrix, &top->tag_owner);
	matrix_read_rootfs(matrix, top->rootfs);
	matrix_read_config(matrix, top);
	caches_read(matrix, top->cache);
	pipelines_read(matrix, top);
}

/* Keys of a matrix that is one image stand with each other only. */
static void matrix_check_single(const struct matrix *matrix, struct value root)
{
	unsigned wrong = matrix->single ? KEYS_UNSTAGED : KEYS_SINGLE;

	for (size_t i = 0; root.kind == VALUE_DICT && i < keys_count; i++) {
		const struct keys_entry *key = &keys_table[i];
		const struct value *stray = dict_find(root.as.dict, str_of(key->name));

		if (!(key->sections & KEYS_TOP) || !(key->sections & wrong) || !stray || stray->kind == VALUE_NONE)
			continue;
		if (!matrix->single) {
			diag_error(matrix->diag, value_span(*stray), "'%s' is for a matrix that is one image, with its stages",
			           key->name);
			continue;
		}
		diag_error(matrix->diag, value_span(*stray), "'%s' cannot stand beside the stages of a single image",
		           key->name);
		diag_hint(matrix->diag, "an entry of 'images' can have stages, too");
	}
}

bool matrix_read(struct matrix *matrix, const struct matrix_from *from)
{
	struct keys_top top = {0};
	struct diag *diag = from->diag;
	unsigned errors = diag->errors;
	struct value root;

	matrix_init(matrix, from);
	if (!yaml_read(from->arena, diag, from->source, from->text, YAML_MATRIX, &root))
		return false;
	if (root.kind == VALUE_NONE) {
		diag_error(diag, (struct span){from->source, 0, 0}, "the matrix is empty");
		return false;
	}
	struct keys_reader reader = matrix_reader(matrix);
	keys_read(&reader, KEYS_TOP, root, "the matrix", &top);
	matrix->args = top.args;
	matrix->labels = top.labels;
	matrix->platforms = top.platforms;
	matrix->reproducible = top.reproducible;
	matrix->single = stages_given(&top.image);
	matrix_check_single(matrix, root);
	matrix_read_parts(matrix, &top, from->release);
	if (root.kind == VALUE_DICT && top.build_layers.value.kind == VALUE_UNDEFINED &&
	    top.images.value.kind == VALUE_UNDEFINED && top.discover.value.kind == VALUE_UNDEFINED &&
	    !matrix->single && diag->errors == errors)
		diag_error(diag, (struct span){from->source, 0, 0},
		           "the matrix has none of 'build_layers', 'images' and 'discover'");
	return diag->errors == errors;
}

bool matrix_make(struct matrix *matrix, const struct matrix_from *from, const struct keys_image *images, size_t count)
{
	unsigned errors = from->diag->errors;
	const struct keys_top top = {.scanner = {.text = {NULL, 0}}};

	matrix_init(matrix, from);
	matrix_read_version(matrix, &top, from->release);
	layer_read_images(matrix, images, count);
	matrix_read_config(matrix, &top);
	return from->diag->errors == errors;
}

void matrix_release(struct matrix *matrix)
{
	for (uint32_t i = 0; i < KEYS_AXES; i++)
		map_release(&matrix->axes[i].index);
	map_release(&matrix->axis_index);
	map_release(&matrix->layer_index);
	map_release(&matrix->sequence_index);
	map_release(&matrix->group_index);
}

struct span matrix_inside(const struct matrix *matrix, struct keys_text scalar, size_t offset, size_t length)
{
	struct str rest = str_slice(matrix->text, scalar.span.offset, matrix->text.n);
	size_t quote = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'');

	if (scalar.span.source != matrix->source || !str_starts(str_slice(rest, quote, rest.n), scalar.text))
		return scalar.span;
	return (struct span){scalar.span.source, (uint32_t)(scalar.span.offset + quote + offset),
	                     (uint32_t)length};
}

uint32_t matrix_sequence(const struct matrix *matrix, struct str name, struct span span)
{
	return matrix_find(matrix, &matrix->sequence_index, name, span, "sequence");
}
