/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/github.h"

#include "data/yaml.h"
#include "emit/label.h"
#include "emit/nest.h"

#include <stdio.h>

enum {
	GITHUB_JOBS = 256,     /* of a matrix, and of a file that has a job an image */
	GITHUB_BYTES = 500000, /* of a file */
	GITHUB_ID = 80         /* bytes of a job's ID before what makes it the only one */
};

struct github {
	struct ci ci;
	const struct plan_github *settings;
	struct diag *diag;
	struct arena *arena; /* ci's */
	struct map taken;    /* IDs */
	struct value jobs;
	struct str pushes;   /* expression: what is built here is pushed */
	bool packages;       /* GitHub's own registry, which the job's token opens */
};

/* --- Text --- */

static struct value text_of(struct github *github, struct str text)
{
	struct buf escaped = BUF_INIT;
	struct value made;

	for (size_t i = 0; i < text.n; i++) {
		if (str_starts(str_slice(text, i, text.n), STR("${{"))) {
			buf_adds(&escaped, "${{ '${{' }}");
			i += 2;
		} else {
			buf_addc(&escaped, text.p[i]);
		}
	}
	made = value_copy(github->arena, buf_str(&escaped));
	buf_release(&escaped);
	return made;
}

/* An ID that no other job has; IDs that differ in their case alone are the same to GitHub. */
static struct value id_of(struct github *github, struct str name)
{
	struct buf text = BUF_INIT;
	struct value made;

	if (name.n && (name.p[0] < 'A' || (name.p[0] | 0x20) < 'a' || (name.p[0] | 0x20) > 'z'))
		buf_adds(&text, "image-");
	for (size_t i = 0; i < name.n; i++)
		buf_addc(&text, name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i]);
	made = value_borrow(github->arena, label_fresh(github->arena, &github->taken, buf_str(&text), "_-", GITHUB_ID));
	buf_release(&text);
	return made;
}

/* --- Steps --- */

/* CONDITION is an expression; "": always. */
static struct value step(struct github *github, struct value steps, const char *name, struct str condition,
                         struct str run)
{
	struct value made = value_dict(github->arena);

	nest_word(github->arena, made, "name", name);
	if (condition.n)
		nest_set(github->arena, made, "if", value_copy(github->arena, condition));
	nest_set(github->arena, made, "run", text_of(github, run));
	list_append(steps.as.list, made);
	return made;
}

static void checkout_step(struct github *github, struct value steps)
{
	struct value made = value_dict(github->arena), with;

	nest_set(github->arena, made, "uses", value_copy(github->arena, github->settings->checkout));
	with = nest_dict(github->arena, made, "with");
	nest_set(github->arena, with, "persist-credentials", value_bool(false));
	if (github->ci.history)
		nest_set(github->arena, with, "fetch-depth", value_int(0));
	list_append(steps.as.list, made);
}

static void login_step(struct github *github, struct value steps)
{
	const char *user = github->packages ? "${{ github.actor }}" : "${{ secrets.REGISTRY_USER }}";
	const char *password = github->packages ? "${{ secrets.GITHUB_TOKEN }}" : "${{ secrets.REGISTRY_PASSWORD }}";
	struct value login = step(github, steps, "log in", github->pushes, ci_login(&github->ci)), env;

	env = nest_dict(github->arena, login, "env");
	nest_word(github->arena, env, "REGISTRY_USER", user);
	nest_word(github->arena, env, "REGISTRY_PASSWORD", password);
}

static void logout_step(struct github *github, struct value steps)
{
	struct buf always = BUF_INIT;

	buf_adds(&always, "always() && ");
	buf_addstr(&always, github->pushes);
	step(github, steps, "log out", buf_str(&always), ci_logout(&github->ci));
	buf_release(&always);
}

/* What every job begins with. */
static struct value first_steps(struct github *github, struct value job, bool platforms)
{
	struct value steps = nest_list(github->arena, job, "steps");

	checkout_step(github, steps);
	if (platforms)
		step(github, steps, "set up other platforms", STR(""), STR(CI_PLATFORMS));
	if (ci_needs_buildx(&github->ci))
		step(github, steps, "set up buildx", STR(""), STR(CI_BUILDX));
	step(github, steps, "set up dtk", STR(""), ci_setup(github->settings->setup));
	step(github, steps, "generate", STR(""), ci_generate(&github->ci, github->settings->setup));
	login_step(github, steps);
	step(github, steps, "verify", STR(""), STR("ninja verify"));
	return steps;
}

/* The secrets that builds take from the environment: of JOB's image and what it stands on, NULL: of all. */
static void set_secrets(struct github *github, struct value step, const struct ci_job *job)
{
	size_t count;
	const struct str *names = ci_secrets(&github->ci, job, &count);
	struct value env;
	struct buf text = BUF_INIT;

	if (count == 0)
		return;
	env = nest_dict(github->arena, step, "env");
	for (size_t i = 0; i < count; i++) {
		buf_clear(&text);
		buf_addf(&text, "${{ secrets.%.*s }}", STR_ARG(names[i]));
		dict_set(env.as.dict, value_copy(github->arena, names[i]), value_copy(github->arena, buf_str(&text)));
	}
	buf_release(&text);
}

/* JOB is NULL for a matrix of any images. */
static void image_steps(struct github *github, struct value into, const struct ci_job *job)
{
	const struct ci *ci = &github->ci;
	struct value steps = first_steps(github, into, job ? ci_has_platform(ci, job) : ci->platforms);

	set_secrets(github, step(github, steps, "build", STR(""), STR(CI_BUILD)), job);
	if (job ? ci_is_tested(ci, job) : ci->tested)
		step(github, steps, "test", STR(""), STR(CI_TEST));
	step(github, steps, "push", github->pushes, STR(CI_PUSH));
	logout_step(github, steps);
}

/* --- Jobs --- */

static struct value new_job(struct github *github, struct value id, struct value name, const char *packages)
{
	struct value job = value_dict(github->arena), permissions, runner;

	dict_set(github->jobs.as.dict, id, job);
	nest_set(github->arena, job, "name", name);
	if (github->settings->runner.count == 0) {
		nest_word(github->arena, job, "runs-on", "ubuntu-latest");
	} else {
		runner = nest_list(github->arena, job, "runs-on");
		for (size_t i = 0; i < github->settings->runner.count; i++)
			nest_add(github->arena, runner, github->settings->runner.items[i]);
	}
	if (github->packages) {
		permissions = nest_dict(github->arena, job, "permissions");
		nest_word(github->arena, permissions, "contents", "read");
		nest_word(github->arena, permissions, "packages", packages);
	}
	return job;
}

static void set_needs(struct github *github, struct value job, const struct value *ids, size_t count)
{
	struct value needs;

	if (count == 0)
		return;
	needs = nest_list(github->arena, job, "needs");
	for (size_t i = 0; i < count; i++)
		list_append(needs.as.list, ids[i]);
}

/* A job for each image; the IDs of those that no other one needs, and how many, are left in LAST. */
static size_t image_jobs(struct github *github, struct value *last)
{
	const struct ci *ci = &github->ci;
	struct value *ids = ARENA_ARRAY(github->arena, ci->job_count + 1, struct value), *needs;
	size_t count = 0;

	needs = ARENA_ARRAY(github->arena, ci->job_count + 1, struct value);
	for (size_t i = 0; i < ci->job_count; i++) {
		const struct ci_job *from = &ci->jobs[i];
		struct str name = ci->order->plan->images[from->image].name;
		struct value job;

		ids[i] = id_of(github, name);
		job = new_job(github, ids[i], text_of(github, name), "write");
		for (size_t j = 0; j < from->need_count; j++)
			needs[j] = ids[from->needs[j]];
		set_needs(github, job, needs, from->need_count);
		nest_set(github->arena, nest_dict(github->arena, job, "env"), "IMAGE", text_of(github, name));
		image_steps(github, job, from);
		if (from->last)
			last[count++] = ids[i];
	}
	return count;
}

/* The images of LEVEL from the job *AT on, as many as a matrix holds; *AT is where the next matrix begins. */
static struct value matrix_of(struct github *github, uint32_t level, size_t *at)
{
	const struct ci *ci = &github->ci;
	struct value images = value_list(github->arena, GITHUB_JOBS);

	for (; *at < ci->job_count && images.as.list->count < GITHUB_JOBS; ++*at)
		if (ci->jobs[*at].level == level)
			list_append(images.as.list, text_of(github, ci->order->plan->images[ci->jobs[*at].image].name));
	return images;
}

static struct value level_job(struct github *github, uint32_t level, struct value images)
{
	char name[32];
	struct value id, job, strategy;

	snprintf(name, sizeof name, "level-%u", level + 1);
	id = id_of(github, str_of(name));
	job = new_job(github, id, value_copy(github->arena, STR("${{ matrix.image }}")), "write");
	strategy = nest_dict(github->arena, job, "strategy");
	nest_set(github->arena, strategy, "fail-fast", value_bool(false));
	nest_set(github->arena, nest_dict(github->arena, strategy, "matrix"), "image", images);
	nest_word(github->arena, nest_dict(github->arena, job, "env"), "IMAGE", "${{ matrix.image }}");
	image_steps(github, job, NULL);
	return id;
}

/* Matrices for each level, each after all of the one below; those of the highest are left in LAST. */
static size_t level_jobs(struct github *github, struct value *last)
{
	struct value *ids = ARENA_ARRAY(github->arena, github->ci.job_count + 1, struct value);
	size_t before = 0;

	for (uint32_t level = 0; level < github->ci.level_count; level++) {
		size_t count = 0;

		for (size_t at = 0; at < github->ci.job_count;) {
			struct value images = matrix_of(github, level, &at);

			if (images.as.list->count == 0)
				break;
			ids[count] = level_job(github, level, images);
			set_needs(github, *dict_get(github->jobs.as.dict, ids[count]), last, before);
			count++;
		}
		memcpy(last, ids, count * sizeof *ids);
		before = count;
	}
	return before;
}

/* Where the matrix names a scanner, what it finds stops the tags. */
static struct value scan_job(struct github *github, const struct value *last, size_t count)
{
	struct value id = value_copy(github->arena, STR("scan")), job = new_job(github, id, id, "read"), steps;

	nest_set(github->arena, job, "if", value_copy(github->arena, github->pushes));
	set_needs(github, job, last, count);
	steps = first_steps(github, job, github->ci.platforms);
	set_secrets(github, step(github, steps, "scan", STR(""), ci_targets(&github->ci, "scan")), NULL);
	logout_step(github, steps);
	return id;
}

static void tags_job(struct github *github, struct value *last, size_t count)
{
	struct value id = value_copy(github->arena, STR("tags")), job, steps;

	if (github->ci.order->plan->scanner.n)
		last[count] = scan_job(github, last, count), count++;
	job = new_job(github, id, id, "write");
	nest_set(github->arena, job, "if", value_copy(github->arena, github->pushes));
	set_needs(github, job, last, count);
	steps = first_steps(github, job, github->ci.platforms);
	set_secrets(github, step(github, steps, "push", STR(""), ci_targets(&github->ci, "push")), NULL);
	logout_step(github, steps);
}

/* --- The file --- */

static struct value triggers(struct github *github)
{
	struct value on = value_dict(github->arena), branches;

	branches = nest_list(github->arena, nest_dict(github->arena, on, "push"), "branches");
	nest_add(github->arena, branches, github->settings->branch);
	nest_set(github->arena, on, "pull_request", value_none());
	nest_set(github->arena, on, "workflow_dispatch", value_none());
	return on;
}

/* Runs for one branch follow each other, so that the tags of the last one stay. */
static void set_order(struct github *github, struct value file)
{
	struct value order = nest_dict(github->arena, file, "concurrency");

	nest_word(github->arena, order, "group", "${{ github.workflow }}-${{ github.ref }}");
	nest_word(github->arena, order, "cancel-in-progress", "${{ github.event_name == 'pull_request' }}");
}

static void write_file(struct github *github, bool levels, struct buf *out)
{
	struct value file = value_dict(github->arena), run;
	struct value *last = ARENA_ARRAY(github->arena, github->ci.job_count + 2, struct value);

	map_release(&github->taken);
	map_init(&github->taken);
	map_put(&github->taken, STR("scan"), NULL);
	map_put(&github->taken, STR("tags"), NULL);
	nest_word(github->arena, file, "name", "images");
	nest_set(github->arena, file, "on", triggers(github));
	nest_word(github->arena, nest_dict(github->arena, file, "permissions"), "contents", "read");
	set_order(github, file);
	run = nest_dict(github->arena, nest_dict(github->arena, file, "defaults"), "run");
	nest_word(github->arena, run, "shell", "sh");
	if (github->ci.order->directory.n)
		nest_set(github->arena, run, "working-directory", text_of(github, github->ci.order->directory));
	github->jobs = nest_dict(github->arena, file, "jobs");
	tags_job(github, last, levels ? level_jobs(github, last) : image_jobs(github, last));
	buf_adds(out, "# Written by dtk-gen -t github, and to be written anew rather than edited.\n");
	yaml_write(out, file);
}

static bool write_fitting(struct github *github, struct buf *out)
{
	size_t before = out->n;

	if (github->ci.job_count <= GITHUB_JOBS) {
		write_file(github, false, out);
		if (out->n - before <= GITHUB_BYTES)
			return true;
		out->n = before;
	}
	write_file(github, true, out);
	if (out->n - before <= GITHUB_BYTES)
		return true;
	diag_error(github->diag, SPAN_NONE, "the workflow has %zu bytes, and GitHub reads %d", out->n - before,
	           GITHUB_BYTES);
	diag_hint(github->diag, "name the targets that are to be in it");
	return false;
}

static void set_expression(struct github *github)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, "github.event_name != 'pull_request' && github.ref == 'refs/heads/");
	buf_addstr(&text, github->settings->branch);
	buf_adds(&text, "'");
	github->pushes = (struct str){arena_strndup(github->arena, text.p, text.n), text.n};
	buf_release(&text);
}

bool github_write(const struct ci_order *order, struct diag *diag, struct buf *out)
{
	struct github github = {.settings = &order->plan->github, .diag = diag};
	bool fine = ci_init(&github.ci, order, diag);

	github.arena = &github.ci.arena;
	github.packages = str_is(github.ci.registry, "ghcr.io");
	map_init(&github.taken);
	set_expression(&github);
	if (!github.settings->checkout.n) {
		diag_error(diag, SPAN_NONE, "the matrix does not say which checkout a workflow uses");
		diag_hint(diag, "github: {checkout: actions/checkout@COMMIT}");
		fine = false;
	}
	fine = fine && write_fitting(&github, out);
	map_release(&github.taken);
	ci_release(&github.ci);
	return fine;
}
