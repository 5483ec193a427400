/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/ci.h"

#include "base/map.h"
#include "base/quote.h"
#include "emit/writer.h"
#include "model/name.h"

/* --- Jobs --- */

/* Adds to WANTED what its images stand on. */
static void add_parents(const struct plan *plan, bool *wanted)
{
	for (size_t i = plan->image_count; i-- > 0;)
		for (size_t j = 0; wanted[i] && j < plan->images[i].parent_count; j++)
			wanted[plan->images[i].parents[j].image] = true;
}

/* The images that jobs are for, and what those stand on. */
static bool *wanted_images(struct ci *ci)
{
	const struct plan *plan = ci->order->plan;
	bool *wanted = ARENA_ARRAY(&ci->arena, plan->image_count + 1, bool);

	for (size_t i = 0; i < plan->image_count; i++)
		wanted[i] = !ci->order->wanted || ci->order->wanted[i];
	add_parents(plan, wanted);
	return wanted;
}

/* Marks in NEEDED the jobs of IMAGE's parents; of a stage that is kept by itself, those of its parents. */
static void mark_needs(const struct ci *ci, const uint32_t *job_of, uint32_t image, bool *needed)
{
	const struct plan_image *from = &ci->order->plan->images[image];

	for (size_t i = 0; i < from->parent_count; i++) {
		uint32_t parent = from->parents[i].image;

		if (ci->order->plan->images[parent].builder)
			mark_needs(ci, job_of, parent, needed);
		else
			needed[job_of[parent]] = true;
	}
}

static void list_needs(struct ci *ci, struct ci_job *job, const bool *needed)
{
	size_t count = (size_t)(job - ci->jobs);

	for (size_t i = 0; i < count; i++)
		job->need_count += needed[i];
	job->needs = ARENA_ARRAY(&ci->arena, job->need_count + 1, uint32_t);
	job->need_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (!needed[i])
			continue;
		job->needs[job->need_count++] = (uint32_t)i;
		ci->jobs[i].last = false;
		if (ci->jobs[i].level >= job->level)
			job->level = ci->jobs[i].level + 1;
	}
	if (job->level >= ci->level_count)
		ci->level_count = job->level + 1;
}

static void make_jobs(struct ci *ci)
{
	const struct plan *plan = ci->order->plan;
	const bool *wanted = ci->wanted = wanted_images(ci);
	uint32_t *job_of = ARENA_ARRAY(&ci->arena, plan->image_count + 1, uint32_t);
	bool *needed = mem_alloc((plan->image_count + 1) * sizeof *needed);

	ci->jobs = ARENA_ARRAY(&ci->arena, plan->image_count + 1, struct ci_job);
	for (uint32_t i = 0; i < plan->image_count; i++) {
		struct ci_job *job = &ci->jobs[ci->job_count];

		if (!wanted[i] || plan->images[i].builder)
			continue;
		job_of[i] = (uint32_t)ci->job_count++;
		*job = (struct ci_job){.image = i, .last = true};
		memset(needed, 0, ci->job_count * sizeof *needed);
		mark_needs(ci, job_of, i, needed);
		list_needs(ci, job, needed);
		ci->platforms = ci->platforms || ci_has_platform(ci, job);
		ci->history = ci->history || plan->images[i].versioned;
	}
	mem_free(needed);
}

bool ci_is_tested(const struct ci *ci, const struct ci_job *job)
{
	return writer_is_tested(&ci->order->plan->images[job->image]);
}

bool ci_has_platform(const struct ci *ci, const struct ci_job *job)
{
	return ci->order->plan->images[job->image].platform_count > 0;
}

/* --- Secrets --- */

/* The NAME of "id=ID,env=NAME", n = 0 for a secret from a file. */
static struct str variable_of(struct str secret)
{
	struct str source = str_slice(secret, str_find(secret, ',', 0) + 1, secret.n);

	return str_starts(source, STR("env=")) ? str_slice(source, strlen("env="), source.n) : STR("");
}

/* A name that files can have as it is; GitHub keeps those that begin as its own do. */
static bool is_variable(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return name.n > 0 && !str_starts(name, STR("GITHUB_")) && !str_starts(name, STR("CI_"));
}

static bool check_secrets(const struct ci *ci, struct diag *diag)
{
	const struct plan *plan = ci->order->plan;
	bool fine = true;

	for (size_t i = 0; i < plan->image_count; i++) {
		for (size_t j = 0; ci->wanted[i] && j < plan->images[i].secret_count; j++) {
			struct str name = variable_of(plan->images[i].secrets[j]);

			if (!name.n || is_variable(name))
				continue;
			diag_error(diag, plan->images[i].span, "'%.*s': its secret cannot be called '%.*s' there",
			           STR_ARG(plan->images[i].name), STR_ARG(name));
			fine = false;
		}
	}
	return fine;
}

static const bool *images_of(struct ci *ci, const struct ci_job *job)
{
	const struct plan *plan = ci->order->plan;
	bool *images;

	if (!job)
		return ci->wanted;
	images = ARENA_ARRAY(&ci->arena, plan->image_count + 1, bool);
	images[job->image] = true;
	add_parents(plan, images);
	return images;
}

const struct str *ci_secrets(struct ci *ci, const struct ci_job *job, size_t *count)
{
	const struct plan *plan = ci->order->plan;
	const bool *images = images_of(ci, job);
	struct str *names;
	struct map seen;

	map_init(&seen);
	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; images[i] && j < plan->images[i].secret_count; j++)
			if (variable_of(plan->images[i].secrets[j]).n)
				map_put(&seen, variable_of(plan->images[i].secrets[j]), NULL);
	names = ARENA_ARRAY(&ci->arena, seen.count + 1, struct str);
	for (size_t i = 0; i < seen.count; i++)
		names[i] = seen.entries[i].key;
	*count = seen.count;
	map_release(&seen);
	return names;
}

/* --- Where pushes go --- */

/* The host of a reference, or of what references begin with. */
static struct str host_of(struct str ref, bool whole)
{
	size_t slash = str_find(ref, '/', 0);

	return (whole || slash < ref.n) && name_is_host(ref) ? str_slice(ref, 0, slash) : STR("docker.io");
}

/* One login is made, so that there is one registry. */
static bool find_registry(struct ci *ci, struct diag *diag)
{
	const struct plan *plan = ci->order->plan;

	ci->registry = plan->registry.n ? host_of(plan->registry, true) : STR("");
	for (size_t i = 0; i < ci->job_count && !plan->registry.n; i++) {
		const struct plan_image *image = &plan->images[ci->jobs[i].image];

		for (size_t j = 0; j < image->tag_count; j++) {
			struct str host = host_of(image->tags[j], false);

			if (!ci->registry.n)
				ci->registry = host;
			if (str_eq(host, ci->registry))
				continue;
			diag_error(diag, image->span, "'%.*s' goes to %.*s, and others go to %.*s", STR_ARG(image->tags[j]),
			           STR_ARG(host), STR_ARG(ci->registry));
			diag_hint(diag, "`registry` in the matrix, or --registry, sends all of them to one");
			return false;
		}
	}
	return true;
}

bool ci_init(struct ci *ci, const struct ci_order *order, struct diag *diag)
{
	bool fine;

	*ci = (struct ci){.order = order, .history = order->plan->history};
	arena_init(&ci->arena);
	make_jobs(ci);
	for (size_t i = 0; i < order->plan->image_count; i++)
		ci->tested = ci->tested || writer_is_tested(&order->plan->images[i]);
	fine = check_secrets(ci, diag);
	return find_registry(ci, diag) && fine;
}

void ci_release(struct ci *ci)
{
	arena_release(&ci->arena);
}

/* --- Commands --- */

static struct str keep(struct ci *ci, struct buf *text)
{
	struct str kept = {arena_strndup(&ci->arena, buf_str(text).p, text->n), text->n};

	buf_release(text);
	return kept;
}

bool ci_needs_buildx(const struct ci *ci)
{
	return ci->order->engine->kind == ENGINE_BUILDX;
}

struct str ci_setup(struct str setup)
{
	return setup.n ? setup : STR("./configure --bootstrap && make");
}

struct str ci_generate(struct ci *ci, struct str setup)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, setup.n ? "dtk-gen" : "./dtk-gen");
	buf_addstr(&text, ci->order->options);
	return keep(ci, &text);
}

struct str ci_login(struct ci *ci)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, "printf %s \"$REGISTRY_PASSWORD\" | ");
	engine_program(ci->order->engine, &text);
	buf_adds(&text, " login --username \"$REGISTRY_USER\" --password-stdin ");
	quote_shell(&text, ci->registry);
	return keep(ci, &text);
}

struct str ci_logout(struct ci *ci)
{
	struct buf text = BUF_INIT;

	engine_program(ci->order->engine, &text);
	buf_adds(&text, " logout ");
	quote_shell(&text, ci->registry);
	return keep(ci, &text);
}

struct str ci_targets(struct ci *ci, const char *verb)
{
	static const struct str all = {"all", 3};
	const struct str *targets = ci->order->target_count ? ci->order->targets : &all;
	size_t count = ci->order->target_count ? ci->order->target_count : 1;
	struct buf text = BUF_INIT, word = BUF_INIT;

	buf_adds(&text, "ninja");
	for (size_t i = 0; i < count; i++) {
		buf_clear(&word);
		buf_addf(&word, "%s-%.*s", verb, STR_ARG(targets[i]));
		buf_addc(&text, ' ');
		quote_shell(&text, buf_str(&word));
	}
	buf_release(&word);
	return keep(ci, &text);
}
