/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/parse.h"
#include "jinja/unicode.h"

/* What a body changes about how its statements are compiled; put back by stmt_leave. */
struct stmt_saved {
	bool toplevel, checked, soft;
	unsigned in_loops;
};

static struct stmt_saved stmt_enter(struct parser *p)
{
	struct stmt_saved saved = {p->toplevel, p->checked, p->soft, p->in_loops};

	p->toplevel = p->soft = false;
	return saved;
}

static void stmt_leave(struct parser *p, struct stmt_saved saved)
{
	p->toplevel = saved.toplevel;
	p->checked = saved.checked;
	p->soft = saved.soft;
	p->in_loops = saved.in_loops;
}

/* A body that is a function of its own: its output goes elsewhere, no loop reaches into it. */
static struct stmt_saved stmt_enter_func(struct parser *p, struct watch *watch, bool barrier)
{
	struct stmt_saved saved = stmt_enter(p);

	p->checked = false;
	p->in_loops = 0;
	*watch = (struct watch){p->watch, barrier, 0, 0};
	p->watch = watch;
	return saved;
}

static void stmt_leave_func(struct parser *p, struct stmt_saved saved)
{
	p->watch = p->watch->up;
	stmt_leave(p, saved);
}

/* An open block for TAG, which is the token before the current one. */
static struct open stmt_open(const struct parser *p, const char *tag, const struct node *node, const char *const *ends)
{
	return (struct open){p->open, tag, ends, node->offset, (uint32_t)strlen(tag)};
}

/* One body up to its only end. */
static void simple_body(struct parser *p, struct nodes *body, const struct node *node, const char *tag,
                        const char *const *ends)
{
	struct open open = stmt_open(p, tag, node, ends);

	parse_body(p, body, &open);
}

static void stmt_for_body(struct parser *p, struct node *node, struct for_node *loop)
{
	static const char *const ends[] = {"endfor", "else", NULL};
	struct open open = stmt_open(p, "for", node, ends);
	struct watch watch = {p->watch, false, 0, 0};
	struct stmt_saved saved = stmt_enter(p);

	p->watch = &watch;
	p->in_loops++;
	int end = parse_body(p, &loop->body, &open);
	p->watch = watch.up;
	p->in_loops--;
	loop->extended |= loop->recursive || (watch.used & 1u << SPECIAL_LOOP);
	nodes_init(&loop->otherwise);
	if (end == 1)
		simple_body(p, &loop->otherwise, node, "for", (const char *const[]){"endfor", NULL});
	stmt_leave(p, saved);
}

/* The target again, with places of its own: the filter of a loop runs in a scope beside the body's. */
static struct node *target_copy(struct parser *p, const struct node *target)
{
	struct node *copy = ARENA_NEW(p->arena, struct node);

	*copy = *target;
	copy->next = NULL;
	if (target->kind == NODE_TARGETS) {
		nodes_init(&copy->as.items);
		for (const struct node *item = target->as.items.first; item; item = item->next)
			nodes_add(&copy->as.items, target_copy(p, item));
	}
	return copy;
}

/* loop cannot be assigned to anywhere within a for. */
static void refuse_loop(struct parser *p, const struct node *target, bool within)
{
	for (const struct open *open = p->open; open && !within; open = open->up)
		within = strcmp(open->tag, "for") == 0;
	if (target->kind == NODE_TARGETS) {
		for (const struct node *item = target->as.items.first; item; item = item->next)
			refuse_loop(p, item, within);
	} else if (target->kind == NODE_TARGET && target->as.name.name->special == SPECIAL_LOOP && within) {
		parse_error(p, target->offset, target->length, "'loop' cannot be assigned to within a loop");
	}
}

static void stmt_for(struct parser *p, struct node *node)
{
	struct for_node *loop = ARENA_NEW(p->arena, struct for_node);

	node->kind = NODE_FOR;
	node->as.loop = loop;
	loop->target = parse_target(p, false);
	refuse_loop(p, loop->target, true);
	if (!parse_accept_word(p, "in"))
		parse_expected(p, "'in'");
	loop->iterable = parse_tuple(p, false);
	if (parse_accept_word(p, "if")) {
		bool soft = p->soft;

		p->soft = false;
		loop->filter = parse_expression(p);
		loop->filter_target = target_copy(p, loop->target);
		p->soft = soft;
	}
	loop->recursive = parse_accept_word(p, "recursive");
	stmt_for_body(p, node, loop);
	if (loop->recursive) {
		loop->func = ARENA_NEW(p->arena, struct func);
		loop->func->kind = FUNC_LOOP;
		loop->func->template = p->template;
		loop->func->offset = node->offset;
		loop->func->length = node->length;
	}
}

static void stmt_if(struct parser *p, struct node *node)
{
	static const char *const ends[] = {"elif", "else", "endif", NULL};
	struct branch **tail = &node->as.branches;
	bool soft = p->soft;
	int end = 0;

	node->kind = NODE_IF;
	p->soft = true;
	for (bool otherwise = false; end == 0 || (end == 1 && !otherwise);) {
		struct branch *branch = ARENA_NEW(p->arena, struct branch);
		struct open open = stmt_open(p, "if", node, ends);

		otherwise = end == 1;
		if (otherwise)
			open.ends = &ends[2];
		else
			branch->condition = parse_tuple(p, false);
		*tail = branch;
		tail = &branch->next;
		end = parse_body(p, &branch->body, &open);
		if (otherwise)
			break;
	}
	p->soft = soft;
}

static void stmt_set(struct parser *p, struct node *node)
{
	struct node *target = parse_target(p, true);

	refuse_loop(p, target, false);
	if (p->panic || parse_accept(p, TOKEN_ASSIGN)) {
		node->kind = NODE_SET;
		node->as.kids.a = target;
		node->as.kids.b = p->panic ? target : parse_tuple(p, true);
		return;
	}
	struct scope_node *scope = ARENA_NEW(p->arena, struct scope_node);
	node->kind = NODE_SET_BLOCK;
	node->as.scope = scope;
	nodes_init(&scope->targets);
	nodes_add(&scope->targets, target);
	struct stmt_saved saved = stmt_enter(p);
	p->checked = false;
	scope->filter = parse_filters(p, NULL, false);
	if (p->token.kind != TOKEN_BLOCK_END)
		parse_expected(p, "'=' or '%}'");
	simple_body(p, &scope->body, node, "set", (const char *const[]){"endset", NULL});
	stmt_leave(p, saved);
}

static void stmt_with(struct parser *p, struct node *node)
{
	struct scope_node *scope = ARENA_NEW(p->arena, struct scope_node);

	node->kind = NODE_WITH;
	node->as.scope = scope;
	nodes_init(&scope->targets);
	nodes_init(&scope->values);
	while (!p->panic && p->token.kind != TOKEN_BLOCK_END) {
		if (scope->targets.first)
			parse_expect(p, TOKEN_COMMA, "',' or '%}'");
		nodes_add(&scope->targets, parse_target(p, false));
		parse_expect(p, TOKEN_ASSIGN, "'='");
		nodes_add(&scope->values, parse_expression(p));
	}
	struct stmt_saved saved = stmt_enter(p);
	simple_body(p, &scope->body, node, "with", (const char *const[]){"endwith", NULL});
	stmt_leave(p, saved);
}

static void stmt_autoescape(struct parser *p, struct node *node)
{
	struct scope_node *scope = ARENA_NEW(p->arena, struct scope_node);
	uint32_t offset = p->token.offset, length = p->token.length;

	node->kind = NODE_SCOPE;
	node->as.scope = scope;
	struct node *value = parse_expression(p);
	if (value->kind != NODE_CONSTANT || value->as.constant.kind != VALUE_BOOL ||
		value->as.constant.as.boolean)
		parse_error(p, offset, length, "autoescape can only be false: nothing is escaped here");
	struct stmt_saved saved = stmt_enter(p);
	simple_body(p, &scope->body, node, "autoescape", (const char *const[]){"endautoescape", NULL});
	stmt_leave(p, saved);
}

static void stmt_filter(struct parser *p, struct node *node)
{
	struct scope_node *scope = ARENA_NEW(p->arena, struct scope_node);
	struct stmt_saved saved = stmt_enter(p);

	node->kind = NODE_FILTER_BLOCK;
	node->as.scope = scope;
	scope->filter = parse_filters(p, NULL, true);
	simple_body(p, &scope->body, node, "filter", (const char *const[]){"endfilter", NULL});
	stmt_leave(p, saved);
}

static struct parameter *find_parameter(const struct func *func, const struct name *name)
{
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		if (func->parameters[i].name == name)
			return &func->parameters[i];
	}
	return NULL;
}

static void stmt_signature(struct parser *p, struct func *func)
{
	size_t capacity = 0;
	bool defaults = false;

	parse_expect(p, TOKEN_OPEN_PAREN, "'('");
	while (!p->panic && p->token.kind != TOKEN_CLOSE_PAREN) {
		if (func->parameter_count) {
			parse_expect(p, TOKEN_COMMA, "',' or ')'");
		}
		struct token at = p->token;
		struct parameter parameter = {.name = parse_target_name(p)->as.name.name};
		if (!p->panic && find_parameter(func, parameter.name))
			parse_error(p, at.offset, at.length, "parameter '%.*s' is there twice", STR_ARG(at.str));
		if (parse_accept(p, TOKEN_ASSIGN)) {
			parameter.fallback = parse_expression(p);
			defaults = true;
		} else if (defaults) {
			parse_error(p, at.offset, at.length, "parameter without a default after one with a default");
		}
		if (func->parameter_count == capacity) {
			size_t grown = capacity ? capacity * 2 : 4;

			func->parameters = arena_grow(p->arena, func->parameters, capacity * sizeof parameter,
			                              grown * sizeof parameter);
			capacity = grown;
		}
		func->parameters[func->parameter_count++] = parameter;
	}
	parse_expect(p, TOKEN_CLOSE_PAREN, "')'");
}

static void func_catches(struct parser *p, struct func *func, unsigned used)
{
	for (uint32_t i = 0; i < func->parameter_count; i++) {
		enum special special = func->parameters[i].name->special;

		if (special == SPECIAL_CALLER) {
			func->explicit_caller = true;
			if ((used & 1u << SPECIAL_CALLER) && !func->parameters[i].fallback)
				parse_error(p, func->offset, func->length, "the parameter 'caller' needs a default");
		}
		if (special == SPECIAL_KWARGS || special == SPECIAL_VARARGS)
			used &= ~(1u << special);
	}
	func->catches_caller = used & 1u << SPECIAL_CALLER;
	func->catches_kwargs = used & 1u << SPECIAL_KWARGS;
	func->catches_varargs = used & 1u << SPECIAL_VARARGS;
}

static struct func *stmt_func(struct parser *p, const struct node *node, enum func_kind kind)
{
	struct func *func = ARENA_NEW(p->arena, struct func);

	func->kind = kind;
	func->template = p->template;
	func->offset = node->offset;
	func->length = node->length;
	return func;
}

static void stmt_macro(struct parser *p, struct node *node)
{
	static const char *const ends[] = {"endmacro", NULL};
	struct func *func = stmt_func(p, node, FUNC_MACRO);
	struct watch watch;

	node->kind = NODE_MACRO;
	node->as.macro.func = func;
	func->name = parse_target_name(p)->as.name.name;
	struct stmt_saved saved = stmt_enter_func(p, &watch, false);
	stmt_signature(p, func);
	watch.used = watch.gone = 0;
	simple_body(p, &func->body, node, "macro", ends);
	func_catches(p, func, watch.used);
	stmt_leave_func(p, saved);
}

static void stmt_call(struct parser *p, struct node *node)
{
	static const char *const ends[] = {"endcall", NULL};
	struct call_block_node *block = ARENA_NEW(p->arena, struct call_block_node);
	struct func *func = stmt_func(p, node, FUNC_CALLER);
	struct watch watch;

	node->kind = NODE_CALL_BLOCK;
	node->as.call_block = block;
	block->func = func;
	if (p->token.kind == TOKEN_OPEN_PAREN)
		stmt_signature(p, func);
	block->call = parse_expression(p);
	if (block->call->kind != NODE_CALL)
		parse_error(p, block->call->offset, block->call->length, "expected a call of a macro");
	struct stmt_saved saved = stmt_enter_func(p, &watch, false);
	simple_body(p, &func->body, node, "call", ends);
	func_catches(p, func, watch.used);
	stmt_leave_func(p, saved);
}

/* "with context" or "without context", if it is there. */
static bool stmt_context(struct parser *p, bool *with)
{
	if (p->panic || (!parse_is_word(p, "with") && !parse_is_word(p, "without")))
		return false;
	const struct token *next = parse_peek(p);
	if (next->kind != TOKEN_NAME || !str_is(next->str, "context"))
		return false;
	*with = parse_is_word(p, "with");
	parse_next(p);
	parse_next(p);
	return true;
}

static struct load_node *stmt_load(struct parser *p, struct node *node, enum node_kind kind)
{
	struct load_node *load = ARENA_NEW(p->arena, struct load_node);

	node->kind = (uint8_t)kind;
	node->as.load = load;
	load->template = parse_expression(p);
	return load;
}

static void stmt_include(struct parser *p, struct node *node)
{
	struct load_node *load = stmt_load(p, node, NODE_INCLUDE);

	load->with_context = true;
	if (!p->panic && parse_is_word(p, "ignore") && parse_peek(p)->kind == TOKEN_NAME &&
	    str_is(parse_peek(p)->str, "missing")) {
		load->ignore_missing = true;
		parse_next(p);
		parse_next(p);
	}
	stmt_context(p, &load->with_context);
}

static void stmt_import(struct parser *p, struct node *node)
{
	struct load_node *load = stmt_load(p, node, NODE_IMPORT);

	if (!parse_accept_word(p, "as"))
		parse_expected(p, "'as' and a name");
	load->target = parse_target_name(p);
	stmt_context(p, &load->with_context);
}

static void stmt_from(struct parser *p, struct node *node)
{
	struct load_node *load = stmt_load(p, node, NODE_FROM);
	struct import_name **tail = &load->names;

	if (!parse_accept_word(p, "import"))
		parse_expected(p, "'import'");
	while (!p->panic && !stmt_context(p, &load->with_context)) {
		struct import_name *name = ARENA_NEW(p->arena, struct import_name);

		name->offset = p->token.offset;
		name->length = p->token.length;
		name->name = name->alias = parse_target_name(p)->as.name.name;
		if (name->name->text.p[0] == '_')
			parse_error(p, name->offset, name->length, "names that begin with '_' cannot be imported");
		if (parse_accept_word(p, "as"))
			name->alias = parse_target_name(p)->as.name.name;
		*tail = name;
		tail = &name->next;
		if (stmt_context(p, &load->with_context) || !parse_accept(p, TOKEN_COMMA))
			break;
	}

}

static void stmt_extends(struct parser *p, struct node *node)
{
	stmt_load(p, node, NODE_EXTENDS);
	p->template->extends = true;
	p->template->surely_extends |= p->open == NULL;
	if (!p->toplevel)
		parse_error(p, node->offset, node->length, "extends must stand at the top level of its template");
}

static void block_check(struct parser *p, const struct func *func)
{
	for (const struct func *other = p->template->blocks; other; other = other->next) {
		if (other->name != func->name)
			continue;
		if (parse_error(p, func->offset, func->length, "block '%.*s' is there twice",
			STR_ARG(func->name->text)))
			diag_note(p->jinja->diag, (struct span){p->template->source, other->offset, other->length},
			          "the first one is here");
		return;
	}
}

static void block_required(struct parser *p, const struct func *func)
{
	for (const struct node *node = func->body.first; node; node = node->next) {
		if (node->kind == NODE_TEXT && unicode_space_prefix(node->as.text) == node->as.text.n)
			continue;
		parse_error(p, node->offset, node->length,
			"a required block can hold nothing but blanks and comments");
		return;
	}
}

static void stmt_block(struct parser *p, struct node *node)
{
	static const char *const ends[] = {"endblock", NULL};
	struct block_node *block = ARENA_NEW(p->arena, struct block_node);
	struct func *func = stmt_func(p, node, FUNC_BLOCK);
	struct watch watch;

	node->kind = NODE_BLOCK;
	node->as.block = block;
	block->func = func;
	block->toplevel = p->toplevel;
	func->name = name_intern(p->jinja, p->token.kind == TOKEN_NAME ? p->token.str : STR("?"));
	parse_expect(p, TOKEN_NAME, "the name of the block");
	func->scoped = parse_accept_word(p, "scoped");
	func->required = parse_accept_word(p, "required");
	if (p->token.kind == TOKEN_SUBTRACT)
		parse_error(p, p->token.offset, 1, "the name of a block cannot hold '-': use '_'");
	block_check(p, func);
	*p->template->blocks_tail = func;
	p->template->blocks_tail = &func->next;
	struct watch *scoped = func->scoped ? p->watch : NULL;
	for (; scoped; scoped = scoped->barrier ? NULL : scoped->up)
		scoped->used |= 1u << SPECIAL_LOOP;
	struct stmt_saved saved = stmt_enter_func(p, &watch, true);
	simple_body(p, &func->body, node, "block", ends);
	func->uses_self = watch.used & 1u << SPECIAL_SELF;
	func->uses_super = watch.used & 1u << SPECIAL_SUPER;
	stmt_leave_func(p, saved);
	if (func->required)
		block_required(p, func);
	if (!p->pending && p->token.kind == TOKEN_NAME && str_eq(p->token.str, func->name->text))
		parse_next(p);
}

static void stmt_do(struct parser *p, struct node *node)
{
	node->kind = NODE_DO;
	node->as.kids.a = parse_tuple(p, true);
}

static void stmt_print(struct parser *p, struct node *node)
{
	struct nodes items;

	nodes_init(&items);
	node->kind = NODE_SCOPE;
	node->as.scope = ARENA_NEW(p->arena, struct scope_node);
	while (!p->panic && p->token.kind != TOKEN_BLOCK_END) {
		if (items.first)
			parse_expect(p, TOKEN_COMMA, "',' or '%}'");
		struct node *print = parse_node(p, NODE_PRINT, p->token.offset);
		print->as.kids.a = parse_expression(p);
		nodes_add(&items, parse_done(p, print));
	}
	node->as.scope->body = items;
}

static void stmt_break(struct parser *p, struct node *node)
{
	node->kind = NODE_BREAK;
	if (p->in_loops == 0)
		parse_error(p, node->offset, node->length, "break outside a loop");
}

static void stmt_continue(struct parser *p, struct node *node)
{
	node->kind = NODE_CONTINUE;
	if (p->in_loops == 0)
		parse_error(p, node->offset, node->length, "continue outside a loop");
}

const struct tag parse_tags[] = {
	{"autoescape", stmt_autoescape}, {"block", stmt_block},     {"break", stmt_break},
		{"call", stmt_call},
	{"continue", stmt_continue},     {"do", stmt_do},           {"extends", stmt_extends},
		{"filter", stmt_filter},
	{"for", stmt_for},               {"from", stmt_from},       {"if", stmt_if},
		{"import", stmt_import},
	{"include", stmt_include},       {"macro", stmt_macro},     {"print", stmt_print},
		{"set", stmt_set},
	{"with", stmt_with},             {NULL, NULL},
};
