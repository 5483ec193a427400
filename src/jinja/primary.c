/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/parse.h"

static struct node *constant(struct parser *p, struct value value)
{
	struct node *node = parse_node(p, NODE_CONSTANT, p->token.offset);

	node->as.constant = value;
	parse_next(p);
	return parse_done(p, node);
}

static struct node *parse_name(struct parser *p)
{
	static const struct {
		const char *word;
		uint8_t kind;
		bool boolean;
	} words[] = {
		{"true", VALUE_BOOL, true},   {"True", VALUE_BOOL, true},  {"false", VALUE_BOOL, false},
		{"False", VALUE_BOOL, false}, {"none", VALUE_NONE, false}, {"None", VALUE_NONE, false},
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_is(p->token.str, words[i].word))
			return constant(p, words[i].kind == VALUE_NONE ? value_none() : value_bool(words[i].boolean));
	}
	struct node *node = parse_node(p, NODE_NAME, p->token.offset);
	node->as.name.name = name_intern(p->jinja, p->token.str);
	parse_uses(p, node->as.name.name, false);
	parse_next(p);
	return parse_done(p, node);
}

/* Adjacent strings are one. */
static struct node *parse_string(struct parser *p)
{
	struct str text = p->token.str;
	struct node *node = parse_node(p, NODE_CONSTANT, p->token.offset);

	parse_next(p);
	while (p->token.kind == TOKEN_STRING) {
		char *joined = arena_alloc(p->arena, text.n + p->token.str.n + 1);

		memcpy(joined, text.p, text.n);
		memcpy(joined + text.n, p->token.str.p, p->token.str.n);
		text = (struct str){joined, text.n + p->token.str.n};
		parse_next(p);
	}
	node->as.constant = value_borrow(p->arena, text);
	return parse_done(p, node);
}

static struct node *parse_list(struct parser *p)
{
	struct node *node = parse_node(p, NODE_LIST, p->token.offset);

	nodes_init(&node->as.items);
	parse_next(p);
	while (!p->panic && p->token.kind != TOKEN_CLOSE_BRACKET) {
		nodes_add(&node->as.items, parse_expression(p));
		if (!parse_accept(p, TOKEN_COMMA))
			break;
	}
	parse_expect(p, TOKEN_CLOSE_BRACKET, "',' or ']'");
	return parse_done(p, node);
}

static struct node *parse_dict(struct parser *p)
{
	struct node *node = parse_node(p, NODE_DICT, p->token.offset);

	nodes_init(&node->as.items);
	parse_next(p);
	while (!p->panic && p->token.kind != TOKEN_CLOSE_BRACE) {
		nodes_add(&node->as.items, parse_expression(p));
		parse_expect(p, TOKEN_COLON, "':' and a value");
		nodes_add(&node->as.items, parse_expression(p));
		if (!parse_accept(p, TOKEN_COMMA))
			break;
	}
	parse_expect(p, TOKEN_CLOSE_BRACE, "',' or '}'");
	return parse_done(p, node);
}

bool parse_tuple_ends(const struct parser *p)
{
	enum token_kind kind = p->token.kind;

	return kind == TOKEN_PRINT_END || kind == TOKEN_BLOCK_END || kind == TOKEN_CLOSE_PAREN ||
		kind == TOKEN_END;
}

static struct node *parse_items(struct parser *p, bool conditions, bool may_be_empty)
{
	uint32_t offset = p->token.offset;
	struct nodes items;
	bool tuple = false;

	nodes_init(&items);
	while (!p->panic && !parse_tuple_ends(p)) {
		nodes_add(&items, conditions ? parse_expression(p) : parse_without_condition(p));
		if (!parse_accept(p, TOKEN_COMMA))
			break;
		tuple = true;
	}
	if (!tuple && items.first)
		return items.first;
	if (!tuple && !may_be_empty)
		parse_expected(p, "an expression");
	struct node *node = parse_node(p, NODE_TUPLE, offset);
	node->as.items = items;
	return parse_done(p, node);
}

struct node *parse_tuple(struct parser *p, bool conditions)
{
	return parse_items(p, conditions, false);
}

static struct node *parse_parentheses(struct parser *p)
{
	uint32_t offset = p->token.offset;

	parse_next(p);
	struct node *node = parse_items(p, true, true);
	parse_expect(p, TOKEN_CLOSE_PAREN, "',' or ')'");
	node->offset = offset;
	return parse_done(p, node);
}

struct node *parse_primary(struct parser *p)
{
	switch (p->token.kind) {
	case TOKEN_NAME:
		return parse_name(p);
	case TOKEN_STRING:
		return parse_string(p);
	case TOKEN_INTEGER:
		return constant(p, value_int(p->token.integer));
	case TOKEN_FLOAT:
		return constant(p, value_float(p->token.real));
	case TOKEN_OPEN_PAREN:
		return parse_parentheses(p);
	case TOKEN_OPEN_BRACKET:
		return parse_list(p);
	case TOKEN_OPEN_BRACE:
		return parse_dict(p);
	default:
		parse_expected(p, "an expression");
		return parse_node(p, NODE_CONSTANT, p->token.offset);
	}
}

struct call_args *parse_arguments(struct parser *p)
{
	struct call_args *args = ARENA_NEW(p->arena, struct call_args);
	struct named_arg **tail = &args->named;

	nodes_init(&args->positional);
	parse_next(p);
	while (!p->panic && p->token.kind != TOKEN_CLOSE_PAREN) {
		bool named = p->token.kind == TOKEN_NAME && parse_peek(p)->kind == TOKEN_ASSIGN;
		enum token_kind kind = p->token.kind;

		if (args->star_star || (args->star && !named && kind != TOKEN_POWER) ||
		    (args->named && !named && kind != TOKEN_POWER && kind != TOKEN_MULTIPLY))
			parse_error(p, p->token.offset, p->token.length,
				"argument out of order: positional, named, *list, **dict");
		if (parse_accept(p, TOKEN_MULTIPLY)) {
			args->star = parse_expression(p);
		} else if (parse_accept(p, TOKEN_POWER)) {
			args->star_star = parse_expression(p);
		} else if (named) {
			struct named_arg *arg = ARENA_NEW(p->arena, struct named_arg);

			arg->name = name_intern(p->jinja, p->token.str);
			for (struct named_arg *other = args->named; other; other = other->next) {
				if (other->name == arg->name)
					parse_error(p, p->token.offset, p->token.length, "argument '%.*s' is given twice",
					            STR_ARG(arg->name->text));
			}
			parse_next(p);
			parse_accept(p, TOKEN_ASSIGN);
			arg->value = parse_expression(p);
			*tail = arg;
			tail = &arg->next;
			args->named_count++;
		} else {
			nodes_add(&args->positional, parse_expression(p));
		}
		if (!parse_accept(p, TOKEN_COMMA))
			break;
	}
	parse_expect(p, TOKEN_CLOSE_PAREN, "',' or ')'");
	return args;
}

struct node *parse_call(struct parser *p, struct node *callee)
{
	struct node *node = parse_node(p, NODE_CALL, callee->offset);

	node->as.call.callee = callee;
	node->as.call.args = parse_arguments(p);
	return parse_done(p, node);
}

static struct node *parse_dot(struct parser *p, struct node *object)
{
	struct node *node = parse_node(p, NODE_ATTR, object->offset);

	parse_next(p);
	if (p->token.kind == TOKEN_NAME) {
		node->as.attr.object = object;
		node->as.attr.name = name_intern(p->jinja, p->token.str);
		parse_next(p);
		return parse_done(p, node);
	}
	node->kind = NODE_ITEM;
	node->as.kids.a = object;
	if (p->token.kind != TOKEN_INTEGER) {
		parse_expected(p, "a name or a number after '.'");
		return node;
	}
	node->as.kids.b = constant(p, value_int(p->token.integer));
	return parse_done(p, node);
}

/* Start, stop and step; each may be left out. */
static struct node *parse_subscript(struct parser *p)
{
	struct node *node = parse_node(p, NODE_SLICE, p->token.offset);

	if (p->token.kind != TOKEN_COLON) {
		struct node *start = parse_expression(p);

		if (p->token.kind != TOKEN_COLON)
			return start;
		node->as.kids.b = start;
	}
	parse_next(p);
	if (p->token.kind != TOKEN_COLON && p->token.kind != TOKEN_CLOSE_BRACKET &&
		p->token.kind != TOKEN_COMMA)
		node->as.kids.c = parse_expression(p);
	if (parse_accept(p, TOKEN_COLON) && p->token.kind != TOKEN_CLOSE_BRACKET &&
		p->token.kind != TOKEN_COMMA)
		node->as.kids.d = parse_expression(p);
	return parse_done(p, node);
}

static struct node *parse_brackets(struct parser *p, struct node *object)
{
	struct node *node = parse_node(p, NODE_ITEM, object->offset);
	struct node *tuple = parse_node(p, NODE_TUPLE, p->token.offset);

	nodes_init(&tuple->as.items);
	parse_next(p);
	while (!p->panic && p->token.kind != TOKEN_CLOSE_BRACKET) {
		if (tuple->as.items.first)
			parse_expect(p, TOKEN_COMMA, "']'");
		nodes_add(&tuple->as.items, parse_subscript(p));
	}
	parse_expect(p, TOKEN_CLOSE_BRACKET, "']'");
	struct node *first = tuple->as.items.first;
	for (struct node *item = first; item && tuple->as.items.count != 1; item = item->next) {
		if (item->kind == NODE_SLICE)
			parse_error(p, item->offset, item->length, "a slice must stand alone in its brackets");
	}
	if (tuple->as.items.count == 1 && first->kind == NODE_SLICE) {
		first->offset = object->offset;
		first->as.kids.a = object;
		return parse_done(p, first);
	}
	node->as.kids.a = object;
	node->as.kids.b = tuple->as.items.count == 1 ? first : parse_done(p, tuple);
	return parse_done(p, node);
}

struct node *parse_postfix(struct parser *p, struct node *node)
{
	while (!p->panic) {
		if (p->token.kind == TOKEN_DOT)
			node = parse_dot(p, node);
		else if (p->token.kind == TOKEN_OPEN_BRACKET)
			node = parse_brackets(p, node);
		else if (p->token.kind == TOKEN_OPEN_PAREN)
			node = parse_call(p, node);
		else
			break;
	}
	return node;
}
