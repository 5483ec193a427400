/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "data/json.h"
#include "emit/export.h"
#include "emit/page.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * view_dump dot|mermaid|page|json [COUNT]: what is made of a view by hand, and of each image what -t status --json
 * would say.  Without COUNT there are a few images in every state, whose words are as hostile as they can be; else so
 * many, each on one or two earlier ones.
 */
#define S(literal) {(literal), sizeof(literal) - 1}
#define HOSTILE "<b>\"&';--></script><!--\\n#quot;\x1b[1m"

enum { ROOTS = 8 };

static struct arena arena;

static struct str text_of(const char *format, unsigned number)
{
	struct buf text = BUF_INIT;
	char *kept;

	buf_addf(&text, format, number);
	kept = arena_strndup(&arena, text.p, text.n);
	buf_release(&text);
	return str_of(kept);
}

/* --- A few --- */

static struct str few_tags[] = {S("t/a:" HOSTILE), S("t/a:latest")};
static struct plan_parent on_base[] = {{.image = 0, .ref = S("t/a")}},
                          on_both[] = {{.image = 1, .ref = S("t/b")}, {.image = 0, .ref = S("t/a")}};
static struct plan_base few_bases[] = {{S("docker.io/library/debian:" HOSTILE), S("sha256:" HOSTILE)}};
static struct plan_image few_images[] = {
	{.name = S("base"), .tags = few_tags, .tag_count = 2, .bases = few_bases, .base_count = 1},
	{.name = S("b" HOSTILE), .parents = on_base, .parent_count = 1},
	{.name = S("failed\xc3\xa9"), .parents = on_base, .parent_count = 1, .rootfs = 1},
	{.name = S("missing-with-a-name-that-is-longer-than-what-a-picture-shows"), .parents = on_both, .parent_count = 2},
	{.name = S("unknown"), .parents = on_both, .parent_count = 1},
};
static struct view_image few_seen[] = {
	{VIEW_FRESH, S(""), S(""), {0, VIEW_BUILT, 1795000000000, 61000, 4, 1, S("")}, 123456789},
	{VIEW_STALE, S("files " HOSTILE), S("file changed: " HOSTILE "\nfile added: x\n"),
	 {1, VIEW_PULLED, 1795000062000, 3000, -1, -1, S("")}, 1},
	{VIEW_FAILED, S("[2/2] RUN echo " HOSTILE), S("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n"),
	 {2, VIEW_BROKEN, 1795000062500, 500, 3, 2, S("")}, -1},
	{VIEW_MISSING, S("never built"), S("never built\n"), {.begun = -1, .took = -1}, -1},
	{VIEW_UNKNOWN, S(""), S(""), {.begun = -1, .took = -1}, -1},
};
static uint32_t first_two[] = {0, 1}, all_but_one[] = {0, 1, 2, 3};
static struct plan_target few_targets[] = {
	{.name = S("a " HOSTILE), .kind = TARGET_SEQUENCE, .images = first_two, .image_count = 2},
	{.name = S("layer"), .kind = TARGET_LAYER, .images = all_but_one, .image_count = 4},
	{.name = S("group"), .kind = TARGET_GROUP, .images = all_but_one, .image_count = 4},
	{.name = S("again"), .kind = TARGET_GROUP, .images = first_two, .image_count = 2},
};
static uint32_t lost[] = {1, 3};
static struct plan_collision few_collisions[] = {{S("t/x:" HOSTILE), 0, lost, 2}};
static struct str few_refs[] = {S("debian:" HOSTILE)};
static struct plan_rootfs few_rootfs[] = {{.name = S("bookworm")}};

static void make_few(struct plan *plan, struct view *view)
{
	*plan = (struct plan){
		.images = few_images, .image_count = 5, .targets = few_targets, .target_count = 4, .bases = few_refs,
		.base_count = 1, .rootfs = few_rootfs, .rootfs_count = 1, .collisions = few_collisions, .collision_count = 1,
		.lock = STR("matrix.lock"),
	};
	view->images = few_seen;
	view->runs = ARENA_ARRAY(&arena, 3, struct view_run);
	view->run_count = 3;
	for (size_t i = 0; i < 3; i++)
		view->runs[i] = few_seen[i].last;
}

/* --- Many --- */

static void make_image(struct plan_image *image, unsigned number)
{
	image->name = text_of("image-%u-py3.11-tooled", number);
	image->tags = ARENA_ARRAY(&arena, 2, struct str);
	image->tag_count = 2;
	image->tags[0] = text_of("dtk/debian:image-%u-py3.11-tooled", number);
	image->tags[1] = text_of("dtk/debian:image-%u", number);
	image->parents = ARENA_ARRAY(&arena, 2, struct plan_parent);
	if (number >= ROOTS)
		image->parents[image->parent_count++].image = (number - ROOTS) / 3;
	if (number >= 100 && number % 7 == 0)
		image->parents[image->parent_count++].image = number % ROOTS;
}

static void make_many(struct plan *plan, struct view *view, unsigned count)
{
	plan->image_count = count;
	plan->images = ARENA_ARRAY(&arena, count, struct plan_image);
	view->images = ARENA_ARRAY(&arena, count, struct view_image);
	view->runs = ARENA_ARRAY(&arena, count, struct view_run);
	view->run_count = count / 2;
	for (unsigned i = 0; i < count; i++) {
		struct view_image *seen = &view->images[i];

		make_image(&plan->images[i], i);
		seen->state = (enum view_state)(i % 9 < VIEW_STATES ? i % 9 : 0);
		seen->why = seen->state == VIEW_FRESH ? STR("") : STR("files changed");
		seen->reasons = seen->state == VIEW_STALE ? text_of("file changed: app/%u\n", i) : STR("");
		seen->last = (struct view_run){i, VIEW_BUILT, 1795000000000 + 250 * (i / 2), 250 + i * 7919 % 2000, 8, i % 9, STR("")};
		seen->size = i * 7919LL % 100000 * 1000;
		if (i < view->run_count)
			view->runs[i] = seen->last;
	}
}

/* --- What comes out --- */

static void set(struct value dict, const char *key, struct value value)
{
	dict_set(dict.as.dict, value_borrow(&arena, str_of(key)), value);
}

static struct value status_of(const struct plan_image *image, const struct view_image *seen)
{
	struct value dict = value_dict(&arena), tags = value_list(&arena, 2), last = value_dict(&arena);

	for (size_t i = 0; i < image->tag_count; i++)
		list_append(tags.as.list, value_borrow(&arena, image->tags[i]));
	set(last, "took_ms", value_int(seen->last.took));
	set(dict, "name", value_borrow(&arena, image->name));
	set(dict, "state", value_borrow(&arena, str_of(view_states[seen->state])));
	set(dict, "why", value_borrow(&arena, seen->why));
	set(dict, "tags", tags);
	set(dict, "size", seen->size < 0 ? value_none() : value_int(seen->size));
	set(dict, "last", seen->last.begun < 0 ? value_none() : last);
	return dict;
}

static void write_status(const struct view *view, const bool *shown, struct buf *out)
{
	struct value dict = value_dict(&arena), images = value_list(&arena, view->plan->image_count);

	(void)shown;
	for (size_t i = 0; i < view->plan->image_count; i++)
		list_append(images.as.list, status_of(&view->plan->images[i], &view->images[i]));
	set(dict, "images", images);
	json_write(out, dict, 0);
}

static void write_page(const struct view *view, const bool *shown, struct buf *out)
{
	(void)shown;
	page_write(view, out);
}

static void sum_up(struct view *view)
{
	view->sums = (struct view_sums){.took = 64500, .size = 123456790, .last_steps = 7, .last_cached = 3};
	for (size_t i = 0; i < view->plan->image_count; i++)
		view->sums.images[view->images[i].state]++;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(const struct view *view, const bool *shown, struct buf *out);
	} forms[] = {{"dot", export_dot}, {"mermaid", export_mermaid}, {"page", write_page}, {"json", write_status}};
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	struct plan plan = {0};
	struct view view = {.plan = &plan, .title = STR(HOSTILE)};
	struct buf out = BUF_INIT;
	bool *shown, fine;

	arena_init(&arena);
	if (count)
		make_many(&plan, &view, count);
	else
		make_few(&plan, &view);
	sum_up(&view);
	shown = ARENA_ARRAY(&arena, plan.image_count + 1, bool);
	memset(shown, true, plan.image_count);
	for (size_t i = 0; argc > 1 && i < sizeof forms / sizeof *forms; i++)
		if (strcmp(argv[1], forms[i].name) == 0)
			forms[i].write(&view, shown, &out);
	fine = out.n && fwrite(out.p, 1, out.n, stdout) == out.n;
	buf_release(&out);
	arena_release(&arena);
	return fine ? 0 : 1;
}
