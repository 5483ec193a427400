/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_BUILTIN_H
#define DTK_JINJA_BUILTIN_H

#include "jinja/ast.h"

struct run;

/* Arguments as given in a call. */
struct keyword {
	struct str name;
	struct value value;
};
struct args {
	struct value *positional;
	size_t count;
	struct keyword *named;
	size_t named_count;
};

enum { BUILTIN_PARAMETERS = 7 };
/*
 * A filter, test, method or global function.  SELF is the value that is
 * filtered, tested or has the method; ARGV are the arguments by the place of
 * their names in PARAMETERS, missing (value_missing) where not given.
 */
struct builtin {
	const char *name;
	struct value (*call)(struct run *run, struct value self, struct value *argv, const struct args *args);
	const char *parameters; /* "a,b,c"; "*" first: takes what comes, in ARGS; "/" first: no keywords */
	uint8_t required;
	bool lazy;   /* SELF may be undefined even under --strict */
	bool writes; /* SELF is changed */
};

/* By name; NULL where there is none. */
const struct builtin *builtin_filter(struct str name);
const struct builtin *builtin_test(struct str name);
/* Methods of a kind of value. */
const struct builtin *builtin_method(enum value_kind kind, struct str name);
/* The tables, ended by a NULL name. */
const struct builtin *builtin_filters(void);
const struct builtin *builtin_filters_text(void);
const struct builtin *builtin_filters_seq(void);
const struct builtin *builtin_tests(void);
const struct builtin *builtin_globals(void);
const struct builtin *builtin_string_methods(void);
const struct builtin *builtin_container_methods(enum value_kind kind);
/* Reports the filter or test of NODE as unknown. */
void builtin_unknown(struct diag *diag, uint32_t source, const struct node *node);

#endif
