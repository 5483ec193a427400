/* SPDX-License-Identifier: Apache-2.0 */
#include "data/yaml.h"
#include "model/caches.h"
#include "model/declare.h"
#include "model/detail.h"
#include "model/name.h"
#include "model/pipelines.h"

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
		                matrix_axis_what(MATRIX_OS)) == MATRIX_NONE)
			continue;
		if (entry->value.kind != VALUE_NONE &&
		    !keys_read(&reader, part.of, entry->value, "a rootfs", &rootfs->keys))
			continue;
		matrix->rootfs_count++;
	}
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
