/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "emit/push_word.h"
#include "emit/run.h"
#include "emit/writer.h"

static bool fresh_name(struct writer *writer, struct str name)
{
	bool fresh;

	map_put(&writer->names, name, &fresh);
	return fresh;
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
	writer_action_name(writer, "test", name);
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

static void tally_path(struct writer *writer, struct str name)
{
	buf_addstr(writer->out, buf_str(&writer->stamps));
	buf_adds(writer->out, NINJA_TALLY);
	writer_path(writer, name);
}

/* A name for COUNT images (NULL: all of them). Of one that is built and comes out as it was the seal alone changes. */
static void set_name(struct writer *writer, struct str name, const uint32_t *set, size_t count)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	writer_path(writer, name);
	buf_adds(out, ": phony ");
	tally_path(writer, name);
	buf_adds(out, "\nbuild ");
	tally_path(writer, name);
	buf_adds(out, ": tally |");
	for (size_t i = 0; i < count; i++) {
		buf_addc(out, ' ');
		writer_stamp(writer, writer->plan->images[set ? set[i] : i].name, ".seal");
	}
	buf_addc(out, '\n');
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
		writer_action_name(writer, "test", name);
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
	set_action(writer, "push", name, writer_any_tested(writer->plan, set, count));
	set_action(writer, "scan", name, false);
	set_action(writer, "save", name, false);
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
	if (!from->family.n && push_version(from, text))
		buf_addc(text, ' ');
	push_publications(writer->plan, from, ' ', text);
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
	writer_image(writer, image);
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
		writer_image(writer, run->image);
	}
	buf_addc(writer->out, '\n');
}

void writer_targets(struct writer *writer)
{
	const struct plan *plan = writer->plan;

	writer->tests = writer_any_tested(plan, NULL, plan->image_count);
	for (size_t i = 0; i < plan->target_count; i++)
		set_targets(writer, plan->targets[i].name, plan->targets[i].images, plan->targets[i].image_count);
	set_targets(writer, STR("all"), NULL, plan->image_count);
	for (size_t i = 0; i < plan->image_count; i++)
		image_targets(writer, i);
	for (size_t i = 0; i < plan->run_count; i++)
		run_target(writer, &plan->runs[i]);
	writer_publications(writer);
	writer_actions(writer);
	buf_adds(writer->out, "build push: phony push-all\nbuild test: phony test-all\nbuild scan: phony scan-all\n"
		"build save: phony save-all\n");
	buf_adds(writer->out, "default all\n");
}
