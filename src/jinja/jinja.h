/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_JINJA_H
#define DTK_JINJA_JINJA_H

#include "data/value.h"

/*
 * The face of the template engine: Jinja2 3.1 without its Python-only parts.
 * Templates are parsed once and rendered many times.
 */
struct jinja_options {
	const char *const *dirs; /* where names are looked up, in order; NULL-terminated */
	bool strict;             /* every use of an undefined but `is defined` and default() is an error */
	bool trim_blocks, lstrip_blocks, keep_trailing_newline;
	unsigned max_depth;      /* of calls, includes and blocks; 0: the default */
	uint64_t max_range;      /* longest range(); 0: the default */
	uint64_t max_output;     /* bytes a rendering may make; 0: the default */
	uint64_t max_steps;      /* loop turns and calls a rendering may make; 0: the default */
};

struct jinja;          /* an environment: options and the cache of parsed templates */
struct jinja_template; /* lives as long as its environment */

/* DIAG and what OPTIONS points to must outlive the environment. */
struct jinja *jinja_new(const struct jinja_options *options, struct diag *diag);
void jinja_free(struct jinja *jinja);

/*
 * Parses (once) the template NAME found in the dirs; NULL after diagnostics,
 * which are placed at BY where the name was asked for.
 */
const struct jinja_template *jinja_load(struct jinja *jinja, struct str name, struct span by);
/* Parses TEXT under NAME (as printed in diagnostics). Both must outlive the environment. */
const struct jinja_template *jinja_parse(struct jinja *jinja, const char *name, struct str text);

/*
 * Appends the rendering with VARS (a dict of text keys) to OUT; false after
 * diagnostics, OUT is then as before.  VARS is as before in any case.
 */
bool jinja_render(struct jinja *jinja, const struct jinja_template *template, struct value vars,
	struct buf *out);

/* Every file read so far, and every path looked for in vain: calls SEE once for each. */
void jinja_files(const struct jinja *jinja, void (*see)(void *context, const char *path, bool found),
	void *context);

/*
 * Calls SEE for every top-level variable that TEMPLATE and what it includes, imports and
 * extends by constant name may read.
 */
void jinja_variables(struct jinja *jinja, const struct jinja_template *template,
                     void (*see)(void *context, struct str name), void *context);

#endif
