/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "emit/schema.h"

static int run_schema(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, NULL, &args);
	struct buf out = BUF_INIT;
	int status;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (args.operand_count > 1)
		return opt_wrong(command, "one operand is allowed");
	if (schema_write(str_of(args.operand_count ? args.operands[0] : "matrix"), &out))
		status = gen_print(buf_str(&out));
	else
		status = opt_wrong(command, "'%s' is no key of a matrix", args.operands[0]);
	buf_release(&out);
	return status;
}

const struct opt_command gen_schema_tool = GEN_TOOL(
	"schema", "[matrix|KEY]", "print a JSON Schema of the matrix, or of the value of one of its keys", opt_help_only,
	run_schema);
