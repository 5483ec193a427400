/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "cli/gen.h"

struct choice {
	struct gen *gen;
	const struct plan *plan;
	struct map index; /* name -> image */
	bool *chosen;
};

static bool unknown(struct choice *choice, struct str name, bool targets)
{
	struct guess guess;

	diag_error(&choice->gen->diag, SPAN_NONE, "there is no %s '%.*s'", targets ? "target" : "image", STR_ARG(name));
	guess_init(&guess, name);
	for (size_t i = 0; i < choice->plan->image_count; i++)
		guess_offer(&guess, choice->plan->images[i].name);
	for (size_t i = 0; targets && i < choice->plan->target_count; i++)
		guess_offer(&guess, choice->plan->targets[i].name);
	guess_hint(&guess, &choice->gen->diag);
	return false;
}

static bool choose_all(struct choice *choice)
{
	memset(choice->chosen, true, choice->plan->image_count * sizeof *choice->chosen);
	return true;
}

static bool choose_set(struct choice *choice, const struct plan_target *target)
{
	for (size_t i = 0; i < target->image_count; i++)
		choice->chosen[target->images[i]] = true;
	return true;
}

static bool choose(struct choice *choice, struct str name, bool targets)
{
	const struct map_entry *entry = map_get(&choice->index, name);

	if (targets && str_is(name, "all"))
		return choose_all(choice);
	for (size_t i = 0; targets && i < choice->plan->target_count; i++)
		if (str_eq(choice->plan->targets[i].name, name))
			return choose_set(choice, &choice->plan->targets[i]);
	if (!entry)
		return unknown(choice, name, targets);
	choice->chosen[entry->value.number] = true;
	return true;
}

bool gen_choose(struct gen *gen, char *const *names, size_t count, bool targets, bool *chosen)
{
	struct choice choice = {.gen = gen, .plan = gen->plan, .chosen = chosen};
	bool fine = count || choose_all(&choice);

	map_init(&choice.index);
	for (size_t i = 0; count && i < gen->plan->image_count; i++)
		map_put(&choice.index, gen->plan->images[i].name, NULL)->value.number = i;
	for (size_t i = 0; i < count; i++)
		fine = choose(&choice, str_of(names[i]), targets) && fine;
	map_release(&choice.index);
	return fine;
}
