/* SPDX-License-Identifier: Apache-2.0 */
#include "model/runs.h"

#include "model/name.h"
#include "model/runref.h"

struct runs {
	struct runcfg *runcfg;
	struct plan *plan;
	enum runs_of of;
	struct map names; /* of images, or of the family that one is the first of -> number */
	struct map tags;  /* in their normal form -> image */
	struct map files; /* Dockerfile -> 1 + the first image that is built from it; `alike` has the next */
	uint32_t *alike;  /* image -> 1 + image, or 0 */
};

/* --- What a section is about --- */

static uint32_t image_named(const struct runs *runs, struct str name)
{
	const struct map_entry *entry = map_get(&runs->names, name);

	return entry ? (uint32_t)entry->value.number : PLAN_NO_IMAGE;
}

static uint32_t image_tagged(const struct runs *runs, struct str ref)
{
	const struct map_entry *entry = map_get(&runs->tags, name_normal(runs->runcfg->arena, ref));

	return entry ? (uint32_t)entry->value.number : PLAN_NO_IMAGE;
}

/* 1 + the first image that is built from this file, or 0. */
static uint32_t first_of(const struct runs *runs, struct str dockerfile)
{
	const struct map_entry *entry = map_get(&runs->files, dockerfile);

	return entry ? (uint32_t)entry->value.number : 0;
}

/* The image whose Dockerfile is that of docker/NAME, where there is just one. */
static uint32_t image_of_dir(const struct runs *runs, struct str name)
{
	const struct runcfg_dir *dir = runcfg_dir(runs->runcfg, name);
	uint32_t found = PLAN_NO_IMAGE;

	for (uint32_t i = dir ? first_of(runs, dir->dockerfile) : 0; i; i = runs->alike[i - 1]) {
		if (runs->plan->images[i - 1].builder)
			continue;
		if (found != PLAN_NO_IMAGE)
			return PLAN_NO_IMAGE;
		found = i - 1;
	}
	return found;
}

static uint32_t image_of(const struct runs *runs, struct str name)
{
	uint32_t image = image_named(runs, name);

	return image == PLAN_NO_IMAGE ? image_of_dir(runs, name) : image;
}

static void offer_names(const struct runs *runs, struct guess *guess)
{
	for (size_t i = 0; i < runs->runcfg->dir_count; i++)
		guess_offer(guess, runs->runcfg->dirs[i].name);
	for (size_t i = 0; i < runs->names.count; i++)
		guess_offer(guess, runs->names.entries[i].key);
}

static void suggest_name(const struct runs *runs, const struct runcfg_section *section)
{
	struct guess guess;

	guess_init(&guess, section->own_name);
	offer_names(runs, &guess);
	if (guess.best.p)
		guess_hint(&guess, runs->runcfg->diag);
	else
		diag_hint(runs->runcfg->diag, "'prefix = False' makes it the name of an image from elsewhere");
}

static bool no_such_name(const struct runs *runs, const struct runcfg_section *section)
{
	const struct ini_entry *entry = section->entries[RUNCFG_NAME];

	if (runs->of == RUNS_PART)
		return true;
	runcfg_wrong(runs->runcfg, section, entry, "there is no docker/%.*s/Dockerfile%s", STR_ARG(section->own_name),
	      runs->of == RUNS_DIRS ? "" : ", and no image of this name");
	suggest_name(runs, section);
	return false;
}

static bool no_such_section(const struct runs *runs, const struct runcfg_section *section)
{
	struct guess guess;

	if (runcfg_is_synthetic(runs->runcfg, section->name))
		return runcfg_wrong(runs->runcfg, section, NULL,
		                    "a synthetic image has a 'name': the sub-directory of docker/ that it runs");
	if (runs->of == RUNS_PART)
		return true;
	runcfg_wrong(runs->runcfg, section, NULL,
	             "there is no docker/%.*s/Dockerfile, no synthetic image of this name, and no key 'name'",
	             STR_ARG(section->name));
	guess_init(&guess, section->name);
	offer_names(runs, &guess);
	for (size_t i = 0; i < runs->runcfg->synthetic.count; i++)
		guess_offer(&guess, runs->runcfg->synthetic.items[i].text);
	guess_hint(&guess, runs->runcfg->diag);
	return false;
}

/* The tag by which IMAGE is run, unless SECTION, another one's, has a tag of its own. */
static bool run_image(struct runs *runs, const struct runcfg_section *section, uint32_t number, bool own,
                      struct plan_run *run)
{
	const struct plan_image *image = &runs->plan->images[number];

	if (image->tag_count == 0)
		return runcfg_wrong(runs->runcfg, section, NULL, "the image '%.*s' has no tag by which it could be run",
		             STR_ARG(image->name));
	run->ref = image->tags[0];
	run->image = number;
	if (own || !section->tag.p)
		return true;
	run->ref = runref_make(runs->runcfg, section, section->name, name_repository(run->ref), section->span);
	run->image = image_tagged(runs, run->ref);
	return run->ref.n > 0;
}

/* What has the prefix of the project looks as if it were built here. */
static void tell_elsewhere(const struct runs *runs, const struct runcfg_section *section, struct str ref)
{
	diag_warning(runs->runcfg->diag, section->entries[RUNCFG_NAME]->value_at,
	             "[%.*s] name: no image here is '%.*s'", STR_ARG(section->name), STR_ARG(ref));
	suggest_name(runs, section);
}

static bool run_elsewhere(struct runs *runs, const struct runcfg_section *section, struct plan_run *run)
{
	run->ref = runref_make(runs->runcfg, section, section->name, STR(""), section->span);
	run->image = run->ref.n ? image_tagged(runs, run->ref) : PLAN_NO_IMAGE;
	if (run->ref.n && run->image == PLAN_NO_IMAGE && section->own_name.p && !section->entries[RUNCFG_PREFIX])
		tell_elsewhere(runs, section, run->ref);
	return run->ref.n > 0;
}

/* A sub-directory that the matrix does not build. */
static bool run_unbuilt(struct runs *runs, const struct runcfg_section *section, struct plan_run *run)
{
	diag_warning(runs->runcfg->diag, section->span,
	             "[%.*s]: not one image of the matrix is built from docker/%.*s/Dockerfile", STR_ARG(section->name),
	             STR_ARG(section->name));
	return run_elsewhere(runs, section, run);
}

/* Leaves run->ref empty where the section is left out. */
static bool run_resolve(struct runs *runs, const struct runcfg_section *section, struct plan_run *run)
{
	uint32_t own = image_of(runs, section->name), other = PLAN_NO_IMAGE;

	if (own != PLAN_NO_IMAGE)
		return run_image(runs, section, own, true, run);
	if (runcfg_dir(runs->runcfg, section->name))
		return run_unbuilt(runs, section, run);
	if (!section->own_name.p)
		return no_such_section(runs, section);
	run->synthetic = runcfg_is_synthetic(runs->runcfg, section->name);
	if (section->prefix)
		other = image_of(runs, section->own_name);
	if (other != PLAN_NO_IMAGE)
		return run_image(runs, section, other, false, run);
	if (run->synthetic && section->prefix && !runcfg_dir(runs->runcfg, section->own_name))
		return no_such_name(runs, section);
	return run_elsewhere(runs, section, run);
}

/* --- What it says --- */

static void run_words(const struct runcfg_section *section, struct plan_run *run)
{
	run->environment = section->words[RUNCFG_ENVIRONMENT];
	run->interactive = section->words[RUNCFG_INTERACTIVE];
	run->gpu = section->words[RUNCFG_GPU];
	run->network = section->words[RUNCFG_NETWORK];
	run->volumes = section->words[RUNCFG_VOLUMES];
	run->ports = section->words[RUNCFG_PORTS];
	run->cmd = section->words[RUNCFG_CMD];
}

/* What a publication_tag would be, with something in the place of what is not known. */
static void sample_of(const struct plan_run *run, struct buf *out)
{
	for (size_t i = 0; i < run->publication_tag.count; i++) {
		const struct plan_piece *piece = &run->publication_tag.pieces[i];

		if (piece->kind == PIECE_TEXT)
			buf_addstr(out, piece->text);
		else if (piece->kind == PIECE_IMAGE)
			buf_addstr(out, name_repository(run->ref));
		else
			buf_adds(out, "x1");
	}
}

static bool run_publication(struct runs *runs, const struct runcfg_section *section, struct plan_run *run)
{
	struct runword value;
	struct buf sample = BUF_INIT;
	const char *why = NULL;
	size_t at;

	run->aws = section->aws;
	if (!section->entries[RUNCFG_PUBLICATION])
		return true;
	value = runcfg_value(runs->runcfg, section, RUNCFG_PUBLICATION, RUNWORD_PUBLISH);
	value.tag = str_slice(run->ref, name_repository(run->ref).n + 1, run->ref.n);
	if (!runword_whole(&value, &run->publication_tag))
		return false;
	sample_of(run, &sample);
	if (sample.n)
		why = name_check_ref(buf_str(&sample), &at);
	if (why)
		runcfg_wrong(runs->runcfg, section, value.entry, "'%.*s' cannot be the name of an image: %s",
		             STR_ARG(buf_str(&sample)), why);
	buf_release(&sample);
	return why == NULL;
}

static struct str script_of(const struct runcfg_section *section, enum runcfg_key key)
{
	return section->entries[key] ? str_trim(section->entries[key]->value) : STR("");
}

/* Keys that say how an image is made have no use where another section, or the matrix, says it. */
static void tell_useless(const struct runs *runs, const struct runcfg_section *section, enum runcfg_key first,
                         enum runcfg_key last, const char *why)
{
	for (unsigned i = first; i <= last; i++) {
		const struct ini_entry *entry = section->entries[i];

		if (entry && !entry->inherited)
			diag_warning(runs->runcfg->diag, entry->key_at, "[%.*s] %.*s: %s", STR_ARG(section->name),
			             STR_ARG(entry->key), why);
	}
}

/* A family's images, which are of one Dockerfile, are built alike. */
static void run_build(struct runs *runs, const struct runcfg_section *section)
{
	uint32_t own = image_of(runs, section->name);
	struct plan *plan = runs->plan;

	if (own == PLAN_NO_IMAGE) {
		tell_useless(runs, section, RUNCFG_BUILD_ARGS, RUNCFG_PULL, "has no effect: no image is built of this section");
		return;
	}
	if (runs->of != RUNS_DIRS)
		tell_useless(runs, section, RUNCFG_NAME, RUNCFG_BUILD_ARGS, "has no effect: the matrix says it");
	for (uint32_t i = first_of(runs, plan->images[own].dockerfile); i; i = runs->alike[i - 1]) {
		struct plan_image *image = &plan->images[i - 1];

		if (i - 1 != own && !image->builder
		    && !(image->family.n && str_eq(image->family, plan->images[own].family)))
			continue;
		image->before = script_of(section, RUNCFG_BEFORE);
		image->after = image->builder ? STR("") : script_of(section, RUNCFG_AFTER);
		image->pull = section->pull;
	}
}

/* --- All of them --- */

static void run_add(struct runs *runs, struct plan_run run)
{
	runs->plan->runs[runs->plan->run_count++] = run;
}

static bool run_section(struct runs *runs, const struct runcfg_section *section)
{
	struct plan_run run = {.name = section->name, .ref = STR(""), .image = PLAN_NO_IMAGE, .span = section->span};

	if (!name_check(runs->runcfg->diag, section->name, section->span, "section") || !run_resolve(runs, section, &run))
		return false;
	if (run.ref.n == 0)
		return true;
	run_words(section, &run);
	run_build(runs, section);
	if (!run_publication(runs, section, &run))
		return false;
	run_add(runs, run);
	return true;
}

static void run_dirs(struct runs *runs)
{
	const struct runcfg *runcfg = runs->runcfg;

	for (size_t i = 0; i < runcfg->dir_count; i++) {
		const struct runcfg_dir *dir = &runcfg->dirs[i];
		uint32_t image = image_of(runs, dir->name);

		if (runcfg_section(runcfg, dir->name) || image == PLAN_NO_IMAGE || !runs->plan->images[image].tag_count)
			continue;
		run_add(runs, (struct plan_run){.name = dir->name, .ref = runs->plan->images[image].tags[0],
		                                .image = image, .span = dir->span});
	}
}

/* Each of the list needs a section, for that says what it runs. */
static bool run_listed(const struct runs *runs)
{
	const struct runcfg *runcfg = runs->runcfg;
	bool ok = true;

	for (size_t i = 0; i < runcfg->synthetic.count; i++) {
		struct keys_text name = runcfg->synthetic.items[i];

		if (runcfg_section(runcfg, name.text) || runcfg_dir(runcfg, name.text))
			continue;
		diag_error(runcfg->diag, name.span, "the synthetic image '%.*s' has no section with a 'name'",
		           STR_ARG(name.text));
		ok = false;
	}
	return ok;
}

static void index_files(struct runs *runs)
{
	const struct plan *plan = runs->plan;

	map_init(&runs->files);
	runs->alike = mem_alloc((plan->image_count + 1) * sizeof *runs->alike);
	for (uint32_t i = (uint32_t)plan->image_count; i > 0; i--) {
		struct map_entry *entry = map_put(&runs->files, plan->images[i - 1].dockerfile, NULL);

		runs->alike[i - 1] = (uint32_t)entry->value.number;
		entry->value.number = i;
	}
}

static void index_images(struct runs *runs)
{
	index_files(runs);
	map_init(&runs->names);
	map_init(&runs->tags);
	for (uint32_t i = 0; i < runs->plan->image_count; i++) {
		const struct plan_image *image = &runs->plan->images[i];
		struct str name = image->family.n ? image->family : image->name;

		if (!image->builder && !map_get(&runs->names, name))
			map_put(&runs->names, name, NULL)->value.number = i;
		for (size_t j = 0; j < image->tag_count; j++)
			map_put(&runs->tags, name_normal(runs->runcfg->arena, image->tags[j]), NULL)->value.number = i;
	}
}

static void index_release(struct runs *runs)
{
	map_release(&runs->names);
	map_release(&runs->tags);
	map_release(&runs->files);
	mem_free(runs->alike);
}

/* What publishes an image as its own is found from there: a synthetic one is published by its own name only. */
static void link_runs(struct plan *plan)
{
	for (size_t i = plan->run_count; i > 0; i--) {
		struct plan_run *run = &plan->runs[i - 1];

		if (!run->publication_tag.count || run->synthetic || run->image == PLAN_NO_IMAGE)
			continue;
		run->next = plan->images[run->image].publication;
		plan->images[run->image].publication = (uint32_t)i;
	}
}

static void mark_pushed(struct plan *plan)
{
	struct map taken;

	map_init(&taken);
	for (size_t i = 0; i < plan->image_count; i++)
		map_put(&taken, plan->images[i].name, NULL);
	for (size_t i = 0; i < plan->target_count; i++)
		map_put(&taken, plan->targets[i].name, NULL);
	for (size_t i = 0; i < plan->run_count; i++)
		plan->runs[i].pushed = plan->runs[i].publication_tag.count && !map_get(&taken, plan->runs[i].name);
	map_release(&taken);
}

bool runs_make(struct runcfg *runcfg, struct plan *plan, enum runs_of of)
{
	struct runs runs = {.runcfg = runcfg, .plan = plan, .of = of};
	bool ok = true;

	plan->run_cfg = runcfg->path;
	plan->user = plan->project = STR("");
	if (!runcfg->path.n && of != RUNS_DIRS)
		return true;
	index_images(&runs);
	plan->runs = ARENA_ARRAY(&plan->arena, runcfg->count + runcfg->dir_count, struct plan_run);
	ok = run_listed(&runs);
	for (size_t i = 0; i < runcfg->count; i++)
		ok = run_section(&runs, &runcfg->sections[i]) && ok;
	if (of == RUNS_DIRS)
		run_dirs(&runs);
	index_release(&runs);
	link_runs(plan);
	mark_pushed(plan);
	if (runcfg->names.user_used)
		plan->user = runcfg->names.user;
	if (runcfg->names.project_used)
		plan->project = runcfg->names.project;
	return ok;
}
