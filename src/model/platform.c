/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include "model/name.h"

/*
 * An image for several platforms becomes one image each, so that each has a key,
 * stamps and tags of its own.  NUMBERS tells where an image of before begins.
 */
struct platforms {
	struct planner *planner;
	struct plan_image *old;
	uint32_t *numbers;
	struct map names, tags; /* of the images made so */
};

static struct str platform_join(struct platforms *all, struct str text, const char *between, struct str platform)
{
	struct buf joined = BUF_INIT;

	buf_addstr(&joined, text);
	buf_adds(&joined, between);
	for (size_t i = 0; i < platform.n; i++)
		buf_addc(&joined, platform.p[i] == '/' ? '-' : platform.p[i]);
	struct str kept = {arena_strndup(&all->planner->plan->arena, joined.p, joined.n), joined.n};
	buf_release(&joined);
	return kept;
}

static struct str platform_tag(struct platforms *all, struct str tag, struct str platform)
{
	bool bare = name_repository(tag).n == tag.n;

	return platform_join(all, tag, bare ? ":latest-" : "-", platform);
}

static bool platform_several(const struct plan_image *image)
{
	return image->platform_count > 1;
}

static bool platform_of(const struct plan_image *image, struct str platform, uint32_t *at)
{
	for (size_t i = 0; i < image->platform_count; i++) {
		*at = (uint32_t)i;
		if (str_eq(image->platforms[i], platform))
			return true;
	}
	return false;
}

/* PARENT's image for PLATFORM ("": the engine's own) of CHILD; false after an error was said. */
static bool platform_parent(struct platforms *all, const struct plan_image *child, struct str platform,
                            struct plan_parent *parent)
{
	const struct plan_image *from = &all->old[parent->image];
	uint32_t at = 0, number = all->numbers[parent->image];

	parent->image = number;
	if (platform.n == 0 && !platform_several(from))
		return true;
	if (platform.n && from->platform_count == 0 && !platform_several(child))
		return true;
	if (platform.n && platform_of(from, platform, &at)) {
		parent->image = number + at;
		if (platform_several(from))
			parent->local = platform_tag(all, parent->ref, platform);
		return true;
	}
	if (platform.n) {
		diag_error(all->planner->diag, child->span, "'%.*s' is built for %.*s, but '%.*s', on which it stands, is not",
		           STR_ARG(child->name), STR_ARG(platform), STR_ARG(from->name));
	} else {
		diag_error(all->planner->diag, child->span,
		           "'%.*s' stands on '%.*s', which is built for several platforms, and does not say for which it is",
		           STR_ARG(child->name), STR_ARG(from->name));
	}
	diag_hint(all->planner->diag, "give both their 'platforms'");
	return false;
}

static bool platform_parents(struct platforms *all, const struct plan_image *child, struct plan_image *image)
{
	struct str platform = child->platform_count ? image->platforms[0] : STR("");
	bool ok = true;

	image->parents = ARENA_ARRAY(&all->planner->plan->arena, child->parent_count + 1, struct plan_parent);
	for (size_t i = 0; i < child->parent_count; i++) {
		image->parents[i] = child->parents[i];
		ok = platform_parent(all, child, platform, &image->parents[i]) && ok;
	}
	return ok;
}

static bool platform_claim(struct platforms *all, struct map *map, struct str name, const struct plan_image *from,
                           const char *what)
{
	bool fresh;

	map_put(map, name, &fresh);
	if (!fresh)
		diag_error(all->planner->diag, from->span, "the %s '%.*s', of '%.*s' for one platform, is another's already",
		           what, STR_ARG(name), STR_ARG(from->name));
	return fresh;
}

static bool platform_too_long(struct platforms *all, const struct plan_image *from, struct str name)
{
	size_t at;
	const char *why = name_check_ref(name, &at);

	if (why)
		diag_error(all->planner->diag, from->span, "'%.*s' cannot be a tag: %s", STR_ARG(name), why);
	return why != NULL;
}

/* IMAGE, a copy of FROM, for PLATFORM. */
static bool platform_image(struct platforms *all, const struct plan_image *from, size_t number,
                           struct plan_image *image)
{
	struct arena *arena = &all->planner->plan->arena;
	bool ok = true;

	*image = *from;
	image->platforms = &from->platforms[number];
	image->platform_count = 1;
	image->family = from->name;
	image->name = platform_join(all, from->name, ".", *image->platforms);
	ok = platform_claim(all, &all->names, image->name, from, "name");
	image->tags = ARENA_ARRAY(arena, from->tag_count + 1, struct str);
	for (size_t i = 0; i < from->tag_count; i++) {
		image->tags[i] = platform_tag(all, from->tags[i], *image->platforms);
		if (ok)
			ok = platform_claim(all, &all->tags, name_normal(arena, image->tags[i]), from, "tag") &&
			     !platform_too_long(all, from, image->tags[i]);
	}
	return platform_parents(all, from, image) && ok;
}

static void platform_set(struct platforms *all, uint32_t **set, size_t *count)
{
	size_t total = 0, old = *count;
	uint32_t *images;

	for (size_t i = 0; i < old; i++)
		total += platform_several(&all->old[(*set)[i]]) ? all->old[(*set)[i]].platform_count : 1;
	images = ARENA_ARRAY(&all->planner->plan->arena, total + 1, uint32_t);
	*count = 0;
	for (size_t i = 0; i < old; i++) {
		uint32_t image = (*set)[i];

		for (size_t j = 0; j < (platform_several(&all->old[image]) ? all->old[image].platform_count : 1); j++)
			images[(*count)++] = all->numbers[image] + (uint32_t)j;
	}
	*set = images;
}

/* A target for each image of before that is several now, unless another has its name and means the same. */
static void platform_targets(struct platforms *all, size_t old_count)
{
	struct plan *plan = all->planner->plan;
	struct plan_target *targets = ARENA_ARRAY(&plan->arena, plan->target_count + old_count, struct plan_target);
	struct map names;

	map_init(&names);
	for (size_t i = 0; i < plan->target_count; i++) {
		targets[i] = plan->targets[i];
		platform_set(all, &targets[i].images, &targets[i].image_count);
		map_put(&names, targets[i].name, NULL);
	}
	for (uint32_t i = 0; i < old_count; i++) {
		uint32_t *set = &i;
		size_t count = 1;

		if (!platform_several(&all->old[i]) || map_get(&names, all->old[i].name))
			continue;
		platform_set(all, &set, &count);
		targets[plan->target_count++] = (struct plan_target){
			.name = all->old[i].name, .description = STR(""), .kind = TARGET_IMAGE,
			.images = set, .image_count = count, .span = all->old[i].span};
	}
	map_release(&names);
	plan->targets = targets;
}

static bool platform_images(struct platforms *all, size_t old_count)
{
	struct plan *plan = all->planner->plan;
	bool ok = true;

	for (uint32_t i = 0; i < old_count; i++) {
		const struct plan_image *from = &all->old[i];

		for (size_t j = 0; platform_several(from) && j < from->platform_count; j++)
			ok = platform_image(all, from, j, &plan->images[all->numbers[i] + j]) && ok;
		if (platform_several(from))
			continue;
		plan->images[all->numbers[i]] = *from;
		ok = platform_parents(all, from, &plan->images[all->numbers[i]]) && ok;
	}
	return ok;
}

static void platform_collisions(struct platforms *all)
{
	struct plan *plan = all->planner->plan;

	for (size_t i = 0; i < plan->collision_count; i++) {
		struct plan_collision *collision = &plan->collisions[i];

		collision->owner = all->numbers[collision->owner];
		for (size_t j = 0; j < collision->loser_count; j++)
			collision->losers[j] = all->numbers[collision->losers[j]];
	}
}

/* What --platform says is for the images that do not say themselves. */
static void platform_default(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct str text = str_of(planner->options->platform ? planner->options->platform : ""), *list;
	size_t count = 0;

	list = ARENA_ARRAY(&plan->arena, text.n + 1, struct str);
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		end = str_find(text, ',', at);
		list[count++] = str_slice(text, at, end);
	}
	for (size_t i = 0; i < plan->image_count; i++) {
		if (plan->images[i].platform_count)
			continue;
		plan->images[i].platforms = list;
		plan->images[i].platform_count = count;
	}
}

bool platform_split(struct planner *planner)
{
	struct plan *plan = planner->plan;
	struct platforms all = {.planner = planner, .old = plan->images};
	size_t count = plan->image_count, total = 0;
	bool ok;

	platform_default(planner);
	for (size_t i = 0; i < count; i++) {
		plan->split = plan->split || platform_several(&plan->images[i]);
		total += plan->images[i].platform_count ? plan->images[i].platform_count : 1;
	}
	if (!plan->split)
		return true;
	map_init(&all.names);
	map_init(&all.tags);
	all.numbers = mem_alloc((count + 1) * sizeof *all.numbers);
	plan->image_count = 0;
	for (size_t i = 0; i < count; i++) {
		all.numbers[i] = (uint32_t)plan->image_count;
		plan->image_count += all.old[i].platform_count ? all.old[i].platform_count : 1;
		map_put(&all.names, all.old[i].name, NULL);
		for (size_t j = 0; j < all.old[i].tag_count; j++)
			map_put(&all.tags, name_normal(&plan->arena, all.old[i].tags[j]), NULL);
	}
	plan->images = ARENA_ARRAY(&plan->arena, total + 1, struct plan_image);
	ok = platform_images(&all, count);
	platform_targets(&all, count);
	platform_collisions(&all);
	mem_free(all.numbers);
	map_release(&all.tags);
	map_release(&all.names);
	return ok;
}
