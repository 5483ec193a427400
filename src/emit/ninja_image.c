/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "emit/writer.h"

/* A line of a Ninja file holds no line break: a command is given line by line. */
static void command_words(const char *option, struct str command, struct buf *out)
{
	for (size_t at = 0, end; at < command.n; at = end + 1) {
		end = str_find(command, '\n', at);
		buf_adds(out, option);
		quote_shell(out, str_slice(command, at, end));
		buf_addc(out, ' ');
	}
}

/*
 * What runs around a build of IMAGE alone: both of its edges know it.  Its environment script is known by its name,
 * but for the platforms of one image, which share it.
 */
static void hook_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *text = &writer->text;
	size_t before = text->n;

	if (image->family.n)
		writer_option(text, "--env ", image->env_file);
	command_words("--before ", image->before, text);
	command_words("--after ", image->after, text);
	writer_check(writer, str_slice(buf_str(text), before, text->n), image->span, "a command around the build");
}

/* Where the key is looked for, a context of its own and parents' ONBUILD triggers; and what enters the image. */
static void key_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *text = &writer->text;
	size_t before;

	buf_clear(text);
	if (!str_is(image->context, ".")) {
		buf_adds(text, "-C ");
		quote_shell(text, image->context);
		buf_addc(text, ' ');
	}
	for (size_t i = 0; i < image->onbuild_count; i++) {
		buf_adds(text, "--onbuild ");
		quote_shell(text, image->onbuild[i]);
		buf_addc(text, ' ');
	}
	writer_check(writer, buf_str(text), image->span, "the context's path");
	hook_words(writer, image);
	buf_adds(text, "-- ");
	before = text->n;
	engine_arguments(writer->ninja->engine, image, text);
	if (text->n == strlen("-- "))
		return;
	writer_check(writer, str_slice(buf_str(text), before, text->n), image->span, "a build argument");
	buf_adds(writer->out, " a = ");
	quote_ninja_value(writer->out, buf_str(text));
	buf_addc(writer->out, '\n');
}

static void key_edge(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out;

	writer_check(writer, image->dockerfile, image->span, "the Dockerfile's path");
	buf_adds(out, "build ");
	writer_stamp(writer, image->name, ".key");
	buf_adds(out, ": key ");
	writer_path(writer, image->dockerfile);
	buf_adds(out, " | ");
	buf_addstr(out, buf_str(&writer->stamps));
	buf_adds(out, ".hooks");
	if (image->rootfs) {
		buf_addc(out, ' ');
		writer_path(writer, writer->plan->rootfs[image->rootfs - 1].file);
	}
	if (image->versioned)
		buf_adds(out, " " NINJA_VERSION);
	buf_addc(out, '\n');
	key_words(writer, image);
}

/* The ledger of stages, -p NAME=REF for each parent, then what follows `build`. */
static void image_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out, *text = &writer->text;

	buf_clear(text);
	buf_adds(text, image->uncached ? "--cache-off " : "");
	writer_option(text, "--ledger ", image->ledger);
	for (size_t i = 0; i < image->parent_count; i++) {
		const struct plan_parent *parent = &image->parents[i];

		buf_adds(text, "-p ");
		quote_shell(text, writer->plan->images[parent->image].name);
		buf_addc(text, '=');
		quote_shell(text, parent->ref);
		buf_addc(text, ' ');
	}
	writer_check(writer, buf_str(text), image->span, "a parent's reference or a ledger's name");
	hook_words(writer, image);
	if (image->pull)
		buf_adds(text, "--pull-forced ");
	buf_adds(out, " v = ");
	quote_ninja_value(out, buf_str(text));
	buf_clear(text);
	if (engine_archives(writer->ninja->engine, image)) {
		buf_addf(text, "-- %.*s %.*s", STR_ARG(writer->ninja->engine->client),
		         STR_ARG(engine_verb(writer->ninja->engine, image)));
		quote_ninja_value(out, buf_str(text));
	} else {
		buf_adds(out, "$docker");
	}
	buf_addc(out, ' ');
	buf_clear(text);
	engine_arguments(writer->ninja->engine, image, text);
	quote_ninja_value(out, buf_str(text));
	buf_adds(out, text->n ? " " : "");
	buf_clear(text);
	engine_pins(image, text);
	engine_place(image, text);
	writer_check(writer, buf_str(text), image->span, "a tag or path");
	quote_ninja_value(out, str_slice(buf_str(text), 1, text->n));
	buf_addc(out, '\n');
}

static void image_edge(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	writer_stamp(writer, image->name, ".image");
	buf_adds(out, " | ");
	writer_stamp(writer, image->name, ".seal");
	buf_adds(out, ": image ");
	writer_stamp(writer, image->name, ".key");
	for (size_t i = 0; i < image->parent_count; i++) {
		buf_adds(out, i ? " " : " | ");
		writer_stamp(writer, writer->plan->images[image->parents[i].image].name, ".image");
	}
	buf_addc(out, '\n');
}

static bool any_versioned(const struct plan *plan)
{
	for (size_t i = 0; i < plan->image_count; i++)
		if (plan->images[i].versioned)
			return true;
	return false;
}

/*
 * The file is written where the version changed, and the keys that reach it wait for that.  They watch it under
 * another name, see watch.h, so that only a real dependency makes Ninja look at them in the same run.
 */
static void version_edge(struct writer *writer)
{
	struct buf tree = BUF_INIT, escaped = BUF_INIT, command = BUF_INIT;
	struct buf *out = writer->out;

	if (!any_versioned(writer->plan))
		return;
	quote_shell(&tree, writer->ninja->tree);
	quote_ninja_value(&escaped, buf_str(&tree));
	buf_addf(&command, "%s -C . -d %s/stamps/.version.d -o $out",
	         writer->ninja->configured ? "$genversion" : "genversion", escaped.p);
	writer_rule(writer, "genversion", buf_str(&command), "  description = genversion\n  restat = 1\n  deps = gcc\n");
	buf_adds(out, "  depfile = ");
	quote_ninja_value(out, writer->ninja->tree);
	buf_adds(out, "/stamps/.version.d\nbuild " NINJA_VERSION ": genversion\n");
	buf_release(&command);
	buf_release(&escaped);
	buf_release(&tree);
}

static void image_edges(struct writer *writer)
{
	buf_adds(writer->out, "build ");
	writer_stamp(writer, STR(".hooks"), ": hooks\n");
	for (size_t i = 0; i < writer->plan->image_count; i++) {
		key_edge(writer, &writer->plan->images[i]);
		image_edge(writer, &writer->plan->images[i]);
		image_words(writer, &writer->plan->images[i]);
	}
}

static void rootfs_edges(struct writer *writer)
{
	struct buf *text = &writer->text;

	for (size_t i = 0; i < writer->plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &writer->plan->rootfs[i];

		buf_clear(text);
		for (size_t j = 0; j < rootfs->command_count; j++) {
			buf_adds(text, j ? " " : "");
			quote_shell(text, rootfs->command[j]);
		}
		writer_check(writer, buf_str(text), SPAN_NONE, "a word of a rootfs");
		buf_adds(writer->out, "build ");
		writer_path(writer, rootfs->file);
		buf_adds(writer->out, ": rootfs\n o = ");
		quote_ninja_value(writer->out, buf_str(text));
		buf_addc(writer->out, '\n');
	}
}

void writer_images(struct writer *writer)
{
	rootfs_edges(writer);
	version_edge(writer);
	image_edges(writer);
}
