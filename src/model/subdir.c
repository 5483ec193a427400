/* SPDX-License-Identifier: Apache-2.0 */
#include "model/subdir.h"

#include "base/fs.h"
#include "docker/file.h"
#include "docker/text.h"
#include "model/name.h"
#include "model/planner.h"
#include "model/runref.h"

#include <strings.h>

static const char subdir_stage[] = "builder";

struct subdirs {
	struct runcfg *runcfg;
	struct keys_image *images;
	bool *builders; /* image -> it is the stage of the one behind it */
	size_t count;
	struct map names, refs; /* of the sub-directories themselves */
};

/* --- The stage `builder` --- */

static bool has_word(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (strncasecmp(text.p + i, word, n) == 0)
			return true;
	return false;
}

/* A stage of that name, and one behind it. */
static bool file_has_builder(const struct docker_file *file)
{
	bool found = false;

	for (size_t i = 0; !file->foreign && i < file->instruction_count; i++) {
		const struct docker_instruction *in = &file->instructions[i];

		if (!str_is(in->name, "FROM"))
			continue;
		if (found)
			return true;
		found = in->arg_count == 3 && text_same_nocase(in->args[2], subdir_stage);
	}
	return false;
}

/* What is wrong in the file is said later, when it is read for good. */
static bool has_builder(struct diag *diag, const char *path)
{
	const struct docker_file *file;
	struct arena arena;
	struct str text;
	bool found = false;

	arena_init(&arena);
	if (fs_read_arena(path, &arena, &text) == 0 && has_word(text, subdir_stage)) {
		struct diag_hush hush = diag_hush(diag);

		file = docker_parse(&arena, diag, 0, text);
		found = file && file_has_builder(file);
		diag_speak(diag, hush);
	}
	arena_release(&arena);
	return found;
}

static struct str joined(struct arena *arena, struct str a, struct str b, struct str c)
{
	struct buf text = BUF_INIT;

	buf_addstr(&text, a);
	buf_addstr(&text, b);
	buf_addstr(&text, c);
	struct str kept = {arena_strndup(arena, text.p, text.n), text.n};
	buf_release(&text);
	return kept;
}

static struct keys_texts one_text(struct arena *arena, struct str text, struct span span)
{
	struct keys_texts texts = {.count = 1, .span = span, .given = true};

	texts.items = ARENA_ARRAY(arena, 1, struct keys_text);
	texts.items[0] = (struct keys_text){text, span};
	return texts;
}

/* Puts it before IMAGE, which is the last; unless a sub-directory has its name or tag. */
static void add_builder(struct subdirs *subdirs, const struct keys_image *image)
{
	struct arena *arena = subdirs->runcfg->arena;
	struct keys_image last = *image, builder = *image;
	struct str ref = image->tags.items->text, repository = name_repository(ref);

	builder.name.text = joined(arena, image->name.text, STR("-"), str_of(subdir_stage));
	ref = joined(arena, repository, STR("-builder"), str_slice(ref, repository.n, ref.n));
	if (map_get(&subdirs->names, builder.name.text) || map_get(&subdirs->refs, ref))
		return;
	builder.target = (struct keys_text){str_of(subdir_stage), image->name.span};
	builder.tags = one_text(arena, ref, image->name.span);
	subdirs->builders[subdirs->count - 1] = true;
	subdirs->images[subdirs->count - 1] = builder;
	subdirs->images[subdirs->count++] = last;
}

/* --- All of them --- */

/* The sub-directory's, unless a target of dtk's own has that. */
static struct str image_name(struct arena *arena, struct str dir)
{
	return target_is_reserved(dir) ? joined(arena, STR("docker-"), dir, STR("")) : dir;
}

static bool make_image(struct runcfg *runcfg, const struct runcfg_dir *dir, struct keys_image *image)
{
	const struct runcfg_section *section = runcfg_section(runcfg, dir->name);
	struct str ref = runref_make(runcfg, section, dir->name, STR(""), dir->span);

	*image = (struct keys_image){
		.name = {image_name(runcfg->arena, dir->name), dir->span},
		.dockerfile = {dir->dockerfile, dir->span},
		.context = {STR("."), dir->span},
		.tags = one_text(runcfg->arena, ref, dir->span),
	};
	if (section)
		image->args = section->args;
	return ref.n > 0;
}

static bool make_images(struct subdirs *subdirs)
{
	const struct runcfg *runcfg = subdirs->runcfg;
	struct keys_image *plain = ARENA_ARRAY(runcfg->arena, runcfg->dir_count, struct keys_image);
	bool ok = true;

	for (size_t i = 0; i < runcfg->dir_count; i++) {
		ok = make_image(subdirs->runcfg, &runcfg->dirs[i], &plain[i]) && ok;
		map_put(&subdirs->names, plain[i].name.text, NULL);
		map_put(&subdirs->refs, plain[i].tags.items->text, NULL);
	}
	for (size_t i = 0; ok && i < runcfg->dir_count; i++) {
		subdirs->images[subdirs->count++] = plain[i];
		if (has_builder(runcfg->diag, plain[i].dockerfile.text.p))
			add_builder(subdirs, &plain[i]);
	}
	return ok;
}

bool subdir_read(struct matrix *matrix, const struct matrix_from *from, struct runcfg *runcfg)
{
	struct subdirs subdirs = {.runcfg = runcfg};

	subdirs.images = ARENA_ARRAY(from->arena, 2 * runcfg->dir_count, struct keys_image);
	subdirs.builders = ARENA_ARRAY(from->arena, 2 * runcfg->dir_count, bool);
	map_init(&subdirs.names);
	map_init(&subdirs.refs);
	bool ok = make_images(&subdirs);
	map_release(&subdirs.names);
	map_release(&subdirs.refs);
	ok = matrix_make(matrix, from, subdirs.images, ok ? subdirs.count : 0) && ok;
	for (uint32_t i = 0; ok && i + 1 < matrix->layer_count; i++) {
		matrix->layers[i].is_builder = subdirs.builders[i];
		matrix->layers[i + 1].builder = subdirs.builders[i] ? i + 1 : 0;
	}
	return ok;
}
