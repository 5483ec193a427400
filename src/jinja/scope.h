/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_SCOPE_H
#define DTK_JINJA_SCOPE_H

#include "jinja/env.h"

/*
 * Which variable does a name mean?  Jinja2 answers when it compiles: each
 * scope (template, block, macro, loop body, with, ...) is read once to see
 * which names it assigns and reads; a name belongs to the innermost scope
 * around that assigns it or read it first.  What a scope only reads and no
 * scope around it knows is resolved from the context where the scope begins.
 */

struct symbol {
	struct name *name;
	uint16_t slot;
	bool ref, store;
	enum load_kind load;
	struct place from;
};

struct slot_of { /* the slot of a name in a scope, whichever branch asked first */
	struct name *name;
	uint16_t slot;
	struct slot_of *next;
};

struct symbols {
	struct symbols *parent; /* the scope around */
	struct symbols *base;   /* a branch of an if: what it is a branch of */
	struct symbol *items;
	size_t count, capacity;
	struct slot_of **slots; /* shared by all branches */
	struct slot_of *own_slots;
	struct func *func;
	unsigned level; /* of FUNC */
};

struct scope {
	struct jinja *jinja;
	struct arena *arena;
	struct jinja_template *template;
	struct symbols *now;
	struct func *func;
	unsigned level;
	bool failed, in_block;
};

/* NAME's symbol in SYMBOLS themselves, in the innermost scope from there out (*OWNER), in those around. */
struct symbol *symbols_own(struct symbols *symbols, const struct name *name);
struct symbol *symbols_find(struct symbols *symbols, const struct name *name, struct symbols **owner);
struct symbol *symbols_outside(struct scope *s, const struct name *name, struct symbols **owner);
/* NAME's symbol in the newest branch itself, made as a copy of what the branch stems from. */
struct symbol *symbols_here(struct scope *s, struct symbols *symbols, struct name *name);
/* Where SLOT of OWNER is, seen from the current function. */
struct place scope_place(const struct scope *s, const struct symbols *owner, uint16_t slot);

/* NAME is a parameter, is read, is assigned to in the current scope. */
void scope_declare(struct scope *s, struct name *name);
void scope_load(struct scope *s, struct name *name);
void scope_store(struct scope *s, struct name *name);

/* Calls VISIT for the expressions that the expression NODE is made of. */
void scope_parts(struct scope *s, const struct node *node,
	void (*visit)(struct scope *s, struct node *node));
/* What code does to the current scope; bodies with scopes of their own are left alone. */
void analyze_expr(struct scope *s, const struct node *node);
void analyze_nodes(struct scope *s, const struct nodes *nodes);
/* PARAMETER: of a loop or a with. */
void analyze_target(struct scope *s, const struct node *node, bool parameter);

#endif
