/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/mount.h"
#include "docker/stage.h"

struct refs {
	struct stages stages;
	struct docker_ref *list;
	size_t count, capacity;
};

static void add(struct refs *refs, struct docker_ref ref)
{
	if (!ref.name.n || str_is(ref.name, "scratch"))
		return;
	for (size_t i = 0; i < refs->count; i++)
		if (str_eq(refs->list[i].name, ref.name))
			return;
	if (refs->count == refs->capacity) {
		size_t old = refs->capacity;

		refs->capacity = old ? old * 2 : 4;
		refs->list =
			arena_grow(refs->stages.arena, refs->list, old * sizeof ref, refs->capacity * sizeof ref);
	}
	refs->list[refs->count++] = ref;
}

static void add_sources(struct refs *refs, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->flag_count; i++) {
		const struct docker_flag *flag = &in->flags[i];
		struct docker_ref ref = {.span = flag->span};

		if (str_is(in->name, "COPY") && str_is(flag->name, "from")) {
			ref.kind = DOCKER_COPY_FROM;
			ref.name = flag->value;
		} else if (flag->mount) {
			ref.kind = DOCKER_MOUNT_FROM;
			ref.name = flag->mount->from;
		}
		if (ref.name.n && !stages_find(&refs->stages, ref.name, ref.kind == DOCKER_COPY_FROM))
			add(refs, ref);
	}
}

static void add_stage(struct refs *refs, const struct stage *stage)
{
	const struct stage *base = stage->base;

	if (!base)
		add(refs, (struct docker_ref){DOCKER_FROM, stage->image, stage->from->spans[0], stage->unresolved,
		                              stage->platform});
	for (size_t i = 0; base && i < base->count; i++)
		if (base->first[i].trigger)
			add_sources(refs, base->first[i].trigger);
	for (size_t i = 0; i < stage->count; i++)
		add_sources(refs, &stage->first[i]);
}

struct docker_ref *docker_refs(struct arena *arena, struct diag *diag, const struct docker_file *file,
                               const struct docker_arg *args, size_t arg_count, struct str target,
                               size_t *count)
{
	struct refs refs = {.count = 0};

	*count = 0;
	if (file->foreign)
		return NULL;
	stages_init(&refs.stages, arena, diag, file, args, arg_count, target, false);
	for (size_t i = 0; i < refs.stages.count; i++)
		if (refs.stages.list[i].needed)
			add_stage(&refs, &refs.stages.list[i]);
	*count = refs.count;
	return refs.list;
}
