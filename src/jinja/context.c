/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static const struct value *find_var(const struct context_var *vars, size_t count, const struct name *name)
{
	while (count-- > 0) {
		if (vars[count].name == name)
			return &vars[count].value;
	}
	return NULL;
}

struct value context_resolve(struct run *r, const struct context *context, struct name *name)
{
	size_t count = context->count;

	for (;;) {
		const struct value *found = find_var(context->vars, count, name);

		if (!found)
			found = find_var(context->locals, context->local_count, name);
		if (found)
			return *found;
		if (!context->outer)
			break;
		count = context->outer_count;
		context = context->outer;
	}
	if (!context->isolated && r->vars) {
		const struct value *found = dict_get_string(r->vars, &name->string);

		if (found)
			return *found;
	}
	return name->global;
}

void context_set(struct run *r, struct context *context, struct name *name, struct value value, bool exported)
{
	if (context->count == context->capacity) {
		size_t capacity = context->capacity ? context->capacity * 2 : context->template->root->slots + 1u;

		context->vars = arena_grow(r->arena, context->vars, context->count * sizeof *context->vars,
		                           capacity * sizeof *context->vars);
		context->capacity = capacity;
	}
	exported = exported && name->text.p[0] != '_';
	context->vars[context->count++] = (struct context_var){name, value, exported};
}

struct block_stack *context_block(const struct context *context, const struct name *name)
{
	for (struct block_stack *stack = *context->blocks; stack; stack = stack->next) {
		if (stack->name == name)
			return stack;
	}
	return NULL;
}

void context_blocks(struct run *r, struct context *context, const struct jinja_template *template)
{
	for (const struct func *func = template->blocks; func; func = func->next) {
		struct block_stack *stack = context_block(context, func->name);

		if (!stack) {
			stack = ARENA_NEW(r->arena, struct block_stack);
			stack->name = func->name;
			stack->next = *context->blocks;
			*context->blocks = stack;
		}
		if (stack->count == stack->capacity) {
			size_t size = sizeof *stack->funcs, capacity = stack->capacity ? stack->capacity * 2 : 2;

			stack->funcs = arena_grow(r->arena, stack->funcs, stack->count * size, capacity * size);
			stack->capacity = capacity;
		}
		stack->funcs[stack->count++] = func;
	}
}

struct context *context_new(struct run *r, const struct jinja_template *template)
{
	struct context *context = ARENA_NEW(r->arena, struct context);

	context->template = template;
	context->blocks = &context->own_blocks;
	context_blocks(r, context, template);
	return context;
}

static void context_locals(struct run *r, struct context *context, const struct visibles *visibles,
                           struct frame *frame)
{
	context->locals = ARENA_ARRAY(r->arena, visibles->count, struct context_var);
	for (uint32_t i = 0; i < visibles->count; i++) {
		const struct visible *visible = &visibles->items[i];
		struct value v = *frame_slot(frame, visible->place);

		if (!value_missing(v))
			context->locals[context->local_count++] = (struct context_var){visible->name, v, false};
	}
}

/* A context for TEMPLATE that sees what FRAME sees. */
static struct context *context_within(struct run *r, const struct jinja_template *template,
                                      const struct load_node *load, struct frame *frame)
{
	struct context *context = context_new(r, template);

	context->outer = frame->context;
	context->outer_count = frame->context->count;
	context_locals(r, context, &load->visibles, frame);
	return context;
}

/* The template that V names; a list names several, the first there is. NULL: missing, or failed. */
static const struct jinja_template *load_named(struct run *r, struct value v, bool *missing)
{
	const struct jinja_template *template = NULL;

	if (v.kind == VALUE_UNDEFINED) {
		undefined_used(r, v);
		return NULL;
	}
	if (v.kind != VALUE_STRING) {
		run_fail(r, "the name of a template must be a string, not %s", type_name(v));
		return NULL;
	}
	enum find_result found = jinja_find(r->jinja, value_str(v), &template);
	*missing = found == FIND_MISSING;
	if (found == FIND_FAILED && !r->failed) {
		struct span at = {r->source, r->at->offset, r->at->length};

		r->failed = true;
		diag_note(r->diag, at, "asked for here");
	}
	return template;
}

static const struct jinja_template *load_any(struct run *r, struct value names, bool *missing)
{
	struct iter iter;
	struct value name;

	if (names.kind == VALUE_STRING || names.kind == VALUE_UNDEFINED)
		return load_named(r, names, missing);
	*missing = true;
	if (!iter_open(r, &iter, names))
		return NULL;
	while (*missing && !r->failed && iter_next(r, &iter, &name)) {
		const struct jinja_template *template = load_named(r, name, missing);

		if (template)
			return template;
	}
	return NULL;
}

static const struct jinja_template *load_template(struct run *r, const struct node *node, struct frame *frame)
{
	const struct load_node *load = node->as.load;
	bool missing = false;
	struct value names = eval(r, load->template, frame);

	r->at = load->template;
	if (r->failed)
		return NULL;
	const struct jinja_template *template = load_any(r, names, &missing);
	if (!template && missing && !load->ignore_missing) {
		if (names.kind == VALUE_STRING)
			run_fail(r, "template '%.*s' not found", STR_ARG(value_str(names)));
		else
			run_fail(r, "none of the templates was found");
	}
	return template;
}

enum flow exec_include(struct run *r, const struct node *node, struct frame *frame)
{
	const struct load_node *load = node->as.load;
	const struct jinja_template *template = load_template(r, node, frame);
	struct trace trace;

	if (!template)
		return FLOW_NEXT;
	r->at = node;
	if (!load->with_context) {
		buf_addstr(r->out, module_isolated(r, template)->body);
	} else if (run_enter(r, &trace, "included as", str_of(template->name))) {
		exec_root(r, template, context_within(r, template, load, frame));
		run_leave(r, &trace);
	}
	return FLOW_NEXT;
}

/* What NAME is in a module that ran in CONTEXT; NULL where it exports no such thing. */
static const struct value *module_export(const struct context *context, const struct name *name)
{
	for (size_t i = context->count; i-- > 0;) {
		if (context->vars[i].name == name)
			return context->vars[i].exported ? &context->vars[i].value : NULL;
	}
	return NULL;
}

static void import_name(struct run *r, const struct node *node, struct frame *frame, const struct import_name *name,
                        const struct jinja_template *template, const struct value *found)
{
	struct value v = found ? *found
		: undefined_because(r, "template '%s' has no '%.*s' to import", template->name,
		                    STR_ARG(name->name->text));
	*frame_slot(frame, name->place) = v;
	if (node->toplevel)
		context_set(r, frame->context, name->alias, v, false);
}

/* `from` with context: only the names are wanted. */
static void import_within(struct run *r, const struct node *node, struct frame *frame,
                          const struct jinja_template *template)
{
	const struct load_node *load = node->as.load;
	struct context *context = context_within(r, template, load, frame);
	size_t start = r->out->n;

	module_run(r, template, context);
	r->out->n = start;
	for (const struct import_name *name = load->names; name && !r->failed; name = name->next)
		import_name(r, node, frame, name, template, module_export(context, name->name));
}

enum flow exec_import(struct run *r, const struct node *node, struct frame *frame)
{
	const struct load_node *load = node->as.load;
	const struct jinja_template *template = load_template(r, node, frame);

	if (!template)
		return FLOW_NEXT;
	r->at = node;
	if (node->kind == NODE_FROM && load->with_context) {
		import_within(r, node, frame, template);
		return FLOW_NEXT;
	}
	struct module_object *module = load->with_context
		? module_new(r, template, context_within(r, template, load, frame))
		: module_isolated(r, template);
	for (const struct import_name *name = load->names; name && !r->failed; name = name->next)
		import_name(r, node, frame, name, template, dict_get_string(module->dict, &name->name->string));
	if (node->kind == NODE_FROM || r->failed)
		return FLOW_NEXT;
	struct value v = {.kind = VALUE_OBJECT, .as.object = &module->base};
	eval_assign(r, load->target, frame, v);
	if (node->toplevel)
		context_set(r, frame->context, load->target->as.name.name, v, false);
	return FLOW_NEXT;
}

enum flow exec_extends(struct run *r, const struct node *node, struct frame *frame)
{
	if (r->parent) {
		r->at = node;
		run_fail(r, "template extends another twice");
		return FLOW_NEXT;
	}
	const struct jinja_template *template = load_template(r, node, frame);
	if (!template)
		return FLOW_NEXT;
	r->parent = template;
	context_blocks(r, frame->context, template);
	return FLOW_NEXT;
}

enum flow exec_block_node(struct run *r, const struct node *node, struct frame *frame)
{
	const struct block_node *block = node->as.block;
	struct context *context = frame->context;

	if (block->toplevel && r->parent)
		return FLOW_NEXT;
	r->at = node;
	struct block_stack *stack = context_block(context, block->func->name);
	if (block->func->required && stack->count <= 1) {
		run_fail(r, "required block '%.*s' is not filled in", STR_ARG(block->func->name->text));
		return FLOW_NEXT;
	}
	if (block->func->scoped) {
		struct context *derived = ARENA_NEW(r->arena, struct context);

		derived->template = context->template;
		derived->outer = context;
		derived->outer_count = context->count;
		derived->blocks = context->blocks;
		context_locals(r, derived, &block->visibles, frame);
		context = derived;
	}
	exec_block(r, stack->funcs[0], context, stack);
	return FLOW_NEXT;
}
