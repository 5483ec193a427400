/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/ninja.h"

#include "base/quote.h"
#include "emit/writer.h"

static void header(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf *out = writer->out;

	buf_addf(out, "# Written by dtk-gen from %.*s; edits are lost.\n", STR_ARG(ninja->source));
	buf_adds(out, "ninja_required_version = 1.9\nbuilddir = ");
	quote_ninja_value(out, ninja->tree);
	buf_adds(out, "/stamps\n");
	if (ninja->configured)
		buf_adds(out, "include config.ninja\n");
	if (ninja->plan->parallel)
		buf_addf(out, "pool build\n  depth = %u\n", ninja->plan->parallel);
	writer_rules(writer);
}

static bool is_outside(struct str path)
{
	return str_starts(path, STR("/")) || str_starts(path, STR("../")) || str_is(path, "..");
}

/*
 * The name of a regeneration's dependency: through the link, so that it is no target's.  What lies outside
 * the project is none, and Ninja would fold the link away.
 */
static void watched(const struct ninja *ninja, struct str name, struct buf *out)
{
	if (!is_outside(name)) {
		buf_addstr(out, ninja->tree);
		buf_adds(out, "/.root/");
	}
	buf_addstr(out, name);
}

static void regeneration(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf *out = writer->out, *text = &writer->text;

	buf_adds(out, "build ");
	writer_path(writer, ninja->manifest);
	buf_adds(out, " | ");
	writer_path(writer, ninja->tree);
	buf_adds(out, "/.files: regen");
	if (ninja->configured)
		buf_adds(out, " | dtk-gen dtk-stamp");
	buf_addc(out, '\n');
	for (size_t i = 0; i < ninja->input_count; i++) {
		buf_clear(text);
		watched(ninja, ninja->inputs[i], text);
		buf_adds(out, "build ");
		writer_path(writer, buf_str(text));
		buf_adds(out, ": phony\n");
	}
	buf_adds(out, "build ");
	writer_path(writer, ninja->tree);
	buf_adds(out, "/.always: phony\n");
}

void ninja_depfile(const struct ninja *ninja, struct buf *out)
{
	struct buf name = BUF_INIT;

	quote_depfile(out, ninja->manifest);
	buf_adds(out, ":");
	for (size_t i = 0; i <= ninja->input_count; i++) {
		buf_clear(&name);
		watched(ninja, i < ninja->input_count ? ninja->inputs[i] : ninja->tree, &name);
		buf_adds(out, " \\\n ");
		quote_depfile(out, buf_str(&name));
	}
	if (ninja->always) {
		buf_adds(out, " \\\n ");
		quote_depfile(out, ninja->tree);
		buf_adds(out, "/.always");
	}
	buf_addc(out, '\n');
	buf_release(&name);
}

bool ninja_write(const struct ninja *ninja, struct buf *out)
{
	struct writer writer;

	writer_init(&writer, ninja, out);
	header(&writer);
	regeneration(&writer);
	writer_images(&writer);
	writer_targets(&writer);
	writer_release(&writer);
	return writer.fine;
}
