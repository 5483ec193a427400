/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/page_part.h"

#include "base/human.h"
#include "base/quote.h"

/* --- The scale --- */

struct scale {
	long long from, length; /* milliseconds */
};

static struct scale scale_of(const struct view *view)
{
	struct scale scale = {view->runs[0].begun, 1};

	for (size_t i = 0; i < view->run_count; i++) {
		long long end = view->runs[i].begun + view->runs[i].took - scale.from;

		scale.length = end > scale.length ? end : scale.length;
	}
	return scale;
}

static double percent_of(const struct scale *scale, long long length)
{
	return 100.0 * (double)length / (double)scale->length;
}

/* What lies between two marks: of the lengths that people count in the first that gives no more than eight. */
static long long mark_of(const struct scale *scale)
{
	static const long long lengths[] = {
		100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000,
		7200000, 14400000, 28800000, 86400000,
	};
	size_t i = 0;

	while (i + 1 < sizeof lengths / sizeof *lengths && scale->length / lengths[i] > 8)
		i++;
	return lengths[i];
}

static void ruler(const struct scale *scale, struct buf *out)
{
	long long mark = mark_of(scale);

	buf_adds(out, "<svg class=\"ruler\" height=\"16\" aria-hidden=\"true\">");
	for (long long at = 0; at < scale->length && at / mark < 64; at += mark) {
		if (percent_of(scale, at) > 94)
			break;
		buf_addf(out, "<text x=\"%.2f%%\" y=\"12\">", percent_of(scale, at));
		human_duration(out, at);
		buf_adds(out, "</text>");
	}
	buf_adds(out, "</svg>");
}

/* --- The rows --- */

static void bar(const struct scale *scale, const struct view_run *run, struct buf *out)
{
	long long mark = mark_of(scale);

	buf_adds(out, "<svg class=\"bar\" height=\"22\" aria-hidden=\"true\">");
	for (long long at = 0; at < scale->length && at / mark < 64; at += mark)
		buf_addf(out, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"22\"/>", percent_of(scale, at), percent_of(scale, at));
	buf_addf(out, "<rect x=\"%.2f%%\" y=\"5\" width=\"%.2f%%\" height=\"12\" rx=\"3\"/></svg>",
	         percent_of(scale, run->begun - scale->from), percent_of(scale, run->took));
}

static void row(const struct view *view, const struct scale *scale, const struct view_run *run, struct buf *out)
{
	buf_adds(out, "<tr><th scope=\"row\">");
	part_image(view, run->image, out);
	buf_addf(out, "</th><td class=\"%s\">%s</td><td class=\"n\">", view_results[run->result],
	         view_results[run->result]);
	human_duration(out, run->begun - scale->from);
	buf_adds(out, "</td><td class=\"n\">");
	human_duration(out, run->took);
	buf_addf(out, "</td><td class=\"line %s\">", view_results[run->result]);
	bar(scale, run, out);
	buf_adds(out, "</td></tr>\n");
}

static void caption(const struct view *view, const struct scale *scale, struct buf *out)
{
	unsigned results[VIEW_RESULTS] = {0};
	const char *between = "";

	for (size_t i = 0; i < view->run_count; i++)
		results[view->runs[i].result]++;
	buf_adds(out, "<caption>");
	part_moment(out, scale->from);
	buf_adds(out, " UTC, ");
	part_count(out, view->run_count, "image");
	buf_adds(out, " in ");
	human_duration(out, scale->length);
	buf_adds(out, ": ");
	for (size_t i = 0; i < VIEW_RESULTS; i++) {
		if (!results[i])
			continue;
		buf_addf(out, "%s%u %s", between, results[i], view_results[i]);
		between = ", ";
	}
	buf_adds(out, "</caption>\n");
}

void page_run(const struct view *view, struct buf *out)
{
	struct scale scale;

	part_begin(out, "run", "The last run");
	if (view->run_count == 0) {
		buf_adds(out, "<p class=\"note\">Nothing was built yet.</p>\n");
		part_end(out);
		return;
	}
	scale = scale_of(view);
	part_pane(out, "Last run, scrolls");
	buf_adds(out, "<table class=\"run\">\n");
	caption(view, &scale, out);
	buf_adds(out, "<thead><tr><th scope=\"col\">Image</th><th scope=\"col\">Result</th>"
	              "<th scope=\"col\" class=\"n\">Began after</th><th scope=\"col\" class=\"n\">Took</th>"
	              "<th scope=\"col\" class=\"line\" aria-label=\"When\">");
	ruler(&scale, out);
	buf_adds(out, "</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < view->run_count; i++)
		row(view, &scale, &view->runs[i], out);
	buf_adds(out, "</tbody>\n</table>\n</div>\n");
	part_end(out);
}
