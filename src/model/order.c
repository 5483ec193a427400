/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "base/fs.h"
#include "base/hash.h"
#include "model/name.h"
#include "model/recipe.h"

#include <errno.h>

/* A ledger as it is. */
struct remembered {
	struct str path, text; /* text.p is NULL where there is none */
	struct ledger ledger;
};

static struct str keep(struct planner *planner, struct buf *text)
{
	struct str kept = {arena_strndup(&planner->plan->arena, buf_str(text).p, text->n), text->n};

	buf_release(text);
	return kept;
}

static struct str ledger_path(struct planner *planner, const struct plan_image *image)
{
	struct str matrix = str_of(diag_source_name(planner->diag, planner->matrix.source));
	struct str base = path_base(matrix);
	size_t dot = base.n;
	struct buf path = BUF_INIT;

	while (dot > 1 && base.p[dot - 1] != '.')
		dot--;
	buf_addstr(&path, str_slice(matrix, 0, matrix.n - (dot > 1 ? base.n - dot + 1 : 0)));
	if (!planner->matrix.single)
		buf_addf(&path, ".%.*s", STR_ARG(image->name));
	buf_adds(&path, LEDGER_SUFFIX);
	return keep(planner, &path);
}

/* A ledger that is none is as good as none. */
static void read_ledger(struct planner *planner, struct remembered *old)
{
	struct version *world = planner->matrix.world;
	struct ledger_fault fault;
	int failed = fs_read_arena(old->path.p, &planner->plan->arena, &old->text) != 0 ? errno : 0;
	bool there = !failed || (failed != ENOENT && failed != ENOTDIR);

	world->watch(world->context, old->path.p, there);
	if (failed)
		old->text = (struct str){NULL, 0};
	if (failed && there)
		diag_warning(planner->diag, SPAN_NONE, "%s: cannot be read, so the order of the stages is a fresh one: %s",
		             old->path.p, strerror(failed));
	if (failed || ledger_read(&planner->plan->arena, old->text, &old->ledger, &fault))
		return;
	diag_warning(planner->diag, (struct span){diag_source(planner->diag, old->path.p, old->text),
	                                          (uint32_t)fault.offset, (uint32_t)fault.length},
	             "%s: the order of the stages is a fresh one", fault.why);
	diag_hint(planner->diag, "a build writes the file anew; until then, remove it or get back what it was");
	old->ledger = (struct ledger){NULL, 0, 0};
}

/* --- What is wanted --- */

static struct ledger_items texts_of(struct arena *arena, const struct keys_texts *texts)
{
	struct str *items = ARENA_ARRAY(arena, texts->count, struct str);

	for (size_t i = 0; i < texts->count; i++)
		items[i] = texts->items[i].text;
	return (struct ledger_items){items, texts->count};
}

static struct ledger_want want_of(struct arena *arena, const struct stages *stages)
{
	struct ledger_stage *list = ARENA_ARRAY(arena, stages->count, struct ledger_stage);
	struct ledger_want want = {.stages = list, .stage_count = stages->count};

	want.items[LEDGER_APT] = texts_of(arena, &stages->packages[STAGES_APT]);
	want.items[LEDGER_YUM] = texts_of(arena, &stages->packages[STAGES_YUM]);
	want.items[LEDGER_USER] = (struct ledger_items){&stages->user, stages->made};
	want.items[LEDGER_SUDO] = (struct ledger_items){&stages->user, stages->sudo};
	want.items[LEDGER_ENV] = (struct ledger_items){stages->digests, stages->scripts.count};
	for (uint32_t i = 0; i < stages->count; i++)
		list[i] = (struct ledger_stage){stages->stages[i].name.text, stages->stages[i].digest,
		                                stages->stages[i].needs, stages->stages[i].need_count};
	return want;
}

/* --- Fresh orders that were asked for --- */

static void read_aside(struct planner *planner)
{
	struct order *order = &planner->order;
	struct arena *arena = &planner->plan->arena;
	struct str text;

	if (order->read)
		return;
	order->read = true;
	map_init(&order->aside);
	if (fs_read_arena(path_join(arena, planner->plan->output, STR(ORDER_REPACK)), arena, &text) != 0)
		return;
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		struct str line;

		end = str_find(text, '\n', at);
		line = str_slice(text, at, end);
		if (line.n > HASH_TEXT)
			map_put(&order->aside, str_slice(line, HASH_TEXT, line.n), NULL)->value.pointer =
				arena_strndup(arena, line.p, HASH_TEXT - 1);
	}
}

/* True where OLD does not count, now or already, though a fresh order is another. */
static bool is_aside(struct planner *planner, const struct remembered *old, const struct ledger *fresh)
{
	const struct map_entry *entry;
	struct buf text = BUF_INIT;
	char digest[HASH_TEXT];
	bool same;

	read_aside(planner);
	if (!old->text.p)
		return false;
	hash_text(hash_of(old->text), digest);
	entry = map_get(&planner->order.aside, old->path);
	if (!planner->options->repack && (!entry || !str_is(str_of(entry->value.pointer), digest)))
		return false;
	ledger_write(fresh, &text);
	same = str_eq(buf_str(&text), old->text);
	buf_release(&text);
	if (!same)
		buf_addf(&planner->order.lines, "%s %.*s\n", digest, STR_ARG(old->path));
	return !same;
}

void order_end(struct planner *planner)
{
	planner->plan->repack = planner->order.lines.n ? keep(planner, &planner->order.lines) : STR("");
}

void order_release(struct order *order)
{
	if (order->read)
		map_release(&order->aside);
	buf_release(&order->lines);
}

/* --- The Dockerfile --- */

static bool is_base(struct planner *planner, const struct stages *stages, struct str base)
{
	struct str ref = name_pinned(base) ? str_slice(base, 0, str_find(base, '@', 0)) : base;
	struct str digest = str_slice(base, ref.n, base.n);
	size_t at;
	const char *why = str_is(base, "scratch") ? "it has no shell" : name_check_ref(ref, &at);

	for (size_t i = 0; !why && i < digest.n; i++) {
		char c = digest.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || (c == '@' && i == 0)))
			why = "its digest is none";
	}
	if (why)
		diag_error(planner->diag, stages->base.span, "'%.*s' cannot be the base of an image: %s", STR_ARG(base), why);
	return !why;
}

bool order_image(struct planner *planner, uint32_t number)
{
	struct axes_point point = axes_point(&planner->axes, planner->ids[number]);
	const struct matrix_layer *layer = &planner->matrix.layers[point.layer];
	struct plan_image *image = &planner->plan->images[number];
	struct arena *arena = &planner->plan->arena;
	struct remembered old = {.path = ledger_path(planner, image)};
	struct ledger_want want = want_of(arena, layer->stages);
	struct ledger fresh, order;
	struct buf text = BUF_INIT;
	struct recipe recipe = {layer->stages, image_base(planner, &point), &fresh, &layer->args, &layer->secrets,
	                        &layer->ssh, !planner->matrix.config.buildkit.given ||
	                        planner->matrix.config.buildkit.on};

	if (!is_base(planner, layer->stages, recipe.base))
		return false;
	read_ledger(planner, &old);
	ledger_order(arena, &(struct ledger){NULL, 0, 0}, &want, &fresh);
	ledger_order(arena, &old.ledger, &want, &order);
	if (!is_aside(planner, &old, &fresh))
		recipe.order = &order;
	recipe_write(&recipe, &text);
	image->text = keep(planner, &text);
	image->ledger = old.path;
	return true;
}
