/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/parse.h"

struct node *parse_target_name(struct parser *p)
{
	struct node *node = parse_node(p, NODE_TARGET, p->token.offset);
	static const char *const constants[] = {"true", "false", "none", "True", "False", "None"};

	if (p->token.kind != TOKEN_NAME) {
		parse_expected(p, "a name");
		node->as.name.name = name_intern(p->jinja, STR("?"));
		return node;
	}
	for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
		if (str_is(p->token.str, constants[i]))
			parse_error(p, p->token.offset, p->token.length,
				"'%s' is a constant and cannot be assigned to", constants[i]);
	}
	node->as.name.name = name_intern(p->jinja, p->panic ? STR("?") : p->token.str);
	parse_uses(p, node->as.name.name, true);
	if (!p->panic)
		parse_next(p);
	return parse_done(p, node);
}

static struct node *parse_target_list(struct parser *p, bool members, bool in_parentheses);

/* NAME.MEMBER, of a namespace. */
static struct node *parse_target_member(struct parser *p)
{
	struct node *node = parse_node(p, NODE_MEMBER, p->token.offset);

	node->as.attr.object = parse_node(p, NODE_NAME, p->token.offset);
	node->as.attr.object->as.name.name = name_intern(p->jinja, p->token.str);
	parse_next(p);
	parse_done(p, node->as.attr.object);
	parse_next(p);
	node->as.attr.name = p->token.kind == TOKEN_NAME ? name_intern(p->jinja, p->token.str) : NULL;
	parse_expect(p, TOKEN_NAME, "a name after '.'");
	return parse_done(p, node);
}

static struct node *parse_target_item(struct parser *p, bool members)
{
	if (members && p->token.kind == TOKEN_NAME && parse_peek(p)->kind == TOKEN_DOT)
		return parse_target_member(p);
	if (p->token.kind != TOKEN_OPEN_PAREN)
		return parse_target_name(p);
	if (!parse_enter(p))
		return parse_node(p, NODE_TARGETS, p->token.offset);
	parse_next(p);
	struct node *node = parse_target_list(p, members, true);
	parse_expect(p, TOKEN_CLOSE_PAREN, "')'");
	parse_leave(p);
	return node;
}

static struct node *parse_target_list(struct parser *p, bool members, bool in_parentheses)
{
	struct node *node = parse_node(p, NODE_TARGETS, p->token.offset);
	bool tuple = false;

	nodes_init(&node->as.items);
	while (!p->panic && !(tuple && parse_tuple_ends(p))) {
		if (in_parentheses && p->token.kind == TOKEN_CLOSE_PAREN)
			break;
		nodes_add(&node->as.items, parse_target_item(p, members));
		if (!parse_accept(p, TOKEN_COMMA))
			break;
		tuple = true;
	}
	if (!tuple && node->as.items.first)
		return node->as.items.first;
	return parse_done(p, node);
}

struct node *parse_target(struct parser *p, bool members)
{
	return parse_target_list(p, members, false);
}
