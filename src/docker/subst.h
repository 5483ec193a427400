/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_SUBST_H
#define DTK_DOCKER_SUBST_H

#include "base/arena.h"
#include "base/str.h"
#include "docker/text.h"

/*
 * Variables and quotes as BuildKit's shell lexer handles them: $X ${X}
 * ${X:-d} ${X-d} ${X:+a} ${X+a} ${X:?e} ${X?e} ${X#p} ${X##p} ${X%p} ${X%%p}
 * ${X/p/r} ${X//p/r} (Dockerfile reference, "Environment replacement").
 */
struct subst_var {
	struct str name, value;
	bool unknown; /* set, but nobody here knows to what */
	struct subst_var *next;
};

struct subst_scope {
	const struct subst_scope *parent; /* looked up next, or NULL */
	struct subst_var *vars;           /* the newest first */
	bool open;                        /* names not found may have a value all the same (a base image's ENV) */
};

void subst_set(struct arena *arena, struct subst_scope *scope, struct str name, struct str value,
               bool unknown);
const struct subst_var *subst_get(const struct subst_scope *scope, struct str name);

enum {
	SUBST_RAW_QUOTES = 1,  /* quotes stay */
	SUBST_RAW_ESCAPES = 2, /* so do escapes */
	SUBST_KEEP_UNSET = 4,  /* an unset variable stays as it is written */
};

struct subst {
	struct arena *arena;
	const struct subst_scope *scope; /* may be NULL: nothing is set */
	char escape;
	unsigned flags;
	/* Results of the last call: */
	const char *error; /* in the arena; NULL if none */
	bool unresolved;   /* a variable that counts has no known value */
	size_t known;      /* the result's first bytes that no such variable touches */
};

/* Expands one WORD to *OUT (in the arena); false with an error. */
bool subst_word(struct subst *subst, struct str word, struct str *out);
/* The same, split into words at blanks outside of quotes, after expansion. */
bool subst_words(struct subst *subst, struct str line, struct text_list *out);

/*
 * The patterns of # % and /: '*' and '?' and escapes.  False where PATTERN
 * has an invalid escape.  VALUE and what is cut from it share their bytes.
 */
bool subst_trim_prefix(struct str pattern, struct str *value, bool longest);
bool subst_trim_suffix(struct str pattern, struct str *value, bool longest);
bool subst_replace(struct str pattern, struct str with, struct str value, bool all, struct buf *out);

#endif
