/* SPDX-License-Identifier: Apache-2.0 */
#include "model/vars.h"

#include "data/yaml.h"
#include "model/version.h"

static const struct {
	const char *name;
	uint32_t axis;
	bool major;
} vars_axis_names[] = {
	{"os_version", MATRIX_OS, false},
	{"os_major", MATRIX_OS, true},
	{"python_version", MATRIX_PYTHON, false},
};
enum { VARS_AXIS_NAMES = sizeof vars_axis_names / sizeof *vars_axis_names };

static const char *const vars_names[] = {"name", "version", "git", "date"};
enum { VARS_NAMES = sizeof vars_names / sizeof *vars_names };

/* The next ${NAME} of TEXT at or after FROM: where it begins and ends. False where there is none. */
static bool vars_next(struct str text, size_t from, size_t *begin, size_t *end)
{
	for (size_t i = str_find(text, '$', from); i + 1 < text.n; i = str_find(text, '$', i + 1)) {
		size_t close = str_find(text, '}', i);

		if (text.p[i + 1] != '{' || close == text.n || (i > from && text.p[i - 1] == '$'))
			continue;
		*begin = i;
		*end = close + 1;
		return true;
	}
	return false;
}

/* The axis that NAME stands for, or MATRIX_NONE. */
static uint32_t vars_axis(const struct matrix *matrix, struct str name, bool *major)
{
	const struct map_entry *axis = map_get(&matrix->axis_index, name);

	*major = false;
	for (size_t i = 0; i < VARS_AXIS_NAMES; i++) {
		if (!str_is(name, vars_axis_names[i].name))
			continue;
		*major = vars_axis_names[i].major;
		return vars_axis_names[i].axis;
	}
	return axis ? (uint32_t)axis->value.number : MATRIX_NONE;
}

uint32_t vars_axes(const struct matrix *matrix, struct str text)
{
	uint32_t axes = 0;

	for (size_t begin, end, at = 0; vars_next(text, at, &begin, &end); at = end) {
		bool major;
		uint32_t axis = vars_axis(matrix, str_trim(str_slice(text, begin + 2, end - 1)), &major);

		axes |= axis == MATRIX_NONE ? 0 : 1u << axis;
	}
	return axes;
}

static void vars_offer(const struct axes *axes, uint32_t layer, struct guess *guess)
{
	const struct matrix *matrix = axes->matrix;
	const struct dict *config = matrix->build_config.as.dict;

	for (size_t i = 0; i < VARS_AXIS_NAMES; i++) {
		if (axes->vary[layer] & 1u << vars_axis_names[i].axis)
			guess_offer(guess, str_of(vars_axis_names[i].name));
	}
	for (size_t i = 0; i < matrix->axis_index.count; i++)
		guess_offer(guess, matrix->axis_index.entries[i].key);
	for (size_t i = 0; i < config->used; i++) {
		if (config->entries[i].key.kind == VALUE_STRING)
			guess_offer(guess, value_str(config->entries[i].key));
	}
	for (size_t i = 0; i < VARS_NAMES; i++)
		guess_offer(guess, str_of(vars_names[i]));
}

static void vars_undefined(const struct axes *axes, uint32_t layer, const char *what, struct str name,
                           struct span at)
{
	const struct matrix *matrix = axes->matrix;
	const struct matrix_layer *declared = &matrix->layers[layer];
	bool major;
	uint32_t axis = vars_axis(matrix, name, &major);
	struct guess guess;

	diag_error(matrix->diag, at, "undefined variable '%.*s' in a %s of %s '%.*s'", STR_ARG(name), what,
	           matrix_layer_word(declared), STR_ARG(declared->name.text));
	if (axis < 2) {
		diag_hint(matrix->diag, "the %s does not vary over '%.*s'", matrix_layer_word(declared),
		          STR_ARG(matrix->axes[axis].name));
		return;
	}
	if (str_is(name, "version")) {
		diag_hint(matrix->diag, "the matrix says no 'version'");
		return;
	}
	guess_init(&guess, name);
	vars_offer(axes, layer, &guess);
	guess_hint(&guess, matrix->diag);
}

static bool vars_config(const struct matrix *matrix, struct str name, struct str *text)
{
	const struct value *value;

	if (str_starts(name, STR("build_config.")))
		name = str_slice(name, sizeof "build_config." - 1, name.n);
	value = dict_find(matrix->build_config.as.dict, name);
	return value && yaml_scalar_text(matrix->diag, *value, text);
}

enum vars_known { VARS_DEFINED, VARS_UNDEFINED, VARS_FAILED /* after an error was told */ };

/* What ${NAME} stands for in LAYER. */
static enum vars_known vars_find(const struct axes *axes, uint32_t layer, struct str name, struct span at,
                                 struct vars_part *part)
{
	const struct matrix *matrix = axes->matrix;

	part->axis = vars_axis(matrix, name, &part->major);
	if (part->axis != MATRIX_NONE)
		return axes->vary[layer] & 1u << part->axis ? VARS_DEFINED : VARS_UNDEFINED;
	if (vars_config(matrix, name, &part->text))
		return VARS_DEFINED;
	if (str_is(name, "name"))
		part->text = matrix->layers[layer].name.text;
	else if (str_is(name, "version"))
		part->text = matrix->version;
	else if (str_is(name, "date"))
		part->text = version_date(matrix->world);
	else if (str_is(name, "git") && !version_git(matrix->world, at, &part->text))
		return VARS_FAILED;
	return part->text.n ? VARS_DEFINED : VARS_UNDEFINED;
}

/* What stands between variables, $${ as ${. */
static void vars_literal(struct vars_template *template, size_t from, size_t to)
{
	struct str text = str_slice(template->source.text, 0, to);

	while (from < to) {
		size_t end = str_find(text, '$', from);

		while (end < to && !str_starts(str_slice(text, end, to), STR("$${")))
			end = str_find(text, '$', end + 1);
		template->parts[template->count++] = (struct vars_part){
			.text = str_slice(text, from, end < to ? end + 1 : to), .axis = MATRIX_NONE, .offset = from,
			.length = (end < to ? end + 1 : to) - from};
		from = end < to ? end + 2 : to;
	}
}

bool vars_compile(const struct axes *axes, uint32_t layer, const char *what, struct vars_template *template)
{
	struct str text = template->source.text;
	size_t at = 0, count = 1;
	bool ok = true;

	for (size_t i = str_find(text, '$', 0); i < text.n; i = str_find(text, '$', i + 1))
		count += 2;
	template->parts = ARENA_ARRAY(axes->matrix->arena, count, struct vars_part);
	for (size_t begin, end; vars_next(text, at, &begin, &end); at = end) {
		struct str name = str_trim(str_slice(text, begin + 2, end - 1));
		struct span span = matrix_inside(axes->matrix, template->source, begin, end - begin);
		struct vars_part part = {.offset = begin, .length = end - begin};
		enum vars_known known = vars_find(axes, layer, name, span, &part);

		vars_literal(template, at, begin);
		if (known == VARS_DEFINED) {
			template->parts[template->count++] = part;
			continue;
		}
		if (known == VARS_UNDEFINED)
			vars_undefined(axes, layer, what, name, span);
		ok = false;
	}
	vars_literal(template, at, text.n);
	return ok;
}

static struct str part_text(const struct axes *axes, const struct vars_part *part, const struct axes_point *point)
{
	struct str text;

	if (part->axis == MATRIX_NONE)
		return part->text;
	text = axes_value(axes, point, part->axis);
	return part->major ? str_slice(text, 0, str_find(text, '.', 0)) : text;
}

void vars_expand(const struct axes *axes, const struct vars_template *template, const struct axes_point *point,
                 struct buf *out)
{
	for (size_t i = 0; i < template->count; i++)
		buf_addstr(out, part_text(axes, &template->parts[i], point));
}

struct span vars_blame(const struct axes *axes, const struct vars_template *template,
                       const struct axes_point *point, size_t at)
{
	size_t done = 0;

	for (size_t i = 0; i < template->count; i++) {
		const struct vars_part *part = &template->parts[i];
		size_t length = part_text(axes, part, point).n;
		bool literal = part->text.p == template->source.text.p + part->offset;

		if (at < done + length)
			return matrix_inside(axes->matrix, template->source, part->offset + (literal ? at - done : 0),
			                     literal ? 1 : part->length);
		done += length;
	}
	return template->source.span;
}
