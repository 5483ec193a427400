/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/picture.h"

#include "base/quote.h"
#include "emit/layout.h"

/* In pixels; a letter is that of a fixed width font of 12 pixels. */
enum { ROW = 38, NODE = 28, GAP = 72, MARGIN = 6, SIGN = 14, PAD = 9, LONGEST = 48 /* letters */ };
static const double letter = 7.25;

/* What is shown of a name: the end tells more than the beginning. */
static struct str short_name(struct str name, bool *cut)
{
	size_t letters = utf8_count(name);

	*cut = letters > LONGEST;
	for (; letters >= LONGEST && *cut; letters--)
		do
			name = str_slice(name, 1, name.n);
		while (name.n && ((unsigned char)name.p[0] & 0xc0) == 0x80);
	return name;
}

static double name_width(struct str name)
{
	size_t letters = utf8_count(name);

	return PAD + SIGN + 6 + letter * (double)(letters < LONGEST ? letters : LONGEST) + PAD;
}

static void lay_out(const struct plan *plan, struct layout *layout, struct arena *arena)
{
	*layout = (struct layout){.node_count = (uint32_t)plan->image_count, .row = ROW, .gap = GAP};
	layout->nodes = ARENA_ARRAY(arena, plan->image_count + 1, struct layout_node);
	for (size_t i = 0; i < plan->image_count; i++) {
		layout->nodes[i].width = name_width(plan->images[i].name);
		layout->edge_count += (uint32_t)plan->images[i].parent_count;
	}
	layout->edges = ARENA_ARRAY(arena, layout->edge_count + 1, struct layout_edge);
	layout->edge_count = 0;
	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; j < plan->images[i].parent_count; j++)
			layout->edges[layout->edge_count++] =
				(struct layout_edge){.from = plan->images[i].parents[j].image, .to = (uint32_t)i};
	layout_make(layout, arena);
}

/* Level where it enters and leaves a column, a curve between two of them. */
static void edge(const struct layout_edge *edge, struct buf *out)
{
	const struct layout_point *points = edge->points;

	buf_addf(out, "<path data-e=\"%u %u\" d=\"M%.0f %.1f", (unsigned)edge->from, (unsigned)edge->to,
	         points[0].x + MARGIN, points[0].y + MARGIN);
	for (uint32_t i = 1; i < edge->point_count; i++) {
		double middle = (points[i - 1].x + points[i].x) / 2 + MARGIN;

		if (i % 2)
			buf_addf(out, "C%.0f %.1f %.0f %.1f %.0f %.1f", middle, points[i - 1].y + MARGIN, middle,
			         points[i].y + MARGIN, points[i].x + MARGIN, points[i].y + MARGIN);
		else
			buf_addf(out, "H%.0f", points[i].x + MARGIN);
	}
	buf_adds(out, "\"/>\n");
}

static void node(const struct view *view, const struct layout_node *place, size_t number, struct buf *out)
{
	const struct plan_image *image = &view->plan->images[number];
	const struct view_image *seen = &view->images[number];
	bool cut;
	struct str name = short_name(image->name, &cut);

	buf_addf(out, "<a class=\"node %s\" href=\"#i%zu\" tabindex=\"-1\" data-n=\"%zu\"><title>",
	         view_states[seen->state], number, number);
	quote_html(out, image->name);
	buf_addf(out, ": %s", view_states[seen->state]);
	if (seen->why.n) {
		buf_adds(out, ", ");
		quote_html(out, seen->why);
	}
	buf_addf(out, "</title><rect x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%d\" rx=\"6\"/>", place->x + MARGIN,
	         place->y + MARGIN - NODE / 2.0, place->width, NODE);
	buf_addf(out, "<use href=\"#s-%s\" x=\"%.0f\" y=\"%.1f\" width=\"%d\" height=\"%d\"/>", view_states[seen->state],
	         place->x + MARGIN + PAD, place->y + MARGIN - SIGN / 2.0, SIGN, SIGN);
	buf_addf(out, "<text x=\"%.0f\" y=\"%.1f\">%s", place->x + MARGIN + PAD + SIGN + 6, place->y + MARGIN + 4,
	         cut ? "\xe2\x80\xa6" : "");
	quote_html(out, name);
	buf_adds(out, "</text></a>\n");
}

void picture_write(const struct view *view, struct buf *out)
{
	struct layout layout;
	struct arena arena;
	double width, height;

	arena_init(&arena);
	lay_out(view->plan, &layout, &arena);
	width = layout.width + 2 * MARGIN;
	height = layout.height + 2 * MARGIN;
	buf_addf(out, "<svg class=\"dag\" role=\"img\" aria-labelledby=\"h-picture\" aria-describedby=\"d-picture\" "
	              "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n<g class=\"edges\">\n",
	         width, height, width, height);
	for (uint32_t i = 0; i < layout.edge_count; i++)
		edge(&layout.edges[i], out);
	buf_adds(out, "</g>\n");
	for (uint32_t i = 0; i < layout.node_count; i++)
		node(view, &layout.nodes[i], i, out);
	buf_adds(out, "</svg>\n");
	arena_release(&arena);
}

/* --- Signs --- */

void picture_symbols(struct buf *out)
{
	static const char *const shapes[VIEW_STATES] = {
		[VIEW_FRESH] = "<circle cx=\"7\" cy=\"7\" r=\"6\"/><path d=\"M4.2 7.2l2 2 3.6-4.2\"/>",
		[VIEW_STALE] = "<path d=\"M12.2 5A5.7 5.7 0 1 0 12.7 8.2\"/><path d=\"M12.7 1.8V5.2H9.3\"/>",
		[VIEW_MISSING] = "<circle cx=\"7\" cy=\"7\" r=\"5.6\" stroke-dasharray=\"2 2.4\"/>",
		[VIEW_FAILED] = ("<path d=\"M4.6 1h4.8L13 4.6v4.8L9.4 13H4.6L1 9.4V4.6z\"/>"
		                "<path d=\"M4.9 4.9l4.2 4.2M9.1 4.9L4.9 9.1\"/>"),
		[VIEW_UNKNOWN] = "<path d=\"M4.4 4.6a2.7 2.7 0 1 1 3.8 2.6C7.3 7.6 7 8 7 9.2\"/><path d=\"M7 11.6v.6\"/>",
	};

	buf_adds(out, "<svg class=\"symbols\" width=\"0\" height=\"0\" aria-hidden=\"true\">\n");
	for (size_t i = 0; i < VIEW_STATES; i++)
		buf_addf(out, "<symbol id=\"s-%s\" viewBox=\"0 0 14 14\">%s</symbol>\n", view_states[i], shapes[i]);
	buf_adds(out, "</svg>\n");
}

void picture_sign(enum view_state state, struct buf *out)
{
	buf_addf(out, "<svg class=\"sign\" width=\"%d\" height=\"%d\" aria-hidden=\"true\"><use href=\"#s-%s\"/></svg>",
	         SIGN, SIGN, view_states[state]);
}
