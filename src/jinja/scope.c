/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/scope.h"

static void bind_expr(struct scope *s, struct node *node);
static void bind_nodes(struct scope *s, struct nodes *nodes);

/* Opens a scope within the current one. */
static struct symbols *scope_open(struct scope *s)
{
	struct symbols *symbols = ARENA_NEW(s->arena, struct symbols);

	symbols->parent = s->now;
	symbols->slots = &symbols->own_slots;
	symbols->func = s->func;
	symbols->level = s->level;
	s->now = symbols;
	return symbols;
}

static void mention(struct scope *s, struct mention **list, struct name *name)
{
	struct mention *mention = ARENA_NEW(s->arena, struct mention);

	*mention = (struct mention){name, s->in_block, *list};
	*list = mention;
}

/* What must happen at the start of the current scope. */
static void scope_loads(struct scope *s, struct loads *loads)
{
	loads->items = ARENA_ARRAY(s->arena, s->now->count, struct load);
	loads->count = loads->stored = 0;
	for (size_t i = 0; i < s->now->count; i++) {
		const struct symbol *symbol = &s->now->items[i];

		if (!symbol->ref || symbol->load == LOAD_PARAMETER || symbol->load == LOAD_NONE)
			continue;
		loads->items[loads->count++] =
			(struct load){symbol->load, symbol->store, symbol->slot, symbol->from, symbol->name};
		loads->stored += symbol->store;
		if (symbol->load == LOAD_RESOLVE)
			mention(s, &s->template->reads, symbol->name);
	}
}

static void bind_name(struct scope *s, struct name *name, struct place *place)
{
	struct symbols *owner;
	struct symbol *symbol = symbols_find(s->now, name, &owner);

	if (symbol)
		*place = scope_place(s, owner, symbol->slot);
}

static void bind_target(struct scope *s, struct node *node)
{
	if (node->kind == NODE_TARGETS) {
		for (struct node *item = node->as.items.first; item; item = item->next)
			bind_target(s, item);
	} else if (node->kind == NODE_MEMBER) {
		bind_expr(s, node->as.attr.object);
	} else {
		bind_name(s, node->as.name.name, &node->as.name.place);
	}
}

static void bind_part(struct scope *s, struct node *node)
{
	bind_expr(s, node);
}

static void bind_expr(struct scope *s, struct node *node)
{
	if (node->kind == NODE_NAME)
		bind_name(s, node->as.name.name, &node->as.name.place);
	else
		scope_parts(s, node, bind_part);
}

/* Every variable that is assigned here or in a scope around, innermost first. */
static void scope_visible(struct scope *s, struct visibles *visibles)
{
	size_t capacity = 0;

	s->jinja->mark++;
	for (struct symbols *symbols = s->now; symbols; symbols = symbols->parent) {
		for (size_t i = 0; i < symbols->count; i++) {
			struct symbol *symbol = &symbols->items[i];

			if (!symbol->store || symbol->name->mark == s->jinja->mark)
				continue;
			symbol->name->mark = s->jinja->mark;
			if (visibles->count == capacity) {
				size_t size = sizeof *visibles->items, grown = capacity ? capacity * 2 : 8;

				visibles->items = arena_grow(s->arena, visibles->items, capacity * size, grown * size);
				capacity = grown;
			}
			struct visible *visible = &visibles->items[visibles->count++];
			visible->name = symbol->name;
			bind_name(s, symbol->name, &visible->place);
		}
	}
}

struct scope_saved {
	struct symbols *now;
	struct func *func;
	unsigned level;
};

static struct scope_saved func_open(struct scope *s, struct func *func, bool within)
{
	struct scope_saved saved = {s->now, s->func, s->level};

	if (within)
		s->func->captured = true;
	else
		s->now = NULL;
	s->func = func;
	s->level = within ? s->level + 1 : 0;
	return saved;
}

static void func_close(struct scope *s, struct scope_saved saved)
{
	s->now = saved.now;
	s->func = saved.func;
	s->level = saved.level;
}

static uint16_t declare_special(struct scope *s, const char *name)
{
	struct name *special = name_intern(s->jinja, str_of(name));

	scope_declare(s, special);
	return symbols_own(s->now, special)->slot;
}

/* A macro or a call block: defaults and body are one scope. */
static void bind_func(struct scope *s, struct func *func)
{
	struct scope_saved saved = func_open(s, func, true);

	scope_open(s);
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		scope_declare(s, func->parameters[i].name);
		func->parameters[i].slot = symbols_own(s->now, func->parameters[i].name)->slot;
	}
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		if (func->parameters[i].fallback)
			analyze_expr(s, func->parameters[i].fallback);
	}
	analyze_nodes(s, &func->body);
	if (func->catches_caller && !func->explicit_caller)
		func->caller_slot = declare_special(s, "caller");
	if (func->catches_kwargs)
		func->kwargs_slot = declare_special(s, "kwargs");
	if (func->catches_varargs)
		func->varargs_slot = declare_special(s, "varargs");
	scope_loads(s, &func->loads);
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		if (func->parameters[i].fallback)
			bind_expr(s, func->parameters[i].fallback);
	}
	bind_nodes(s, &func->body);
	func_close(s, saved);
}

/* A template or a block: no scope is around it. */
static void bind_outermost(struct scope *s, struct func *func)
{
	struct scope_saved saved = func_open(s, func, false);
	bool in_block = s->in_block;

	s->in_block = func->kind == FUNC_BLOCK;
	scope_open(s);
	if (func->uses_self)
		func->self_slot = declare_special(s, "self");
	if (func->uses_super)
		func->super_slot = declare_special(s, "super");
	analyze_nodes(s, &func->body);
	scope_loads(s, &func->loads);
	for (size_t i = 0; i < s->now->count && func->kind == FUNC_ROOT; i++) {
		if (s->now->items[i].store)
			mention(s, &s->template->sets, s->now->items[i].name);
	}
	bind_nodes(s, &func->body);
	func_close(s, saved);
	s->in_block = in_block;
}

static void bind_loop_body(struct scope *s, struct for_node *loop)
{
	struct symbols *outside = s->now;

	scope_open(s);
	if (loop->extended)
		loop->loop_slot = declare_special(s, "loop");
	analyze_target(s, loop->target, true);
	analyze_nodes(s, &loop->body);
	scope_loads(s, &loop->loads);
	bind_target(s, loop->target);
	bind_nodes(s, &loop->body);
	s->now = outside;
	if (loop->filter) {
		scope_open(s);
		analyze_target(s, loop->filter_target, true);
		analyze_expr(s, loop->filter);
		scope_loads(s, &loop->filter_loads);
		bind_target(s, loop->filter_target);
		bind_expr(s, loop->filter);
		s->now = outside;
	}
	if (loop->otherwise.first) {
		scope_open(s);
		analyze_nodes(s, &loop->otherwise);
		scope_loads(s, &loop->otherwise_loads);
		bind_nodes(s, &loop->otherwise);
		s->now = outside;
	}
}

static void bind_for(struct scope *s, struct for_node *loop)
{
	struct scope_saved saved = {s->now, s->func, s->level};

	bind_expr(s, loop->iterable);
	if (loop->recursive)
		func_open(s, loop->func, true);
	bind_loop_body(s, loop);
	func_close(s, saved);
}

static void bind_scope(struct scope *s, struct node *node)
{
	struct scope_node *scope = node->as.scope;
	struct symbols *outside = s->now;

	for (struct node *value = scope->values.first; value; value = value->next)
		bind_expr(s, value);
	if (node->kind == NODE_SET_BLOCK)
		bind_target(s, scope->targets.first);
	scope_open(s);
	if (node->kind == NODE_FILTER_BLOCK)
		analyze_expr(s, scope->filter);
	for (struct node *target = scope->targets.first; target &&
		node->kind == NODE_WITH; target = target->next)
		analyze_target(s, target, true);
	analyze_nodes(s, &scope->body);
	if (node->kind == NODE_SET_BLOCK && scope->filter)
		analyze_expr(s, scope->filter);
	scope_loads(s, &scope->loads);
	for (struct node *target = scope->targets.first; target &&
		node->kind == NODE_WITH; target = target->next)
		bind_target(s, target);
	if (scope->filter)
		bind_expr(s, scope->filter);
	bind_nodes(s, &scope->body);
	s->now = outside;
}

static void bind_load(struct scope *s, struct node *node)
{
	struct load_node *part = node->as.load;
	struct asked *asked = ARENA_NEW(s->arena, struct asked);

	*asked = (struct asked){node, s->template->asked};
	s->template->asked = asked;
	bind_expr(s, part->template);
	if (part->target)
		bind_target(s, part->target);
	for (struct import_name *name = part->names; name; name = name->next)
		bind_name(s, name->alias, &name->place);
	if ((node->kind == NODE_INCLUDE || node->kind == NODE_IMPORT || node->kind == NODE_FROM) &&
		part->with_context)
		scope_visible(s, &part->visibles);
}

static void bind_if(struct scope *s, struct branch *branch)
{
	for (; branch; branch = branch->next) {
		if (branch->condition)
			bind_expr(s, branch->condition);
		bind_nodes(s, &branch->body);
	}
}

static void bind_statement(struct scope *s, struct node *node)
{
	switch ((enum node_kind)node->kind) {
	case NODE_PRINT:
	case NODE_DO:
		bind_expr(s, node->as.kids.a);
		return;
	case NODE_SET:
		bind_expr(s, node->as.kids.b);
		bind_target(s, node->as.kids.a);
		return;
	case NODE_IF:
		bind_if(s, node->as.branches);
		return;
	case NODE_FOR:
		bind_for(s, node->as.loop);
		return;
	case NODE_SET_BLOCK:
	case NODE_WITH:
	case NODE_FILTER_BLOCK:
	case NODE_SCOPE:
		bind_scope(s, node);
		return;
	case NODE_MACRO:
		bind_name(s, node->as.macro.func->name, &node->as.macro.place);
		bind_func(s, node->as.macro.func);
		return;
	case NODE_CALL_BLOCK:
		bind_expr(s, node->as.call_block->call);
		bind_func(s, node->as.call_block->func);
		return;
	case NODE_INCLUDE:
	case NODE_IMPORT:
	case NODE_FROM:
	case NODE_EXTENDS:
		bind_load(s, node);
		return;
	case NODE_BLOCK:
		if (node->as.block->func->scoped)
			scope_visible(s, &node->as.block->visibles);
		bind_outermost(s, node->as.block->func);
		return;
	default:
		return;
	}
}

static void bind_nodes(struct scope *s, struct nodes *nodes)
{
	for (struct node *node = nodes->first; node; node = node->next)
		bind_statement(s, node);
}

bool scope_template(struct jinja *jinja, struct jinja_template *template)
{
	struct scope s = {.jinja = jinja, .arena = &jinja->arena, .template = template};

	bind_outermost(&s, template->root);
	return !s.failed;
}
