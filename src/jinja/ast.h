/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_AST_H
#define DTK_JINJA_AST_H

#include "data/value.h"

/*
 * What the parser makes, the scope pass completes and the evaluator walks.
 * Everything lives in the environment's arena and never changes once its
 * template is parsed.
 */

/* Why a value is undefined. */
enum undefined_kind {
	UNDEFINED_NAME,    /* no variable NAME */
	UNDEFINED_MEMBER,  /* OWNER has no NAME */
	UNDEFINED_BECAUSE, /* NAME is a whole sentence */
};
struct undefined {
	enum undefined_kind kind;
	struct str name;
	const char *owner; /* the kind of value that lacks the member */
};

/* A slot that holds nothing, unlike a value that is known to be undefined. */
static inline bool value_missing(struct value v) { return v.kind == VALUE_UNDEFINED && !v.as.undefined; }

enum loop_attr {
	LOOP_NONE,
	LOOP_INDEX,
	LOOP_INDEX0,
	LOOP_REVINDEX,
	LOOP_REVINDEX0,
	LOOP_FIRST,
	LOOP_LAST,
	LOOP_LENGTH,
	LOOP_DEPTH,
	LOOP_DEPTH0,
	LOOP_PREVITEM,
	LOOP_NEXTITEM,
	LOOP_CYCLE,
	LOOP_CHANGED,
};

/* Names whose mere use changes how a body is compiled. */
enum special { SPECIAL_NONE, SPECIAL_LOOP, SPECIAL_SELF, SPECIAL_SUPER, SPECIAL_CALLER, SPECIAL_KWARGS,
	SPECIAL_VARARGS };

/* One for every spelling in an environment: names are compared by address. */
struct name {
	struct str text;
	struct string string; /* the same, ready to be a key */
	struct undefined undefined;
	struct value global; /* missing where there is none */
	enum loop_attr loop_attr;
	enum special special;
	const struct builtin *string_method, *list_method, *tuple_method, *dict_method;
	uint32_t mark; /* for passes over all names */
};

/* Where a variable lives: DEPTH frames out, at SLOT. */
struct place {
	uint16_t depth, slot;
};

enum node_kind {
	/* expressions */
	NODE_CONSTANT,
	NODE_NAME,
	NODE_LIST,
	NODE_TUPLE,
	NODE_DICT,
	NODE_ATTR,
	NODE_ITEM,
	NODE_SLICE,
	NODE_CALL,
	NODE_FILTER,
	NODE_TEST,
	NODE_NEGATE,
	NODE_PLUS,
	NODE_NOT,
	NODE_AND,
	NODE_OR,
	NODE_BINARY,
	NODE_COMPARE,
	NODE_CHAIN,
	NODE_CONCAT,
	NODE_CONDITION,
	/* targets of assignments */
	NODE_TARGET,
	NODE_TARGETS,
	NODE_MEMBER,
	/* statements */
	NODE_TEXT,
	NODE_PRINT,
	NODE_IF,
	NODE_FOR,
	NODE_SET,
	NODE_SET_BLOCK,
	NODE_WITH,
	NODE_MACRO,
	NODE_CALL_BLOCK,
	NODE_FILTER_BLOCK,
	NODE_INCLUDE,
	NODE_IMPORT,
	NODE_FROM,
	NODE_EXTENDS,
	NODE_BLOCK,
	NODE_DO,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_SCOPE,
};

enum operator {
	OP_ADD,
	OP_SUBTRACT,
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_FLOOR,
	OP_MODULO,
	OP_POWER,
	OP_EQUAL,
	OP_UNEQUAL,
	OP_LESS,
	OP_LESS_EQUAL,
	OP_GREATER,
	OP_GREATER_EQUAL,
	OP_IN,
	OP_NOT_IN,
};

struct node;
struct nodes {
	struct node *first, **tail;
	uint32_t count;
};

/* The arguments of a call, filter or test. */
struct named_arg {
	struct name *name;
	struct node *value;
	struct named_arg *next;
};
struct call_args {
	struct nodes positional;
	struct named_arg *named;
	uint32_t named_count;
	struct node *star, *star_star; /* NULL: none */
};

/* What happens to a variable's slot where its scope begins. */
enum load_kind { LOAD_NONE, LOAD_PARAMETER, LOAD_RESOLVE, LOAD_ALIAS, LOAD_UNDEFINED };
struct load {
	enum load_kind kind;
	bool stored; /* changes within the scope: a loop renews it every turn */
	uint16_t slot;
	struct place from; /* LOAD_ALIAS */
	struct name *name; /* LOAD_RESOLVE */
};
struct loads {
	struct load *items;
	uint32_t count, stored;
};

struct visible { /* a variable that an include or a scoped block can see */
	struct name *name;
	struct place place;
};
struct visibles {
	struct visible *items;
	uint32_t count;
};

struct parameter {
	struct name *name;
	struct node *fallback; /* NULL: none */
	uint16_t slot;
};

enum func_kind { FUNC_ROOT, FUNC_BLOCK, FUNC_MACRO, FUNC_CALLER, FUNC_LOOP };
/* A body with slots of its own: a template, a block, a macro, a recursive loop. */
struct func {
	enum func_kind kind;
	bool captured; /* an inner function may outlive a call: slots belong in the arena */
	bool catches_caller, catches_kwargs, catches_varargs;
	bool explicit_caller; /* it is among the parameters */
	bool uses_self, uses_super;
	uint16_t slots;
	uint16_t caller_slot, kwargs_slot, varargs_slot, self_slot, super_slot;
	struct name *name; /* NULL for FUNC_ROOT, FUNC_CALLER, FUNC_LOOP */
	uint32_t offset, length; /* of its tag */
	struct parameter *parameters;
	uint32_t parameter_count;
	struct loads loads;
	struct nodes body;
	const struct jinja_template *template;
	struct func *next; /* of the template's blocks */
	bool scoped, required;
};

struct for_node {
	struct node *target, *iterable, *filter; /* FILTER may be NULL */
	struct node *filter_target; /* the target once more, in the filter's scope */
	struct nodes body, otherwise;
	struct func *func; /* of a recursive loop, else NULL */
	struct loads loads, filter_loads, otherwise_loads;
	bool extended; /* the body uses `loop` */
	bool recursive;
	uint16_t loop_slot;
};

struct branch { /* of an if */
	struct node *condition; /* NULL: else */
	struct nodes body;
	struct branch *next;
};

struct import_name {
	struct name *name, *alias;
	uint32_t offset, length;
	struct place place;
	struct import_name *next;
};

/* include, import, from, extends */
struct load_node {
	struct node *template;
	bool ignore_missing, with_context;
	struct node *target; /* import */
	struct import_name *names; /* from */
	struct visibles visibles;
};

/* set block, with, filter block, autoescape: a body in a scope of its own */
struct scope_node {
	struct nodes targets, values;
	struct node *filter; /* innermost filter has no operand */
	struct nodes body;
	struct loads loads;
};

struct block_node {
	struct func *func;
	struct visibles visibles; /* scoped */
	bool toplevel;
};

struct call_block_node {
	struct func *func;
	struct node *call;
};

struct node {
	uint8_t kind; /* enum node_kind */
	uint8_t op;   /* enum operator */
	bool toplevel; /* SET, SET_BLOCK, MACRO, IMPORT, FROM: also goes to the context */
	bool checked; /* PRINT, TEXT: silent once the template extends another */
	bool soft;    /* FILTER, TEST: may be unknown until reached */
	bool negated; /* TEST */
	uint32_t offset, length;
	struct node *next;
	union {
		struct value constant;
		struct {
			struct name *name;
			struct place place;
		} name; /* NAME, TARGET */
		struct {
			struct node *a, *b, *c, *d;
		} kids; /* unary, binary, ITEM, SLICE, CONDITION, SET, PRINT, DO */
		struct nodes items; /* LIST, TUPLE, DICT (key, value, ...), CONCAT, CHAIN, TARGETS */
		struct {
			struct node *object;
			struct name *name;
		} attr; /* ATTR, MEMBER */
		struct {
			struct node *callee;
			struct call_args *args;
		} call;
		struct {
			struct node *operand;
			const struct builtin *builtin; /* NULL: unknown */
			struct name *name;
			struct call_args *args; /* NULL: none */
		} filter; /* FILTER, TEST */
		struct str text;
		struct branch *branches;
		struct for_node *loop;
		struct scope_node *scope;
		struct func *func; /* MACRO: and its own place */
		struct {
			struct func *func;
			struct place place;
		} macro;
		struct call_block_node *call_block;
		struct load_node *load;
		struct block_node *block;
	} as;
};

/* For jinja_variables: a name that is looked up when a scope begins, or that the top level sets. */
struct mention {
	struct name *name;
	bool in_block; /* a block, which sees what the top level set */
	struct mention *next;
};
struct asked { /* an include, import, from or extends */
	const struct node *node;
	struct asked *next;
};

struct jinja_template {
	const char *name;  /* as printed */
	struct str called; /* what it was asked for by */
	struct str text;
	uint32_t source; /* diag's number */
	bool extends;    /* has an extends tag somewhere */
	bool surely_extends; /* has one that no tag encloses */
	struct mention *reads, *sets;
	struct asked *asked;
	struct func *root;
	struct func *blocks, **blocks_tail;
	struct jinja_template *next; /* of all in the environment */
};

#endif
