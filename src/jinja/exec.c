/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

void exec_loads(struct run *r, const struct loads *loads, struct frame *frame, bool only_stored)
{
	for (uint32_t i = 0; i < loads->count; i++) {
		const struct load *load = &loads->items[i];

		if (only_stored && !load->stored)
			continue;
		switch (load->kind) {
		case LOAD_RESOLVE:
			frame->slots[load->slot] = context_resolve(r, frame->context, load->name);
			break;
		case LOAD_ALIAS:
			frame->slots[load->slot] = *frame_slot(frame, load->from);
			break;
		default:
			frame->slots[load->slot] = value_undefined();
		}
	}
}

/* The end of a scope: its variables are gone for functions that live on. */
static void exec_unload(const struct loads *loads, struct frame *frame)
{
	for (uint32_t i = 0; i < loads->count; i++)
		frame->slots[loads->items[i].slot] = value_undefined();
}

static void frame_open(struct run *r, struct frame *frame, const struct func *func)
{
	if (func->captured) {
		frame->slots = ARENA_ARRAY(r->arena, func->slots, struct value);
	} else {
		frame->slots = run_push(r, func->slots);
	}
}

static struct value block_object(struct run *r, enum object_kind kind, struct context *context,
                                 struct block_stack *stack, size_t depth)
{
	struct block_object *object = ARENA_NEW(r->arena, struct block_object);

	*object = (struct block_object){{kind}, context, stack, depth};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &object->base};
}

void exec_root(struct run *r, const struct jinja_template *template, struct context *context)
{
	const struct jinja_template *parent = r->parent;
	uint32_t source = r->source;
	unsigned parents = 0;
	struct trace trace;

	r->parent = NULL;
	r->source = template->source;
	for (const struct jinja_template *each = template; each && !r->failed; each = r->parent) {
		size_t top = r->stack_top;
		struct frame *frame = ARENA_NEW(r->arena, struct frame);

		if (each != template && !run_enter(r, &trace, "extends", str_of(each->name)))
			break;
		if (++parents > r->max_depth)
			run_fail(r, "templates extend each other without end");
		frame->context = context;
		r->parent = NULL;
		r->source = each->source;
		frame_open(r, frame, each->root);
		if (each->root->uses_self)
			frame->slots[each->root->self_slot] = block_object(r, OBJECT_SELF, context, NULL, 0);
		exec_loads(r, &each->root->loads, frame, false);
		exec_nodes(r, &each->root->body, frame);
		run_pop(r, top);
		if (each != template)
			run_leave(r, &trace);
	}
	r->parent = parent;
	r->source = source;
}

static struct value block_super(struct run *r, const struct func *func, struct context *context,
                                struct block_stack *stack)
{
	for (size_t i = 0; i + 1 < stack->count; i++) {
		if (stack->funcs[i] == func)
			return block_object(r, OBJECT_BLOCK, context, stack, i + 1);
	}
	return undefined_because(r, "no template above has a block '%.*s'", STR_ARG(func->name->text));
}

void exec_block(struct run *r, const struct func *func, struct context *context, struct block_stack *stack)
{
	uint32_t source = r->source;
	size_t top = r->stack_top;
	struct trace trace;

	if (!run_enter(r, &trace, "in block", func->name->text))
		return;
	struct frame *frame = ARENA_NEW(r->arena, struct frame);
	frame->context = context;
	frame_open(r, frame, func);
	r->source = func->template->source;
	if (func->uses_self)
		frame->slots[func->self_slot] = block_object(r, OBJECT_SELF, context, NULL, 0);
	if (func->uses_super)
		frame->slots[func->super_slot] = block_super(r, func, context, stack);
	exec_loads(r, &func->loads, frame, false);
	exec_nodes(r, &func->body, frame);
	run_pop(r, top);
	r->source = source;
	run_leave(r, &trace);
}

static void set_exported(struct run *r, const struct node *target, struct frame *frame)
{
	if (target->kind == NODE_TARGETS) {
		for (const struct node *item = target->as.items.first; item; item = item->next)
			set_exported(r, item, frame);
	} else if (target->kind == NODE_TARGET) {
		context_set(r, frame->context, target->as.name.name, frame->slots[target->as.name.place.slot],
			true);
	}
}

static enum flow exec_set(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = eval(r, node->as.kids.b, frame);

	if (!r->failed)
		eval_assign(r, node->as.kids.a, frame, v);
	if (node->toplevel && !r->failed)
		set_exported(r, node->as.kids.a, frame);
	return FLOW_NEXT;
}

/* The filters of a block, innermost first, on its BODY. */
static struct value apply_filters(struct run *r, const struct node *filter, struct frame *frame, struct value body)
{
	if (filter->as.filter.operand)
		body = apply_filters(r, filter->as.filter.operand, frame, body);
	return call_filter_node(r, filter, frame, body);
}

/* Runs the body of a block whose text is taken, as *V. */
static enum flow exec_captured(struct run *r, const struct scope_node *scope, struct frame *frame, struct value *v)
{
	size_t start = r->out->n;

	exec_loads(r, &scope->loads, frame, false);
	enum flow flow = exec_nodes(r, &scope->body, frame);
	*v = make_captured(r, start);
	return flow;
}

static enum flow exec_set_block(struct run *r, const struct node *node, struct frame *frame)
{
	const struct scope_node *scope = node->as.scope;
	struct value v;
	enum flow flow = exec_captured(r, scope, frame, &v);

	if (r->failed || flow != FLOW_NEXT)
		return flow;
	if (scope->filter)
		v = apply_filters(r, scope->filter, frame, v);
	if (r->failed)
		return FLOW_NEXT;
	eval_assign(r, scope->targets.first, frame, v);
	exec_unload(&scope->loads, frame);
	if (node->toplevel && !r->failed)
		set_exported(r, scope->targets.first, frame);
	return FLOW_NEXT;
}

static enum flow exec_filter_block(struct run *r, const struct node *node, struct frame *frame)
{
	const struct scope_node *scope = node->as.scope;
	struct value v;
	enum flow flow = exec_captured(r, scope, frame, &v);

	if (r->failed || flow != FLOW_NEXT)
		return flow;
	v = apply_filters(r, scope->filter, frame, v);
	r->at = scope->filter;
	if (!r->failed && v.kind != VALUE_STRING)
		run_fail(r, "the filter of a block must give a str, not %s", type_name(v));
	if (!r->failed)
		print_value(r, v);
	exec_unload(&scope->loads, frame);
	return FLOW_NEXT;
}

static enum flow exec_scope(struct run *r, const struct node *node, struct frame *frame)
{
	const struct scope_node *scope = node->as.scope;
	const struct node *value = scope->values.first;

	exec_loads(r, &scope->loads, frame, false);
	for (const struct node *target = scope->targets.first; target && !r->failed; target = target->next) {
		eval_assign(r, target, frame, eval(r, value, frame));
		value = value->next;
	}
	enum flow flow = exec_nodes(r, &scope->body, frame);
	exec_unload(&scope->loads, frame);
	return flow;
}

static struct value make_macro(struct run *r, const struct func *func, struct frame *frame)
{
	struct macro_object *macro = ARENA_NEW(r->arena, struct macro_object);

	*macro = (struct macro_object){{OBJECT_MACRO}, func, frame};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &macro->base};
}

static enum flow exec_macro(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = make_macro(r, node->as.macro.func, frame);

	frame->slots[node->as.macro.place.slot] = v;
	if (node->toplevel)
		context_set(r, frame->context, node->as.macro.func->name, v, true);
	return FLOW_NEXT;
}

static enum flow exec_call_block(struct run *r, const struct node *node, struct frame *frame)
{
	const struct call_block_node *block = node->as.call_block;
	struct value v, caller = make_macro(r, block->func, frame);

	if (!call_print(r, block->call, frame, caller, &v) && !r->failed)
		print_value(r, v);
	return FLOW_NEXT;
}

static enum flow exec_if(struct run *r, const struct node *node, struct frame *frame)
{
	for (const struct branch *branch = node->as.branches; branch; branch = branch->next) {
		if (!branch->condition)
			return exec_nodes(r, &branch->body, frame);
		struct value v = eval(r, branch->condition, frame);
		r->at = branch->condition;
		if (op_truth(r, v))
			return exec_nodes(r, &branch->body, frame);
		if (r->failed)
			break;
	}
	return FLOW_NEXT;
}

static enum flow exec_print(struct run *r, const struct node *node, struct frame *frame)
{
	if (!node->checked || !r->parent)
		eval_print(r, node->as.kids.a, frame);
	return FLOW_NEXT;
}

static enum flow exec_do(struct run *r, const struct node *node, struct frame *frame)
{
	eval(r, node->as.kids.a, frame);
	return FLOW_NEXT;
}

static enum flow exec_leave(struct run *r, const struct node *node, struct frame *frame)
{
	(void)r, (void)frame;
	return node->kind == NODE_BREAK ? FLOW_BREAK : FLOW_CONTINUE;
}

exec_kind *const exec_kinds[] = {
	[NODE_PRINT] = exec_print,           [NODE_IF] = exec_if,           [NODE_FOR] = exec_for,
	[NODE_SET] = exec_set,               [NODE_SET_BLOCK] = exec_set_block,
	[NODE_WITH] = exec_scope,            [NODE_SCOPE] = exec_scope,     [NODE_MACRO] = exec_macro,
	[NODE_CALL_BLOCK] = exec_call_block, [NODE_FILTER_BLOCK] = exec_filter_block,
	[NODE_INCLUDE] = exec_include,       [NODE_IMPORT] = exec_import,   [NODE_FROM] = exec_import,
	[NODE_EXTENDS] = exec_extends,       [NODE_BLOCK] = exec_block_node, [NODE_DO] = exec_do,
	[NODE_BREAK] = exec_leave,           [NODE_CONTINUE] = exec_leave,
};

enum flow exec_nodes(struct run *r, const struct nodes *nodes, struct frame *frame)
{
	for (const struct node *node = nodes->first; node; node = node->next) {
		if (node->kind == NODE_TEXT) {
			if (!node->checked || !r->parent)
				buf_addstr(r->out, node->as.text);
			continue;
		}
		enum flow flow = exec_kinds[node->kind](r, node, frame);
		if (flow != FLOW_NEXT || r->failed)
			return flow;
	}
	return FLOW_NEXT;
}
