/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/compose.h"

#include "base/map.h"
#include "data/yaml.h"
#include "emit/label.h"
#include "emit/nest.h"

struct compose {
	const struct plan *plan;
	struct arena arena;
	struct map names; /* of the services */
};

static struct value text_of(struct compose *compose, struct str text)
{
	struct buf escaped = BUF_INIT;
	struct value made;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '$')
			buf_addc(&escaped, '$');
		buf_addc(&escaped, text.p[i]);
	}
	made = value_copy(&compose->arena, buf_str(&escaped));
	buf_release(&escaped);
	return made;
}

static struct value name_of(struct compose *compose, struct str name)
{
	return value_borrow(&compose->arena, label_fresh(&compose->arena, &compose->names, name, "._-", 0));
}

/* ["CMD", WORDS...], or ["CMD-SHELL", WORD] for the container's shell. */
static struct value health_of(struct compose *compose, const struct plan_command *health)
{
	struct value check = value_dict(&compose->arena), test = value_list(&compose->arena, health->count + 1);

	list_append(test.as.list, text_of(compose, health->shell ? STR("CMD-SHELL") : STR("CMD")));
	for (size_t i = 0; i < health->count; i++)
		list_append(test.as.list, text_of(compose, health->words[i]));
	nest_set(&compose->arena, check, "test", test);
	nest_set(&compose->arena, check, "interval", text_of(compose, STR("1s")));
	nest_set(&compose->arena, check, "timeout", text_of(compose, STR("30s")));
	nest_set(&compose->arena, check, "retries", value_int(300));
	return check;
}

static struct value service_of(struct compose *compose, const struct plan_image *image)
{
	struct value service = value_dict(&compose->arena);

	nest_set(&compose->arena, service, "image", text_of(compose, image->tags[0]));
	nest_set(&compose->arena, service, "pull_policy", text_of(compose, STR("never")));
	if (image->family.n)
		nest_set(&compose->arena, service, "platform", text_of(compose, image->platforms[0]));
	if (image->health.count)
		nest_set(&compose->arena, service, "healthcheck", health_of(compose, &image->health));
	return service;
}

static bool *leaves(const struct plan *plan, struct arena *arena)
{
	bool *wanted = ARENA_ARRAY(arena, plan->image_count + 1, bool);

	memset(wanted, true, plan->image_count * sizeof *wanted);
	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; j < plan->images[i].parent_count; j++)
			wanted[plan->images[i].parents[j].image] = false;
	return wanted;
}

void compose_write(const struct plan *plan, const bool *wanted, struct buf *out)
{
	struct compose compose = {.plan = plan};
	struct value file, services;

	arena_init(&compose.arena);
	map_init(&compose.names);
	file = value_dict(&compose.arena);
	services = value_dict(&compose.arena);
	if (!wanted)
		wanted = leaves(plan, &compose.arena);
	for (size_t i = 0; i < plan->image_count; i++)
		if (wanted[i] && plan->images[i].tag_count && !plan->images[i].builder)
			dict_set(services.as.dict, name_of(&compose, plan->images[i].name),
			         service_of(&compose, &plan->images[i]));
	nest_set(&compose.arena, file, "services", services);
	yaml_write(out, file);
	map_release(&compose.names);
	arena_release(&compose.arena);
}
