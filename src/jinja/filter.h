/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_FILTER_H
#define DTK_JINJA_FILTER_H

#include "jinja/run.h"

/* What the rooms of the filters and methods share. */

#define BUILTIN(name) \
	static struct value name(struct run *r, struct value self, struct value *argv, const struct args *args)
#define UNUSED (void)r, (void)self, (void)argv, (void)args

/* An argument's truth, or FALLBACK where it was not given. */
static inline bool arg_bool(struct run *r, struct value v, bool fallback)
{
	return value_missing(v) ? fallback : op_truth(r, v);
}

/* An integer argument, FALLBACK where it was not given; after an error FALLBACK too. */
int64_t arg_int(struct run *r, struct value v, int64_t fallback);
/* Where none stands for FALLBACK as well. */
int64_t arg_int_or_none(struct run *r, struct value v, int64_t fallback);
/* A string argument; an error where it is no string. */
struct str arg_str(struct run *r, struct value v, const char *fallback);

/* Filters with rooms of their own. */
struct value filter_pprint(struct run *r, struct value self, struct value *argv, const struct args *args);
struct value filter_urlize(struct run *r, struct value self, struct value *argv, const struct args *args);

/* String work that filters and methods both do; TEXT is not changed. */
struct value text_recase(struct run *r, struct str text, int how);
struct value text_replace(struct run *r, struct str text, struct str old, struct str new, int64_t count);
/* Without the code points of CHARS (missing or none: white space) at its ends. */
struct value text_strip(struct run *r, struct str text, struct value chars, bool left, bool right);
/* WIDTH code points: LEFT and RIGHT say where FILL may go. */
struct value text_pad(struct run *r, struct value self, int64_t width, struct str fill, bool left,
	bool right);
/* The next line of TEXT from *AT as Python's splitlines sees it; false at the end. */
bool text_line(struct str text, size_t *at, struct str *line, size_t *ending);
/* TIMES times TEXT, empty where that is negative. */
struct str text_repeat(struct run *r, struct str text, int64_t times);
void text_escape(struct buf *out, struct str text);
struct value text_join(struct run *r, struct str separator, struct value list, bool strict);

#endif
