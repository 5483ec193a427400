/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/bake.h"

#include "base/fs.h"
#include "base/map.h"
#include "data/json.h"
#include "data/ref.h"
#include "emit/label.h"
#include "model/name.h"

struct bake {
	const struct plan *plan;
	struct diag *diag;
	struct arena arena;
	struct str *names; /* of the images' targets; of one family the same */
	struct map taken;
	bool fine;
};

/* --- Names --- */

static struct str fresh_name(struct bake *bake, struct str name)
{
	return label_fresh(&bake->arena, &bake->taken, name, "_-", 0);
}

/* The first image of those that differ in their platform alone. */
static bool leads(const struct plan *plan, size_t image)
{
	struct str family = plan->images[image].family;

	return family.n == 0 || image == 0 || !str_eq(plan->images[image - 1].family, family);
}

static void name_images(struct bake *bake)
{
	const struct plan *plan = bake->plan;

	bake->names = ARENA_ARRAY(&bake->arena, plan->image_count + 1, struct str);
	for (size_t i = 0; i < plan->image_count; i++) {
		const struct plan_image *image = &plan->images[i];

		bake->names[i] = leads(plan, i) ? fresh_name(bake, image->family.n ? image->family : image->name)
		                                : bake->names[i - 1];
	}
}

/* --- Values --- */

static struct value text_of(struct bake *bake, struct str text)
{
	struct buf escaped = BUF_INIT;
	struct value made;

	for (size_t i = 0; i < text.n; i++) {
		if ((text.p[i] == '$' || text.p[i] == '%') && i + 1 < text.n && text.p[i + 1] == '{')
			buf_addc(&escaped, text.p[i]);
		buf_addc(&escaped, text.p[i]);
	}
	made = value_copy(&bake->arena, buf_str(&escaped));
	buf_release(&escaped);
	return made;
}

static void set(struct bake *bake, struct value dict, struct str key, struct value value)
{
	dict_set(dict.as.dict, text_of(bake, key), value);
}

static void set_text(struct bake *bake, struct value dict, struct str key, struct str text)
{
	set(bake, dict, key, text_of(bake, text));
}

static void set_texts(struct bake *bake, struct value dict, struct str key, const struct str *texts, size_t count)
{
	struct value list = value_list(&bake->arena, count);

	for (size_t i = 0; i < count; i++)
		list_append(list.as.list, text_of(bake, texts[i]));
	if (count)
		set(bake, dict, key, list);
}

static void set_pairs(struct bake *bake, struct value dict, struct str key, const struct plan_arg *pairs, size_t count)
{
	struct value values = value_dict(&bake->arena);

	for (size_t i = 0; i < count; i++)
		set_text(bake, values, pairs[i].name, pairs[i].value);
	if (count)
		set(bake, dict, key, values);
}

/* --- Targets --- */

/* A Dockerfile is named from its context, and one that dtk-gen wrote can be told where it cannot be. */
static void set_place(struct bake *bake, struct value target, const struct plan_image *image)
{
	const char *context = arena_strndup(&bake->arena, image->context.p, image->context.n);
	const char *file = arena_strndup(&bake->arena, image->dockerfile.p, image->dockerfile.n);
	const char *path = path_relative(&bake->arena, context, file);

	set_text(bake, target, STR("context"), image->context);
	if (path)
		set_text(bake, target, STR("dockerfile"), str_of(path));
	else if (image->text.p)
		set_text(bake, target, STR("dockerfile-inline"), image->text);
	else {
		diag_error(bake->diag, image->span, "'%.*s': its context %.*s cannot name %.*s", STR_ARG(image->name),
		           STR_ARG(image->context), STR_ARG(image->dockerfile));
		bake->fine = false;
	}
}

static void set_contexts(struct bake *bake, struct value target, const struct plan_image *image)
{
	struct value contexts = value_dict(&bake->arena);
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < image->base_count; i++) {
		if (!image->bases[i].pin.n)
			continue;
		buf_clear(&text);
		buf_adds(&text, "docker-image://");
		buf_addstr(&text, ref_at(&bake->arena, image->bases[i].ref, image->bases[i].pin));
		set_text(bake, contexts, image->bases[i].ref, buf_str(&text));
	}
	for (size_t i = 0; i < image->parent_count; i++) {
		buf_clear(&text);
		buf_adds(&text, "target:");
		buf_addstr(&text, bake->names[image->parents[i].image]);
		set_text(bake, contexts, image->parents[i].ref, buf_str(&text));
	}
	if (contexts.as.dict->used)
		set(bake, target, STR("contexts"), contexts);
	buf_release(&text);
}

/* Of a family's image the tags end in its platform, which a target for all of them leaves out. */
static void set_tags(struct bake *bake, struct value target, const struct plan_image *image)
{
	size_t suffix = image->family.n ? image->name.n - image->family.n : 0;
	struct str *tags = ARENA_ARRAY(&bake->arena, image->tag_count + 1, struct str);

	for (size_t i = 0; i < image->tag_count; i++)
		tags[i] = str_slice(image->tags[i], 0, image->tags[i].n - suffix);
	set_texts(bake, target, STR("tags"), tags, image->tag_count);
}

static void set_platforms(struct bake *bake, struct value target, size_t image)
{
	const struct plan_image *first = &bake->plan->images[image], *last = bake->plan->images + bake->plan->image_count;
	struct value list = value_list(&bake->arena, 2);

	for (const struct plan_image *each = first; each < last; each++) {
		if (each != first && !(first->family.n && str_eq(each->family, first->family)))
			break;
		if (each->platform_count)
			list_append(list.as.list, text_of(bake, each->platforms[0]));
	}
	if (list.as.list->count)
		set(bake, target, STR("platforms"), list);
}

static struct value target_of(struct bake *bake, size_t number)
{
	const struct plan_image *image = &bake->plan->images[number];
	static const struct str attest[] = {{"type=provenance,disabled=true", 29}};
	struct value target = value_dict(&bake->arena);

	set_place(bake, target, image);
	set_contexts(bake, target, image);
	if (image->target.n)
		set_text(bake, target, STR("target"), image->target);
	set_tags(bake, target, image);
	set_pairs(bake, target, STR("args"), image->args, image->arg_count);
	set_pairs(bake, target, STR("labels"), image->labels, image->label_count);
	set_texts(bake, target, STR("secret"), image->secrets, image->secret_count);
	set_texts(bake, target, STR("ssh"), image->ssh, image->ssh_count);
	set_platforms(bake, target, number);
	set_texts(bake, target, STR("attest"), attest, 1);
	return target;
}

static struct value targets(struct bake *bake)
{
	struct value all = value_dict(&bake->arena);

	for (size_t i = 0; i < bake->plan->image_count; i++)
		if (leads(bake->plan, i))
			set(bake, all, bake->names[i], target_of(bake, i));
	return all;
}

/* --- Groups --- */

/* The set and what it stands on: bake keeps the images that it was asked for, and no others. */
static struct value group_of(struct bake *bake, const uint32_t *images, size_t count)
{
	const struct plan *plan = bake->plan;
	struct value group = value_dict(&bake->arena), list = value_list(&bake->arena, count);
	bool *wanted = mem_alloc((plan->image_count + 1) * sizeof *wanted);

	memset(wanted, images ? false : true, (plan->image_count + 1) * sizeof *wanted);
	for (size_t i = 0; images && i < count; i++)
		wanted[images[i]] = true;
	for (size_t i = plan->image_count; i-- > 0;)
		for (size_t j = 0; wanted[i] && j < plan->images[i].parent_count; j++)
			wanted[plan->images[i].parents[j].image] = true;
	for (size_t i = 0; i < plan->image_count; i++)
		if (wanted[i] && leads(plan, i))
			list_append(list.as.list, text_of(bake, bake->names[i]));
	set(bake, group, STR("targets"), list);
	mem_free(wanted);
	return group;
}

/* A name that sets share means the same images; one that an image has is that image. */
static struct value groups(struct bake *bake)
{
	const struct plan *plan = bake->plan;
	struct value all = value_dict(&bake->arena);
	struct map seen;
	bool fresh;

	map_init(&seen);
	for (size_t i = 0; i < plan->image_count; i++)
		map_put(&seen, plan->images[i].family.n ? plan->images[i].family : plan->images[i].name, NULL);
	for (size_t i = 0; i < plan->target_count; i++) {
		const struct plan_target *target = &plan->targets[i];

		map_put(&seen, target->name, &fresh);
		if (fresh)
			set(bake, all, fresh_name(bake, target->name), group_of(bake, target->images, target->image_count));
	}
	map_release(&seen);
	set(bake, all, STR("default"), group_of(bake, NULL, plan->image_count));
	return all;
}

bool bake_write(const struct plan *plan, struct diag *diag, struct buf *out)
{
	struct bake bake = {.plan = plan, .diag = diag, .fine = true};
	struct value file;

	arena_init(&bake.arena);
	map_init(&bake.taken);
	map_put(&bake.taken, STR("default"), NULL);
	file = value_dict(&bake.arena);
	name_images(&bake);
	set(&bake, file, STR("group"), groups(&bake));
	set(&bake, file, STR("target"), targets(&bake));
	json_write(out, file, 2);
	buf_addc(out, '\n');
	map_release(&bake.taken);
	arena_release(&bake.arena);
	return bake.fine;
}
