/* SPDX-License-Identifier: Apache-2.0 */
#include "model/plan.h"

#include "base/fs.h"
#include "model/name.h"
#include "model/pipelines.h"
#include "model/planner.h"
#include "model/runs.h"
#include "model/subdir.h"

#include <errno.h>

static const char *const plan_places[] = {"matrices/build-matrix.yaml", "config/build-matrix.yaml"};
enum { PLAN_PLACES = sizeof plan_places / sizeof *plan_places };

/* Inputs are few: the matrix, its templates and where they were looked for. */
struct plan_inputs {
	struct plan *plan;
	size_t capacity;
};

static void plan_input(void *context, const char *path, bool found)
{
	struct plan_inputs *inputs = context;
	struct plan *plan = inputs->plan;

	if (plan->input_count == inputs->capacity) {
		size_t old = inputs->capacity * sizeof *plan->inputs;

		inputs->capacity = inputs->capacity ? inputs->capacity * 2 : 16;
		plan->inputs = arena_grow(&plan->arena, plan->inputs, old, inputs->capacity * sizeof *plan->inputs);
	}
	plan->inputs[plan->input_count++] = (struct plan_file){
		{arena_strndup(&plan->arena, path, strlen(path)), strlen(path)}, found};
}

static bool plan_read(struct planner *planner, struct plan_inputs *inputs, const char *path, struct str *text)
{
	if (fs_read_arena(path, &planner->plan->arena, text) == 0) {
		plan_input(inputs, path, true);
		return true;
	}
	if (errno != ENOENT && errno != ENOTDIR)
		diag_error(planner->diag, SPAN_NONE, "%s: cannot read the matrix: %s", path, strerror(errno));
	plan_input(inputs, path, false);
	return false;
}

/* The matrix that was asked for, or the first of the default places. Its path, or NULL: an error, or there is none. */
static const char *plan_find(struct planner *planner, struct plan_inputs *inputs, struct str *text)
{
	const char *config = planner->options->config;
	const char *const *places = config ? &config : plan_places;
	size_t count = config ? 1 : PLAN_PLACES;
	unsigned errors = planner->diag->errors;

	for (size_t i = 0; i < count && planner->diag->errors == errors; i++)
		if (plan_read(planner, inputs, places[i], text))
			return places[i];
	if (config && planner->diag->errors == errors)
		diag_error(planner->diag, SPAN_NONE, "there is no matrix; looked for %s", config);
	return NULL;
}

static bool plan_has_docker(const struct planner *planner, const struct runcfg *runcfg)
{
	if (runcfg->path.n || runcfg->dir_count)
		return true;
	diag_error(planner->diag, SPAN_NONE,
	           "there is no matrix; looked for %s and %s; and neither docker/run.cfg nor docker/*/Dockerfile is there",
	           plan_places[0], plan_places[1]);
	return false;
}

/* The matrix, else docker/; and run.cfg. */
static bool plan_declared(struct planner *planner, struct plan_inputs *inputs, struct version *world,
                          struct runcfg *runcfg)
{
	struct arena *arena = &planner->plan->arena;
	const struct plan_options *options = planner->options;
	struct matrix_from from = {.arena = arena, .diag = planner->diag, .output = planner->plan->output,
	                           .release = options->release, .world = world};
	struct runcfg_from runs = {.arena = arena, .diag = planner->diag, .path = options->run_cfg,
	                           .strict = options->strict, .world = world};
	unsigned errors = planner->diag->errors;
	const char *path = plan_find(planner, inputs, &from.text);

	runs.search = !path;
	if (!path && planner->diag->errors > errors)
		return false;
	bool ok = pins_read(planner, path, plan_input, inputs);
	ok = runcfg_read(runcfg, &runs) && ok;
	if (!path)
		return ok && plan_has_docker(planner, runcfg) && subdir_read(&planner->matrix, &from, runcfg);
	path = arena_strndup(arena, path, strlen(path));
	from.source = diag_source(planner->diag, path, from.text);
	return matrix_read(&planner->matrix, &from) && ok;
}

static struct str plan_or(struct str text, struct str otherwise)
{
	return text.p ? text : otherwise;
}

static void plan_word(struct plan_rootfs *rootfs, const char *option, struct str value)
{
	if (value.n == 0)
		return;
	rootfs->command[rootfs->command_count++] = str_of(option);
	rootfs->command[rootfs->command_count++] = value;
}

static struct str plan_packages(struct plan *plan, const struct keys_texts *packages)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < packages->count; i++)
		buf_addf(&text, "%s%.*s", i ? "," : "", STR_ARG(packages->items[i].text));
	struct str list = {arena_strndup(&plan->arena, text.p ? text.p : "", text.n), text.n};
	buf_release(&text);
	return list;
}

static void plan_add_rootfs(struct plan *plan, const struct pins *pins, const struct matrix_rootfs *from)
{
	struct plan_rootfs *rootfs = &plan->rootfs[plan->rootfs_count++];
	struct buf text = BUF_INIT;

	buf_addf(&text, "%.*s/rootfs/%.*s.tar", STR_ARG(plan->output), STR_ARG(from->os.text));
	rootfs->file = (struct str){arena_strndup(&plan->arena, text.p, text.n), text.n};
	rootfs->name = from->os.text;
	rootfs->span = from->os.span;
	rootfs->pin = pins_rootfs(pins, from->os.text);
	buf_release(&text);
	rootfs->command = ARENA_ARRAY(&plan->arena, 11, struct str);
	plan_word(rootfs, "--suite", plan_or(from->keys.suite.text, from->os.text));
	plan_word(rootfs, "--variant", plan_or(from->keys.variant.text, STR("")));
	plan_word(rootfs, "--include", plan_packages(plan, &from->keys.packages));
	plan_word(rootfs, "--epoch", plan_or(from->keys.epoch.text, STR("")));
	plan_word(rootfs, "--pin", rootfs->pin);
	rootfs->command[rootfs->command_count++] = rootfs->file;
}

/* The root file systems of the matrix, in its order. */
static void plan_rootfs(struct planner *planner)
{
	const struct matrix *matrix = &planner->matrix;
	struct plan *plan = planner->plan;

	planner->rootfs_of = ARENA_ARRAY(&plan->arena, matrix->axes[MATRIX_OS].count, uint32_t);
	plan->rootfs = ARENA_ARRAY(&plan->arena, matrix->rootfs_count, struct plan_rootfs);
	for (uint32_t i = 0; i < matrix->rootfs_count; i++) {
		plan_add_rootfs(plan, &planner->pins, &matrix->rootfs[i]);
		planner->rootfs_of[map_get(&matrix->axes[MATRIX_OS].index,
		                           matrix->rootfs[i].os.text)->value.number] = i + 1;
	}
}

/* Drops the root file systems that no image needs. */
static void plan_drop_rootfs(struct plan *plan)
{
	uint32_t *place = mem_alloc((plan->rootfs_count + 1) * sizeof *place);
	uint32_t count = 0;

	memset(place, 0, (plan->rootfs_count + 1) * sizeof *place);
	for (size_t i = 0; i < plan->image_count; i++)
		place[plan->images[i].rootfs] = 1;
	place[0] = 0;
	for (size_t i = 1; i <= plan->rootfs_count; i++) {
		if (!place[i])
			continue;
		plan->rootfs[count] = plan->rootfs[i - 1];
		place[i] = ++count;
	}
	plan->rootfs_count = count;
	for (size_t i = 0; i < plan->image_count; i++)
		plan->images[i].rootfs = place[plan->images[i].rootfs];
	mem_free(place);
}

static bool plan_has(const uint32_t *numbers, size_t count, uint32_t number)
{
	while (count && numbers[count - 1] != number)
		count--;
	return count > 0;
}

/* What --sequence names, each once, else every sequence, else (MATRIX_NONE) everything. */
static bool plan_sequences(struct planner *planner, uint32_t **chosen, size_t *count)
{
	const struct matrix *matrix = &planner->matrix;
	const char *const *names = planner->options->sequences;
	size_t asked = 0;
	bool ok = true;

	while (names && names[asked])
		asked++;
	*count = 0;
	*chosen = ARENA_ARRAY(matrix->arena, asked + matrix->sequence_count + 1, uint32_t);
	for (size_t i = 0; i < asked; i++) {
		uint32_t number = matrix_sequence(matrix, str_of(names[i]), SPAN_NONE);

		ok = ok && number != MATRIX_NONE;
		if (!plan_has(*chosen, *count, number))
			(*chosen)[(*count)++] = number;
	}
	for (uint32_t i = 0; !asked && i < matrix->sequence_count; i++)
		(*chosen)[(*count)++] = i;
	if (*count == 0)
		(*chosen)[(*count)++] = MATRIX_NONE;
	return ok;
}

/* Claims that came too late, gathered by tag. */
static void plan_collisions(struct planner *planner)
{
	struct plan *plan = planner->plan;
	const struct tags *tags = &planner->tags;
	struct map index;

	map_init(&index);
	plan->collisions = ARENA_ARRAY(&plan->arena, tags->loss_count, struct plan_collision);
	for (size_t i = 0; i < tags->loss_count; i++) {
		const struct tags_loss *loss = &tags->losses[i];
		bool fresh;

		if (!planner->built[loss->owner])
			continue;
		struct map_entry *entry = map_put(&index, loss->tag, &fresh);
		if (fresh) {
			entry->value.number = plan->collision_count++;
			plan->collisions[entry->value.number] = (struct plan_collision){
				.tag = loss->tag, .owner = planner->built[loss->owner] - 1};
		}
		plan->collisions[entry->value.number].loser_count++;
	}
	for (size_t i = 0; i < plan->collision_count; i++) {
		plan->collisions[i].losers = ARENA_ARRAY(&plan->arena, plan->collisions[i].loser_count, uint32_t);
		plan->collisions[i].loser_count = 0;
	}
	for (size_t i = 0; i < tags->loss_count; i++) {
		const struct map_entry *entry = map_get(&index, tags->losses[i].tag);

		if (!entry)
			continue;
		struct plan_collision *collision = &plan->collisions[entry->value.number];
		collision->losers[collision->loser_count++] = planner->built[tags->losses[i].loser] - 1;
	}
	map_release(&index);
}

static struct str *plan_values(struct planner *planner, uint32_t axis, size_t *count)
{
	const struct matrix_axis *from = &planner->matrix.axes[axis];
	struct str *values = ARENA_ARRAY(&planner->plan->arena, from->listed, struct str);

	for (uint32_t i = 0; i < from->listed; i++)
		values[i] = from->values[i].text;
	*count = from->listed;
	return values;
}

static void plan_settings(struct planner *planner)
{
	const struct plan_options *options = planner->options;
	const struct matrix *matrix = &planner->matrix;
	const struct keys_config *config = &matrix->config;
	struct plan *plan = planner->plan;

	plan->os_versions = plan_values(planner, MATRIX_OS, &plan->os_count);
	plan->python_versions = plan_values(planner, MATRIX_PYTHON, &plan->python_count);
	plan->layers = ARENA_ARRAY(&plan->arena, matrix->template_count, struct str);
	for (uint32_t i = 0; i < matrix->template_count; i++)
		plan->layers[plan->layer_count++] = matrix->layers[i].name.text;
	plan->registry = options->registry ? str_of(options->registry) : matrix->registry;
	plan->repository = matrix->repository;
	plan->version = matrix->version;
	plan->date = matrix->world->date;
	plan->scanner = matrix->scanner;
	plan->lint_off = ARENA_ARRAY(&plan->arena, matrix->lint_off.count + 1, struct str);
	for (size_t i = 0; i < matrix->lint_off.count; i++)
		plan->lint_off[plan->lint_off_count++] = matrix->lint_off.items[i].text;
	plan->cache_registry = plan_or(config->cache.text, STR(""));
	plan->cache_inline = config->cache.given && config->cache.on;
	plan->cache = (struct plan_cache){
		.local = plan_or(matrix->caches.local.text, STR("")), .mode = plan_or(matrix->caches.mode.text, STR("max")),
		.registry = plan_or(matrix->caches.registry.text, STR("")),
		.endpoint = plan_or(matrix->s3.endpoint.text, STR("")), .bucket = plan_or(matrix->s3.bucket.text, STR("")),
		.region = plan_or(matrix->s3.region.text, STR("")),
	};
	pipelines_plan(matrix, plan);
	plan->history = matrix->world->git.n > 0;
	plan->reuse = options->reuse;
	plan->buildkit = !config->buildkit.given || config->buildkit.on;
	plan->part = planner_is_part(planner);
	plan->parallel = config->parallel.given && !config->parallel.on ? 1 : config->parallel.number;
	if (options->jobs)
		plan->parallel = options->jobs;
}

/* --tag: another main tag for the one image that there is. */
static bool plan_retag(struct planner *planner)
{
	const char *tag = planner->options->tag, *why;
	struct plan *plan = planner->plan;
	size_t at;

	if (!tag)
		return true;
	why = name_check_ref(str_of(tag), &at);
	if (why) {
		diag_error(planner->diag, SPAN_NONE, "--tag: '%s' cannot be a tag: %s", tag, why);
		return false;
	}
	if (plan->image_count != 1) {
		diag_error(planner->diag, SPAN_NONE,
		           "--tag %s: the matrix makes %zu images, and only one can have the tag",
		           tag, plan->image_count);
		return false;
	}
	plan->images[0].tag_count += plan->images[0].tag_count == 0;
	plan->images[0].tags[0] = str_of(arena_strndup(&plan->arena, tag, strlen(tag)));
	return true;
}

static void plan_warn_untagged(struct planner *planner)
{
	const struct plan *plan = planner->plan;

	for (size_t i = 0; i < plan->image_count; i++) {
		if (plan->images[i].tag_count)
			continue;
		diag_warning(planner->diag, plan->images[i].span, "all tags of the image '%.*s' belong to others",
		             STR_ARG(plan->images[i].name));
		return;
	}
}

static enum runs_of plan_runs_of(const struct planner *planner)
{
	if (!planner->matrix.source)
		return RUNS_DIRS;
	return planner_is_part(planner) ? RUNS_PART : RUNS_MATRIX;
}

static bool plan_fill(struct planner *planner)
{
	struct plan_inputs inputs = {planner->plan, 0};
	struct version world = {.arena = &planner->plan->arena, .diag = planner->diag, .watch = plan_input,
	                        .context = &inputs, .git = STR(""), .date = STR("")};
	struct runcfg runcfg;
	uint32_t *sequences;
	size_t count;
	bool ok;

	ok = plan_declared(planner, &inputs, &world, &runcfg);
	if (!ok && planner->matrix.layer_count == 0)
		return false;
	render_init(&planner->render, &planner->matrix, planner->options->templates, planner->options->strict);
	if (!ok)
		return false;
	plan_rootfs(planner);
	ok = plan_sequences(planner, &sequences, &count);
	if (!ok || !planner_run(planner, sequences, count))
		return false;
	count = sequences[0] == MATRIX_NONE ? 0 : count;
	ok = target_make(planner, sequences, count);
	plan_drop_rootfs(planner->plan);
	ok = pins_settle(planner) && ok;
	plan_collisions(planner);
	plan_warn_untagged(planner);
	plan_settings(planner);
	ok = plan_retag(planner) && ok;
	versioned_mark(planner);
	ok = platform_split(planner) && ok;
	ok = runs_make(&runcfg, planner->plan, plan_runs_of(planner)) && ok;
	jinja_files(planner->render.jinja, plan_input, &inputs);
	return ok;
}

struct plan *plan_make(const struct plan_options *options, struct diag *diag)
{
	struct plan *plan = mem_alloc(sizeof *plan);
	struct planner planner = {.plan = plan, .options = options, .diag = diag};
	unsigned errors = diag->errors;

	memset(plan, 0, sizeof *plan);
	arena_init(&plan->arena);
	arena_init(&planner.scratch);
	plan->output = str_of(path_clean(&plan->arena, str_of(options->output)));
	bool ok = plan_fill(&planner) && diag->errors == errors;
	planner_release(&planner);
	if (ok)
		return plan;
	plan_free(plan);
	return NULL;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	arena_release(&plan->arena);
	mem_free(plan);
}
