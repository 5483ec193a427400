/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/page.h"

#include "base/human.h"
#include "base/quote.h"
#include "base/sha256.h"
#include "emit/page_part.h"
#include "emit/picture.h"

/* --- The head --- */

static struct str joined(const char *const *lines, struct buf *text)
{
	for (buf_clear(text); *lines; lines++)
		buf_addf(text, "%s\n", *lines);
	return buf_str(text);
}

static unsigned hex(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* 'sha256-BASE64' of TEXT: three hexadecimal digits are two of base 64, and the last one of 64 is left over. */
static void add_hash(struct buf *out, struct str text)
{
	static const char base[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char digest[SHA256_TEXT];
	struct sha256 sha256;
	unsigned bits;

	sha256_init(&sha256);
	sha256_add(&sha256, text.p, text.n);
	sha256_end(&sha256, digest);
	buf_adds(out, "'sha256-");
	for (size_t i = 0; i < 63; i += 3) {
		bits = hex(digest[i]) << 8 | hex(digest[i + 1]) << 4 | hex(digest[i + 2]);
		buf_addf(out, "%c%c", base[bits >> 6], base[bits & 63]);
	}
	buf_addf(out, "%c='", base[hex(digest[63]) << 2]);
}

static void head(const struct view *view, struct buf *out)
{
	struct buf style = BUF_INIT, script = BUF_INIT;

	joined(page_style, &style);
	joined(page_script, &script);
	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
	              "style-src ");
	add_hash(out, buf_str(&style));
	buf_adds(out, "; script-src ");
	add_hash(out, buf_str(&script));
	buf_adds(out, "; base-uri 'none'; form-action 'none'\">\n"
	              "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	              "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n"
	              "<title>Images of ");
	quote_html(out, view->title);
	buf_adds(out, "</title>\n<style>");
	buf_addstr(out, buf_str(&style));
	buf_adds(out, "</style>\n<script>");
	buf_addstr(out, buf_str(&script));
	buf_adds(out, "</script>\n</head>\n");
	buf_release(&style);
	buf_release(&script);
}

/* --- The top --- */

static long long newest(const struct view *view)
{
	long long moment = -1;

	for (size_t i = 0; i < view->plan->image_count; i++) {
		const struct view_run *last = &view->images[i].last;

		if (last->begun >= 0 && last->begun + last->took > moment)
			moment = last->begun + last->took;
	}
	return moment;
}

static void fact(struct buf *out, const char *name, struct buf *value)
{
	if (value->n)
		buf_addf(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name, value->p);
	buf_clear(value);
}

static void facts(const struct view *view, struct buf *out)
{
	const struct view_sums *sums = &view->sums;
	long long moment = newest(view);
	struct buf text = BUF_INIT;

	if (moment < 0)
		return;
	buf_adds(out, "<dl class=\"facts\">\n");
	part_moment(&text, moment);
	buf_adds(&text, " UTC");
	fact(out, "Last build", &text);
	human_duration(&text, sums->took);
	fact(out, "The last builds took, in sum", &text);
	if (sums->last_steps)
		buf_addf(&text, "%u%% <span class=\"of\">(%u of %u)</span>", view_percent(sums->last_cached, sums->last_steps),
		         sums->last_cached, sums->last_steps);
	fact(out, "Steps from the cache", &text);
	human_size(&text, sums->size);
	buf_adds(&text, " <span class=\"of\">(shared layers counted for each)</span>");
	fact(out, "Size", &text);
	buf_adds(out, "</dl>\n");
	buf_release(&text);
}

static void counts(const struct view *view, struct buf *out)
{
	buf_adds(out, "<ul class=\"counts\">\n");
	for (size_t i = 0; i < VIEW_STATES; i++) {
		unsigned count = view->sums.images[i];

		if (!count && i == VIEW_UNKNOWN)
			continue;
		buf_addf(out, "<li class=\"%s%s\">", view_states[i], count ? "" : " none");
		picture_sign((enum view_state)i, out);
		buf_addf(out, "<b>%u</b> %s</li>\n", count, view_states[i]);
	}
	buf_adds(out, "</ul>\n");
}

static void top(const struct view *view, struct buf *out)
{
	buf_adds(out, "<body>\n<a class=\"skip\" href=\"#images\">Go to the table</a>\n");
	picture_symbols(out);
	buf_adds(out, "<header>\n<h1>");
	part_count(out, view->plan->image_count, "image");
	buf_adds(out, "</h1>\n<p class=\"source\">");
	quote_html(out, view->title);
	buf_adds(out, "</p>\n");
	counts(view, out);
	facts(view, out);
	buf_adds(out, "</header>\n<main>\n");
}

static void picture(const struct view *view, struct buf *out)
{
	part_begin(out, "picture", "What stands on what");
	buf_adds(out, "<p id=\"d-picture\" class=\"note\">An image stands on those to its left that a line leads from. "
	              "The table has the same, in words.</p>\n"
	              "<p class=\"tools\" hidden><label for=\"zoom\">Size</label> "
	              "<input id=\"zoom\" type=\"range\" min=\"10\" max=\"100\" value=\"100\" autocomplete=\"off\"></p>\n");
	part_pane(out, "Picture, scrolls");
	picture_write(view, out);
	buf_adds(out, "</div>\n");
	part_end(out);
}

void page_write(const struct view *view, struct buf *out)
{
	head(view, out);
	top(view, out);
	picture(view, out);
	page_table(view, out);
	page_run(view, out);
	page_tags(view, out);
	page_bases(view, out);
	buf_adds(out, "</main>\n</body>\n</html>\n");
}
