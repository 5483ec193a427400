/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pins.h"

#include "base/fs.h"
#include "model/name.h"
#include "model/planner.h"

#include <errno.h>
#include <stdlib.h>

static const char lock_alone[] = "docker"; /* where it lies without a matrix */

bool pins_read(struct planner *planner, const char *matrix,
               void (*watch)(void *context, const char *path, bool found), void *context)
{
	struct arena *arena = &planner->plan->arena;
	struct str dir = matrix ? path_dir(str_of(matrix)) : str_of(lock_alone), text;
	const char *path = path_join(arena, dir, STR(LOCK_FILE));
	bool found = fs_read_arena(path, arena, &text) == 0;

	lock_init(&planner->pins.lock, arena);
	planner->plan->lock = str_of(path);
	if (!found && errno != ENOENT && errno != ENOTDIR)
		diag_error(planner->diag, SPAN_NONE, "%s: cannot be read: %s", path, strerror(errno));
	watch(context, path, found);
	return !found || lock_read(&planner->pins.lock, planner->diag, diag_source(planner->diag, path, text), text);
}

void pins_release(struct pins *pins)
{
	lock_release(&pins->lock);
	map_release(&pins->index);
	mem_free(pins->bases);
}

struct str pins_rootfs(const struct pins *pins, struct str name)
{
	struct buf key = BUF_INIT;
	struct str digest;

	buf_adds(&key, LOCK_ROOTFS);
	buf_addstr(&key, name);
	digest = lock_find(&pins->lock, buf_str(&key));
	buf_release(&key);
	return digest;
}

static struct pins_base *base_of(struct planner *planner, const struct docker_ref *ref)
{
	struct pins *pins = &planner->pins;
	struct arena *arena = &planner->plan->arena;
	struct map_entry *entry = map_get(&pins->index, ref->name);
	struct pins_base *base;
	size_t at;

	if (entry)
		return &pins->bases[entry->value.number];
	MEM_ROOM(pins->bases, pins->count, pins->room);
	base = &pins->bases[pins->count];
	*base = (struct pins_base){.span = ref->span, .image = PLAN_NO_IMAGE};
	base->ref = (struct str){arena_strndup(arena, ref->name.p, ref->name.n), ref->name.n};
	base->normal = name_normal(arena, base->ref);
	base->why = ref->unresolved ? "a variable in it has no value here" : name_check_ref(base->ref, &at);
	base->pin = base->why ? STR("") : lock_find(&pins->lock, base->ref);
	map_put(&pins->index, base->ref, NULL)->value.number = pins->count++;
	return base;
}

void pins_base(struct planner *planner, uint32_t number, const struct docker_ref *ref)
{
	struct arena *arena = &planner->plan->arena;
	struct plan_image *image = &planner->plan->images[number];
	struct pins_base *base = base_of(planner, ref);
	size_t old = image->base_count * sizeof *image->bases;

	if (base->image == number)
		return;
	base->image = number;
	base->images++;
	image->bases = arena_grow(arena, image->bases, old, old + sizeof *image->bases);
	image->bases[image->base_count++] = (struct plan_base){base->ref, base->pin};
}

static void tell_base(struct planner *planner, const struct pins_base *base)
{
	struct buf more = BUF_INIT;

	if (base->images > 1)
		buf_addf(&more, " (%u images are built on it)", (unsigned)base->images);
	if (base->why)
		diag_error(planner->diag, base->span, "'%.*s' cannot be pinned: %s", STR_ARG(base->ref), base->why);
	else
		diag_error(planner->diag, base->span, "'%.*s' has no pin in %.*s%s", STR_ARG(base->ref),
		           STR_ARG(planner->plan->lock), buf_str(&more).p);
	buf_release(&more);
}

static bool tell_all(struct planner *planner)
{
	const struct pins *pins = &planner->pins;
	unsigned errors = planner->diag->errors;

	for (size_t i = 0; i < pins->count; i++)
		if (!pins->bases[i].pin.n)
			tell_base(planner, &pins->bases[i]);
	for (size_t i = 0; i < planner->plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &planner->plan->rootfs[i];

		if (!rootfs->pin.n)
			diag_error(planner->diag, rootfs->span, "the root file system '%.*s' has no pin in %.*s",
			           STR_ARG(rootfs->name), STR_ARG(planner->plan->lock));
	}
	if (planner->diag->errors == errors)
		return true;
	diag_hint(planner->diag, "dtk-gen without --locked, then `ninja update-bases`, pins them");
	return false;
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

bool pins_settle(struct planner *planner)
{
	const struct pins *pins = &planner->pins;
	struct plan *plan = planner->plan;
	size_t count = 0;

	plan->bases = ARENA_ARRAY(&plan->arena, pins->count + 1, struct str);
	for (size_t i = 0; i < pins->count; i++)
		if (!pins->bases[i].why)
			plan->bases[count++] = pins->bases[i].normal;
	if (count)
		qsort(plan->bases, count, sizeof *plan->bases, by_text);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !str_eq(plan->bases[i], plan->bases[plan->base_count - 1]))
			plan->bases[plan->base_count++] = plan->bases[i];
	return !planner->options->locked || tell_all(planner);
}
