/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/scope.h"

void analyze_target(struct scope *s, const struct node *node, bool parameter)
{
	if (node->kind == NODE_TARGETS) {
		for (const struct node *item = node->as.items.first; item; item = item->next)
			analyze_target(s, item, parameter);
	} else if (node->kind == NODE_MEMBER) {
		scope_load(s, node->as.attr.object->as.name.name);
	} else if (parameter) {
		scope_declare(s, node->as.name.name);
	} else {
		scope_store(s, node->as.name.name);
	}
}

static void each_arg(struct scope *s, const struct call_args *args, void (*visit)(struct scope *s, struct node *node))
{
	if (!args)
		return;
	for (struct node *node = args->positional.first; node; node = node->next)
		visit(s, node);
	for (struct named_arg *arg = args->named; arg; arg = arg->next)
		visit(s, arg->value);
	if (args->star)
		visit(s, args->star);
	if (args->star_star)
		visit(s, args->star_star);
}

/* Calls VISIT for the expressions that the expression NODE is made of. */
void scope_parts(struct scope *s, const struct node *node, void (*visit)(struct scope *s, struct node *node))
{
	switch ((enum node_kind)node->kind) {
	case NODE_LIST:
	case NODE_TUPLE:
	case NODE_DICT:
	case NODE_CONCAT:
	case NODE_CHAIN:
		for (struct node *item = node->as.items.first; item; item = item->next)
			visit(s, item);
		return;
	case NODE_ATTR:
		visit(s, node->as.attr.object);
		return;
	case NODE_CALL:
		visit(s, node->as.call.callee);
		each_arg(s, node->as.call.args, visit);
		return;
	case NODE_FILTER:
	case NODE_TEST:
		if (node->as.filter.operand)
			visit(s, node->as.filter.operand);
		each_arg(s, node->as.filter.args, visit);
		return;
	case NODE_CONSTANT:
	case NODE_NAME:
		return;
	default:
		if (node->as.kids.a)
			visit(s, node->as.kids.a);
		if (node->as.kids.b)
			visit(s, node->as.kids.b);
		if (node->as.kids.c)
			visit(s, node->as.kids.c);
		if (node->as.kids.d)
			visit(s, node->as.kids.d);
	}
}

static void analyze_part(struct scope *s, struct node *node)
{
	analyze_expr(s, node);
}

void analyze_expr(struct scope *s, const struct node *node)
{
	if (node->kind == NODE_NAME)
		scope_load(s, node->as.name.name);
	else
		scope_parts(s, node, analyze_part);
}

static struct symbols *branch_new(struct scope *s, struct symbols *base)
{
	struct symbols *branch = ARENA_NEW(s->arena, struct symbols);

	*branch = (struct symbols){.parent = base->parent, .base = base, .slots = base->slots, .func = base->func,
	                           .level = base->level};
	return branch;
}

/* What the branches of an if did becomes part of SYMBOLS; what not all assigned is looked up first. */
static void branches_merge(struct scope *s, struct symbols *symbols, struct symbols *const branches[3])
{
	s->now = symbols;
	for (int i = 0; i < 3; i++) {
		for (size_t k = 0; branches[i] && k < branches[i]->count; k++) {
			struct name *name = branches[i]->items[k].name;
			struct symbol *before = symbols_own(symbols, name);
			bool stored = before && before->store;
			int stores = 0;

			if (name->mark == s->jinja->mark)
				continue;
			for (int other = 0; other < 3; other++) {
				struct symbol *symbol = branches[other] ? symbols_own(branches[other], name) : NULL;

				stores += symbol && symbol->store && !stored;
			}
			name->mark = stores && stores < 3 ? s->jinja->mark : name->mark;
		}
	}
	for (int i = 0; i < 3; i++) {
		for (size_t k = 0; branches[i] && k < branches[i]->count; k++) {
			struct symbol copy = branches[i]->items[k];
			struct symbol *symbol = symbols_here(s, symbols, copy.name);
			struct symbols *owner;

			copy.store |= symbol->store;
			if (!copy.ref) {
				symbol->store = copy.store;
				continue;
			}
			*symbol = copy;
			if (copy.name->mark != s->jinja->mark)
				continue;
			struct symbol *outer = symbols_outside(s, copy.name, &owner);
			symbol->load = outer ? LOAD_ALIAS : LOAD_RESOLVE;
			if (outer)
				symbol->from = scope_place(s, owner, outer->slot);
		}
	}
}

static void analyze_if(struct scope *s, const struct branch *branch)
{
	struct symbols *base = s->now, *branches[3] = {NULL, NULL, NULL};

	analyze_expr(s, branch->condition);
	branches[0] = s->now = branch_new(s, base);
	analyze_nodes(s, &branch->body);
	branches[1] = branch_new(s, base);
	for (branch = branch->next; branch && branch->condition; branch = branch->next) {
		struct symbols *elif[3] = {NULL, NULL, NULL};

		s->now = branches[1];
		analyze_expr(s, branch->condition);
		elif[0] = s->now = branch_new(s, branches[1]);
		analyze_nodes(s, &branch->body);
		s->jinja->mark++;
		branches_merge(s, branches[1], elif);
	}
	s->now = branches[2] = branch_new(s, base);
	if (branch)
		analyze_nodes(s, &branch->body);
	s->jinja->mark++;
	branches_merge(s, base, branches);
}

static void analyze_load(struct scope *s, const struct node *node)
{
	const struct load_node *part = node->as.load;

	analyze_expr(s, part->template);
	if (part->target)
		scope_store(s, part->target->as.name.name);
	for (const struct import_name *name = part->names; name; name = name->next)
		scope_store(s, name->alias);
}

/* What NODE does to the scope that it stands in; bodies with scopes of their own are left alone. */
static void analyze_statement(struct scope *s, const struct node *node)
{
	switch ((enum node_kind)node->kind) {
	case NODE_PRINT:
	case NODE_DO:
		analyze_expr(s, node->as.kids.a);
		return;
	case NODE_SET:
		analyze_expr(s, node->as.kids.b);
		analyze_target(s, node->as.kids.a, false);
		return;
	case NODE_SET_BLOCK:
		analyze_target(s, node->as.scope->targets.first, false);
		return;
	case NODE_IF:
		analyze_if(s, node->as.branches);
		return;
	case NODE_FOR:
		analyze_expr(s, node->as.loop->iterable);
		return;
	case NODE_WITH:
		for (const struct node *value = node->as.scope->values.first; value; value = value->next)
			analyze_expr(s, value);
		return;
	case NODE_MACRO:
		scope_store(s, node->as.macro.func->name);
		return;
	case NODE_CALL_BLOCK:
		analyze_expr(s, node->as.call_block->call);
		return;
	case NODE_FILTER_BLOCK:
		analyze_expr(s, node->as.scope->filter);
		return;
	case NODE_INCLUDE:
	case NODE_IMPORT:
	case NODE_FROM:
	case NODE_EXTENDS:
		analyze_load(s, node);
		return;
	default:
		return;
	}
}

void analyze_nodes(struct scope *s, const struct nodes *nodes)
{
	for (const struct node *node = nodes->first; node; node = node->next)
		analyze_statement(s, node);
}
