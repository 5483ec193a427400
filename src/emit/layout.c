/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/layout.h"

#include <stdlib.h>

enum { LAYOUT_ORDERS = 8, LAYOUT_ROWS = 6 }; /* sweeps: more of them change next to nothing */

/* A node, or a bend in a level that edges of a node pass: they share it. */
struct item {
	uint32_t level, at;   /* and its number there */
	double y, wanted;
	double room;          /* of its row: a bend needs less */
	uint32_t *before, *after; /* items beside it, to the left and right */
	uint32_t before_count, after_count;
};

struct level {
	uint32_t *items; /* from top to bottom */
	uint32_t count;
	double x, width;
};

struct work {
	struct layout *layout;
	struct arena *arena;
	struct item *items; /* nodes, then bends, those of a node from left to right */
	uint32_t *bends;    /* the first of each node, and behind the last one the end */
	uint32_t item_count;
	struct level *levels;
	uint32_t level_count;
	struct block *blocks; /* scratch */
	struct ranked *ranks;
};

/* --- Levels and bends --- */

/* Edges lead to higher numbers; those into a node need not stand together. */
static void find_levels(struct layout *layout, struct arena *arena)
{
	uint32_t *first = ARENA_ARRAY(arena, layout->node_count + 1, uint32_t);
	uint32_t *next = ARENA_ARRAY(arena, layout->edge_count + 1, uint32_t);

	for (uint32_t i = 0; i < layout->edge_count; i++) {
		next[i] = first[layout->edges[i].from];
		first[layout->edges[i].from] = i + 1;
	}
	for (uint32_t i = 0; i < layout->node_count; i++)
		layout->nodes[i].level = 0;
	for (uint32_t i = 0; i < layout->node_count; i++)
		for (uint32_t j = first[i]; j; j = next[j - 1]) {
			struct layout_node *to = &layout->nodes[layout->edges[j - 1].to];

			if (to->level <= layout->nodes[i].level)
				to->level = layout->nodes[i].level + 1;
		}
}

static void count_beside(struct work *work, uint32_t left, uint32_t right)
{
	work->items[left].after_count++;
	work->items[right].before_count++;
}

static void put_beside(struct work *work, uint32_t left, uint32_t right)
{
	struct item *a = &work->items[left], *b = &work->items[right];

	a->after[a->after_count++] = right;
	b->before[b->before_count++] = left;
}

/* What is left of an edge's end: its start, or the bend before the last level. */
static uint32_t before_end(const struct work *work, const struct layout_edge *edge)
{
	uint32_t passed = work->items[edge->to].level - work->items[edge->from].level - 1;

	return passed ? work->bends[edge->from] + passed - 1 : edge->from;
}

/* Calls BESIDE for each two items that a piece of an edge joins. */
static void each_piece(struct work *work, void (*beside)(struct work *work, uint32_t left, uint32_t right))
{
	const struct layout *layout = work->layout;

	for (uint32_t i = 0; i < layout->node_count; i++)
		for (uint32_t bend = work->bends[i]; bend < work->bends[i + 1]; bend++)
			beside(work, bend == work->bends[i] ? i : bend - 1, bend);
	for (uint32_t i = 0; i < layout->edge_count; i++)
		beside(work, before_end(work, &layout->edges[i]), layout->edges[i].to);
}

static void join(struct work *work)
{
	each_piece(work, count_beside);
	for (uint32_t i = 0; i < work->item_count; i++) {
		struct item *item = &work->items[i];

		item->before = ARENA_ARRAY(work->arena, item->before_count + 1, uint32_t);
		item->after = ARENA_ARRAY(work->arena, item->after_count + 1, uint32_t);
		item->before_count = item->after_count = 0;
	}
	each_piece(work, put_beside);
}

/* The bends of a node reach to the level before that of its farthest end. */
static void count_bends(struct work *work)
{
	const struct layout *layout = work->layout;
	uint32_t *farthest = ARENA_ARRAY(work->arena, layout->node_count + 1, uint32_t);

	work->bends = ARENA_ARRAY(work->arena, layout->node_count + 1, uint32_t);
	for (uint32_t i = 0; i < layout->edge_count; i++) {
		uint32_t level = layout->nodes[layout->edges[i].to].level;

		if (farthest[layout->edges[i].from] < level)
			farthest[layout->edges[i].from] = level;
	}
	work->bends[0] = layout->node_count;
	for (uint32_t i = 0; i < layout->node_count; i++) {
		uint32_t next = layout->nodes[i].level + 1;

		work->bends[i + 1] = work->bends[i] + (farthest[i] > next ? farthest[i] - next : 0);
	}
	work->item_count = work->bends[layout->node_count];
}

static void make_items(struct work *work)
{
	const struct layout *layout = work->layout;

	count_bends(work);
	work->items = ARENA_ARRAY(work->arena, work->item_count + 1, struct item);
	for (uint32_t i = 0; i < layout->node_count; i++) {
		uint32_t level = layout->nodes[i].level;

		work->items[i].level = level;
		work->items[i].room = layout->row;
		for (uint32_t bend = work->bends[i]; bend < work->bends[i + 1]; bend++) {
			work->items[bend].level = ++level;
			work->items[bend].room = layout->row / 2;
		}
	}
}

static void make_levels(struct work *work)
{
	uint32_t *counts;

	for (uint32_t i = 0; i < work->item_count; i++)
		if (work->items[i].level >= work->level_count)
			work->level_count = work->items[i].level + 1;
	work->levels = ARENA_ARRAY(work->arena, work->level_count + 1, struct level);
	counts = ARENA_ARRAY(work->arena, work->level_count + 1, uint32_t);
	for (uint32_t i = 0; i < work->item_count; i++)
		counts[work->items[i].level]++;
	for (uint32_t i = 0; i < work->level_count; i++)
		work->levels[i].items = ARENA_ARRAY(work->arena, counts[i] + 1, uint32_t);
	for (uint32_t i = 0; i < work->item_count; i++) {
		struct level *level = &work->levels[work->items[i].level];

		work->items[i].at = level->count;
		level->items[level->count++] = i;
	}
}

/* --- Order in a level --- */

struct ranked {
	double rank;
	uint32_t item, at;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank < y->rank || x->rank > y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static double mean_place(const struct work *work, const uint32_t *beside, uint32_t count, double otherwise)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += work->items[beside[i]].at;
	return count ? sum / count : otherwise;
}

/* By the places of what is beside each item: to the left, or to the right. */
static void order_level(struct work *work, struct level *level, bool by_left)
{
	for (uint32_t i = 0; i < level->count; i++) {
		const struct item *item = &work->items[level->items[i]];
		double rank = by_left ? mean_place(work, item->before, item->before_count, item->at)
		                      : mean_place(work, item->after, item->after_count, item->at);

		work->ranks[i] = (struct ranked){rank, level->items[i], i};
	}
	qsort(work->ranks, level->count, sizeof *work->ranks, by_rank);
	for (uint32_t i = 0; i < level->count; i++) {
		level->items[i] = work->ranks[i].item;
		work->items[work->ranks[i].item].at = i;
	}
}

static void find_orders(struct work *work)
{
	for (unsigned sweep = 0; sweep < LAYOUT_ORDERS; sweep++) {
		for (uint32_t i = 1; sweep % 2 == 0 && i < work->level_count; i++)
			order_level(work, &work->levels[i], true);
		for (uint32_t i = work->level_count; sweep % 2 && i-- > 1;)
			order_level(work, &work->levels[i - 1], false);
	}
	for (uint32_t i = 1; i < work->level_count; i++)
		order_level(work, &work->levels[i], true);
}

/* --- Rows --- */

/* Items that touch each other and move as one: FIRST is where the first of them would be. */
struct block {
	double sum, first;
	uint32_t from, count;
};

static double mean_row(const struct work *work, const uint32_t *beside, uint32_t count)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += work->items[beside[i]].y;
	return sum / count;
}

static double step(const struct work *work, const struct level *level, uint32_t at)
{
	return (work->items[level->items[at - 1]].room + work->items[level->items[at]].room) / 2;
}

/* As near to the wanted rows as the order and the room let them be: neighbours that would overlap are joined. */
static void settle(struct work *work, const struct level *level)
{
	struct block *blocks = work->blocks;
	uint32_t count = 0;
	double offset = 0;

	for (uint32_t i = 0; i < level->count; i++) {
		double wanted;

		offset += i ? step(work, level, i) : 0;
		wanted = work->items[level->items[i]].wanted - offset;
		blocks[count++] = (struct block){wanted, wanted, i, 1};
		while (count > 1 && blocks[count - 2].first > blocks[count - 1].first) {
			struct block *into = &blocks[count - 2], *last = &blocks[count - 1];

			into->sum += last->sum;
			into->count += last->count;
			into->first = into->sum / into->count;
			count--;
		}
	}
	offset = 0;
	for (uint32_t i = 0, block = 0; i < level->count; i++) {
		offset += i ? step(work, level, i) : 0;
		block += block + 1 < count && blocks[block + 1].from <= i;
		work->items[level->items[i]].y = blocks[block].first + offset;
	}
}

static void pull(struct work *work, const struct level *level, bool by_left)
{
	for (uint32_t i = 0; i < level->count; i++) {
		struct item *item = &work->items[level->items[i]];

		item->wanted = item->y;
		if (by_left && item->before_count)
			item->wanted = mean_row(work, item->before, item->before_count);
		else if (!by_left && item->after_count)
			item->wanted = mean_row(work, item->after, item->after_count);
	}
	settle(work, level);
}

static void find_rows(struct work *work)
{
	for (uint32_t i = 0; i < work->level_count; i++)
		for (uint32_t j = 0; j < work->levels[i].count; j++)
			work->items[work->levels[i].items[j]].y =
				j ? work->items[work->levels[i].items[j - 1]].y + step(work, &work->levels[i], j) : 0;
	for (unsigned sweep = 0; sweep < LAYOUT_ROWS; sweep++) {
		for (uint32_t i = 1; i < work->level_count; i++)
			pull(work, &work->levels[i], true);
		for (uint32_t i = work->level_count; i-- > 1;)
			pull(work, &work->levels[i - 1], false);
	}
}

/* --- What comes out --- */

static void find_columns(struct work *work)
{
	struct layout *layout = work->layout;
	double x = 0;

	for (uint32_t i = 0; i < layout->node_count; i++) {
		struct level *level = &work->levels[layout->nodes[i].level];

		level->width = layout->nodes[i].width > level->width ? layout->nodes[i].width : level->width;
	}
	for (uint32_t i = 0; i < work->level_count; i++) {
		work->levels[i].x = x;
		x += work->levels[i].width + layout->gap;
	}
	layout->width = work->level_count ? x - layout->gap : 0;
}

static void put_nodes(struct work *work)
{
	struct layout *layout = work->layout;
	double top = 0, bottom = 0;

	for (uint32_t i = 0; i < work->item_count; i++) {
		const struct item *item = &work->items[i];

		top = i == 0 || item->y - item->room / 2 < top ? item->y - item->room / 2 : top;
		bottom = i == 0 || item->y + item->room / 2 > bottom ? item->y + item->room / 2 : bottom;
	}
	for (uint32_t i = 0; i < work->item_count; i++)
		work->items[i].y -= top;
	for (uint32_t i = 0; i < layout->node_count; i++) {
		layout->nodes[i].x = work->levels[layout->nodes[i].level].x;
		layout->nodes[i].y = work->items[i].y;
		layout->nodes[i].width = work->levels[layout->nodes[i].level].width;
	}
	layout->height = bottom - top;
}

/* An edge crosses the levels that it passes on a level line. */
static void put_edge(struct work *work, struct layout_edge *edge)
{
	const struct layout_node *from = &work->layout->nodes[edge->from], *to = &work->layout->nodes[edge->to];
	struct layout_point *point = ARENA_ARRAY(work->arena, 2 * (size_t)(to->level - from->level), struct layout_point);
	uint32_t bend = work->bends[edge->from];

	edge->points = point;
	*point++ = (struct layout_point){from->x + from->width, from->y};
	for (uint32_t at = from->level + 1; at < to->level; at++, bend++) {
		const struct level *level = &work->levels[at];

		*point++ = (struct layout_point){level->x, work->items[bend].y};
		*point++ = (struct layout_point){level->x + level->width, work->items[bend].y};
	}
	*point++ = (struct layout_point){to->x, to->y};
	edge->point_count = (uint32_t)(point - edge->points);
}

void layout_make(struct layout *layout, struct arena *arena)
{
	struct work work = {.layout = layout, .arena = arena};

	find_levels(layout, arena);
	make_items(&work);
	make_levels(&work);
	join(&work);
	work.blocks = ARENA_ARRAY(arena, work.item_count + 1, struct block);
	work.ranks = ARENA_ARRAY(arena, work.item_count + 1, struct ranked);
	find_orders(&work);
	find_rows(&work);
	find_columns(&work);
	put_nodes(&work);
	for (uint32_t i = 0; i < layout->edge_count; i++)
		put_edge(&work, &layout->edges[i]);
}
