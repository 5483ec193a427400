/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/context.h"
#include "docker/match.h"
#include "model/planner.h"

static const char versioned_file[] = "_version.py.bld";

/* The Dockerfile that stands at PATH. */
static struct str text_at(const struct planner *planner, const struct plan_image *image)
{
	const struct map_entry *entry;

	if (image->text.p)
		return image->text;
	entry = map_get(&planner->files, image->dockerfile);
	return entry ? planner->sources[entry->value.number].text : (struct str){NULL, 0};
}

static const struct docker_file *parse(struct planner *planner, const struct plan_image *image)
{
	struct str text = text_at(planner, image);

	return text.p ? docker_parse(&planner->scratch, planner->diag, 0, text) : NULL;
}

/* The parents whose triggers run first, parsed; NULL at a gap ends them. */
static size_t triggers_of(struct planner *planner, const struct plan_image *image, const struct docker_file **files)
{
	size_t count = 0;

	for (size_t i = 0; i < image->parent_count; i++) {
		const struct plan_image *parent = &planner->plan->images[image->parents[i].image];

		if (!planner->triggers[image->parents[i].image])
			continue;
		files[count] = parse(planner, parent);
		count += files[count] != NULL;
	}
	return count;
}

static struct context_reach reach_of(struct planner *planner, const struct plan_image *image)
{
	struct docker_arg *args = ARENA_ARRAY(&planner->scratch, image->arg_count, struct docker_arg);
	const struct docker_file **triggers = ARENA_ARRAY(&planner->scratch, image->parent_count,
	                                                  const struct docker_file *);
	const struct docker_file *file = parse(planner, image);
	size_t count = triggers_of(planner, image, triggers);

	for (size_t i = 0; i < image->arg_count; i++)
		args[i] = (struct docker_arg){image->args[i].name, image->args[i].value};
	if (!file)
		return (struct context_reach){.whole = false};
	return context_reach_of(&planner->scratch, planner->diag, file, args, image->arg_count, triggers, count);
}

static bool is_named(const struct context_reach *reach)
{
	for (size_t i = 0; i < reach->pattern_count; i++)
		if (str_is(reach->patterns[i].text, versioned_file))
			return true;
	return false;
}

static bool is_reached(const struct context_reach *reach)
{
	for (size_t i = 0; i < reach->pattern_count && !reach->whole; i++) {
		const struct context_pattern *pattern = &reach->patterns[i];

		if (pattern->text.n == 0 || match_go(pattern->text, str_of(versioned_file)) ||
		    (pattern->parents && str_starts(pattern->text, STR("**"))))
			return true;
	}
	return reach->whole;
}

/* Marks the images that reach the file where EVERY; else tells whether one names it. */
static bool look_at(struct planner *planner, bool every)
{
	struct plan *plan = planner->plan;

	for (size_t i = 0; i < plan->image_count; i++) {
		struct plan_image *image = &plan->images[i];
		struct context_reach reach;

		if (!str_is(image->context, ".") || (!every && !strstr(text_at(planner, image).p, versioned_file)))
			continue;
		reach = reach_of(planner, image);
		if (every)
			image->versioned = is_reached(&reach);
		else if (is_named(&reach))
			return true;
		arena_clear(&planner->scratch);
	}
	return false;
}

void versioned_mark(struct planner *planner)
{
	struct diag_hush hush = diag_hush(planner->diag);

	if (look_at(planner, false))
		look_at(planner, true);
	diag_speak(planner->diag, hush);
}
