/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static void add_star(struct run *r, struct value star, struct args *args)
{
	struct list *list = list_of(r, star);
	struct value *all = run_push(r, args->count + list->count);

	if (args->count)
		memcpy(all, args->positional, args->count * sizeof *all);
	if (list->count)
		memcpy(all + args->count, list->items, list->count * sizeof *all);
	args->positional = all;
	args->count += list->count;
}

static void add_star_star(struct run *r, struct value star, struct args *args)
{
	if (star.kind != VALUE_DICT) {
		run_fail(r, "after ** a dict is needed, not %s", type_name(star));
		return;
	}
	struct keyword *all = arena_alloc(r->arena,
		(args->named_count + star.as.dict->count + 1) * sizeof *all);
	if (args->named_count)
		memcpy(all, args->named, args->named_count * sizeof *all);
	for (size_t i = 0; i < star.as.dict->used; i++) {
		const struct dict_entry *entry = &star.as.dict->entries[i];

		if (entry->key.kind == VALUE_UNDEFINED)
			continue;
		if (entry->key.kind != VALUE_STRING) {
			run_fail(r, "keywords must be strings");
			return;
		}
		for (size_t k = 0; k < args->named_count; k++) {
			if (str_eq(all[k].name, value_str(entry->key))) {
				run_fail(r, "argument '%.*s' is given twice", STR_ARG(all[k].name));
				return;
			}
		}
		all[args->named_count++] = (struct keyword){value_str(entry->key), entry->value};
	}
	args->named = all;
}

/* Room for one more keyword is left behind the last. */
bool call_args(struct run *r, const struct call_args *from, struct frame *frame, struct args *args)
{
	size_t i = 0;

	*args = (struct args){r->stack, 0, NULL, 0};
	if (!from)
		return !r->failed;
	if (from->positional.count) {
		args->positional = run_push(r, from->positional.count);
		args->count = from->positional.count;
		for (const struct node *node = from->positional.first; node; node = node->next)
			args->positional[i++] = eval(r, node, frame);
	}
	if (from->named_count) {
		args->named = (struct keyword *)run_push(r, (from->named_count + 1) * sizeof(struct keyword) /
		                                                sizeof(struct value));
		for (const struct named_arg *arg = from->named; arg && !r->failed; arg = arg->next)
			args->named[args->named_count++] = (struct keyword){arg->name->text,
				eval(r, arg->value, frame)};
	}
	if (from->star && !r->failed) {
		struct value star = eval(r, from->star, frame);

		r->at = from->star;
		add_star(r, star, args);
	}
	if (from->star_star && !r->failed) {
		struct value star = eval(r, from->star_star, frame);

		r->at = from->star_star;
		if (!r->failed)
			add_star_star(r, star, args);
	}
	return !r->failed;
}

/* The place of NAME in a list "a,b,c", or -1. */
static int parameter_index(const char *parameters, struct str name)
{
	for (int index = 0; *parameters; index++) {
		size_t n = strcspn(parameters, ",");

		if (n == name.n && memcmp(parameters, name.p, n) == 0)
			return index;
		parameters += n + (parameters[n] == ',');
	}
	return -1;
}

static size_t parameter_count(const char *parameters)
{
	size_t count = *parameters != 0;

	for (; *parameters; parameters++)
		count += *parameters == ',';
	return count;
}

/* Whether a list "a,b,c" has COUNT names. */
static bool parameters_take(const char *parameters, size_t count)
{
	return count == 0 || (count == 1 && *parameters) || count <= parameter_count(parameters);
}

static bool bind_builtin(struct run *r, const struct builtin *builtin, const struct args *args, struct value *argv)
{
	bool positional = builtin->parameters[0] == '/';
	const char *parameters = builtin->parameters + positional;

	if (!parameters_take(parameters, args->count)) {
		size_t most = parameter_count(parameters);

		run_fail(r, "%s takes at most %zu argument%s, not %zu", builtin->name, most, most == 1 ? "" : "s",
			args->count);
		return false;
	}
	if (args->count)
		memcpy(argv, args->positional, args->count * sizeof *argv);
	for (size_t i = 0; i < args->named_count; i++) {
		int index = positional ? -1 : parameter_index(parameters, args->named[i].name);

		if (index < 0 || !value_missing(argv[index])) {
			run_fail(r, index < 0 ? "%s has no argument '%.*s'" : "%s is given its argument '%.*s' twice",
				builtin->name,
			         STR_ARG(args->named[i].name));
			return false;
		}
		argv[index] = args->named[i].value;
	}
	for (size_t i = 0; i < builtin->required; i++) {
		if (value_missing(argv[i])) {
			const char *name = parameters;

			for (size_t skip = i; skip; skip--)
				name += strcspn(name, ",") + 1;
			run_fail(r, "%s needs its argument '%.*s'", builtin->name, (int)strcspn(name, ","), name);
			return false;
		}
	}
	return true;
}

/* Calls BUILTIN with what is bound to its parameters. */
static struct value call_bound(struct run *r, const struct builtin *builtin, struct value self, struct value *argv,
                               const struct args *args)
{
	if (builtin->writes && self.kind == VALUE_LIST)
		own_list(r, self.as.list);
	if (builtin->writes && self.kind == VALUE_DICT)
		own_dict(r, self.as.dict);
	return builtin->call(r, self, argv, args);
}

static bool refuses_self(struct run *r, const struct builtin *builtin, struct value self)
{
	return r->failed || (undefined_refused(r, self) && !builtin->lazy);
}

struct value call_builtin(struct run *r, const struct builtin *builtin, struct value self, const struct args *args)
{
	struct value argv[BUILTIN_PARAMETERS] = {0};

	if (refuses_self(r, builtin, self))
		return r->failed ? value_undefined() : undefined_used(r, self);
	if (builtin->parameters[0] != '*' && (args->count || args->named_count || builtin->required) &&
	    !bind_builtin(r, builtin, args, argv))
		return value_undefined();
	return call_bound(r, builtin, self, argv, args);
}

/* Whether FROM says place by place what the parameters of BUILTIN are. */
static bool args_plain(const struct builtin *builtin, const struct call_args *from)
{
	if (!from)
		return builtin->required == 0;
	return !from->named && !from->star && !from->star_star && builtin->parameters[0] != '*' &&
	       from->positional.count >= builtin->required &&
	       parameters_take(builtin->parameters, from->positional.count);
}

static struct value call_general(struct run *r, const struct node *node, struct frame *frame,
                                 const struct builtin *builtin, struct value self, const struct call_args *from)
{
	struct value result = value_undefined();
	size_t top = r->stack_top;
	struct args args;

	if (call_args(r, from, frame, &args)) {
		r->at = node;
		result = call_builtin(r, builtin, self, &args);
	}
	run_pop(r, top);
	return result;
}

/* The call of BUILTIN that NODE is, with the arguments FROM (NULL: none). */
static struct value call_builtin_node(struct run *r, const struct node *node, struct frame *frame,
                                      const struct builtin *builtin, struct value self, const struct call_args *from)
{
	struct value argv[BUILTIN_PARAMETERS];
	struct args args = {argv, 0, NULL, 0};
	bool complete = true;

	if (!args_plain(builtin, from))
		return call_general(r, node, frame, builtin, self, from);
	for (const struct node *arg = from ? from->positional.first : NULL; arg; arg = arg->next) {
		argv[args.count] = eval(r, arg, frame);
		complete = complete && !value_missing(argv[args.count++]);
	}
	for (size_t i = args.count; i < BUILTIN_PARAMETERS; i++)
		argv[i] = value_undefined();
	r->at = node;
	if (!complete || refuses_self(r, builtin, self))
		return call_builtin(r, builtin, self, &args);
	return call_bound(r, builtin, self, argv, &args);
}

/* The value of keyword NAME, which is used up. */
static struct value take_keyword(struct args *args, struct str name)
{
	for (size_t i = 0; i < args->named_count; i++) {
		if (str_eq(args->named[i].name, name)) {
			struct value v = args->named[i].value;

			memmove(args->named + i, args->named + i + 1,
				(args->named_count - i - 1) * sizeof *args->named);
			args->named_count--;
			return v;
		}
	}
	return value_undefined();
}

static struct value keywords_dict(struct run *r, const struct args *args)
{
	struct value dict = value_dict(r->arena);

	for (size_t i = 0; i < args->named_count; i++)
		dict_set(dict.as.dict, value_copy(r->arena, args->named[i].name), args->named[i].value);
	return dict;
}

static const char *macro_name(const struct func *func)
{
	return func->name ? func->name->text.p : "caller";
}

/* Puts ARGS into the slots of a macro; what is not given stays missing. */
static bool bind_macro(struct run *r, const struct func *func, struct args *args, struct value *slots)
{
	bool found_caller = func->explicit_caller && args->count >= func->parameter_count;
	size_t extra = args->count > func->parameter_count ? args->count - func->parameter_count : 0;

	for (uint32_t i = 0; i < func->parameter_count; i++) {
		const struct parameter *parameter = &func->parameters[i];

		if (i < args->count) {
			slots[parameter->slot] = args->positional[i];
			continue;
		}
		slots[parameter->slot] = take_keyword(args, parameter->name->text);
		found_caller |= parameter->name->special == SPECIAL_CALLER;
	}
	if (func->catches_caller && !found_caller && !func->explicit_caller) {
		struct value caller = take_keyword(args, STR("caller"));

		slots[func->caller_slot] = value_missing(caller) ? undefined_because(r, "no caller is defined")
			: caller;
	}
	if (func->catches_kwargs)
		slots[func->kwargs_slot] = keywords_dict(r, args);
	else if (args->named_count)
		run_fail(r, "macro '%s' has no parameter '%.*s'", macro_name(func), STR_ARG(args->named[0].name));
	if (func->catches_varargs)
		slots[func->varargs_slot] = make_tuple(r, args->positional + (extra ? func->parameter_count : 0),
			extra);
	else if (extra)
		run_fail(r, "macro '%s' takes at most %u argument%s, not %zu", macro_name(func),
			func->parameter_count,
		         func->parameter_count == 1 ? "" : "s", args->count);
	return !r->failed;
}

static void macro_defaults(struct run *r, const struct func *func, struct frame *frame)
{
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		const struct parameter *parameter = &func->parameters[i];

		if (!value_missing(frame->slots[parameter->slot]))
			continue;
		frame->slots[parameter->slot] =
			parameter->fallback ? eval(r, parameter->fallback, frame)
					    : undefined_because(r, "parameter '%.*s' was not given",
			                                        STR_ARG(parameter->name->text));
	}
}

/* What the macro makes goes to run->out. */
static void call_macro(struct run *r, const struct macro_object *macro, struct args *args)
{
	const struct func *func = macro->func;
	uint32_t source = r->source;
	size_t top = r->stack_top;
	struct frame *frame;
	struct trace trace;

	if (!run_enter(r, &trace, func->name ? "in macro" : "in the body of a call block",
	               func->name ? func->name->text : STR("")))
		return;
	frame = ARENA_NEW(r->arena, struct frame);
	frame->up = macro->up;
	frame->context = macro->up->context;
	frame->slots = func->captured ? ARENA_ARRAY(r->arena, func->slots, struct value)
		: run_push(r, func->slots);
	if (bind_macro(r, func, args, frame->slots)) {
		r->source = func->template->source;
		exec_loads(r, &func->loads, frame, false);
		macro_defaults(r, func, frame);
		exec_nodes(r, &func->body, frame);
		r->source = source;
	}
	run_pop(r, top);
	run_leave(r, &trace);
}

/* Calls what prints: a macro, a block, a recursive loop. False: CALLEE is something else. */
static bool call_printing(struct run *r, struct value callee, struct args *args)
{
	struct object *object = callee.as.object;

	if (callee.kind != VALUE_OBJECT)
		return false;
	if (object->kind == OBJECT_MACRO) {
		call_macro(r, (const struct macro_object *)object, args);
		return true;
	}
	if (object->kind == OBJECT_BLOCK) {
		struct block_object *block = (struct block_object *)object;

		if (args->count || args->named_count)
			run_fail(r, "a block takes no arguments");
		else
			exec_block(r, block->stack->funcs[block->depth], block->context, block->stack);
		return true;
	}
	if (object->kind == OBJECT_LOOP) {
		struct loop_object *loop = (struct loop_object *)object;

		if (!loop->node->recursive)
			run_fail(r, "only a loop marked 'recursive' can be called");
		else if (args->count != 1 || args->named_count)
			run_fail(r, "a recursive loop takes one argument");
		else
			exec_recursion(r, loop, args->positional[0]);
		return true;
	}
	return false;
}

struct value call_value(struct run *r, struct value callee, const struct args *args)
{
	struct args copy = *args;
	size_t start = r->out->n;

	if (r->failed)
		return value_undefined();
	if (callee.kind == VALUE_OBJECT &&
		(callee.as.object->kind == OBJECT_METHOD || callee.as.object->kind == OBJECT_FUNCTION)) {
		const struct method_object *method = (const struct method_object *)callee.as.object;

		return call_builtin(r, method->builtin, method->self, args);
	}
	if (call_printing(r, callee, &copy))
		return make_captured(r, start);
	if (callee.kind == VALUE_UNDEFINED)
		return undefined_used(r, callee);
	return run_fail(r, "%s cannot be called", type_name(callee));
}

/* The method of V that NAME means. */
static const struct builtin *method_of(struct value v, const struct name *name)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		return name->string_method;
	case VALUE_LIST:
		return name->list_method;
	case VALUE_TUPLE:
		return name->tuple_method;
	case VALUE_DICT:
		return name->dict_method;
	default:
		return NULL;
	}
}

bool call_print(struct run *r, const struct node *node, struct frame *frame, struct value caller,
                struct value *result)
{
	const struct node *name = node->as.call.callee;
	const struct builtin *method = NULL;
	size_t top = r->stack_top;
	struct value callee;
	struct args args;
	bool printed = false;

	if (name->kind == NODE_ATTR) {
		callee = eval(r, name->as.attr.object, frame);
		method = r->failed ? NULL : method_of(callee, name->as.attr.name);
		r->at = name;
		if (!method && !r->failed)
			callee = member_attr(r, callee, name->as.attr.name);
	} else {
		callee = eval(r, name, frame);
	}
	*result = value_undefined();
	if (method && caller.kind != VALUE_OBJECT) {
		*result = call_builtin_node(r, node, frame, method, callee, node->as.call.args);
		return false;
	}
	if (call_args(r, node->as.call.args, frame, &args)) {
		if (caller.kind == VALUE_OBJECT) {
			struct keyword *all = arena_alloc(r->arena, (args.named_count + 1) * sizeof *all);

			if (args.named_count)
				memcpy(all, args.named, args.named_count * sizeof *all);
			all[args.named_count++] = (struct keyword){STR("caller"), caller};
			args.named = all;
		}
		r->at = node;
		if (method)
			*result = call_builtin(r, method, callee, &args);
		else if (call_printing(r, callee, &args))
			printed = true;
		else
			*result = call_value(r, callee, &args);
	}
	run_pop(r, top);
	return printed;
}

struct value call_node(struct run *r, const struct node *node, struct frame *frame, struct value caller)
{
	size_t start = r->out->n;
	struct value result;

	if (r->failed)
		return value_undefined();
	if (call_print(r, node, frame, caller, &result))
		return make_captured(r, start);
	return result;
}

struct value call_filter_node(struct run *r, const struct node *node, struct frame *frame, struct value operand)
{
	const struct builtin *builtin = node->as.filter.builtin;

	if (r->failed)
		return value_undefined();
	if (!builtin) {
		builtin_unknown(r->diag, r->source, node);
		r->failed = true;
		return value_undefined();
	}
	return call_builtin_node(r, node, frame, builtin, operand, node->as.filter.args);
}

struct value call_named_filter(struct run *r, struct value name, struct value self, const struct args *args)
{
	const struct builtin *builtin = name.kind == VALUE_STRING ? builtin_filter(value_str(name)) : NULL;

	if (!builtin)
		return name.kind == VALUE_STRING ? run_fail(r, "unknown filter '%.*s'", STR_ARG(value_str(name)))

			: run_fail(r, "the name of a filter must be a string, not %s", type_name(name));
	return call_builtin(r, builtin, self, args);
}

bool call_named_test(struct run *r, struct value name, struct value self, const struct args *args)
{
	const struct builtin *builtin = name.kind == VALUE_STRING ? builtin_test(value_str(name)) : NULL;

	if (!builtin) {
		if (name.kind == VALUE_STRING)
			run_fail(r, "unknown test '%.*s'", STR_ARG(value_str(name)));
		else
			run_fail(r, "the name of a test must be a string, not %s", type_name(name));
		return false;
	}
	return op_truth(r, call_builtin(r, builtin, self, args));
}
