/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "base/map.h"
#include "base/quote.h"
#include "emit/engine.h"
#include "emit/out.h"
#ifndef DTK_DATADIR
#include "config.h"
#endif

#include <errno.h>
#include <stdlib.h>

bool gen_tell(struct gen *gen)
{
	if (gen->messages) {
		fflush(gen->messages);
		fwrite(gen->message_text, 1, gen->message_size, stderr);
		rewind(gen->messages);
	}
	return gen->diag.errors == 0;
}

void gen_unload(struct gen *gen)
{
	if (gen->plan)
		plan_free(gen->plan);
	gen->plan = NULL;
	if (gen->messages) {
		diag_release(&gen->diag);
		fclose(gen->messages);
		free(gen->message_text);
	}
	gen->messages = NULL;
	mem_free(gen->inputs);
	gen->inputs = NULL;
	gen->input_count = 0;
	gen->always = false;
}

static void begin(struct gen *gen)
{
	gen_unload(gen);
	gen->messages = open_memstream(&gen->message_text, &gen->message_size);
	if (!gen->messages)
		mem_fail();
	diag_init(&gen->diag, gen->messages);
}

/* Parents of one platform reach a build as named contexts, and a registry gets an index: buildx alone has both. */
static bool can_build(struct gen *gen)
{
	const struct gen_options *options = &gen->options;
	struct engine engine;

	if (!gen->plan->split && !gen->plan->reproducible)
		return true;
	engine_init(&engine, &gen->arena, &(struct engine_options){options->engine, options->docker, options->host},
	            gen->plan);
	if (engine.kind == ENGINE_BUILDX || (engine.kind == ENGINE_PODMAN && !gen->plan->split))
		return true;
	diag_error(&gen->diag, SPAN_NONE, "%s cannot build %s", engine_names[engine.kind],
	           gen->plan->split ? "for several platforms" : "reproducibly");
	diag_hint(&gen->diag, "--engine buildx can");
	return false;
}

static bool make_plan(struct gen *gen)
{
	const struct gen_options *options = &gen->options;
	const char *first = options->templates ? options->templates : "templates";
	const char *const templates[] = {first, DTK_DATADIR "/templates", NULL};
	struct plan_options wanted = {
		.config = options->config,
		.run_cfg = options->run_cfg,
		.templates = templates,
		.output = path_clean(&gen->arena, str_of(options->output ? options->output : "generated")),
		.sequences = options->sequences.count ? options->sequences.items : NULL,
		.tag = options->tag,
		.registry = options->registry,
		.release = options->release,
		.platform = options->platform,
		.jobs = options->jobs,
		.strict = options->strict,
		.repack = options->repack,
		.reuse = options->reuse,
		.locked = options->locked,
	};

	gen->plan = plan_make(&wanted, &gen->diag);
	return gen->plan && can_build(gen);
}

/* --- What regeneration watches --- */

int gen_by_time(struct timespec a, struct timespec b)
{
	if (a.tv_sec != b.tv_sec)
		return a.tv_sec < b.tv_sec ? -1 : 1;
	return (a.tv_nsec > b.tv_nsec) - (a.tv_nsec < b.tv_nsec);
}

struct str gen_watched_path(struct gen *gen, struct str file)
{
	char *path = path_clean(&gen->arena, file);
	struct stat st;

	while (stat(path, &st) != 0 && strcmp(path, ".") != 0 && strcmp(path, "/") != 0)
		path = path_clean(&gen->arena, path_dir(str_of(path)));
	return strcmp(path, ".") == 0 ? STR("") : str_of(path);
}

static bool cannot_watch(struct gen *gen, struct str path, const char *why)
{
	diag_warning(&gen->diag, SPAN_NONE, "%.*s: Ninja cannot watch it (%s): dtk-gen will run every time",
	             STR_ARG(path), why);
	gen->always = true;
	return false;
}

static bool can_watch(struct gen *gen, struct str path)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	if (stat(path.p, &st) == 0 && gen_by_time(st.st_mtim, now) > 0)
		return cannot_watch(gen, path, "its time is in the future");
	if (!quote_ninja_watches(path))
		return cannot_watch(gen, path, "the characters in its name");
	return true;
}

/* The project's own directory was searched; as it changes with every run, Ninja cannot watch it. */
static bool is_project(const struct plan_file *file)
{
	return file->found && str_is(file->path, ".");
}

static void watch_inputs(struct gen *gen)
{
	struct map seen;
	bool fresh;

	map_init(&seen);
	gen->always = gen->plan->date.n > 0;
	gen->inputs = mem_alloc((gen->plan->input_count + 1) * sizeof *gen->inputs);
	for (size_t i = 0; i < gen->plan->input_count; i++) {
		struct str path = gen_watched_path(gen, gen->plan->inputs[i].path);

		map_put(&seen, path, &fresh);
		if (is_project(&gen->plan->inputs[i]))
			gen->always = true;
		if (path.n && fresh && can_watch(gen, path))
			gen->inputs[gen->input_count++] = path;
	}
	map_release(&seen);
}

bool gen_stale(const struct gen *gen)
{
	struct stat st;

	for (size_t i = 0; i < gen->input_count; i++)
		if (stat(gen->inputs[i].p, &st) != 0 || gen_by_time(st.st_mtim, gen->moment) > 0)
			return true;
	return false;
}

bool gen_load(struct gen *gen)
{
	begin(gen);
	gen->moment = out_now();
	if (!make_plan(gen))
		return false;
	watch_inputs(gen);
	return true;
}
