/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Dockerfile reader sees, for tests/data/docker*.t:
 *   docker_dump parse FILE                          instructions as JSON lines
 *   docker_dump refs FILE [TARGET [NAME=VALUE]...]  images it refers to
 *   docker_dump reach FILE [TARGET [NAME=VALUE]...] sources in the context
 *   docker_dump expand WORD [NAME=VALUE]...         one word after expansion
 *   docker_dump context DIR [DOCKERFILE]            what a build sends
 *   docker_dump copied DIR DOCKERFILE               what of it COPY, ADD and mounts reach
 *   docker_dump dirs DIR DOCKERFILE                 the directories that were looked at for that
 * Exit status 1 after errors.
 */
#include "base/fs.h"
#include "base/quote.h"
#include "docker/context.h"
#include "docker/subst.h"

#include <errno.h>
#include <stdlib.h>

#define ARGS_MAX 16

struct dump {
	struct arena arena;
	struct diag diag;
	struct buf out;
	struct docker_arg args[ARGS_MAX];
	size_t arg_count;
};

static void put_strings(struct buf *out, const char *name, const struct str *list, size_t count)
{
	buf_addf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_addc(out, ',');
		quote_json(out, list[i]);
	}
	buf_addc(out, ']');
}

static void put_flags(struct buf *out, const struct docker_instruction *in)
{
	buf_adds(out, ",\"flags\":[");
	for (size_t i = 0; i < in->flag_count; i++) {
		struct buf flag = BUF_INIT;

		buf_addf(&flag, "--%.*s", STR_ARG(in->flags[i].name));
		if (in->flags[i].value.p) {
			buf_addc(&flag, '=');
			buf_addstr(&flag, in->flags[i].value);
		}
		if (i)
			buf_addc(out, ',');
		quote_json(out, buf_str(&flag));
		buf_release(&flag);
	}
	buf_addc(out, ']');
}

static void put_instruction(struct buf *out, const struct docker_instruction *in)
{
	static const char *const forms[] = {"shell", "exec", "args"};

	buf_addf(out, "{\"line\":%u,\"instruction\":\"%.*s\"", in->line, STR_ARG(in->name));
	put_flags(out, in);
	buf_addf(out, ",\"form\":\"%s\"", forms[in->form]);
	put_strings(out, "args", in->args, in->arg_count);
	buf_adds(out, ",\"heredocs\":[");
	for (size_t i = 0; i < in->heredoc_count; i++) {
		buf_adds(out, i ? ",{\"name\":" : "{\"name\":");
		quote_json(out, in->heredocs[i].name);
		buf_adds(out, ",\"content\":");
		quote_json(out, in->heredocs[i].content);
		buf_addf(out, ",\"expand\":%s,\"chomp\":%s}", in->heredocs[i].expand ? "true" : "false",
		         in->heredocs[i].chomp ? "true" : "false");
	}
	buf_addc(out, ']');
	if (in->trigger) {
		buf_adds(out, ",\"trigger\":");
		put_instruction(out, in->trigger);
	}
	buf_adds(out, in->unknown ? ",\"unknown\":true}" : "}");
}

static struct docker_file *read_dockerfile(struct dump *dump, const char *path)
{
	struct str text;

	if (fs_read_arena(path, &dump->arena, &text) != 0) {
		perror(path);
		exit(2);
	}
	return docker_parse(&dump->arena, &dump->diag, diag_source(&dump->diag, path, text), text);
}

static bool dump_parse(struct dump *dump, const char *path)
{
	struct docker_file *file = read_dockerfile(dump, path);

	if (!file)
		return false;
	for (size_t i = 0; i < file->directive_count; i++) {
		buf_addf(&dump->out, "{\"directive\":\"%.*s\",\"value\":", STR_ARG(file->directives[i].name));
		quote_json(&dump->out, file->directives[i].value);
		buf_adds(&dump->out, "}\n");
	}
	for (size_t i = 0; i < file->instruction_count; i++) {
		put_instruction(&dump->out, &file->instructions[i]);
		buf_addc(&dump->out, '\n');
	}
	if (file->foreign)
		buf_adds(&dump->out, "foreign\n");
	return true;
}

static bool dump_refs(struct dump *dump, const char *path, struct str target)
{
	static const char *const kinds[] = {"FROM", "COPY --from", "--mount from"};
	struct docker_file *file = read_dockerfile(dump, path);
	struct docker_ref *refs;
	size_t count;

	if (!file)
		return false;
	refs = docker_refs(&dump->arena, &dump->diag, file, dump->args, dump->arg_count, target, &count);
	for (size_t i = 0; i < count; i++) {
		unsigned line = diag_line(&dump->diag, refs[i].span.source, refs[i].span.offset);

		buf_addf(&dump->out, "%u %s %.*s%s", line, kinds[refs[i].kind], STR_ARG(refs[i].name),
		         refs[i].unresolved ? " unresolved" : "");
		if (refs[i].platform.n)
			buf_addf(&dump->out, " platform=%.*s", STR_ARG(refs[i].platform));
		buf_addc(&dump->out, '\n');
	}
	return dump->diag.errors == 0;
}

static bool dump_reach(struct dump *dump, const char *path, struct str target)
{
	struct docker_file *file = read_dockerfile(dump, path);
	struct context_reach reach;

	if (!file)
		return false;
	reach =
		context_reach_target(&dump->arena, &dump->diag, file, dump->args, dump->arg_count, NULL, 0, target);
	if (reach.whole)
		buf_adds(&dump->out, "whole\n");
	for (size_t i = 0; i < reach.pattern_count; i++)
		buf_addf(&dump->out, "/%.*s%s%s\n", STR_ARG(reach.patterns[i].text),
		         reach.patterns[i].parents ? " parents" : "", reach.patterns[i].exclude ? " exclude" : "");
	return dump->diag.errors == 0;
}

static bool dump_expand(struct dump *dump, struct str word)
{
	struct subst_scope scope = {0};
	struct subst subst = {.arena = &dump->arena, .scope = &scope, .escape = '\\'};
	struct str out;

	for (size_t i = 0; i < dump->arg_count; i++)
		subst_set(&dump->arena, &scope, dump->args[i].name, dump->args[i].value, false);
	if (!subst_word(&subst, word, &out)) {
		fprintf(stderr, "%s\n", subst.error);
		return false;
	}
	buf_addf(&dump->out, "%.*s%s\n", STR_ARG(out), subst.unresolved ? " (unresolved)" : "");
	return true;
}

static bool dump_context(struct dump *dump, const char *mode, const char *root, const char *dockerfile)
{
	struct ignore *ignore;
	const char *path;
	struct context_reach reach, *only = NULL;
	struct context_list list;

	if (strcmp(mode, "context") != 0) {
		struct docker_file *file = read_dockerfile(dump, dockerfile);

		if (!file)
			return false;
		reach = context_reach_target(&dump->arena, &dump->diag, file, NULL, 0, NULL, 0, STR(""));
		only = &reach;
	}
	if (!context_ignore(&dump->arena, &dump->diag, root, dockerfile, &ignore, &path) ||
	    !context_walk(&dump->arena, &dump->diag, root, ignore, only, NULL, &list))
		return false;
	for (size_t i = 0; i < list.count && strcmp(mode, "dirs") != 0; i++)
		buf_addf(&dump->out, "%.*s\n", STR_ARG(list.entries[i]->path));
	for (size_t i = 0; i < list.dir_count && strcmp(mode, "dirs") == 0; i++)
		buf_addf(&dump->out, "%.*s\n", STR_ARG(list.dirs[i]));
	return true;
}

static void take_args(struct dump *dump, int argc, char **argv, int from)
{
	for (int i = from; i < argc && dump->arg_count < ARGS_MAX; i++) {
		struct str pair = str_of(argv[i]);
		size_t equals = str_find(pair, '=', 0);

		dump->args[dump->arg_count++] =
			(struct docker_arg){str_slice(pair, 0, equals), str_slice(pair, equals + 1, pair.n)};
	}
}

static bool run(struct dump *dump, int argc, char **argv)
{
	const char *mode = argv[1], *third = argc > 3 ? argv[3] : "";

	if (strcmp(mode, "parse") == 0)
		return dump_parse(dump, argv[2]);
	if (strcmp(mode, "expand") == 0) {
		take_args(dump, argc, argv, 3);
		return dump_expand(dump, str_of(argv[2]));
	}
	if (strcmp(mode, "refs") == 0 || strcmp(mode, "reach") == 0) {
		take_args(dump, argc, argv, 4);
		return mode[2] == 'f' ? dump_refs(dump, argv[2], str_of(third)) :
		                        dump_reach(dump, argv[2], str_of(third));
	}
	return dump_context(dump, mode, argv[2], argc > 3 ? third : "Dockerfile");
}

int main(int argc, char **argv)
{
	struct dump dump = {.out = BUF_INIT};
	bool fine;

	if (argc < 3)
		return 2;
	arena_init(&dump.arena);
	diag_init(&dump.diag, stderr);
	fine = run(&dump, argc, argv);
	fwrite(buf_str(&dump.out).p, 1, dump.out.n, stdout);
	buf_release(&dump.out);
	diag_release(&dump.diag);
	arena_release(&dump.arena);
	return !fine;
}
