/* SPDX-License-Identifier: Apache-2.0 */
#include "model/planner.h"

#include <stdlib.h>

/* Which images are in which group: those whose layer says so, and those that `groups` names. */
struct group_member {
	uint32_t group, image;
};

struct groups {
	struct planner *planner;
	struct map index;           /* name -> number */
	struct keys_text *names;    /* by number, where each was first named; mem_alloc'd as the next ones */
	size_t count, room;
	struct group_member *members;
	size_t member_count, member_room;
};

size_t group_most(const struct planner *planner)
{
	size_t most = planner->matrix.group_count;

	for (uint32_t i = 0; i < planner->matrix.layer_count; i++)
		most += planner->matrix.layers[i].groups.count;
	return most;
}

static uint32_t group_number(struct groups *groups, struct keys_text name)
{
	bool fresh;
	struct map_entry *entry = map_put(&groups->index, name.text, &fresh);

	if (fresh) {
		entry->value.number = groups->count;
		MEM_ROOM(groups->names, groups->count, groups->room);
		groups->names[groups->count++] = name;
	}
	return (uint32_t)entry->value.number;
}

static void group_put(struct groups *groups, uint32_t group, uint32_t image)
{
	MEM_ROOM(groups->members, groups->member_count, groups->member_room);
	groups->members[groups->member_count++] = (struct group_member){group, image};
}

/* --- What `groups` names --- */

/* Image names and layers by number: images first, layers behind them. */
static void group_index(const struct planner *planner, struct map *names)
{
	const struct plan *plan = planner->plan;

	for (uint32_t i = 0; i < plan->image_count; i++)
		map_put(names, plan->images[i].name, NULL)->value.number = i;
	for (uint32_t i = 0; i < planner->matrix.layer_count; i++) {
		bool fresh;
		struct map_entry *entry = map_put(names, planner->matrix.layers[i].name.text, &fresh);

		if (fresh)
			entry->value.number = plan->image_count + i;
	}
}

/* With --sequence not all of the matrix is there, and a name may be of the rest. */
static bool group_unknown(const struct groups *groups, struct keys_text name, const struct map *names)
{
	struct diag *diag = groups->planner->diag;
	struct guess guess;

	if (planner_is_part(groups->planner))
		return true;
	diag_error(diag, name.span, "there is no image or layer '%.*s'", STR_ARG(name.text));
	guess_init(&guess, name.text);
	for (size_t i = 0; i < names->count; i++)
		guess_offer(&guess, names->entries[i].key);
	guess_hint(&guess, diag);
	return false;
}

/* The images of each layer, layer after layer: those of layer N are images[first[N]] to images[first[N + 1]]. */
struct group_layers {
	uint32_t *first, *images;
};

static uint32_t group_layer(const struct planner *planner, uint32_t image)
{
	return axes_point(&planner->axes, planner->ids[image]).layer;
}

static void group_sort(const struct planner *planner, struct group_layers *layers)
{
	size_t count = planner->matrix.layer_count, images = planner->plan->image_count;

	layers->first = mem_alloc((count + 2) * sizeof *layers->first);
	layers->images = mem_alloc((images + 1) * sizeof *layers->images);
	memset(layers->first, 0, (count + 2) * sizeof *layers->first);
	for (uint32_t i = 0; i < images; i++)
		layers->first[group_layer(planner, i) + 2]++;
	for (size_t i = 2; i < count + 2; i++)
		layers->first[i] += layers->first[i - 1];
	for (uint32_t i = 0; i < images; i++)
		layers->images[layers->first[group_layer(planner, i) + 1]++] = i;
}

static bool group_declared(struct groups *groups, const struct group_layers *layers)
{
	const struct matrix *matrix = &groups->planner->matrix;
	size_t images = groups->planner->plan->image_count;
	struct map names;
	bool ok = true;

	map_init(&names);
	if (matrix->group_count)
		group_index(groups->planner, &names);
	for (uint32_t i = 0; i < matrix->group_count; i++) {
		const struct matrix_group *declared = &matrix->groups[i];
		uint32_t group = group_number(groups, declared->name);

		for (size_t j = 0; j < declared->members.count; j++) {
			struct keys_text member = declared->members.items[j];
			const struct map_entry *entry = map_get(&names, member.text);

			if (!entry)
				ok = group_unknown(groups, member, &names) && ok;
			else if (entry->value.number < images)
				group_put(groups, group, (uint32_t)entry->value.number);
			else
				for (uint32_t k = layers->first[entry->value.number - images];
				     k < layers->first[entry->value.number - images + 1]; k++)
					group_put(groups, group, layers->images[k]);
		}
	}
	map_release(&names);
	return ok;
}

static void group_said(struct groups *groups, const struct group_layers *layers)
{
	const struct matrix *matrix = &groups->planner->matrix;

	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		const struct keys_texts *said = &matrix->layers[i].groups;

		for (size_t j = 0; j < said->count; j++) {
			uint32_t group = group_number(groups, said->items[j]);

			for (uint32_t k = layers->first[i]; k < layers->first[i + 1]; k++)
				group_put(groups, group, layers->images[k]);
		}
	}
}

/* --- Targets --- */

static int by_group(const void *a, const void *b)
{
	const struct group_member *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->image > y->image) - (x->image < y->image);
}

static void group_targets(struct groups *groups)
{
	struct plan *plan = groups->planner->plan;
	struct plan_target *target = NULL;
	uint32_t *images = ARENA_ARRAY(&plan->arena, groups->member_count, uint32_t);
	uint32_t last = UINT32_MAX;

	if (groups->member_count)
		qsort(groups->members, groups->member_count, sizeof *groups->members, by_group);
	for (size_t i = 0; i < groups->member_count; i++) {
		const struct group_member *member = &groups->members[i];

		if (member->group != last) {
			struct keys_text name = groups->names[member->group];

			target = &plan->targets[plan->target_count++];
			*target = (struct plan_target){.name = name.text, .description = STR(""), .kind = TARGET_GROUP,
			                               .images = images, .span = name.span};
			last = member->group;
		} else if (images[-1] == member->image) {
			continue;
		}
		*images++ = member->image;
		target->image_count++;
	}
}

bool group_make(struct planner *planner)
{
	struct groups groups = {.planner = planner};
	struct group_layers layers;
	bool ok;

	map_init(&groups.index);
	group_sort(planner, &layers);
	ok = group_declared(&groups, &layers);
	group_said(&groups, &layers);
	group_targets(&groups);
	mem_free(groups.members);
	mem_free(groups.names);
	map_release(&groups.index);
	mem_free(layers.images);
	mem_free(layers.first);
	return ok;
}
