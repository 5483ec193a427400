/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_LAYOUT_H
#define DTK_EMIT_LAYOUT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Places for the nodes of a directed graph without cycles: levels from left to right, each node on the first one that
 * is behind all that lead to it; in a level one below the other, in an order that crosses few edges.  Edges that pass
 * levels bend in each of them, between the nodes there, and those from one node at one place.  (After Sugiyama, Tagawa
 * and Toda, 1981: levels, order by barycentre, then rows near the mean of their neighbours.)  The same graph gets the
 * same places.  Units are the caller's.
 */
struct layout_node {
	double width;    /* given; made the widest of its level */
	uint32_t level;  /* made, as all below; 0 is the leftmost */
	double x, y;     /* of its left edge, and of its middle */
};

struct layout_point {
	double x, y;
};

struct layout_edge {
	uint32_t from, to;           /* given */
	struct layout_point *points; /* made: from FROM's right border to TO's left one; two for each level between */
	uint32_t point_count;
};

struct layout {
	struct layout_node *nodes; /* given; an edge leads from a lower to a higher number */
	uint32_t node_count;
	struct layout_edge *edges;
	uint32_t edge_count;
	double row, gap;      /* given: height of a row; between levels */
	double width, height; /* made: all of it */
};

/* What was made is in ARENA. */
void layout_make(struct layout *layout, struct arena *arena);

#endif
