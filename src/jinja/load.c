/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"
#include "jinja/lex.h"
#include "jinja/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Defaults of struct jinja_options. */
enum {
	JINJA_MAX_DEPTH = 400,
	JINJA_MAX_RANGE = 1000000,
	JINJA_MAX_OUTPUT = 64 << 20,
	JINJA_MAX_STEPS = 50000000,
};

struct jinja *jinja_new(const struct jinja_options *options, struct diag *diag)
{
	static const char *const nowhere[] = {NULL};
	struct jinja *jinja = mem_alloc(sizeof *jinja);

	memset(jinja, 0, sizeof *jinja);
	jinja->options = *options;
	jinja->diag = diag;
	if (!jinja->options.dirs)
		jinja->options.dirs = nowhere;
	if (!jinja->options.max_depth)
		jinja->options.max_depth = JINJA_MAX_DEPTH;
	if (!jinja->options.max_range)
		jinja->options.max_range = JINJA_MAX_RANGE;
	if (!jinja->options.max_output)
		jinja->options.max_output = JINJA_MAX_OUTPUT;
	if (!jinja->options.max_steps)
		jinja->options.max_steps = JINJA_MAX_STEPS;
	arena_init(&jinja->arena);
	arena_init(&jinja->work);
	map_init(&jinja->names);
	map_init(&jinja->templates);
	map_init(&jinja->file_index);
	return jinja;
}

void jinja_free(struct jinja *jinja)
{
	if (!jinja)
		return;
	for (struct jinja_template *template = jinja->all; template; template = template->next)
		diag_forget(jinja->diag, template->source);
	for (struct kept_module *kept = jinja->modules; kept; kept = kept->next)
		arena_release(&kept->arena);
	map_release(&jinja->names);
	map_release(&jinja->templates);
	map_release(&jinja->file_index);
	mem_free(jinja->files);
	mem_free(jinja->stack);
	arena_release(&jinja->work);
	arena_release(&jinja->arena);
	mem_free(jinja);
}

static enum special special_of(struct str text)
{
	static const char *const words[] = {"", "loop", "self", "super", "caller", "kwargs", "varargs"};

	for (int i = 1; i < 7; i++) {
		if (str_is(text, words[i]))
			return (enum special)i;
	}
	return SPECIAL_NONE;
}

static enum loop_attr loop_attr_of(struct str text)
{
	static const char *const words[] = {
		"", "index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0",
			"previtem",
		"nextitem", "cycle", "changed",
	};

	for (int i = 1; i < 14; i++) {
		if (str_is(text, words[i]))
			return (enum loop_attr)i;
	}
	return LOOP_NONE;
}

static struct value global_of(struct jinja *jinja, struct str text)
{
	for (const struct builtin *global = builtin_globals(); global->name; global++) {
		if (str_is(text, global->name)) {
			struct method_object *object = ARENA_NEW(&jinja->arena, struct method_object);

			*object = (struct method_object){{OBJECT_FUNCTION}, global, value_none()};
			return (struct value){.kind = VALUE_OBJECT, .as.object = &object->base};
		}
	}
	return value_undefined();
}

struct name *name_intern(struct jinja *jinja, struct str text)
{
	struct map_entry *entry = map_get(&jinja->names, text);

	if (entry)
		return entry->value.pointer;
	struct name *name = ARENA_NEW(&jinja->arena, struct name);
	name->text = (struct str){arena_strndup(&jinja->arena, text.p, text.n), text.n};
	name->string = (struct string){name->text.p, (uint32_t)text.n, STRING_UNCOUNTED, 0};
	name->undefined = (struct undefined){UNDEFINED_NAME, name->text, NULL};
	name->global = global_of(jinja, text);
	name->special = special_of(text);
	name->loop_attr = loop_attr_of(text);
	name->string_method = builtin_method(VALUE_STRING, text);
	name->list_method = builtin_method(VALUE_LIST, text);
	name->tuple_method = builtin_method(VALUE_TUPLE, text);
	name->dict_method = builtin_method(VALUE_DICT, text);
	map_put(&jinja->names, name->text, NULL)->value.pointer = name;
	return name;
}

static void note_file(struct jinja *jinja, const char *path, bool found)
{
	bool fresh;
	struct map_entry *entry = map_put(&jinja->file_index, str_of(path), &fresh);

	if (!fresh) {
		jinja->files[entry->value.number].found |= found;
		return;
	}
	entry->value.number = jinja->file_count;
	MEM_ROOM(jinja->files, jinja->file_count, jinja->file_capacity);
	jinja->files[jinja->file_count++] = (struct looked_up){path, found};
}

void jinja_files(const struct jinja *jinja, void (*see)(void *context, const char *path, bool found),
                 void *context)
{
	for (size_t i = 0; i < jinja->file_count; i++)
		see(context, jinja->files[i].path, jinja->files[i].found);
}

/* Registers and parses the text; NULL after diagnostics. */
static struct jinja_template *template_new(struct jinja *jinja, const char *name, struct str text)
{
	struct jinja_template *template = ARENA_NEW(&jinja->arena, struct jinja_template);

	template->name = name;
	template->called = str_of(name);
	template->text = lex_normalise(&jinja->arena, text, jinja->options.keep_trailing_newline);
	template->source = diag_source(jinja->diag, name, template->text);
	template->next = jinja->all;
	jinja->all = template;
	size_t bad = utf8_check(template->text);
	if (bad < template->text.n || template->text.n >= UINT32_MAX) {
		diag_error(jinja->diag, (struct span){template->source, (uint32_t)bad, 1},
		           bad < template->text.n ? "template is not UTF-8" : "template is too large");
		return NULL;
	}
	return parse_template(jinja, template) ? template : NULL;
}

/* A name that stays below the directories: relative, without "..". */
static bool name_is_safe(struct str name)
{
	if (name.n == 0 || memchr(name.p, 0, name.n) || memchr(name.p, '\\', name.n))
		return false;
	for (size_t at = 0; at <= name.n;) {
		size_t end = str_find(name, '/', at);

		if (str_eq(str_slice(name, at, end), STR("..")))
			return false;
		at = end + 1;
	}
	return name.p[0] != '/';
}

/* Whether PATH, links resolved, lies below DIR. */
static bool path_within(const char *dir, const char *path)
{
	char *real_dir = realpath(dir, NULL), *real_path = realpath(path, NULL);
	bool within = false;

	if (real_dir && real_path) {
		size_t n = strlen(real_dir);

		within = strncmp(real_dir, real_path, n) == 0 && (real_path[n] == '/' || n == 1);
	}
	free(real_dir);
	free(real_path);
	return within;
}

static enum find_result try_dir(struct jinja *jinja, const char *dir, struct str name, struct jinja_template **template)
{
	char *path = path_join(&jinja->arena, str_of(dir), name);
	struct stat st;
	struct str text;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		note_file(jinja, path, false);
		return FIND_MISSING;
	}
	if (!path_within(dir, path)) {
		diag_warning(jinja->diag, SPAN_NONE, "%s leads out of %s and is not used", path, dir);
		return FIND_MISSING;
	}
	note_file(jinja, path, true);
	if (fs_read_arena(path, &jinja->arena, &text) != 0) {
		diag_error(jinja->diag, SPAN_NONE, "%s: %s", path, strerror(errno));
		return FIND_FAILED;
	}
	*template = template_new(jinja, path, text);
	return *template ? FIND_OK : FIND_FAILED;
}

enum find_result jinja_find(struct jinja *jinja, struct str name, const struct jinja_template **template)
{
	struct map_entry *entry = map_get(&jinja->templates, name);
	struct jinja_template *found = NULL;
	enum find_result result = FIND_MISSING;

	*template = NULL;
	if (entry) {
		*template = entry->value.pointer;
		return *template ? FIND_OK : FIND_FAILED;
	}
	if (!name_is_safe(name))
		return FIND_MISSING;
	for (const char *const *dir = jinja->options.dirs; *dir && result == FIND_MISSING; dir++)
		result = try_dir(jinja, *dir, name, &found);
	if (result == FIND_MISSING)
		return result;
	struct str key = {arena_strndup(&jinja->arena, name.p, name.n), name.n};
	map_put(&jinja->templates, key, NULL)->value.pointer = found;
	if (found)
		found->called = key;
	*template = found;
	return result;
}

const struct jinja_template *jinja_load(struct jinja *jinja, struct str name, struct span by)
{
	const struct jinja_template *template;
	enum find_result result = jinja_find(jinja, name, &template);

	if (result == FIND_MISSING) {
		diag_error(jinja->diag, by, "template '%.*s' not found", STR_ARG(name));
		if (!name_is_safe(name))
			diag_hint(jinja->diag, "names of templates are relative and cannot hold '..'");
		for (const char *const *dir = jinja->options.dirs; *dir; dir++)
			diag_hint(jinja->diag, "looked in %s", *dir);
	} else if (result == FIND_FAILED && by.source) {
		diag_note(jinja->diag, by, "asked for here");
	}
	return template;
}

const struct jinja_template *jinja_parse(struct jinja *jinja, const char *name, struct str text)
{
	return template_new(jinja, name, text);
}

static void run_init(struct run *r, struct jinja *jinja, struct value vars, struct buf *out)
{
	const struct jinja_options *options = &jinja->options;

	*r = (struct run){.jinja = jinja, .diag = jinja->diag, .arena = &jinja->work, .out = out};
	r->strict = options->strict;
	r->out_limit = out->n + options->max_output;
	r->max_output = options->max_output;
	r->max_depth = options->max_depth;
	r->max_range = options->max_range;
	r->max_steps = options->max_steps;
	r->vars = vars.kind == VALUE_DICT ? vars.as.dict : NULL;
	if (!jinja->stack)
		jinja->stack = mem_alloc(JINJA_STACK * sizeof *jinja->stack);
	r->stack = jinja->stack;
	r->stack_base = (uintptr_t)__builtin_frame_address(0);
}

static void run_restore(struct run *r)
{
	for (struct journal *journal = r->journal; journal; journal = journal->next) {
		if (journal->is_dict)
			*journal->at.dict = journal->was.dict;
		else
			*journal->at.list = journal->was.list;
	}
}

bool jinja_render(struct jinja *jinja, const struct jinja_template *template, struct value vars, struct buf *out)
{
	size_t start = out->n;
	struct run r;

	run_init(&r, jinja, vars, out);
	r.root_context = context_new(&r, template);
	exec_root(&r, template, r.root_context);
	if (!r.failed && out->n > r.out_limit)
		run_fail(&r, "too much output (more than %llu bytes)", (unsigned long long)r.max_output);
	run_restore(&r);
	arena_clear(&jinja->work);
	if (r.failed)
		out->n = start;
	return !r.failed;
}
