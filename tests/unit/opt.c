/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include "test.h"

struct fields {
	bool flag, other;
	const char *text;
	unsigned number;
	struct opt_list list;
	const char *tool;
};

static const struct opt options[] = {
	{'f', "flag", NULL, "a flag", OPT_FLAG, 0, offsetof(struct fields, flag)},
	{'o', "other", NULL, "of one call", OPT_FLAG, OPT_PASSING, offsetof(struct fields, other)},
	{'t', "text", "TEXT", "a text", OPT_TEXT, 0, offsetof(struct fields, text)},
	{0, "number", "N", "a number", OPT_NUMBER, 0, offsetof(struct fields, number)},
	{'l', "list", "ITEM", "many", OPT_LIST, 0, offsetof(struct fields, list)},
	{'x', NULL, "TOOL", "ends the options", OPT_TEXT, OPT_LAST | OPT_PASSING, offsetof(struct fields, tool)},
};

static const struct opt_command program = {"prog", NULL, "[FILE]...", "A test.", options, 6, false, NULL};
static const struct opt_command splitter = {"prog", NULL, "FILE", "A test.", options, 6, true, NULL};
static const struct opt_command bare = {"prog", NULL, NULL, "A test.", options, 6, false, NULL};

static char words[20][64];
static char *argv[21];

/* Splits LINE at blanks. */
static enum opt_parsed parse(const struct opt_command *command, const char *line, struct fields *fields,
                             struct opt_args *args)
{
	int argc = 0;

	memset(fields, 0, sizeof *fields);
	for (const char *end; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, " ");
		memcpy(words[argc], line, (size_t)(end - line));
		words[argc][end - line] = '\0';
		argv[argc] = words[argc];
		argc++;
	}
	argv[argc] = NULL;
	return opt_parse(command, argc, argv, fields, args);
}

static void test_forms(void)
{
	struct fields fields;
	struct opt_args args;

	CHECK("long forms", parse(&program, "--flag --text=a=b --number 12 --list x --list=y", &fields, &args) == OPT_OK);
	CHECK("a flag", fields.flag && !fields.other);
	CHECK_STR("a text with =", fields.text, "a=b");
	CHECK("a number", fields.number == 12);
	CHECK("a list", fields.list.count == 2 && !fields.list.items[2]);
	CHECK_STR("its items", fields.list.items[1], "y");
	opt_list_free(&fields.list);
	CHECK("letters", parse(&program, "-fotvalue a -t other", &fields, &args) == OPT_OK);
	CHECK("cluster", fields.flag && fields.other);
	CHECK_STR("the last counts", fields.text, "other");
	CHECK("operand between", args.operand_count == 1 && args.rest_count == 0);
	CHECK("an empty value", parse(&program, "--text=", &fields, &args) == OPT_OK && fields.text && !*fields.text);
	CHECK("- is an operand", parse(&program, "- a", &fields, &args) == OPT_OK && args.operand_count == 2);
}

static void test_ends(void)
{
	struct fields fields;
	struct opt_args args;

	CHECK("after --", parse(&program, "a -- --flag b", &fields, &args) == OPT_OK);
	CHECK("all are operands", args.operand_count == 3 && !fields.flag && !args.operands[3]);
	CHECK_STR("in order", args.operands[1], "--flag");
	CHECK("split", parse(&splitter, "a -f -- x --flag y", &fields, &args) == OPT_OK);
	CHECK("operands", args.operand_count == 1 && !args.operands[1]);
	CHECK("rest", args.rest_count == 3 && !args.rest[3]);
	CHECK_STR("its first", args.rest[0], "x");
	CHECK_STR("its last", args.rest[2], "y");
	CHECK("a last option", parse(&program, "-f -x tool --what -t", &fields, &args) == OPT_OK);
	CHECK_STR("its value", fields.tool, "tool");
	CHECK("is followed by rest", args.rest_count == 2);
	CHECK("nothing", parse(&program, "", &fields, &args) == OPT_OK && !args.operand_count && !args.rest_count);
}

static void test_wrong(void)
{
	static const char *const lines[] = {
		"--flg", "--flag=x", "-z", "--text", "-t", "--number 0", "--number -1", "--number 1x", "--number=", "-fz",
		"--number 99999999999999999999",
	};
	struct fields fields;
	struct opt_args args;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		CHECK(lines[i], parse(&program, lines[i], &fields, &args) == OPT_WRONG);
	CHECK("no operands allowed", parse(&bare, "a", &fields, &args) == OPT_WRONG);
	CHECK("no such command", !opt_command(&(const struct opt_command *){&program}, 0, "tool", "x"));
}

static void test_record(void)
{
	struct fields fields;
	struct opt_args args;
	struct buf out = BUF_INIT;

	parse(&program, "-f -o --text=it's --number 3 -l a -lb -x t", &fields, &args);
	opt_record(&program, &fields, &out);
	CHECK_STR("recorded", out.p, " --flag --text 'it'\\''s' --number 3 --list a --list b");
	opt_list_free(&fields.list);
	buf_release(&out);
}

int main(void)
{
	test_forms();
	test_ends();
	test_wrong();
	test_record();
	return test_end();
}
