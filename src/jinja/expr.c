/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/builtin.h"
#include "jinja/parse.h"

/* Binary operators by token, and how strongly they bind: 0 for what is none. */
enum { BIND_COMPARE = 1, BIND_SUM, BIND_CONCAT, BIND_PRODUCT, BIND_POWER, BIND_UNARY };
static const struct {
	uint8_t binding, op;
} expr_operators[TOKEN_ERROR + 1] = {
	[TOKEN_EQUAL] = {BIND_COMPARE, OP_EQUAL},
	[TOKEN_UNEQUAL] = {BIND_COMPARE, OP_UNEQUAL},
	[TOKEN_LESS] = {BIND_COMPARE, OP_LESS},
	[TOKEN_LESS_EQUAL] = {BIND_COMPARE, OP_LESS_EQUAL},
	[TOKEN_GREATER] = {BIND_COMPARE, OP_GREATER},
	[TOKEN_GREATER_EQUAL] = {BIND_COMPARE, OP_GREATER_EQUAL},
	[TOKEN_ADD] = {BIND_SUM, OP_ADD},
	[TOKEN_SUBTRACT] = {BIND_SUM, OP_SUBTRACT},
	[TOKEN_TILDE] = {BIND_CONCAT, 0},
	[TOKEN_MULTIPLY] = {BIND_PRODUCT, OP_MULTIPLY},
	[TOKEN_DIVIDE] = {BIND_PRODUCT, OP_DIVIDE},
	[TOKEN_FLOOR] = {BIND_PRODUCT, OP_FLOOR},
	[TOKEN_MODULO] = {BIND_PRODUCT, OP_MODULO},
	[TOKEN_POWER] = {BIND_POWER, OP_POWER},
};

/* The dotted name of a filter or test. */
static struct name *parse_dotted(struct parser *p, const char *wanted)
{
	struct str text = p->token.str;

	if (p->token.kind != TOKEN_NAME) {
		parse_expected(p, wanted);
		return name_intern(p->jinja, STR("?"));
	}
	uint32_t start = p->token.offset;
	parse_next(p);
	while (p->token.kind == TOKEN_DOT && !p->panic) {
		parse_next(p);
		parse_expect(p, TOKEN_NAME, "a name after '.'");
		text.n = p->last_end - start;
	}
	return name_intern(p->jinja, text);
}

static void note_unknown(struct parser *p, struct node *node)
{
	if (node->as.filter.builtin || p->panic)
		return;
	node->soft = p->soft;
	MEM_ROOM(p->unknown, p->unknown_count, p->unknown_capacity);
	p->unknown[p->unknown_count++] = node;
}

struct node *parse_filters(struct parser *p, struct node *operand, bool starts_inline)
{
	while (!p->panic && (p->token.kind == TOKEN_PIPE || starts_inline)) {
		if (!starts_inline)
			parse_next(p);
		starts_inline = false;
		struct node *node = parse_node(p, NODE_FILTER, p->token.offset);
		node->as.filter.operand = operand;
		node->as.filter.name = parse_dotted(p, "the name of a filter");
		node->length = p->last_end - node->offset;
		node->as.filter.builtin = builtin_filter(node->as.filter.name->text);
		note_unknown(p, node);
		if (p->token.kind == TOKEN_OPEN_PAREN)
			node->as.filter.args = parse_arguments(p);
		operand = node;
	}
	return operand;
}

/* A test may take its one argument without parentheses. */
static bool test_argument_follows(struct parser *p)
{
	switch (p->token.kind) {
	case TOKEN_NAME:
		return !parse_is_word(p, "else") && !parse_is_word(p, "or") && !parse_is_word(p, "and");
	case TOKEN_STRING:
	case TOKEN_INTEGER:
	case TOKEN_FLOAT:
	case TOKEN_OPEN_BRACKET:
	case TOKEN_OPEN_BRACE:
		return true;
	default:
		return false;
	}
}

static struct node *parse_test(struct parser *p, struct node *operand)
{
	struct node *node = parse_node(p, NODE_TEST, p->token.offset);

	parse_next(p);
	node->negated = parse_accept_word(p, "not");
	node->as.filter.operand = operand;
	node->offset = p->token.offset;
	node->as.filter.name = parse_dotted(p, "the name of a test");
	node->length = p->last_end - node->offset;
	node->as.filter.builtin = builtin_test(node->as.filter.name->text);
	note_unknown(p, node);
	if (p->token.kind == TOKEN_OPEN_PAREN) {
		node->as.filter.args = parse_arguments(p);
	} else if (test_argument_follows(p)) {
		if (parse_is_word(p, "is"))
			parse_error(p, p->token.offset, 2, "tests with 'is' cannot be chained");
		struct call_args *args = ARENA_NEW(p->arena, struct call_args);
		nodes_init(&args->positional);
		nodes_add(&args->positional, parse_postfix(p, parse_primary(p)));
		node->as.filter.args = args;
	}
	return node;
}

static struct node *parse_filters_and_tests(struct parser *p, struct node *node)
{
	while (!p->panic) {
		if (p->token.kind == TOKEN_PIPE)
			node = parse_filters(p, node, false);
		else if (parse_is_word(p, "is"))
			node = parse_test(p, node);
		else if (p->token.kind == TOKEN_OPEN_PAREN)
			node = parse_call(p, node);
		else
			break;
	}
	return node;
}

static struct node *parse_unary(struct parser *p, bool with_filters)
{
	struct node *node;

	if (!parse_enter(p))
		return parse_node(p, NODE_CONSTANT, p->token.offset);
	if (p->token.kind == TOKEN_SUBTRACT || p->token.kind == TOKEN_ADD) {
		node = parse_node(p, p->token.kind == TOKEN_ADD ? NODE_PLUS : NODE_NEGATE, p->token.offset);
		parse_next(p);
		node->as.kids.a = parse_unary(p, false);
		parse_done(p, node);
	} else {
		node = parse_primary(p);
	}
	node = parse_postfix(p, node);
	if (with_filters)
		node = parse_filters_and_tests(p, node);
	parse_leave(p);
	return node;
}

/* How strongly the operator that the current token is binds, 0 where it is none; *OP says which. */
static unsigned operator_here(struct parser *p, enum operator *op)
{
	*op = expr_operators[p->token.kind].op;
	if (p->token.kind != TOKEN_NAME)
		return expr_operators[p->token.kind].binding;
	*op = OP_IN;
	if (parse_is_word(p, "in"))
		return BIND_COMPARE;
	*op = OP_NOT_IN;
	const struct token *next = parse_is_word(p, "not") ? parse_peek(p) : NULL;
	return next && next->kind == TOKEN_NAME && str_is(next->str, "in") ? BIND_COMPARE : 0;
}

static struct node *pair(struct parser *p, enum node_kind kind, enum operator op, struct node *a, struct node *b)
{
	struct node *node = parse_node(p, kind, a->offset);

	node->op = (uint8_t)op;
	node->as.kids.a = a;
	node->as.kids.b = b;
	return parse_done(p, node);
}

static struct node *parse_binary(struct parser *p, unsigned least);

/* a < b < c: comparisons; the left side of all but the first is the right side of the one before. */
static struct node *parse_chain(struct parser *p, struct node *first)
{
	struct node *node = parse_node(p, NODE_CHAIN, first->offset);
	enum operator op;

	nodes_init(&node->as.items);
	nodes_add(&node->as.items, first);
	while (!p->panic && operator_here(p, &op) == BIND_COMPARE) {
		if (op == OP_NOT_IN)
			parse_next(p);
		parse_next(p);
		struct node *right = parse_binary(p, BIND_SUM);
		nodes_add(&node->as.items, pair(p, NODE_COMPARE, op, right, NULL));
	}
	return parse_done(p, node);
}

static struct node *parse_concat(struct parser *p, struct node *first)
{
	struct node *node = parse_node(p, NODE_CONCAT, first->offset);

	nodes_init(&node->as.items);
	nodes_add(&node->as.items, first);
	while (!p->panic && parse_accept(p, TOKEN_TILDE))
		nodes_add(&node->as.items, parse_binary(p, BIND_PRODUCT));
	return parse_done(p, node);
}

/* What operators that bind at least so strongly make of operands. */
static struct node *parse_binary(struct parser *p, unsigned least)
{
	struct node *left = parse_unary(p, true);
	enum operator op, next;
	unsigned binding;

	while (!p->panic && (binding = operator_here(p, &op)) >= least) {
		if (binding == BIND_CONCAT) {
			left = parse_concat(p, left);
			continue;
		}
		if (op == OP_NOT_IN)
			parse_next(p);
		parse_next(p);
		struct node *right = parse_binary(p, binding + 1);
		if (binding == BIND_COMPARE && operator_here(p, &next) == BIND_COMPARE) {
			struct node *chain = parse_chain(p, pair(p, NODE_COMPARE, op, right, NULL));
			struct node *all = parse_node(p, NODE_CHAIN, left->offset);

			left->next = chain->as.items.first;
			all->as.items = (struct nodes){left, chain->as.items.tail, chain->as.items.count + 1};
			return parse_done(p, all);
		}
		left = pair(p, binding == BIND_COMPARE ? NODE_COMPARE : NODE_BINARY, op, left, right);
	}
	return left;
}

static struct node *parse_not(struct parser *p)
{
	if (!parse_is_word(p, "not"))
		return parse_binary(p, BIND_COMPARE);
	struct node *node = parse_node(p, NODE_NOT, p->token.offset);
	if (!parse_enter(p))
		return node;
	parse_next(p);
	node->as.kids.a = parse_not(p);
	parse_leave(p);
	return parse_done(p, node);
}

static struct node *parse_and(struct parser *p)
{
	struct node *left = parse_not(p);

	while (!p->panic && parse_accept_word(p, "and"))
		left = pair(p, NODE_AND, 0, left, parse_not(p));
	return left;
}

struct node *parse_without_condition(struct parser *p)
{
	struct node *left = parse_and(p);

	while (!p->panic && parse_accept_word(p, "or"))
		left = pair(p, NODE_OR, 0, left, parse_and(p));
	return left;
}

struct node *parse_expression(struct parser *p)
{
	size_t unknown = p->unknown_count;
	bool soft = p->soft;

	if (!parse_enter(p))
		return parse_node(p, NODE_CONSTANT, p->token.offset);
	struct node *value = parse_without_condition(p);
	while (!p->panic && parse_accept_word(p, "if")) {
		struct node *node = parse_node(p, NODE_CONDITION, value->offset);

		for (size_t i = unknown; i < p->unknown_count; i++)
			p->unknown[i]->soft = true;
		p->soft = true;
		node->as.kids.a = parse_without_condition(p);
		node->as.kids.b = value;
		if (parse_accept_word(p, "else"))
			node->as.kids.c = parse_expression(p);
		value = parse_done(p, node);
	}
	p->soft = soft;
	parse_leave(p);
	return value;
}
