/* SPDX-License-Identifier: Apache-2.0 */
#include "model/axes.h"

/* Values of AXIS that LAYER takes: an OS that only a base_os names is for layers without Python. */
static uint32_t axes_size(const struct axes *axes, uint32_t layer, uint32_t axis)
{
	uint32_t vary = axes->vary[layer];

	if (!(vary & 1u << axis))
		return 1;
	if (vary & 1u << MATRIX_PYTHON)
		return axes->matrix->axes[axis].listed;
	return axes->matrix->axes[axis].count;
}

bool axes_init(struct axes *axes, const struct matrix *matrix, uint32_t *vary)
{
	uint64_t total = 0;

	*axes = (struct axes){.matrix = matrix, .vary = vary};
	axes->first = ARENA_ARRAY(matrix->arena, (size_t)matrix->layer_count + 1, uint32_t);
	for (uint32_t layer = 0; layer < matrix->layer_count; layer++) {
		uint64_t product = 1;

		for (uint32_t axis = 0; axis < matrix->axis_count && product <= AXES_MOST; axis++)
			product *= axes_size(axes, layer, axis);
		total += product;
		if (total > AXES_MOST) {
			diag_error(matrix->diag, matrix->layers[layer].name.span,
			           "the matrix has more than %d combinations of axes and layers", AXES_MOST);
			return false;
		}
		axes->first[layer + 1] = (uint32_t)total;
	}
	axes->total = (uint32_t)total;
	return true;
}

/* The layer whose combinations hold ID. */
static uint32_t axes_layer(const struct axes *axes, uint32_t id)
{
	uint32_t low = 0, high = axes->matrix->layer_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (axes->first[middle] <= id)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct axes_point axes_point(const struct axes *axes, uint32_t id)
{
	struct axes_point point = {.layer = axes_layer(axes, id)};
	uint32_t rest = id - axes->first[point.layer];

	for (uint32_t axis = 0; axis < KEYS_AXES; axis++)
		point.at[axis] = AXES_NONE;
	for (uint32_t axis = axes->matrix->axis_count; axis-- > 0;) {
		if (!(axes->vary[point.layer] & 1u << axis))
			continue;
		uint32_t size = axes_size(axes, point.layer, axis);
		point.at[axis] = rest % size;
		rest /= size;
	}
	return point;
}

uint32_t axes_id(const struct axes *axes, const struct axes_point *point)
{
	uint32_t id = 0;

	for (uint32_t axis = 0; axis < KEYS_AXES; axis++) {
		if (axes->vary[point->layer] & 1u << axis)
			id = id * axes_size(axes, point->layer, axis) + point->at[axis];
	}
	return axes->first[point->layer] + id;
}

static bool pick_has(const struct matrix_pick *pick, uint32_t value)
{
	for (uint32_t i = 0; i < pick->count; i++) {
		if (pick->values[i] == value)
			return true;
	}
	return false;
}

/* True where an entry of include, as far as its axes are POINT's, matches it. */
static bool axes_included(const struct axes *axes, const struct axes_point *point)
{
	const struct matrix *matrix = axes->matrix;

	for (uint32_t i = 0; i < matrix->include_count; i++) {
		const struct matrix_pick *picks = matrix->includes[i].picks;
		uint32_t axis = 0;

		while (axis < matrix->axis_count && (!picks[axis].given || point->at[axis] == AXES_NONE ||
		                                     pick_has(&picks[axis], point->at[axis])))
			axis++;
		if (axis == matrix->axis_count)
			return true;
	}
	return false;
}

bool axes_excluded(const struct axes *axes, const struct axes_point *point)
{
	const struct matrix *matrix = axes->matrix;

	for (uint32_t i = 0; i < matrix->exclude_count; i++) {
		const struct matrix_pick *picks = matrix->excludes[i].picks;
		uint32_t axis = 0;

		while (axis < matrix->axis_count && (!picks[axis].given || pick_has(&picks[axis], point->at[axis])))
			axis++;
		if (axis == matrix->axis_count)
			return !axes_included(axes, point);
	}
	return false;
}

static void axes_put(struct axes_list *list, uint32_t id)
{
	MEM_ROOM(list->ids, list->count, list->capacity);
	list->ids[list->count++] = id;
}

/* The number of values that PICKS leaves of AXIS. */
static uint32_t pick_size(const struct axes *axes, const struct matrix_pick *pick, uint32_t layer, uint32_t axis)
{
	if (!(axes->vary[layer] & 1u << axis))
		return 1;
	return pick && pick->given ? pick->count : axes->matrix->axes[axis].listed;
}

/* The combinations of LAYER within PICKS (NULL: all). */
static void axes_select_layer(const struct axes *axes, uint32_t layer, const struct matrix_pick *picks,
                              struct axes_list *list)
{
	uint64_t total = 1;

	for (uint32_t axis = 0; axis < KEYS_AXES; axis++)
		total *= pick_size(axes, picks ? &picks[axis] : NULL, layer, axis);
	for (uint64_t i = 0; i < total; i++) {
		struct axes_point point = {.layer = layer};
		uint64_t rest = i;

		for (uint32_t axis = KEYS_AXES; axis-- > 0;) {
			uint32_t size = pick_size(axes, picks ? &picks[axis] : NULL, layer, axis);
			uint32_t value = (uint32_t)(rest % size);

			rest /= size;
			if (!(axes->vary[layer] & 1u << axis))
				point.at[axis] = AXES_NONE;
			else
				point.at[axis] = picks && picks[axis].given ? picks[axis].values[value] : value;
		}
		if (!axes_excluded(axes, &point))
			axes_put(list, axes_id(axes, &point));
	}
}

void axes_select_written(const struct axes *axes, struct axes_list *list)
{
	for (uint32_t layer = axes->matrix->template_count; layer < axes->matrix->layer_count; layer++)
		axes_select_layer(axes, layer, NULL, list);
}

void axes_select(const struct axes *axes, uint32_t sequence, struct axes_list *list)
{
	if (sequence == MATRIX_NONE) {
		for (uint32_t layer = 0; layer < axes->matrix->layer_count; layer++)
			axes_select_layer(axes, layer, NULL, list);
		return;
	}
	const struct matrix_sequence *chosen = &axes->matrix->sequences[sequence];
	for (uint32_t i = 0; i < chosen->layer_count; i++)
		axes_select_layer(axes, chosen->layers[i], chosen->picks, list);
}

/* Drops repetitions and puts the numbers in ascending order. */
static void axes_unique(const struct axes *axes, struct axes_list *list)
{
	bool *there = mem_alloc((size_t)axes->total + 1);
	size_t count = 0;

	memset(there, 0, axes->total);
	for (size_t i = 0; i < list->count; i++)
		there[list->ids[i]] = true;
	for (uint32_t id = 0; id < axes->total; id++) {
		if (there[id])
			list->ids[count++] = id;
	}
	list->count = count;
	mem_free(there);
}

/* A stable counting sort by the value of AXIS, those that do not vary over it first. */
static void axes_sort_by(const struct axes *axes, uint32_t axis, const uint32_t *from, uint32_t *to, size_t count)
{
	uint32_t size = axes->matrix->axes[axis].count + 1;
	size_t *start = mem_alloc(((size_t)size + 1) * sizeof *start);

	memset(start, 0, ((size_t)size + 1) * sizeof *start);
	for (size_t i = 0; i < count; i++)
		start[axes_point(axes, from[i]).at[axis] + 1 + 1]++;
	for (uint32_t i = 0; i < size; i++)
		start[i + 1] += start[i];
	for (size_t i = 0; i < count; i++)
		to[start[axes_point(axes, from[i]).at[axis] + 1]++] = from[i];
	mem_free(start);
}

void axes_sort(const struct axes *axes, struct axes_list *list)
{
	axes_unique(axes, list);
	uint32_t *from = list->ids, *to = mem_alloc((list->count + 1) * sizeof *to);

	for (uint32_t axis = axes->matrix->axis_count; axis-- > 0;) {
		uint32_t *swap = from;

		axes_sort_by(axes, axis, from, to, list->count);
		from = to;
		to = swap;
	}
	mem_free(to);
	list->ids = from;
	list->capacity = list->count;
}

uint32_t axes_parent(const struct axes *axes, const struct axes_point *child, uint32_t layer)
{
	struct axes_point point = {.layer = layer};
	uint32_t vary = axes->vary[layer], python = child->at[MATRIX_PYTHON];

	for (uint32_t axis = 0; axis < KEYS_AXES; axis++) {
		point.at[axis] = vary & 1u << axis ? child->at[axis] : AXES_NONE;
		if (vary & 1u << axis && child->at[axis] == AXES_NONE)
			return AXES_NONE;
	}
	if (vary & 1u << MATRIX_OS && !(vary & 1u << MATRIX_PYTHON) && python != AXES_NONE) {
		const struct matrix_python *config = &axes->matrix->pythons[python];

		if (config->base_os != MATRIX_NONE && !config->source)
			point.at[MATRIX_OS] = config->base_os;
	}
	if (point.at[MATRIX_OS] != AXES_NONE && point.at[MATRIX_OS] >= axes_size(axes, layer, MATRIX_OS))
		return AXES_NONE;
	return axes_excluded(axes, &point) ? AXES_NONE : axes_id(axes, &point);
}

struct str axes_value(const struct axes *axes, const struct axes_point *point, uint32_t axis)
{
	if (point->at[axis] == AXES_NONE)
		return STR("");
	return axes->matrix->axes[axis].values[point->at[axis]].text;
}

void axes_name(const struct axes *axes, const struct axes_point *point, struct buf *out)
{
	for (uint32_t axis = 0; axis < axes->matrix->axis_count; axis++) {
		if (point->at[axis] == AXES_NONE)
			continue;
		if (axis == MATRIX_PYTHON)
			buf_adds(out, "py");
		else if (axis != MATRIX_OS)
			buf_addstr(out, axes->matrix->axes[axis].name);
		buf_addstr(out, axes_value(axes, point, axis));
		buf_addc(out, '-');
	}
	buf_addstr(out, axes->matrix->layers[point->layer].name.text);
}
