/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_AXES_H
#define DTK_MODEL_AXES_H

#include "model/matrix.h"

/*
 * Every combination that a matrix allows, as a number: the layers one after the
 * other, each with the product of the axes that it varies over.  Nothing is
 * stored for a combination; a number and its point convert both ways.
 */
enum { AXES_MOST = 1000000 }; /* combinations of one matrix */
#define AXES_NONE UINT32_MAX

struct axes {
	const struct matrix *matrix;
	uint32_t *first; /* layer -> number of its first combination; layer_count + 1 */
	uint32_t *vary;  /* layer -> a bit for each axis that it varies over */
	uint32_t total;
};

struct axes_point {
	uint32_t layer;
	uint32_t at[KEYS_AXES]; /* value by axis, AXES_NONE where the layer does not vary over it */
};

struct axes_list {
	uint32_t *ids; /* mem_alloc'd */
	size_t count, capacity;
};

/*
 * VARY says what each layer varies over and is borrowed.  False after an error
 * where the product is greater than AXES_MOST.  In MATRIX's arena.
 */
bool axes_init(struct axes *axes, const struct matrix *matrix, uint32_t *vary);

struct axes_point axes_point(const struct axes *axes, uint32_t id);
uint32_t axes_id(const struct axes *axes, const struct axes_point *point);
/*
 * True where `exclude` takes POINT away (an entry whose every axis the layer
 * varies over and matches) and `include` does not bring it back (an entry that
 * matches in those axes that the layer varies over).
 */
bool axes_excluded(const struct axes *axes, const struct axes_point *point);

/* Adds the combinations of SEQUENCE to LIST; with MATRIX_NONE all of the matrix (without base_os alone). */
void axes_select(const struct axes *axes, uint32_t sequence, struct axes_list *list);
/* Adds what was written by hand. */
void axes_select_written(const struct axes *axes, struct axes_list *list);
/* Puts LIST in the matrix's order (OS, then Python, then further axes, then layer) and drops repetitions. */
void axes_sort(const struct axes *axes, struct axes_list *list);

/*
 * The combination of LAYER that CHILD builds on: the same values, but where
 * LAYER does not vary over Python, and CHILD's Python has a base_os and is not
 * compiled from source, that OS.  AXES_NONE if LAYER varies over an axis that
 * CHILD does not, or the combination is excluded.
 */
uint32_t axes_parent(const struct axes *axes, const struct axes_point *child, uint32_t layer);

/*
 * Appends the short name: values and layer joined by '-', "py" before a Python, the axis's name before
 * another value.
 */
void axes_name(const struct axes *axes, const struct axes_point *point, struct buf *out);
/* The value of AXIS at POINT, "" where it does not vary. */
struct str axes_value(const struct axes *axes, const struct axes_point *point, uint32_t axis);

#endif
