/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "emit/ninja.h"

#include <errno.h>

struct targets_options {
	bool json, written;
};

static const struct opt options_table[] = {
	{0, "json", NULL, "print JSON", OPT_FLAG, 0, offsetof(struct targets_options, json)},
	{0, "written", NULL, "those of the tree as it is, without reading the matrix", OPT_FLAG, 0,
	 offsetof(struct targets_options, written)},
	OPT_HELP_ROW,
};

/* --- As they were written --- */

/* The tree that BUILD.ninja says it has: builddir is its stamps/, in which a dollar escapes what follows it. */
static bool tree_of(struct str manifest, struct buf *tree)
{
	struct str key = STR("builddir = "), line;

	for (size_t at = 0, end; at < manifest.n; at = end + 1) {
		end = str_find(manifest, '\n', at);
		line = str_slice(manifest, at, end);
		if (!str_starts(line, key))
			continue;
		for (size_t i = key.n; i < line.n; i++) {
			i += line.p[i] == '$' && i + 1 < line.n;
			buf_addc(tree, line.p[i]);
		}
		tree->n = path_dir(buf_str(tree)).n;
		return true;
	}
	return false;
}

static const char *written_path(const struct gen_options *options, struct buf *path)
{
	struct buf text = BUF_INIT;

	if (options->output)
		buf_adds(path, options->output);
	else if (fs_read(options->ninja ? options->ninja : "build.ninja", &text) != 0 || !tree_of(buf_str(&text), path))
		buf_adds(path, "generated");
	buf_adds(path, "/" NINJA_HELP);
	buf_release(&text);
	return path->p;
}

int gen_written(const struct gen_options *options, struct buf *out)
{
	struct buf path = BUF_INIT;
	int status = fs_read(written_path(options, &path), out), error = errno;

	buf_release(&path);
	errno = error;
	return status;
}

static int print_written(const struct gen_options *options)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	int status = gen_written(options, &text), error = errno;

	if (status == 0)
		status = gen_print(buf_str(&text));
	else
		fprintf(stderr, "error: %s: %s\n", written_path(options, &path), strerror(error));
	buf_release(&path);
	buf_release(&text);
	return status == 0 ? 0 : 1;
}

/* --- As the matrix has them --- */

static void add_target(void *context, struct str name, const char *kind, struct str summary)
{
	struct list *list = context;
	struct value target = value_dict(list->arena);

	dict_put(target, "name", value_copy(list->arena, name));
	dict_put(target, "kind", value_borrow(list->arena, str_of(kind)));
	dict_put(target, "summary", value_copy(list->arena, summary));
	list_append(list, target);
}

static void write_json(struct gen *gen, struct buf *out)
{
	struct value list = value_list(&gen->arena, 64);

	ninja_targets(gen->plan, add_target, list.as.list);
	gen_json(list, out);
}

static int run_targets(const struct opt_command *command, int argc, char **argv)
{
	struct targets_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct buf out = BUF_INIT;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (options.json && options.written)
		return opt_wrong(command, "--json and --written exclude each other");
	if (options.written)
		return print_written(&gen_current->options);
	fine = gen_load(gen_current);
	if (fine && options.json)
		write_json(gen_current, &out);
	else if (fine)
		ninja_help(gen_current->plan, &out);
	fine = gen_tell(gen_current) && fine && gen_print(buf_str(&out)) == 0;
	buf_release(&out);
	return fine ? 0 : 1;
}

const struct opt_command gen_targets_tool = GEN_TOOL(
	"targets", NULL, "print what Ninja can build", options_table, run_targets);
