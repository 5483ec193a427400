/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/parse.h"

#include <stdio.h>

static bool at_tag_end(const struct parser *p)
{
	enum token_kind kind = p->token.kind;

	return kind == TOKEN_BLOCK_END || kind == TOKEN_PRINT_END || kind == TOKEN_END;
}

/* Makes the end of the tag the current token. */
static void parse_recover(struct parser *p)
{
	if (at_tag_end(p))
		return;
	if (p->has_ahead) {
		p->has_ahead = false;
		p->token = p->ahead;
		if (at_tag_end(p))
			return;
	}
	if (p->lexer.within == TOKEN_TEXT) {
		p->lexer.at = p->lexer.length;
	} else {
		lex_recover(&p->lexer);
	}
	do
		lex_next(&p->lexer, &p->token);
	while (p->token.kind == TOKEN_ERROR);
}

bool parse_error(struct parser *p, uint32_t offset, uint32_t length, const char *format, ...)
{
	char message[400];
	va_list args;

	if (p->panic)
		return false;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	diag_error(p->jinja->diag, (struct span){p->template->source, offset, length}, "%s", message);
	p->failed = p->panic = true;
	parse_recover(p);
	return true;
}

static void parse_lex_error(struct parser *p)
{
	struct token token = p->token;
	unsigned depth = p->lexer.depth;
	uint32_t opened = depth ? p->lexer.opened[depth - 1] : 0;

	if (!parse_error(p, token.offset, token.length, "%s", token.error)) {
		parse_recover(p);
		return;
	}
	if (token.hint)
		diag_hint(p->jinja->diag, "%s", token.hint);
	else if (depth)
		diag_note(p->jinja->diag, (struct span){p->template->source, opened, 1}, "this bracket is open");
}

void parse_next(struct parser *p)
{
	if (at_tag_end(p))
		p->panic = p->token.kind == TOKEN_END && p->panic;
	p->last_end = p->token.offset + p->token.length;
	if (p->has_ahead) {
		p->has_ahead = false;
		p->token = p->ahead;
	} else {
		lex_next(&p->lexer, &p->token);
	}
	if (p->token.kind == TOKEN_ERROR)
		parse_lex_error(p);
}

const struct token *parse_peek(struct parser *p)
{
	if (!p->has_ahead) {
		if (at_tag_end(p))
			return &p->token;
		lex_next(&p->lexer, &p->ahead);
		p->has_ahead = true;
	}
	return &p->ahead;
}

void parse_expected(struct parser *p, const char *wanted)
{
	char room[80];
	unsigned depth = p->lexer.depth;
	uint32_t opened = depth ? p->lexer.opened[depth - 1] : 0;
	bool ended = p->token.kind == TOKEN_END;

	if (!parse_error(p, p->token.offset, p->token.length, "expected %s, found %s", wanted,
	                 lex_describe(&p->token, room)))
		return;
	if (depth && ended)
		diag_note(p->jinja->diag, (struct span){p->template->source, opened, 1},
			"this bracket is still open");
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	if (p->panic || p->token.kind != kind)
		return false;
	parse_next(p);
	return true;
}

bool parse_expect(struct parser *p, enum token_kind kind, const char *wanted)
{
	if (parse_accept(p, kind))
		return true;
	parse_expected(p, wanted);
	return false;
}

bool parse_enter(struct parser *p)
{
	if (p->nesting >= PARSE_NESTING) {
		parse_error(p, p->token.offset, p->token.length, "nested more than %d levels deep",
			(int)PARSE_NESTING);
		return false;
	}
	p->nesting++;
	return true;
}

void parse_leave(struct parser *p)
{
	p->nesting--;
}

struct node *parse_node(struct parser *p, enum node_kind kind, uint32_t offset)
{
	struct node *node = ARENA_NEW(p->arena, struct node);

	node->kind = (uint8_t)kind;
	node->offset = offset;
	node->length = p->token.length;
	node->checked = p->checked;
	node->toplevel = p->toplevel;
	return node;
}

struct node *parse_done(struct parser *p, struct node *node)
{
	if (p->last_end > node->offset)
		node->length = p->last_end - node->offset;
	return node;
}

void nodes_init(struct nodes *nodes)
{
	nodes->first = NULL;
	nodes->tail = &nodes->first;
	nodes->count = 0;
}

void nodes_add(struct nodes *nodes, struct node *node)
{
	*nodes->tail = node;
	nodes->tail = &node->next;
	nodes->count++;
}

void parse_uses(struct parser *p, const struct name *name, bool stored)
{
	unsigned bit = 1u << name->special;

	if (name->special == SPECIAL_NONE)
		return;
	for (struct watch *watch = p->watch; watch; watch = watch->barrier ? NULL : watch->up) {
		if (stored)
			watch->gone |= bit;
		else
			watch->used |= bit & ~watch->gone;
	}
}
