/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/page_part.h"

#include "base/human.h"
#include "base/map.h"
#include "base/quote.h"
#include "data/ref.h"
#include "emit/picture.h"

enum { TABLE_REASONS = 12 }; /* lines of what changed: -t why has all of them */

/* --- Of all images --- */

/* How a column is sorted: by data-k of its cells, a number, where it has one, else by their text. */
static const struct {
	const char *title, *class;
} columns[] = {
	{"Image", ""}, {"State", ""}, {"Why", ""}, {"Last build", ""}, {"Took", "n"}, {"Cached steps", "n"}, {"Size", "n"},
	{"Stands on", ""}, {"Tags", ""},
};

static void head(struct buf *out)
{
	buf_adds(out, "<thead><tr>");
	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		buf_addf(out, "<th scope=\"col\"%s%s%s>%s</th>", *columns[i].class ? " class=\"" : "", columns[i].class,
		         *columns[i].class ? "\"" : "", columns[i].title);
	buf_adds(out, "</tr></thead>\n");
}

static void state_cell(const struct view_image *seen, struct buf *out)
{
	static const unsigned ranks[VIEW_STATES] = {
		[VIEW_FAILED] = 0, [VIEW_UNKNOWN] = 1, [VIEW_MISSING] = 2, [VIEW_STALE] = 3, [VIEW_FRESH] = 4,
	};

	buf_addf(out, "<td class=\"state %s\" data-k=\"%u\">", view_states[seen->state], ranks[seen->state]);
	picture_sign(seen->state, out);
	buf_addf(out, "%s</td>", view_states[seen->state]);
}

static size_t count_lines(struct str lines)
{
	size_t count = 0;

	for (size_t at = 0; at < lines.n; at = str_find(lines, '\n', at) + 1)
		count++;
	return count;
}

static void reasons(struct str lines, struct buf *out)
{
	size_t count = count_lines(lines), end = 0;

	for (size_t i = 0; i < count && i < TABLE_REASONS; i++)
		end = str_find(lines, '\n', end) + 1;
	buf_adds(out, "<pre>");
	quote_html(out, str_slice(lines, 0, end - 1));
	if (count > TABLE_REASONS)
		buf_addf(out, "\nand %zu more: dtk-gen -t why", count - TABLE_REASONS);
	buf_adds(out, "</pre>");
}

/* In a few words, and what changed behind them; one line that says no more than they do is left out. */
static void why_cell(const struct view_image *seen, struct buf *out)
{
	bool more = seen->reasons.n && !str_eq(str_trim(seen->reasons), seen->why);

	buf_adds(out, more ? "<td class=\"why\"><details><summary>" : "<td class=\"why\">");
	if (seen->why.n)
		quote_html(out, seen->why);
	else
		buf_adds(out, more ? "see" : "\xe2\x80\x93");
	if (more) {
		buf_adds(out, "</summary>");
		reasons(seen->reasons, out);
		buf_adds(out, "</details>");
	}
	buf_adds(out, "</td>");
}

static void number_cell(struct buf *out, long long value, void (*human)(struct buf *out, long long number))
{
	buf_addf(out, "<td class=\"n\" data-k=\"%lld\">", value);
	if (value >= 0)
		human(out, value);
	else
		buf_adds(out, "\xe2\x80\x93");
	buf_adds(out, "</td>");
}

static void cached_cell(const struct view_run *last, struct buf *out)
{
	bool steps = last->begun >= 0 && last->steps > 0;

	buf_addf(out, "<td class=\"n\" data-k=\"%lld\">", steps ? last->cached * 1000 / last->steps : -1);
	if (steps)
		buf_addf(out, "%lld/%lld <span class=\"of\">%u%%</span>", last->cached, last->steps,
		         view_percent((unsigned)last->cached, (unsigned)last->steps));
	else
		buf_adds(out, last->begun >= 0 && last->result == VIEW_PULLED ? "pulled" : "\xe2\x80\x93");
	buf_adds(out, "</td>");
}

static void parents_cell(const struct view *view, const struct plan_image *image, struct buf *out)
{
	buf_adds(out, "<td>");
	for (size_t i = 0; i < image->parent_count; i++) {
		buf_adds(out, i ? "<br>" : "");
		part_image(view, image->parents[i].image, out);
	}
	buf_adds(out, image->parent_count ? "</td>" : "\xe2\x80\x93</td>");
}

static void tags_cell(const struct plan_image *image, struct buf *out)
{
	buf_adds(out, "<td>");
	for (size_t i = 0; i < image->tag_count; i++) {
		buf_adds(out, i ? "<br><code>" : "<code>");
		quote_html(out, image->tags[i]);
		buf_adds(out, "</code>");
	}
	buf_adds(out, image->tag_count ? "</td>" : "\xe2\x80\x93</td>");
}

static void row(const struct view *view, size_t number, struct buf *out)
{
	const struct view_image *seen = &view->images[number];
	const struct view_run *last = &seen->last;
	bool built = last->begun >= 0;

	buf_addf(out, "<tr id=\"i%zu\"><th scope=\"row\">", number);
	quote_html(out, view->plan->images[number].name);
	buf_adds(out, "</th>");
	state_cell(seen, out);
	why_cell(seen, out);
	buf_addf(out, "<td data-k=\"%lld\">", built ? last->begun + last->took : -1);
	part_moment(out, built ? last->begun + last->took : -1);
	buf_adds(out, "</td>");
	number_cell(out, built ? last->took : -1, human_duration);
	cached_cell(last, out);
	number_cell(out, seen->size, human_size);
	parents_cell(view, &view->plan->images[number], out);
	tags_cell(&view->plan->images[number], out);
	buf_adds(out, "</tr>\n");
}

void page_table(const struct view *view, struct buf *out)
{
	part_begin(out, "images", "Images");
	buf_adds(out, "<p class=\"tools\" hidden><label for=\"filter\">Show those with</label> "
	              "<input id=\"filter\" type=\"search\" placeholder=\"a name, state or tag\" autocomplete=\"off\"> "
	              "<span id=\"shown\" role=\"status\"></span></p>\n");
	part_pane(out, "Table, scrolls");
	buf_adds(out, "<table id=\"images\">\n<caption>What there is of each image, in the order of the build. "
	              "Times are UTC.</caption>\n");
	head(out);
	buf_adds(out, "<tbody>\n");
	for (size_t i = 0; i < view->plan->image_count; i++)
		row(view, i, out);
	buf_adds(out, "</tbody>\n</table>\n</div>\n");
	part_end(out);
}

/* --- Of tags --- */

void page_tags(const struct view *view, struct buf *out)
{
	const struct plan *plan = view->plan;

	part_begin(out, "tags", "Tags asked for more than once");
	if (plan->collision_count == 0) {
		buf_adds(out, "<p class=\"note\">None: each tag is one image\xe2\x80\x99s.</p>\n");
		part_end(out);
		return;
	}
	part_pane(out, "Tags, scrolls");
	buf_adds(out, "<table>\n<caption>The first in the matrix keeps a tag, unless tag_owner says otherwise.</caption>\n"
	              "<thead><tr><th scope=\"col\">Tag</th><th scope=\"col\">Is</th><th scope=\"col\">And not</th></tr>"
	              "</thead>\n<tbody>\n");
	for (size_t i = 0; i < plan->collision_count; i++) {
		const struct plan_collision *collision = &plan->collisions[i];

		buf_adds(out, "<tr><th scope=\"row\"><code>");
		quote_html(out, collision->tag);
		buf_adds(out, "</code></th><td>");
		part_image(view, collision->owner, out);
		buf_adds(out, "</td><td>");
		for (size_t j = 0; j < collision->loser_count; j++) {
			buf_adds(out, j ? ", " : "");
			part_image(view, collision->losers[j], out);
		}
		buf_adds(out, "</td></tr>\n");
	}
	buf_adds(out, "</tbody>\n</table>\n</div>\n");
	part_end(out);
}

/* --- Of bases --- */

struct base {
	struct str pin;
	size_t users;
};

/* The pin of each of the plan's bases, and how many images name it. */
static struct base *find_pins(const struct plan *plan, struct arena *arena)
{
	struct base *bases = ARENA_ARRAY(arena, plan->base_count + 1, struct base);
	struct map index;

	map_init(&index);
	for (size_t i = 0; i < plan->base_count; i++)
		map_put(&index, plan->bases[i], NULL)->value.number = i;
	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; j < plan->images[i].base_count; j++) {
			const struct plan_base *each = &plan->images[i].bases[j];
			const struct map_entry *entry = map_get(&index, ref_normal(arena, each->ref));

			if (!entry)
				continue;
			bases[entry->value.number].pin = each->pin;
			bases[entry->value.number].users++;
		}
	map_release(&index);
	return bases;
}

static size_t rootfs_users(const struct plan *plan, size_t rootfs)
{
	size_t users = 0;

	for (size_t i = 0; i < plan->image_count; i++)
		users += plan->images[i].rootfs == rootfs + 1;
	return users;
}

static void base_row(const char *kind, struct str name, struct str pin, size_t users, struct buf *out)
{
	buf_addf(out, "<tr><th scope=\"row\">%s<code>", kind);
	quote_html(out, name);
	buf_adds(out, "</code></th><td>");
	if (pin.n) {
		buf_adds(out, "<code>");
		quote_html(out, pin);
		buf_adds(out, "</code></td><td class=\"n\">");
	} else {
		buf_adds(out, "not pinned</td><td class=\"n\">");
	}
	buf_addf(out, "%zu</td></tr>\n", users);
}

static void base_rows(const struct plan *plan, struct buf *out)
{
	const struct base *bases;
	struct arena arena;

	arena_init(&arena);
	bases = find_pins(plan, &arena);
	for (size_t i = 0; i < plan->base_count; i++)
		base_row("", plan->bases[i], bases[i].pin, bases[i].users, out);
	for (size_t i = 0; i < plan->rootfs_count; i++)
		base_row("root file system ", plan->rootfs[i].name, plan->rootfs[i].pin, rootfs_users(plan, i), out);
	arena_release(&arena);
}

void page_bases(const struct view *view, struct buf *out)
{
	const struct plan *plan = view->plan;

	part_begin(out, "bases", "What comes from elsewhere");
	if (plan->base_count + plan->rootfs_count == 0) {
		buf_adds(out, "<p class=\"note\">Nothing that a pin could hold.</p>\n");
		part_end(out);
		return;
	}
	part_pane(out, "Bases, scrolls");
	buf_adds(out, "<table>\n<caption>Pins are in <code>");
	quote_html(out, plan->lock);
	buf_adds(out, "</code>; ninja update-bases moves them.</caption>\n"
	              "<thead><tr><th scope=\"col\">Base</th><th scope=\"col\">Pin</th>"
	              "<th scope=\"col\" class=\"n\">Images on it</th></tr></thead>\n<tbody>\n");
	base_rows(plan, out);
	buf_adds(out, "</tbody>\n</table>\n</div>\n");
	part_end(out);
}
