/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "data/lock.h"
#include "emit/publish.h"
#include "emit/run.h"
#include "emit/writer.h"

/* What is there whatever the matrix. */
static const struct action {
	const char *name, *summary, *rule;
} actions[] = {
	{"verify", "ask the engine about all images, hash again what times cannot vouch for", "verify"},
	{"update-bases", "ask the registries for the images from elsewhere, and move their pins in matrix.lock",
	 "update-bases"},
	{"clean-images", "remove the images and their stamps", "clean-images"},
	{"cache-usage", "print what builds left in the engine: images, steps, cache mounts", "cache-usage"},
	{"cache-prune", "remove build cache by age and size: DTK_PRUNE_AGE=168h, DTK_PRUNE_KEEP=10GB", "cache-prune"},
	{"status", "print what is fresh, stale, missing or failed, and how the last builds went", "status"},
	{"graph", "print the layer DAG as DOT", "graph"},
	{"help", "print this list", "help"},
};

/* What can be done with each name. */
static const char *const verbs[] = {"push", "test", "scan", "save"};

static const char *const kinds[] = {"sequence", "group", "layer", "image"};

static bool fresh_name(struct writer *writer, struct str name)
{
	bool fresh;

	map_put(&writer->names, name, &fresh);
	return fresh;
}

static void action_name(struct writer *writer, const char *verb, struct str name)
{
	buf_adds(writer->out, verb);
	buf_addc(writer->out, '-');
	writer_path(writer, name);
}

void writer_action_edge(struct writer *writer, const char *verb, struct str name, const char *rule)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	action_name(writer, verb, name);
	buf_adds(out, ": phony ");
	buf_addstr(out, buf_str(&writer->actions));
	action_name(writer, verb, name);
	buf_adds(out, "\nbuild ");
	buf_addstr(out, buf_str(&writer->actions));
	action_name(writer, verb, name);
	buf_addf(out, ": %s", rule);
}

static void add_image(struct writer *writer, size_t image)
{
	buf_addc(writer->out, ' ');
	writer_stamp(writer, writer->plan->images[image].name, ".image");
}

/* "+NAME=TAG", as a push takes the tag of an image's own version; nothing where it has none. */
static bool version_word(const struct plan_image *image, struct buf *out)
{
	if (!image->version_tag.n)
		return false;
	buf_addc(out, '+');
	quote_shell(out, image->family.n ? image->family : image->name);
	buf_addc(out, '=');
	buf_addstr(out, image->version_tag);
	return true;
}

/* "%NAME=PLATFORM,...": a push makes an index of these; they stand together from IMAGE on. */
static void family_word(const struct plan *plan, const struct plan_image *image, struct buf *out)
{
	struct str family = image->family;

	buf_addc(out, '%');
	quote_shell(out, family);
	for (const char *between = "="; image < plan->images + plan->image_count && str_eq(image->family, family);
	     image++) {
		buf_adds(out, between);
		buf_addstr(out, str_slice(image->name, family.n + 1, image->name.n));
		between = ",";
	}
	buf_addc(out, '\n');
}

/* --- Tests --- */

bool writer_is_tested(const struct plan_image *image)
{
	return image->test.count || image->health.count;
}

static bool any_tested(const struct plan *plan, const uint32_t *set, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (writer_is_tested(&plan->images[set ? set[i] : i]))
			return true;
	return false;
}

/* What a shell takes for the words of COMMAND. */
static void command_text(const struct plan_command *command, struct buf *out)
{
	for (size_t i = 0; i < command->count; i++) {
		if (i)
			buf_addc(out, ' ');
		if (command->shell)
			buf_addstr(out, command->words[i]);
		else
			quote_shell(out, command->words[i]);
	}
}

/* The options of dtk-stamp test, a blank behind each. */
static void test_options(const struct plan_image *image, struct buf *out)
{
	struct buf text = BUF_INIT;

	if (image->health.count) {
		command_text(&image->health, &text);
		buf_adds(out, "--health ");
		quote_shell(out, buf_str(&text));
		buf_addc(out, ' ');
	}
	for (size_t i = 0; i < image->test.count; i++) {
		buf_adds(out, image->test.shell ? "--test " : "--word ");
		quote_shell(out, image->test.words[i]);
		buf_addc(out, ' ');
	}
	buf_release(&text);
}

static void test_edge(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	writer_stamp(writer, image->name, ".test");
	buf_adds(out, ": test ");
	writer_stamp(writer, image->name, ".image");
	buf_clear(&writer->text);
	test_options(image, &writer->text);
	writer_check(writer, buf_str(&writer->text), image->span, "a test or health check");
	buf_adds(out, "\n o = ");
	quote_ninja_value(out, buf_str(&writer->text));
	buf_addc(out, '\n');
}

/* "build test-T: phony" */
static void test_name(struct writer *writer, struct str name)
{
	buf_adds(writer->out, "build ");
	action_name(writer, "test", name);
	buf_adds(writer->out, ": phony");
}

/* test-T is T and the tests of those of its images that have any. */
static void set_test(struct writer *writer, struct str name, const uint32_t *set, size_t count)
{
	test_name(writer, name);
	buf_addc(writer->out, ' ');
	writer_path(writer, name);
	for (size_t i = 0; i < count; i++) {
		const struct plan_image *image = &writer->plan->images[set ? set[i] : i];

		if (!writer_is_tested(image))
			continue;
		buf_addc(writer->out, ' ');
		writer_stamp(writer, image->name, ".test");
	}
	buf_addc(writer->out, '\n');
}

/* --- Names, and what is done with what they name --- */

/* A name for COUNT images (NULL: all of them): those are enough that no other one of them stands on. */
static void set_name(struct writer *writer, struct str name, const uint32_t *set, size_t count)
{
	const struct plan *plan = writer->plan;
	unsigned char *state = mem_alloc(plan->image_count + 1);

	memset(state, set ? 0 : 1, plan->image_count + 1);
	for (size_t i = 0; set && i < count; i++)
		state[set[i]] = 1;
	for (size_t i = 0; i < count; i++) {
		const struct plan_image *image = &plan->images[set ? set[i] : i];

		for (size_t j = 0; j < image->parent_count; j++)
			state[image->parents[j].image] = 0;
	}
	buf_adds(writer->out, "build ");
	writer_path(writer, name);
	buf_adds(writer->out, ": phony");
	for (size_t i = 0; i < count; i++)
		if (state[set ? set[i] : i])
			add_image(writer, set ? set[i] : i);
	buf_addc(writer->out, '\n');
	mem_free(state);
}

/* An action on a set waits for the set's name and reads the list of its images: a line of all is read by every run. */
static void set_action(struct writer *writer, const char *verb, struct str name, bool after_tests)
{
	struct buf *out = writer->out;

	writer_action_edge(writer, verb, name, verb);
	buf_adds(out, "-list ");
	writer_path(writer, writer->ninja->tree);
	buf_adds(out, "/" NINJA_LIST);
	writer_path(writer, name);
	buf_adds(out, " | ");
	if (after_tests)
		action_name(writer, "test", name);
	else
		writer_path(writer, name);
	buf_addc(out, '\n');
}

static void set_targets(struct writer *writer, struct str name, const uint32_t *set, size_t count)
{
	if (!fresh_name(writer, name))
		return;
	set_name(writer, name, set, count);
	set_test(writer, name, set, count);
	set_action(writer, "push", name, any_tested(writer->plan, set, count));
	set_action(writer, "scan", name, false);
	set_action(writer, "save", name, false);
}

void writer_action(struct writer *writer, const char *verb, struct str name, size_t image, bool after_test)
{
	writer_action_edge(writer, verb, name, verb);
	add_image(writer, image);
	if (after_test) {
		buf_adds(writer->out, " | ");
		writer_stamp(writer, writer->plan->images[image].name, ".test");
	}
	buf_addc(writer->out, '\n');
}

static void image_action(struct writer *writer, const char *verb, size_t image, bool after_test)
{
	writer_action(writer, verb, writer->plan->images[image].name, image, after_test);
}

static void image_push(struct writer *writer, size_t image)
{
	const struct plan_image *from = &writer->plan->images[image];
	struct buf *text = &writer->text;

	image_action(writer, "push", image, writer_is_tested(from));
	buf_clear(text);
	if (!from->family.n && version_word(from, text))
		buf_addc(text, ' ');
	publish_words(writer->plan, from, ' ', text);
	writer_push_variable(writer, buf_str(text));
}

/* Where no image has a test, and no scanner is named, test-X and scan-X are left out: a line each in every run. */
static void image_test(struct writer *writer, size_t image)
{
	const struct plan_image *from = &writer->plan->images[image];

	if (writer_is_tested(from))
		test_edge(writer, from);
	test_name(writer, from->name);
	buf_addc(writer->out, ' ');
	writer_stamp(writer, from->name, writer_is_tested(from) ? ".test" : ".image");
	buf_addc(writer->out, '\n');
}

static void image_targets(struct writer *writer, size_t image)
{
	struct str name = writer->plan->images[image].name;

	if (map_get(&writer->names, name))
		return;
	buf_adds(writer->out, "build ");
	writer_path(writer, name);
	buf_adds(writer->out, ": phony");
	add_image(writer, image);
	buf_addc(writer->out, '\n');
	if (writer->plan->images[image].builder)
		return;
	image_push(writer, image);
	if (writer->tests)
		image_test(writer, image);
	if (writer->plan->scanner.n)
		image_action(writer, "scan", image, false);
	if (!writer->plan->images[image].builder)
		image_action(writer, "save", image, false);
}

static void action_targets(struct writer *writer)
{
	const char *dir = writer->actions.p;

	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		buf_addf(writer->out, "build %s: phony %s%s\n", actions[i].name, dir, actions[i].name);
		buf_addf(writer->out, "build %s%s: %s\n", dir, actions[i].name, actions[i].rule);
	}
}

/* The Dockerfiles that the engine is to check: of a template the first that it makes. */
static void lint_target(struct writer *writer)
{
	const struct plan *plan = writer->plan;
	struct map layers;
	bool fresh;

	map_init(&layers);
	buf_addf(writer->out, "build lint: phony %slint\nbuild %slint: lint", writer->actions.p, writer->actions.p);
	for (size_t i = 0; i < plan->image_count; i++) {
		fresh = !plan->images[i].builder;
		if (plan->images[i].layer.n && plan->images[i].text.p)
			map_put(&layers, plan->images[i].layer, &fresh);
		if (!fresh)
			continue;
		buf_addc(writer->out, ' ');
		writer_path(writer, plan->images[i].dockerfile);
	}
	buf_addc(writer->out, '\n');
	map_release(&layers);
}

/* A container waits for its image alone. */
static void run_target(struct writer *writer, const struct plan_run *run)
{
	writer_action_edge(writer, "run", run->name, "run");
	buf_clear(&writer->text);
	run_name(run, &writer->text);
	buf_addc(writer->out, ' ');
	writer_path(writer, writer->ninja->tree);
	buf_addc(writer->out, '/');
	writer_path(writer, buf_str(&writer->text));
	if (run->image != PLAN_NO_IMAGE) {
		buf_adds(writer->out, " |");
		add_image(writer, run->image);
	}
	buf_addc(writer->out, '\n');
}

void writer_targets(struct writer *writer)
{
	const struct plan *plan = writer->plan;

	writer->tests = any_tested(plan, NULL, plan->image_count);
	for (size_t i = 0; i < plan->target_count; i++)
		set_targets(writer, plan->targets[i].name, plan->targets[i].images, plan->targets[i].image_count);
	set_targets(writer, STR("all"), NULL, plan->image_count);
	for (size_t i = 0; i < plan->image_count; i++)
		image_targets(writer, i);
	for (size_t i = 0; i < plan->run_count; i++)
		run_target(writer, &plan->runs[i]);
	writer_publications(writer);
	action_targets(writer);
	lint_target(writer);
	buf_adds(writer->out, "build push: phony push-all\nbuild test: phony test-all\nbuild scan: phony scan-all\n"
		"build save: phony save-all\n");
	buf_adds(writer->out, "default all\n");
}

/* --- Lists --- */

void ninja_list(const struct plan *plan, const struct plan_target *target, struct buf *out)
{
	size_t count = target ? target->image_count : plan->image_count;
	struct buf path = BUF_INIT;
	struct str family = STR("");

	for (size_t i = 0; i < count; i++) {
		const struct plan_image *image = &plan->images[target ? target->images[i] : i];

		if (image->builder)
			continue;
		buf_clear(&path);
		buf_addstr(&path, plan->output);
		buf_adds(&path, "/stamps/");
		buf_addstr(&path, image->name);
		buf_adds(&path, ".image");
		quote_shell(out, buf_str(&path));
		buf_addc(out, '\n');
		publish_words(plan, image, '\n', out);
		if (image->family.n && str_eq(image->family, family))
			continue;
		family = image->family;
		if (version_word(image, out))
			buf_addc(out, '\n');
		if (family.n)
			family_word(plan, image, out);
	}
	buf_release(&path);
}

void ninja_bases(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->base_count; i++) {
		quote_shell(out, plan->bases[i]);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &plan->rootfs[i];

		buf_adds(out, LOCK_ROOTFS);
		quote_shell(out, rootfs->name);
		for (size_t j = 0; j < rootfs->command_count; j++) {
			buf_addc(out, ' ');
			quote_shell(out, rootfs->command[j]);
		}
		buf_addc(out, '\n');
	}
}

/* --- Help --- */

static void help_line(struct buf *out, const char *prefix, struct str name, const char *summary)
{
	size_t width = strlen(prefix) + name.n;

	buf_adds(out, prefix);
	buf_addstr(out, name);
	do
		buf_addc(out, ' ');
	while (++width < 26);
	buf_adds(out, summary);
}

static void help_text(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(out, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
}

/* What is done with NAME: "push it", and likewise. */
static void help_verbs(struct str name, const char *what, bool tests, bool scans, struct buf *out)
{
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if ((strcmp(verbs[i], "test") == 0 && !tests) || (strcmp(verbs[i], "scan") == 0 && !scans))
			continue;
		buf_adds(out, verbs[i]);
		help_line(out, "-", name, verbs[i]);
		buf_addf(out, " %s\n", what);
	}
}

static void help_set(const struct plan_target *target, struct buf *out)
{
	help_line(out, "", target->name, kinds[target->kind]);
	buf_addf(out, ", %zu image%s", target->image_count, target->image_count == 1 ? "" : "s");
	if (target->description.n) {
		buf_adds(out, ": ");
		help_text(out, target->description);
	}
	buf_addc(out, '\n');
	help_verbs(target->name, "them once all are built", true, true, out);
}

static void help_image(const struct plan *plan, const struct plan_image *image, bool tests, struct buf *out)
{
	help_line(out, "", image->name, "image ");
	buf_addstr(out, image->tag_count ? image->tags[0] : STR("without a tag"));
	buf_addc(out, '\n');
	if (!image->builder)
		help_verbs(image->name, "it", tests, plan->scanner.n > 0, out);
}

void ninja_help(const struct plan *plan, struct buf *out)
{
	bool tests = any_tested(plan, NULL, plan->image_count);

	help_line(out, "", STR("all"), "every image (what ninja alone builds)\n");
	help_verbs(STR("all"), "them once all are built", true, true, out);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		help_line(out, "", str_of(verbs[i]), "the same as ");
		buf_addf(out, "%s-all\n", verbs[i]);
	}
	help_line(out, "", STR("lint"), "check the Dockerfiles: dtk-gen -t lint, and the engine's own check\n");
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
		help_line(out, "", str_of(actions[i].name), actions[i].summary);
		buf_addc(out, '\n');
	}
	for (size_t i = 0; i < plan->target_count; i++)
		help_set(&plan->targets[i], out);
	for (size_t i = 0; i < plan->image_count; i++)
		if (!plan->images[i].builder)
			help_image(plan, &plan->images[i], tests, out);
	for (size_t i = 0; i < plan->run_count; i++) {
		help_line(out, "run-", plan->runs[i].name, "run a container of ");
		buf_addf(out, "%.*s\n", STR_ARG(plan->runs[i].ref));
		if (!publish_own_name(plan, &plan->runs[i]))
			continue;
		help_line(out, "push-", plan->runs[i].name, "publish ");
		buf_addf(out, "%.*s\n", STR_ARG(plan->runs[i].ref));
	}
}
