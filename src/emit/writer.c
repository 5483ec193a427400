/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/writer.h"

#include "base/quote.h"

void writer_init(struct writer *writer, const struct ninja *ninja, struct buf *out)
{
	*writer = (struct writer){.ninja = ninja, .plan = ninja->plan, .out = out, .fine = true};
	map_init(&writer->names);
	quote_ninja_path(&writer->stamps, ninja->tree);
	buf_addstr(&writer->actions, buf_str(&writer->stamps));
	buf_adds(&writer->stamps, "/stamps/");
	buf_adds(&writer->actions, "/do/");
}

void writer_release(struct writer *writer)
{
	buf_release(&writer->text);
	buf_release(&writer->actions);
	buf_release(&writer->stamps);
	map_release(&writer->names);
}

void writer_check(struct writer *writer, struct str value, struct span at, const char *what)
{
	if (quote_ninja_fits(value))
		return;
	diag_error(writer->ninja->diag, at, "%s has a line break, which no Ninja file can carry", what);
	writer->fine = false;
}

void writer_path(struct writer *writer, struct str value)
{
	quote_ninja_path(writer->out, value);
}

void writer_stamp(struct writer *writer, struct str name, const char *suffix)
{
	buf_addstr(writer->out, buf_str(&writer->stamps));
	writer_path(writer, name);
	buf_adds(writer->out, suffix);
}

void writer_image(struct writer *writer, size_t image)
{
	buf_addc(writer->out, ' ');
	writer_stamp(writer, writer->plan->images[image].name, ".image");
}

void writer_rule(struct writer *writer, const char *name, struct str command, const char *more)
{
	buf_addf(writer->out, "rule %s\n  command = ", name);
	buf_addstr(writer->out, command);
	buf_addf(writer->out, "\n%s", more);
}

void writer_option(struct buf *words, const char *option, struct str value)
{
	if (!value.n)
		return;
	buf_adds(words, option);
	quote_shell(words, value);
	buf_addc(words, ' ');
}

void writer_action_name(struct writer *writer, const char *verb, struct str name)
{
	buf_adds(writer->out, verb);
	buf_addc(writer->out, '-');
	writer_path(writer, name);
}

void writer_action_edge(struct writer *writer, const char *verb, struct str name, const char *rule)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	writer_action_name(writer, verb, name);
	buf_adds(out, ": phony ");
	buf_addstr(out, buf_str(&writer->actions));
	writer_action_name(writer, verb, name);
	buf_adds(out, "\nbuild ");
	buf_addstr(out, buf_str(&writer->actions));
	writer_action_name(writer, verb, name);
	buf_addf(out, ": %s", rule);
}

void writer_action(struct writer *writer, const char *verb, struct str name, size_t image, bool after_test)
{
	writer_action_edge(writer, verb, name, verb);
	writer_image(writer, image);
	if (after_test) {
		buf_adds(writer->out, " | ");
		writer_stamp(writer, writer->plan->images[image].name, ".test");
	}
	buf_addc(writer->out, '\n');
}

void writer_push_variable(struct writer *writer, struct str text)
{
	text = str_trim(text);
	if (!text.n)
		return;
	buf_adds(writer->out, " t = $ ");
	quote_ninja_value(writer->out, text);
	buf_addc(writer->out, '\n');
}

bool writer_is_tested(const struct plan_image *image)
{
	return image->test.count || image->health.count;
}

bool writer_any_tested(const struct plan *plan, const uint32_t *set, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (writer_is_tested(&plan->images[set ? set[i] : i]))
			return true;
	return false;
}
