/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/page_part.h"

#include "base/human.h"
#include "base/quote.h"

void part_begin(struct buf *out, const char *id, const char *heading)
{
	buf_addf(out, "<section aria-labelledby=\"h-%s\">\n<h2 id=\"h-%s\">%s</h2>\n", id, id, heading);
}

void part_end(struct buf *out)
{
	buf_adds(out, "</section>\n");
}

void part_pane(struct buf *out, const char *name)
{
	buf_addf(out, "<div class=\"pane\" role=\"region\" aria-label=\"%s\" tabindex=\"0\">\n", name);
}

void part_moment(struct buf *out, long long milliseconds)
{
	struct buf text = BUF_INIT;

	human_moment_utc(&text, milliseconds);
	if (milliseconds < 0)
		buf_adds(out, "\xe2\x80\x93");
	else
		buf_addf(out, "<time datetime=\"%s\">%.10s %.5s</time>", text.p, text.p, text.p + 11);
	buf_release(&text);
}

void part_image(const struct view *view, size_t image, struct buf *out)
{
	buf_addf(out, "<a href=\"#i%zu\">", image);
	quote_html(out, view->plan->images[image].name);
	buf_adds(out, "</a>");
}

void part_count(struct buf *out, size_t count, const char *word)
{
	buf_addf(out, "%zu %s%s", count, word, count == 1 ? "" : "s");
}
