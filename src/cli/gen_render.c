/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "data/yaml.h"
#include "jinja/jinja.h"

#include <errno.h>
#include <stdio.h>

struct render_options {
	struct opt_list dirs, files, values;
	bool strict, trim_blocks, lstrip_blocks, keep_trailing_newline;
	unsigned max_depth, max_range, max_output, max_steps;
};

#define FIELD(name) offsetof(struct render_options, name)

static const struct opt options_table[] = {
	{'I', "include", "DIR", "where included templates are looked for", OPT_LIST, 0, FIELD(dirs)},
	{0, "vars", "FILE", "variables: a YAML or JSON file", OPT_LIST, 0, FIELD(files)},
	{'D', "define", "NAME=VALUE", "a variable, a string", OPT_LIST, 0, FIELD(values)},
	{0, "strict", NULL, "undefined variables are errors", OPT_FLAG, 0, FIELD(strict)},
	{0, "trim-blocks", NULL, "drop the newline after a block tag", OPT_FLAG, 0, FIELD(trim_blocks)},
	{0, "lstrip-blocks", NULL, "drop the blanks before a block tag", OPT_FLAG, 0, FIELD(lstrip_blocks)},
	{0, "keep-trailing-newline", NULL, "keep the newline at the end", OPT_FLAG, 0, FIELD(keep_trailing_newline)},
	{0, "max-depth", "N", "calls, includes and blocks within each other", OPT_NUMBER, 0, FIELD(max_depth)},
	{0, "max-range", "N", "numbers in a range", OPT_NUMBER, 0, FIELD(max_range)},
	{0, "max-output", "BYTES", "size of the result", OPT_NUMBER, 0, FIELD(max_output)},
	{0, "max-steps", "N", "loop turns and calls", OPT_NUMBER, 0, FIELD(max_steps)},
	{0, "version", NULL, "print the version", OPT_VERSION, OPT_HIDDEN, 0},
	OPT_HELP_ROW,
};

struct rendering {
	const struct opt_command *command;
	const struct render_options *options;
	struct arena arena;
	struct diag diag;
	struct value vars;
};

/*
 * JSON writes characters beyond the first 65,536 as two escapes, which YAML
 * does not know: \ud83d\ude00 becomes \U0001f600, in place.
 */
static struct str join_surrogates(char *text, size_t n)
{
	size_t to = 0;

	for (size_t at = 0; at < n;) {
		unsigned high = 0, low = 0;
		bool pair = at + 12 <= n && sscanf(text + at, "\\u%4x\\u%4x", &high, &low) == 2 &&
			high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;

		if (pair) {
			char made[12];

			snprintf(made, sizeof made, "\\U%08x", 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
			memcpy(text + to, made, 10);
			to += 10;
			at += 12;
			continue;
		}
		if (text[at] == '\\' && at + 1 < n)
			text[to++] = text[at++];
		text[to++] = text[at++];
	}
	return (struct str){text, to};
}

/* The text of a file or "-", registered as a source under its path; false after an error. */
static bool read_source(struct rendering *rendering, const char *path, struct str *text, uint32_t *source)
{
	struct buf bytes = BUF_INIT;

	if (fs_read(path, &bytes) != 0) {
		diag_error(&rendering->diag, SPAN_NONE, "%s: %s", path, strerror(errno));
		buf_release(&bytes);
		return false;
	}
	char *copy = arena_strndup(&rendering->arena, buf_str(&bytes).p, bytes.n);
	*text = source && str_ends(str_of(path), STR(".json")) ? join_surrogates(copy, bytes.n)
		: (struct str){copy, bytes.n};
	buf_release(&bytes);
	if (source)
		*source = diag_source(&rendering->diag, path, *text);
	return true;
}

static bool read_vars(struct rendering *rendering, const char *path)
{
	struct value file;
	struct str text;
	uint32_t source;

	if (!read_source(rendering, path, &text, &source) ||
	    !yaml_read(&rendering->arena, &rendering->diag, source, text, YAML_TYPED, &file))
		return false;
	if (value_is(file, VALUE_NONE))
		return true;
	if (!value_is(file, VALUE_DICT)) {
		diag_error(&rendering->diag, value_span(file), "variables are a mapping, not a %s",
		           value_kind_name((enum value_kind)file.kind));
		return false;
	}
	for (size_t i = 0; i < file.as.dict->used; i++)
		if (!value_is(file.as.dict->entries[i].key, VALUE_UNDEFINED))
			dict_set(rendering->vars.as.dict, file.as.dict->entries[i].key, file.as.dict->entries[i].value);
	return true;
}

static bool set_value(struct rendering *rendering, const char *word)
{
	struct str whole = str_of(word), name = str_slice(whole, 0, str_find(whole, '=', 0));

	if (name.n == 0 || name.n == whole.n) {
		opt_wrong(rendering->command, "-D %s: NAME=VALUE is needed", word);
		return false;
	}
	dict_set(rendering->vars.as.dict, value_borrow(&rendering->arena, name),
	         value_borrow(&rendering->arena, str_slice(whole, name.n + 1, whole.n)));
	return true;
}

/* The directories of -I, then the template's own. */
static const char **lookup_dirs(struct rendering *rendering, const char *path)
{
	const struct opt_list *given = &rendering->options->dirs;
	const char **dirs = ARENA_ARRAY(&rendering->arena, given->count + 2, const char *);
	struct str own = path_dir(str_of(path));

	for (size_t i = 0; i < given->count; i++)
		dirs[i] = given->items[i];
	dirs[given->count] = arena_strndup(&rendering->arena, own.p, own.n);
	return dirs;
}

static bool render(struct rendering *rendering, const char *path, struct buf *out)
{
	const struct render_options *given = rendering->options;
	struct jinja_options options = {
		.dirs = lookup_dirs(rendering, path), .strict = given->strict, .trim_blocks = given->trim_blocks,
		.lstrip_blocks = given->lstrip_blocks, .keep_trailing_newline = given->keep_trailing_newline,
		.max_depth = given->max_depth, .max_range = given->max_range, .max_output = given->max_output,
		.max_steps = given->max_steps,
	};
	const struct jinja_template *template;
	struct jinja *jinja;
	struct str text;
	bool fine;

	if (!read_source(rendering, path, &text, NULL))
		return false;
	jinja = jinja_new(&options, &rendering->diag);
	template = jinja_parse(jinja, strcmp(path, "-") == 0 ? "<stdin>" : path, text);
	fine = template && jinja_render(jinja, template, rendering->vars, out);
	jinja_free(jinja);
	return fine;
}

static int render_with_vars(struct rendering *rendering, const char *path)
{
	const struct render_options *options = rendering->options;
	struct buf out = BUF_INIT;
	bool fine = true;
	int status;

	rendering->vars = value_dict(&rendering->arena);
	for (size_t i = 0; i < options->files.count; i++)
		fine = read_vars(rendering, options->files.items[i]) && fine;
	for (size_t i = 0; i < options->values.count; i++)
		if (!set_value(rendering, options->values.items[i]))
			return 2;
	status = fine && render(rendering, path, &out) ? gen_print(buf_str(&out)) : 1;
	buf_release(&out);
	return status;
}

static int run_render(const struct opt_command *command, int argc, char **argv)
{
	struct render_options options = {0};
	struct rendering rendering = {.command = command, .options = &options};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	int status = parsed == OPT_DONE ? 0 : 2;

	if (parsed == OPT_OK && args.operand_count != 1) {
		opt_wrong(command, "one template is needed");
	} else if (parsed == OPT_OK) {
		arena_init(&rendering.arena);
		diag_init(&rendering.diag, stderr);
		status = render_with_vars(&rendering, args.operands[0]);
		diag_release(&rendering.diag);
		arena_release(&rendering.arena);
	}
	opt_list_free(&options.dirs);
	opt_list_free(&options.files);
	opt_list_free(&options.values);
	return status;
}

const struct opt_command gen_render_tool = GEN_TOOL(
	"render", "TEMPLATE", "print a rendered template", options_table, run_render);
