/* SPDX-License-Identifier: Apache-2.0 */
#include "model/subdir.h"

static struct keys_texts one_text(struct arena *arena, struct str text, struct span span)
{
	struct keys_texts texts = {.count = 1, .span = span, .given = true};

	texts.items = ARENA_ARRAY(arena, 1, struct keys_text);
	texts.items[0] = (struct keys_text){text, span};
	return texts;
}

static bool subdir_image(struct runcfg *runcfg, const struct runcfg_dir *dir, struct keys_image *image)
{
	const struct runcfg_section *section = runcfg_section(runcfg, dir->name);
	struct str ref = runcfg_ref(runcfg, section, dir->name, STR(""), dir->span);

	*image = (struct keys_image){
		.name = {dir->name, dir->span},
		.dockerfile = {dir->dockerfile, dir->span},
		.context = {STR("."), dir->span},
		.tags = one_text(runcfg->arena, ref, dir->span),
	};
	if (section)
		image->args = section->args;
	return ref.n > 0;
}

bool subdir_read(struct matrix *matrix, const struct matrix_from *from, struct runcfg *runcfg)
{
	struct keys_image *images = ARENA_ARRAY(from->arena, runcfg->dir_count, struct keys_image);
	size_t count = 0;
	bool ok = true;

	for (size_t i = 0; i < runcfg->dir_count; i++) {
		if (subdir_image(runcfg, &runcfg->dirs[i], &images[count]))
			count++;
		else
			ok = false;
	}
	return matrix_make(matrix, from, images, count) && ok;
}
