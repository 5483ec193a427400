/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_ENV_H
#define DTK_JINJA_ENV_H

#include "base/map.h"
#include "jinja/ast.h"
#include "jinja/jinja.h"

struct looked_up { /* a path that was read or looked for */
	const char *path;
	bool found;
};

struct module_object;
struct kept_module { /* of an import without context */
	const struct jinja_template *template;
	struct module_object *module; /* NULL: each rendering needs its own */
	struct arena arena;           /* what the module lives in; never r->arena, so that changes are put back */
	struct kept_module *next;
};

/* An environment: its arena holds names and templates. */
struct jinja {
	struct jinja_options options;
	struct diag *diag;
	struct arena arena;
	struct map names;     /* text to struct name */
	struct map templates; /* name to struct jinja_template, NULL where it failed */
	struct jinja_template *all;
	struct kept_module *modules;
	struct looked_up *files;
	size_t file_count, file_capacity;
	struct map file_index; /* path to 1 + index */
	struct arena work;     /* of the rendering under way, reused by the next */
	struct value *stack;   /* of slots and arguments, likewise */
	uint32_t mark;         /* the newest of name->mark */
};

/* Slots on the stack of a rendering; bodies that need more take them from the arena. */
enum { JINJA_STACK = 16384 };

/* The one struct name of TEXT; TEXT is copied. */
struct name *name_intern(struct jinja *jinja, struct str text);

enum find_result { FIND_OK, FIND_MISSING, FIND_FAILED };
/*
 * Finds and parses a template: FIND_MISSING where no directory has it (nothing
 * is said), FIND_FAILED after diagnostics.  Names that lead outside are
 * FIND_MISSING.
 */
enum find_result jinja_find(struct jinja *jinja, struct str name, const struct jinja_template **template);

/* Parses template->text into it; false after diagnostics. */
bool parse_template(struct jinja *jinja, struct jinja_template *template);
/* Gives every variable of FUNC's template its place; false after diagnostics. */
bool scope_template(struct jinja *jinja, struct jinja_template *template);

#endif
