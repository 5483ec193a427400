/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "base/quote.h"
#include "docker/context.h"

#include <errno.h>

struct context_options {
	const char *file;
	bool copied;
};

static const struct opt options_table[] = {
	{'f', "file", "FILE", "the Dockerfile (default: DIR/Dockerfile)", OPT_TEXT, 0,
	 offsetof(struct context_options, file)},
	{0, "copied", NULL, "only what COPY, ADD and bind mounts can reach", OPT_FLAG, 0,
	 offsetof(struct context_options, copied)},
	OPT_HELP_ROW,
};

struct docker_file *gen_dockerfile(struct arena *arena, struct diag *diag, const char *path)
{
	struct buf bytes = BUF_INIT;
	struct str text;

	if (fs_read(path, &bytes) != 0) {
		diag_error(diag, SPAN_NONE, "%s: %s", path, strerror(errno));
		buf_release(&bytes);
		return NULL;
	}
	text = (struct str){arena_strndup(arena, buf_str(&bytes).p, bytes.n), bytes.n};
	buf_release(&bytes);
	return docker_parse(arena, diag, diag_source(diag, path, text), text);
}

/* --- parse --- */

static void print_flags(const struct docker_instruction *instruction, struct buf *out)
{
	struct buf flag = BUF_INIT;

	for (size_t i = 0; i < instruction->flag_count; i++) {
		buf_clear(&flag);
		buf_adds(&flag, "--");
		buf_addstr(&flag, instruction->flags[i].name);
		if (instruction->flags[i].value.p) {
			buf_addc(&flag, '=');
			buf_addstr(&flag, instruction->flags[i].value);
		}
		buf_adds(out, i ? "," : "");
		quote_json(out, buf_str(&flag));
	}
	buf_release(&flag);
}

static void print_heredocs(const struct docker_instruction *instruction, struct buf *out)
{
	for (size_t i = 0; i < instruction->heredoc_count; i++) {
		const struct docker_heredoc *heredoc = &instruction->heredocs[i];

		buf_adds(out, i ? ",{\"name\":" : "{\"name\":");
		quote_json(out, heredoc->name);
		buf_adds(out, ",\"content\":");
		quote_json(out, heredoc->content);
		buf_addf(out, ",\"expand\":%s,\"chomp\":%s}", heredoc->expand ? "true" : "false",
		         heredoc->chomp ? "true" : "false");
	}
}

static void print_instruction(const struct docker_instruction *instruction, struct buf *out)
{
	static const char *const forms[] = {
		[DOCKER_SHELL] = "shell", [DOCKER_EXEC] = "exec", [DOCKER_ARGS] = "args"};

	buf_addf(out, "{\"line\":%u,\"instruction\":", instruction->line);
	quote_json(out, instruction->name);
	buf_adds(out, ",\"flags\":[");
	print_flags(instruction, out);
	buf_addf(out, "],\"form\":\"%s\",\"args\":[", forms[instruction->form]);
	for (size_t i = 0; i < instruction->arg_count; i++) {
		buf_adds(out, i ? "," : "");
		quote_json(out, instruction->args[i]);
	}
	buf_adds(out, "],\"heredocs\":[");
	print_heredocs(instruction, out);
	buf_adds(out, "]}\n");
}

static void print_file(const struct docker_file *file, struct buf *out)
{
	for (size_t i = 0; i < file->directive_count; i++) {
		buf_adds(out, "{\"directive\":");
		quote_json(out, file->directives[i].name);
		buf_adds(out, ",\"value\":");
		quote_json(out, file->directives[i].value);
		buf_adds(out, "}\n");
	}
	for (size_t i = 0; i < file->instruction_count; i++)
		print_instruction(&file->instructions[i], out);
}

static int run_parse(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, NULL, &args);
	const struct docker_file *file;
	struct buf out = BUF_INIT;
	struct arena arena;
	struct diag diag;
	int status;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (args.operand_count != 1)
		return opt_wrong(command, "one Dockerfile is needed");
	arena_init(&arena);
	diag_init(&diag, stderr);
	file = gen_dockerfile(&arena, &diag, args.operands[0]);
	if (file)
		print_file(file, &out);
	status = file ? gen_print(buf_str(&out)) : 1;
	buf_release(&out);
	diag_release(&diag);
	arena_release(&arena);
	return status;
}

const struct opt_command gen_parse_tool = GEN_TOOL(
	"parse", "DOCKERFILE", "print the instructions of a Dockerfile as JSON Lines", opt_help_only, run_parse);

/* --- context --- */

static int list_context(struct arena *arena, struct diag *diag, const char *root,
                        const struct context_options *options)
{
	const char *file = options->file ? options->file : path_join(arena, str_of(root), STR("Dockerfile")), *used;
	const struct docker_file *parsed = options->copied ? gen_dockerfile(arena, diag, file) : NULL;
	struct context_reach reach = {0};
	struct context_list list = {0};
	struct ignore *ignore;
	struct buf out = BUF_INIT;
	int status;

	if (options->copied && !parsed)
		return 1;
	if (parsed)
		reach = context_reach_of(arena, diag, parsed, NULL, 0, NULL, 0);
	if (!context_ignore(arena, diag, root, file, &ignore, &used) ||
	    !context_walk(arena, diag, root, ignore, parsed ? &reach : NULL, NULL, &list))
		return 1;
	for (size_t i = 0; i < list.count; i++) {
		buf_addstr(&out, list.entries[i]->path);
		buf_addc(&out, '\n');
	}
	status = gen_print(buf_str(&out));
	buf_release(&out);
	return status;
}

static int run_context(const struct opt_command *command, int argc, char **argv)
{
	struct context_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct arena arena;
	struct diag diag;
	int status;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (args.operand_count != 1)
		return opt_wrong(command, "one directory is needed");
	arena_init(&arena);
	diag_init(&diag, stderr);
	status = list_context(&arena, &diag, args.operands[0], &options);
	diag_release(&diag);
	arena_release(&arena);
	return status;
}

const struct opt_command gen_context_tool = GEN_TOOL(
	"context", "DIR", "print the files of a build context", options_table, run_context);
