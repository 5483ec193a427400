/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "base/quote.h"
#include "emit/ninja.h"
#include "emit/out.h"
#include "emit/publish.h"
#include "emit/run.h"
#include "emit/script.h"
#include "emit/seen.h"
#include "model/order.h"
#include "stamp/tally.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

enum { GEN_TRIES = 5, GEN_TICK = 10000000 /* nanoseconds: longer than most file systems' */ };

/* The project as seen from TREE; from a tree elsewhere its absolute path. */
static const char *root_of(struct gen *gen, const char *tree)
{
	const char *root = path_relative(&gen->arena, tree, ".");

	if (!root || tree[0] == '/' || str_starts(str_of(tree), STR("..")))
		root = gen_real_path(gen, ".");
	return root ? root : ".";
}

static bool cannot(struct gen *gen, const char *path)
{
	diag_error(&gen->diag, SPAN_NONE, "%s: cannot be made: %s", path, strerror(errno));
	return false;
}

/* Everything that stamps and actions make lies in directories of its own, see ninja.h. */
static const char *const places[] = {"stamps", "logs", "do", "rootfs", "saved", "reports"};

static bool is_linked(const char *link, const char *root)
{
	char target[4096];
	ssize_t n = readlink(link, target, sizeof target);

	return n >= 0 && str_is((struct str){target, (size_t)n}, root);
}

static bool has_places(struct gen *gen, const char *tree, const char *root)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (access(path_join(&gen->arena, str_of(tree), str_of(places[i])), F_OK) != 0)
			return false;
	return is_linked(path_join(&gen->arena, str_of(tree), STR(".root")), root);
}

static struct str manifest_path(struct gen *gen)
{
	return str_of(path_clean(&gen->arena, str_of(gen->options.ninja ? gen->options.ninja : "build.ninja")));
}

/* The output of the last edge of a set, see ninja.h. */
static bool make_mark(struct gen *gen, const char *tree, struct str set)
{
	struct buf text = BUF_INIT;
	const char *path;

	buf_addf(&text, "%s/stamps/" NINJA_TALLY "%.*s", tree, STR_ARG(set));
	path = arena_strndup(&gen->arena, text.p, text.n);
	buf_release(&text);
	return tally_mark(path) == 0 || cannot(gen, path);
}

static bool make_places(struct gen *gen, const char *tree, const char *root)
{
	const char *link = path_join(&gen->arena, str_of(tree), STR(".root"));
	const char *beside = path_clean(&gen->arena, path_dir(manifest_path(gen)));

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const char *path = path_join(&gen->arena, str_of(tree), str_of(places[i]));

		if (access(path, F_OK) != 0 && fs_mkdirs(path) != 0)
			return cannot(gen, path);
	}
	if (access(beside, F_OK) != 0 && fs_mkdirs(beside) != 0)
		return cannot(gen, beside);
	if (!is_linked(link, root) && fs_link(root, link) != 0)
		return cannot(gen, link);
	for (size_t i = 0; i < gen->plan->target_count; i++)
		if (!make_mark(gen, tree, gen->plan->targets[i].name))
			return false;
	return make_mark(gen, tree, STR("all"));
}

static struct str keep(struct gen *gen, struct buf *text)
{
	struct str kept = {arena_strndup(&gen->arena, buf_str(text).p, text->n), text->n};

	buf_clear(text);
	return kept;
}

static void add(struct gen *gen, struct out *out, const char *name, struct buf *text, unsigned flags)
{
	out_add(out, str_of(path_join(&gen->arena, gen->plan->output, str_of(name))), keep(gen, text), flags);
}

/* True for the second and later platforms of one image, which stand together and share their files. */
static bool is_sibling(const struct plan *plan, size_t image)
{
	return image && plan->images[image].family.n && str_eq(plan->images[image].family, plan->images[image - 1].family);
}

static void add_images(struct gen *gen, struct out *out, struct buf *text)
{
	for (size_t i = 0; i < gen->plan->image_count; i++) {
		const struct plan_image *image = &gen->plan->images[i];

		if (is_sibling(gen->plan, i))
			continue;
		if (image->text.p)
			out_add(out, image->dockerfile, image->text, 0);
		if (image->env_file.p) {
			script_env(image, text);
			out_add(out, image->env_file, keep(gen, text), 0);
		}
	}
}

static void add_publications(struct gen *gen, struct out *out, const struct engine *engine, struct buf *text)
{
	for (size_t i = 0; i < gen->plan->run_count; i++) {
		const struct plan_run *run = &gen->plan->runs[i];
		const char *file;

		if (!run->publication_tag.count)
			continue;
		buf_addf(text, PUBLISH_SCRIPT "%.*s.sh", STR_ARG(run->name));
		file = keep(gen, text).p;
		publish_script(gen->plan, engine, run, text);
		add(gen, out, file, text, OUT_EXECUTABLE);
	}
}

static void add_list(struct gen *gen, struct out *out, const struct plan_target *target, struct buf *text)
{
	struct str name = target ? target->name : STR("all");
	const char *file;

	buf_adds(text, NINJA_LIST);
	buf_addstr(text, name);
	file = keep(gen, text).p;
	ninja_list(gen->plan, target, text);
	add(gen, out, file, text, 0);
}

/* One for each name: a sequence and a layer of the same images may share it. */
static void add_lists(struct gen *gen, struct out *out, struct buf *text)
{
	struct map names;
	bool fresh;

	map_init(&names);
	for (size_t i = 0; i < gen->plan->target_count; i++) {
		map_put(&names, gen->plan->targets[i].name, &fresh);
		if (fresh)
			add_list(gen, out, &gen->plan->targets[i], text);
	}
	add_list(gen, out, NULL, text);
	map_release(&names);
}

static void add_runs(struct gen *gen, struct out *out, const struct engine *engine, const char *root,
                     struct buf *text)
{
	const struct plan *plan = gen->plan;
	const char *file;

	for (size_t i = 0; i < plan->run_count; i++) {
		run_name(&plan->runs[i], text);
		file = keep(gen, text).p;
		run_script(plan, &plan->runs[i], engine, str_of(root), text);
		add(gen, out, file, text, OUT_EXECUTABLE);
	}
	run_list(plan, text);
	if (plan->run_count)
		add(gen, out, RUN_LIST, text, 0);
}

/* False after an error where the tree has a file under the Ninja file's name. */
static bool is_apart(struct gen *gen, const struct out *out, struct str manifest)
{
	for (size_t i = 0; i < out->count; i++) {
		if (!str_eq(out->files[i].path, manifest))
			continue;
		diag_error(&gen->diag, SPAN_NONE, "--ninja %.*s: another file of the tree has this name",
		           STR_ARG(manifest));
		return false;
	}
	return true;
}

static bool add_manifest(struct gen *gen, struct out *out, struct ninja *ninja, struct buf *text)
{
	ninja_depfile(ninja, text);
	add(gen, out, ".dep", text, OUT_LOCAL);
	if (!is_apart(gen, out, ninja->manifest) || !ninja_write(ninja, text))
		return false;
	out_add(out, ninja->manifest, keep(gen, text), OUT_LAST);
	return true;
}

struct str gen_source(const struct gen *gen)
{
	for (size_t i = 0; i < gen->plan->input_count; i++)
		if (gen->plan->inputs[i].found)
			return gen->plan->inputs[i].path;
	return STR("nothing");
}

static bool add_all(struct gen *gen, struct out *out, const struct engine *engine, const char *root)
{
	struct buf text = BUF_INIT;
	struct ninja ninja = {
		.plan = gen->plan, .engine = engine, .diag = &gen->diag, .manifest = manifest_path(gen),
		.tree = gen->plan->output, .source = gen_source(gen), .generator = gen_generator(gen),
		.gen = gen->self, .stamp = gen->stamp,
		.configured = gen_configured(gen),
		.inputs = gen->inputs, .input_count = gen->input_count, .always = gen->always,
	};
	bool fine;

	add_images(gen, out, &text);
	script_build(gen->plan, engine, str_of(root), &text);
	add(gen, out, "build.sh", &text, OUT_EXECUTABLE);
	add_lists(gen, out, &text);
	ninja_bases(gen->plan, &text);
	add(gen, out, NINJA_BASES, &text, 0);
	add_runs(gen, out, engine, root, &text);
	add_publications(gen, out, engine, &text);
	buf_addf(&text, "%.*s\n", STR_ARG(ninja.generator));
	add(gen, out, NINJA_GENERATOR, &text, 0);
	ninja_help(gen->plan, &text);
	add(gen, out, NINJA_HELP, &text, 0);
	if (gen->plan->repack.n) {
		buf_addstr(&text, gen->plan->repack);
		add(gen, out, ORDER_REPACK, &text, 0);
	}
	fine = add_manifest(gen, out, &ninja, &text);
	buf_release(&text);
	return fine;
}

static bool write_tree(struct gen *gen, enum out_mode mode, unsigned *differing)
{
	const struct gen_options *options = &gen->options;
	const char *tree = arena_strndup(&gen->arena, gen->plan->output.p, gen->plan->output.n);
	const char *root = root_of(gen, tree), *place;
	struct engine engine;
	struct out out;
	bool fine;

	engine_init(&engine, &gen->arena,
	            &(struct engine_options){options->engine, options->docker, options->host},
	            gen->plan);
	out_init(&out, &gen->diag, tree, mode, options->verbose, gen->moment);
	fine = add_all(gen, &out, &engine, root) && (place = out_place(&out)) &&
	       (mode != OUT_WRITE || make_places(gen, place, root)) && out_commit(&out);
	if (fine && mode == OUT_WRITE)
		gen->made = seen_made(&out);
	*differing = out.differing;
	out_release(&out);
	return fine;
}

static const char *tree_of(struct gen *gen)
{
	return path_clean(&gen->arena, str_of(gen->options.output ? gen->options.output : "generated"));
}

static bool unchanged(struct gen *gen)
{
	const char *tree = tree_of(gen), *root = root_of(gen, tree);

	gen->moment = out_now();
	return !gen->options.verbose && has_places(gen, tree, root) && gen_seen(gen, tree, root);
}

/* A run that had something to say will say it again. */
static void record(struct gen *gen)
{
	const char *tree = tree_of(gen);

	fflush(gen->messages);
	if (gen->message_size == 0)
		gen_record(gen, tree, root_of(gen, tree), gen->made);
}

/* Once more where an input was changed meanwhile, or so shortly before that Ninja cannot tell. */
static bool generate(struct gen *gen, unsigned *differing)
{
	const struct timespec tick = {0, GEN_TICK};

	for (unsigned try = 1;; try++) {
		if (!gen_load(gen))
			return false;
		if (!gen_stale(gen) || try == GEN_TRIES) {
			if (!write_tree(gen, OUT_WRITE, differing))
				return false;
			if (!gen_stale(gen)) {
				record(gen);
				return true;
			}
			if (try == GEN_TRIES)
				return true;
		}
		nanosleep(&tick, NULL);
	}
}

int gen_generate(struct gen *gen)
{
	const struct gen_options *options = &gen->options;
	enum out_mode mode = options->check ? OUT_CHECK : options->dry_run ? OUT_DRY_RUN : OUT_WRITE;
	unsigned differing = 0;
	bool fine;

	if (mode == OUT_WRITE && !options->summary && !options->repack && unchanged(gen))
		return 0;
	if (mode == OUT_WRITE && !options->summary)
		fine = generate(gen, &differing);
	else if ((fine = gen_load(gen)) && options->summary)
		gen_summary(gen->plan, stdout);
	else if (fine)
		fine = write_tree(gen, mode, &differing);
	if (!gen_tell(gen) || !fine)
		return 1;
	return mode == OUT_CHECK && differing ? 1 : 0;
}
