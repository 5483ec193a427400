/* SPDX-License-Identifier: Apache-2.0 */
#include "model/declare.h"
#include "model/name.h"

static const char *const axis_whats[] = {"OS version", "Python version", "axis value"};

const char *matrix_axis_what(uint32_t axis)
{
	return axis_whats[axis < 2 ? axis : 2];
}

static void axis_add(struct matrix *matrix, uint32_t number, struct keys_text value)
{
	struct matrix_axis *axis = &matrix->axes[number];
	const char *what = matrix_axis_what(number);
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
	if (!name_check(matrix->diag, base_os.text, base_os.span, matrix_axis_what(MATRIX_OS)))
		return MATRIX_NONE;
	struct map_entry *entry = map_put(&axis->index, base_os.text, &fresh);
	if (fresh) {
		entry->value.number = axis->count;
		axis->values[axis->count++] = base_os;
	}
	return (uint32_t)entry->value.number;
}

void matrix_read_pythons(struct matrix *matrix, struct keys_part list)
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

void matrix_read_os(struct matrix *matrix, const struct keys_texts *versions, size_t more)
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

void matrix_read_axes(struct matrix *matrix, struct value axes)
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

void matrix_read_picks(struct matrix *matrix, const struct keys_texts *texts, struct matrix_pick *picks)
{
	for (uint32_t i = 0; i < KEYS_AXES; i++) {
		picks[i].given = texts[i].given;
		picks[i].values = matrix_find_all(matrix, &matrix->axes[i].index, &texts[i], matrix_axis_what(i),
		                                  &picks[i].count);
	}
}
