/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/layout.h"
#include "test.h"

enum { ROW = 10, GAP = 5 };

static struct arena arena;

#define NODES 12
struct drawing {
	struct layout layout;
	struct layout_node nodes[NODES];
	struct layout_edge edges[NODES * 2];
};

/* COUNT nodes of their number's width plus 10, and edges "a>b" by letters, between blanks. */
static void draw(struct drawing *drawing, uint32_t count, const char *edges)
{
	*drawing = (struct drawing){.layout = {.node_count = count, .row = ROW, .gap = GAP}};
	drawing->layout.nodes = drawing->nodes;
	drawing->layout.edges = drawing->edges;
	for (uint32_t i = 0; i < count; i++)
		drawing->nodes[i].width = 10 + i;
	for (const char *p = edges; *p; p += p[3] ? 4 : 3)
		drawing->edges[drawing->layout.edge_count++] =
			(struct layout_edge){.from = (uint32_t)(p[0] - 'a'), .to = (uint32_t)(p[2] - 'a')};
	layout_make(&drawing->layout, &arena);
}

/* No two of a level nearer than a row, and all of them inside. */
static bool is_apart(const struct drawing *drawing)
{
	const struct layout *layout = &drawing->layout;

	for (uint32_t i = 0; i < layout->node_count; i++) {
		const struct layout_node *a = &layout->nodes[i];

		if (a->y < ROW / 2.0 - 1e-6 || a->y > layout->height - ROW / 2.0 + 1e-6 || a->x + a->width > layout->width + 1e-6)
			return false;
		for (uint32_t j = 0; j < i; j++) {
			double between = a->y - layout->nodes[j].y;

			if (a->level == layout->nodes[j].level && between < ROW - 1e-6 && between > -ROW + 1e-6)
				return false;
		}
	}
	return true;
}

static void test_shapes(void)
{
	struct drawing d;

	draw(&d, 0, "");
	CHECK("nothing", d.layout.width == 0 && d.layout.height == 0);
	draw(&d, 1, "");
	CHECK("one", d.nodes[0].x == 0 && d.nodes[0].y == ROW / 2.0 && d.layout.width == 10 && d.layout.height == ROW);
	draw(&d, 3, "a>b b>c");
	CHECK("a chain is a line", d.nodes[0].y == d.nodes[1].y && d.nodes[1].y == d.nodes[2].y && d.layout.height == ROW);
	CHECK("level by level", d.nodes[1].x == 10 + GAP && d.nodes[2].x == 10 + GAP + 11 + GAP);
	CHECK("an edge from border to border", d.edges[0].point_count == 2 && d.edges[0].points[0].x == 10 &&
	      d.edges[0].points[1].x == d.nodes[1].x);
	draw(&d, 4, "");
	CHECK("those without an edge stand below each other", is_apart(&d) && d.layout.height == 4 * ROW);
	draw(&d, 4, "a>b a>c a>d");
	CHECK("one before the middle of three", is_apart(&d) && d.nodes[0].y == d.nodes[2].y && d.nodes[1].y < d.nodes[3].y);
	CHECK("a level is as wide as its widest", d.nodes[1].width == 13 && d.nodes[3].width == 13);
}

static void test_bends(void)
{
	struct drawing d;
	const struct layout_edge *far = &d.edges[3];

	draw(&d, 4, "a>b b>c c>d a>d");
	CHECK("the longest way counts", d.nodes[3].level == 3);
	CHECK("an edge bends in each level that it passes", far->point_count == 6);
	CHECK("it is level there", far->points[1].y == far->points[2].y && far->points[3].y == far->points[4].y);
	CHECK("and beside what stands there", far->points[1].y - d.nodes[1].y > 7 || d.nodes[1].y - far->points[1].y > 7);
	CHECK("its ends are those nodes", far->points[0].x == 10 && far->points[5].x == d.nodes[3].x &&
	      far->points[5].y == d.nodes[3].y);
	draw(&d, 6, "a>b b>c c>d a>d a>e a>f c>f");
	CHECK("edges from one node bend at one place", d.edges[3].points[1].y == d.edges[5].points[1].y);
	CHECK("nothing overlaps", is_apart(&d));
}

static bool crosses(const struct drawing *d, uint32_t i, uint32_t j)
{
	const struct layout_edge *a = &d->edges[i], *b = &d->edges[j];

	return (d->nodes[a->from].y - d->nodes[b->from].y) * (d->nodes[a->to].y - d->nodes[b->to].y) < 0;
}

static void test_order(void)
{
	struct drawing d, again;

	draw(&d, 6, "a>f b>e c>d");
	CHECK("three that would cross do not", !crosses(&d, 0, 1) && !crosses(&d, 0, 2) && !crosses(&d, 1, 2));
	CHECK("and are lines", d.nodes[0].y == d.nodes[5].y && is_apart(&d));
	draw(&d, 12, "a>c b>c a>d b>e a>f c>g c>h d>i e>j f>k g>l a>l b>l");
	CHECK("a larger one", is_apart(&d));
	draw(&again, 12, "a>c b>c a>d b>e a>f c>g c>h d>i e>j f>k g>l a>l b>l");
	CHECK("is the same every time", memcmp(d.nodes, again.nodes, sizeof d.nodes) == 0);
}

int main(void)
{
	arena_init(&arena);
	test_shapes();
	test_bends();
	test_order();
	arena_release(&arena);
	return test_end();
}
