/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/gitlab.h"

#include "base/quote.h"
#include "data/yaml.h"
#include "emit/label.h"
#include "emit/nest.h"

enum { GITLAB_NEEDS = 50 /* of a job */ };

struct gitlab {
	struct ci ci;
	const struct plan_gitlab *settings;
	struct arena *arena; /* ci's */
	struct map taken;    /* names of jobs */
	struct value file;
};

/* The words of the top level, and our own jobs. */
static const char *const reserved[] = {
	"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache", "before_script",
	"after_script", "types", "pages", "true", "false", "nil", "scan", "tags",
};

#define DEFAULT_BRANCH "\"${CI_COMMIT_BRANCH-}\" = \"$CI_DEFAULT_BRANCH\""

static struct str name_of(struct gitlab *gitlab, struct str name)
{
	return label_fresh(gitlab->arena, &gitlab->taken, name, "._+-", 0);
}

static struct value new_job(struct gitlab *gitlab, struct str name, const char *stage)
{
	struct value job = value_dict(gitlab->arena);

	dict_set(gitlab->file.as.dict, value_copy(gitlab->arena, name), job);
	nest_word(gitlab->arena, job, "stage", stage);
	return job;
}

/* --- What jobs share --- */

static void set_default(struct gitlab *gitlab)
{
	const struct plan_gitlab *settings = gitlab->settings;
	struct value shared, list;

	if (!settings->image.n && !settings->services.count && !settings->runner.count)
		return;
	shared = nest_dict(gitlab->arena, gitlab->file, "default");
	if (settings->image.n)
		nest_set(gitlab->arena, shared, "image", value_copy(gitlab->arena, settings->image));
	if (settings->services.count)
		list = nest_list(gitlab->arena, shared, "services");
	for (size_t i = 0; i < settings->services.count; i++)
		nest_add(gitlab->arena, list, settings->services.items[i]);
	if (settings->runner.count)
		list = nest_list(gitlab->arena, shared, "tags");
	for (size_t i = 0; i < settings->runner.count; i++)
		nest_add(gitlab->arena, list, settings->runner.items[i]);
}

/* The registry of the GitLab at hand is opened by the job's own credentials. */
static void add_login(struct gitlab *gitlab, struct value script)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, "if [ " DEFAULT_BRANCH " ]; then\n  if [ \"${CI_REGISTRY-}\" = ");
	quote_shell(&text, gitlab->ci.registry);
	buf_adds(&text, " ]; then\n    REGISTRY_USER=$CI_REGISTRY_USER REGISTRY_PASSWORD=$CI_REGISTRY_PASSWORD\n  fi\n  ");
	buf_addstr(&text, ci_login(&gitlab->ci));
	buf_adds(&text, "\nfi\n");
	nest_add(gitlab->arena, script, buf_str(&text));
	buf_release(&text);
}

static void add_directory(struct gitlab *gitlab, struct value script)
{
	struct buf text = BUF_INIT;

	if (!gitlab->ci.order->directory.n)
		return;
	buf_adds(&text, "cd ");
	quote_shell(&text, gitlab->ci.order->directory);
	nest_add(gitlab->arena, script, buf_str(&text));
	buf_release(&text);
}

static void add_shared(struct gitlab *gitlab)
{
	struct value job = nest_dict(gitlab->arena, gitlab->file, ".dtk"), script;

	script = nest_list(gitlab->arena, job, "before_script");
	if (gitlab->ci.platforms)
		nest_add(gitlab->arena, script, STR(CI_PLATFORMS));
	if (ci_needs_buildx(&gitlab->ci))
		nest_add(gitlab->arena, script, STR(CI_BUILDX));
	add_directory(gitlab, script);
	nest_add(gitlab->arena, script, ci_setup(gitlab->settings->setup));
	nest_add(gitlab->arena, script, ci_generate(&gitlab->ci, gitlab->settings->setup));
	add_login(gitlab, script);
	nest_add(gitlab->arena, script, STR("ninja verify"));
	nest_add(gitlab->arena, nest_list(gitlab->arena, job, "after_script"), ci_logout(&gitlab->ci));
}

static void add_image(struct gitlab *gitlab)
{
	struct value job = nest_dict(gitlab->arena, gitlab->file, ".image"), script;

	nest_word(gitlab->arena, job, "extends", ".dtk");
	script = nest_list(gitlab->arena, job, "script");
	nest_add(gitlab->arena, script, STR(CI_BUILD));
	if (gitlab->ci.tested)
		nest_add(gitlab->arena, script, STR(CI_TEST));
	nest_add(gitlab->arena, script, STR("if [ " DEFAULT_BRANCH " ]; then " CI_PUSH "; fi"));
}

/* --- Jobs --- */

/* A job that waits for COUNT others, and no more. */
static struct str collector(struct gitlab *gitlab, const struct str *names, size_t count)
{
	struct str name = name_of(gitlab, STR("collect"));
	struct value job = new_job(gitlab, name, "images"), list;

	list = nest_list(gitlab->arena, nest_dict(gitlab->arena, job, "inherit"), "default");
	nest_add(gitlab->arena, list, STR("image"));
	nest_add(gitlab->arena, list, STR("tags"));
	nest_word(gitlab->arena, nest_dict(gitlab->arena, job, "variables"), "GIT_STRATEGY", "none");
	list = nest_list(gitlab->arena, job, "needs");
	for (size_t i = 0; i < count; i++)
		nest_add(gitlab->arena, list, names[i]);
	nest_add(gitlab->arena, nest_list(gitlab->arena, job, "script"), STR(":"));
	return name;
}

/* Makes of the COUNT NAMES as few as a job may need; returns how many those are. */
static size_t collect(struct gitlab *gitlab, struct str *names, size_t count)
{
	while (count > GITLAB_NEEDS) {
		size_t made = 0;

		for (size_t at = 0; at < count; at += GITLAB_NEEDS) {
			size_t some = count - at < GITLAB_NEEDS ? count - at : GITLAB_NEEDS;

			names[made++] = collector(gitlab, names + at, some);
		}
		count = made;
	}
	return count;
}

static void set_needs(struct gitlab *gitlab, struct value job, const struct str *names, size_t count)
{
	struct value needs = nest_list(gitlab->arena, job, "needs");

	for (size_t i = 0; i < count; i++)
		nest_add(gitlab->arena, needs, names[i]);
}

/* A job for each image; the names of those that no other one needs, and how many, are left in LAST. */
static size_t image_jobs(struct gitlab *gitlab, struct str *last)
{
	const struct ci *ci = &gitlab->ci;
	struct str *names = ARENA_ARRAY(gitlab->arena, ci->job_count + 1, struct str), *needs;
	size_t count = 0;

	needs = ARENA_ARRAY(gitlab->arena, ci->job_count + 1, struct str);
	for (size_t i = 0; i < ci->job_count; i++) {
		const struct ci_job *from = &ci->jobs[i];
		struct str image = ci->order->plan->images[from->image].name;
		struct value job;

		for (size_t j = 0; j < from->need_count; j++)
			needs[j] = names[from->needs[j]];
		names[i] = name_of(gitlab, image);
		size_t need_count = collect(gitlab, needs, from->need_count);
		job = new_job(gitlab, names[i], "images");
		nest_word(gitlab->arena, job, "extends", ".image");
		nest_set(gitlab->arena, nest_dict(gitlab->arena, job, "variables"), "IMAGE",
		         value_copy(gitlab->arena, image));
		set_needs(gitlab, job, needs, need_count);
		if (from->last)
			last[count++] = names[i];
	}
	return count;
}

/* A job on the default branch alone that does VERB to the targets. */
static void last_job(struct gitlab *gitlab, const char *name, const char *verb, const struct str *needs, size_t count)
{
	struct value job = new_job(gitlab, str_of(name), "tags"), rule = value_dict(gitlab->arena);

	nest_word(gitlab->arena, job, "extends", ".dtk");
	nest_word(gitlab->arena, rule, "if", "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH");
	list_append(nest_list(gitlab->arena, job, "rules").as.list, rule);
	nest_word(gitlab->arena, job, "resource_group", name);
	set_needs(gitlab, job, needs, count);
	nest_add(gitlab->arena, nest_list(gitlab->arena, job, "script"), ci_targets(&gitlab->ci, verb));
}

static void all_jobs(struct gitlab *gitlab)
{
	struct str *last = ARENA_ARRAY(gitlab->arena, gitlab->ci.job_count + 2, struct str);
	size_t count = collect(gitlab, last, image_jobs(gitlab, last));

	if (gitlab->ci.order->plan->scanner.n) {
		last_job(gitlab, "scan", "scan", last, count);
		last[0] = STR("scan");
		count = 1;
	}
	last_job(gitlab, "tags", "push", last, count);
}

bool gitlab_write(const struct ci_order *order, struct diag *diag, struct buf *out)
{
	struct gitlab gitlab = {.settings = &order->plan->gitlab};
	bool fine = ci_init(&gitlab.ci, order, diag);
	struct value rule, stages;

	gitlab.arena = &gitlab.ci.arena;
	map_init(&gitlab.taken);
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		map_put(&gitlab.taken, str_of(reserved[i]), NULL);
	gitlab.file = value_dict(gitlab.arena);
	rule = value_dict(gitlab.arena);
	nest_word(gitlab.arena, rule, "when", "always");
	list_append(nest_list(gitlab.arena, nest_dict(gitlab.arena, gitlab.file, "workflow"), "rules").as.list, rule);
	stages = nest_list(gitlab.arena, gitlab.file, "stages");
	nest_add(gitlab.arena, stages, STR("images"));
	nest_add(gitlab.arena, stages, STR("tags"));
	if (gitlab.ci.history)
		nest_word(gitlab.arena, nest_dict(gitlab.arena, gitlab.file, "variables"), "GIT_DEPTH", "0");
	set_default(&gitlab);
	add_shared(&gitlab);
	add_image(&gitlab);
	all_jobs(&gitlab);
	buf_adds(out, "# Written by dtk-gen -t gitlab, and to be written anew rather than edited.\n");
	yaml_write(out, gitlab.file);
	map_release(&gitlab.taken);
	ci_release(&gitlab.ci);
	return fine;
}
