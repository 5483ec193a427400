/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_PARSE_H
#define DTK_JINJA_PARSE_H

#include "jinja/env.h"
#include "jinja/lex.h"

/*
 * The parser's two rooms, expressions and statements, share this.
 *
 * After a syntax error the parser is in panic: the current token is the end of
 * the tag, nothing more is said, and the tag is given up; the next tag starts
 * afresh.  So one run finds the errors of all tags.
 */

/* A body for which the use of special names is watched. */
struct watch {
	struct watch *up;
	bool barrier;       /* a block: what it uses is its own business */
	unsigned used, gone; /* 1 << enum special: read; assigned before any read */
};

/* A block tag that waits for its end. */
struct open {
	struct open *up;
	const char *tag;
	const char *const *ends; /* NULL-terminated */
	uint32_t offset, length;
};

struct parser {
	struct jinja *jinja;
	struct arena *arena;
	struct jinja_template *template;
	struct lexer lexer;
	struct token token, ahead;
	bool has_ahead;
	uint32_t last_end; /* of the token before the current one */
	bool failed, panic;
	bool pending;      /* the current token is the word of a block tag that ends an outer block */
	unsigned nesting;
	struct open *open;
	struct watch *watch;
	unsigned in_loops; /* loops that break and continue could mean */
	bool toplevel, checked, soft;
	struct node **unknown; /* filters and tests that are not known */
	size_t unknown_count, unknown_capacity;
};

/* Deepest nesting of expressions and of blocks in the source. */
enum { PARSE_NESTING = 100 };

void parse_next(struct parser *p);
/* The token after the current one. */
const struct token *parse_peek(struct parser *p);
/* Reports at OFFSET (unless in panic) and panics. True where it was reported, so that notes may follow. */
bool parse_error(struct parser *p, uint32_t offset, uint32_t length, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Reports what is wrong with the current token: "expected WANTED, found ...". */
void parse_expected(struct parser *p, const char *wanted);
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_expect(struct parser *p, enum token_kind kind, const char *wanted);
static inline bool parse_is_word(const struct parser *p, const char *word)
{
	return p->token.kind == TOKEN_NAME && str_is(p->token.str, word);
}
static inline bool parse_accept_word(struct parser *p, const char *word)
{
	if (p->panic || !parse_is_word(p, word))
		return false;
	parse_next(p);
	return true;
}
/* False, after an error, where nesting is too deep; else parse_leave must follow. */
bool parse_enter(struct parser *p);
void parse_leave(struct parser *p);

struct node *parse_node(struct parser *p, enum node_kind kind, uint32_t offset);
/* NODE ends where the last token did. */
struct node *parse_done(struct parser *p, struct node *node);
void nodes_init(struct nodes *nodes);
void nodes_add(struct nodes *nodes, struct node *node);
/* NAME is read (or assigned) here. */
void parse_uses(struct parser *p, const struct name *name, bool stored);

/* Expressions; never NULL, in panic any node. */
struct node *parse_expression(struct parser *p);
struct node *parse_without_condition(struct parser *p);
/* Also tuples without parentheses. */
struct node *parse_tuple(struct parser *p, bool conditions);
/* The filters on OPERAND (NULL: the body of a block), if any; STARTS_INLINE: the first has no bar. */
struct node *parse_filters(struct parser *p, struct node *operand, bool starts_inline);
/* primary.c: names, literals, brackets, and what may follow them: .NAME [..] (..) */
struct node *parse_primary(struct parser *p);
struct node *parse_postfix(struct parser *p, struct node *node);
struct node *parse_call(struct parser *p, struct node *callee);
struct call_args *parse_arguments(struct parser *p);
/* Whether nothing more of a tuple without parentheses can follow. */
bool parse_tuple_ends(const struct parser *p);
/* NAME, (A, B), A, B; NAME.MEMBER if MEMBERS. */
struct node *parse_target(struct parser *p, bool members);
struct node *parse_target_name(struct parser *p);

/* The tags, ended by a NULL word. PARSE starts behind the word and fills NODE in. */
struct tag {
	const char *word;
	void (*parse)(struct parser *p, struct node *node);
};
extern const struct tag parse_tags[];

/* The body of a block tag, up to one of open->ends, whose index it returns; -1 if it never came. */
int parse_body(struct parser *p, struct nodes *body, struct open *open);

#endif
