/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/builtin.h"
#include "jinja/parse.h"

static void nothing_more(struct parser *p)
{
	if (p->token.kind != TOKEN_BLOCK_END)
		parse_expected(p, "'%}'");
}

static void unknown_tag(struct parser *p)
{
	struct token token = p->token;
	struct guess guess;

	if (token.kind != TOKEN_NAME) {
		parse_expected(p, "the name of a tag");
		return;
	}
	guess_init(&guess, token.str);
	for (size_t i = 0; parse_tags[i].word; i++)
		guess_offer(&guess, str_of(parse_tags[i].word));
	for (const struct open *open = p->open; open; open = open->up) {
		for (size_t i = 0; open->ends[i]; i++)
			guess_offer(&guess, str_of(open->ends[i]));
	}
	bool ends = str_starts(token.str, STR("end")) || str_is(token.str, "else") || str_is(token.str, "elif");
	if (!parse_error(p, token.offset, token.length, ends ? "'%.*s' ends no block that is open here"
		: "unknown tag '%.*s'",
	                 STR_ARG(token.str)))
		return;
	guess_hint(&guess, p->jinja->diag);
	if (p->open)
		diag_note(p->jinja->diag, (struct span){p->template->source, p->open->offset, p->open->length},
		          "the open block here is '%s'", p->open->tag);
}

static void parse_statement(struct parser *p, struct nodes *body)
{
	struct node *node = parse_node(p, NODE_SCOPE, p->token.offset);

	for (size_t i = 0; parse_tags[i].word; i++) {
		if (!parse_is_word(p, parse_tags[i].word))
			continue;
		parse_next(p);
		parse_tags[i].parse(p, node);
		nodes_add(body, node);
		return;
	}
	unknown_tag(p);
}

/* The index of the end of OPEN that the current token is, or -1. */
static int end_index(const struct parser *p, const struct open *open)
{
	for (int i = 0; p->token.kind == TOKEN_NAME && open->ends[i]; i++) {
		if (str_is(p->token.str, open->ends[i]))
			return i;
	}
	return -1;
}

/* The word that closes OPEN for good. */
static const char *closing_word(const struct open *open)
{
	size_t i = 0;

	while (open->ends[i + 1] && strncmp(open->ends[i], "end", 3) != 0)
		i++;
	return open->ends[i];
}

static void note_open(struct parser *p, const struct open *open)
{
	diag_note(p->jinja->diag, (struct span){p->template->source, open->offset, open->length},
		"'%s' opened here",
	          open->tag);
}

/* True where the current word ends a block around the innermost one, which is then reported as not closed. */
static bool ends_outer(struct parser *p)
{
	const struct open *inner = p->open, *outer = inner ? inner->up : NULL;

	while (outer && end_index(p, outer) < 0)
		outer = outer->up;
	if (!outer)
		return false;
	struct token token = p->token;
	diag_error(p->jinja->diag, (struct span){p->template->source, token.offset, token.length},
	           "'%.*s' where '%s' is expected", STR_ARG(token.str), closing_word(inner));
	p->failed = true;
	note_open(p, inner);
	p->pending = true;
	return true;
}

static void unclosed(struct parser *p)
{
	const struct open *open = p->open;

	if (p->panic || !open)
		return;
	parse_error(p, p->token.offset, 0, "unexpected end of the template: '%s' is not closed", open->tag);
	for (; open; open = open->up)
		note_open(p, open);
}

static void parse_print(struct parser *p, struct nodes *body)
{
	struct node *node = parse_node(p, NODE_PRINT, p->token.offset);

	bool soft = p->soft;

	p->soft |= p->checked && p->template->surely_extends;
	parse_next(p);
	node->as.kids.a = parse_tuple(p, true);
	p->soft = soft;
	if (p->token.kind != TOKEN_PRINT_END)
		parse_expected(p, "'}}'");
	parse_next(p);
	nodes_add(body, parse_done(p, node));
}

static void parse_text(struct parser *p, struct nodes *body)
{
	struct node *node = parse_node(p, NODE_TEXT, p->token.offset);

	node->as.text = p->token.str;
	parse_next(p);
	nodes_add(body, node);
}

/* Statements up to the end of p->open (-1: it never came) or of the template. */
static int parse_until(struct parser *p, struct nodes *body)
{
	for (;;) {
		if (p->token.kind == TOKEN_TEXT) {
			parse_text(p, body);
			continue;
		}
		if (p->token.kind == TOKEN_PRINT_BEGIN) {
			parse_print(p, body);
			continue;
		}
		if (p->token.kind == TOKEN_END) {
			unclosed(p);
			return -1;
		}
		if (!p->pending)
			parse_next(p);
		int end = p->open ? end_index(p, p->open) : -1;
		if (end >= 0) {
			p->pending = false;
			parse_next(p);
			return end;
		}
		if (p->pending || (p->open && ends_outer(p)))
			return -1;
		parse_statement(p, body);
		if (p->pending)
			continue;
		nothing_more(p);
		parse_next(p);
	}
}

int parse_body(struct parser *p, struct nodes *body, struct open *open)
{
	int end = -1;

	nodes_init(body);
	if (!p->panic)
		parse_accept(p, TOKEN_COLON);
	nothing_more(p);
	if (p->token.kind == TOKEN_END)
		return -1;
	parse_next(p);
	p->open = open;
	if (parse_enter(p)) {
		end = parse_until(p, body);
		parse_leave(p);
	}
	p->open = open->up;
	return end;
}

static bool report_unknown(struct parser *p)
{
	for (size_t i = 0; i < p->unknown_count; i++) {
		if (p->unknown[i]->soft)
			continue;
		builtin_unknown(p->jinja->diag, p->template->source, p->unknown[i]);
		p->failed = true;
	}
	mem_free(p->unknown);
	return !p->failed;
}

bool parse_template(struct jinja *jinja, struct jinja_template *template)
{
	struct watch watch = {0};
	struct parser *p = mem_alloc(sizeof *p);

	memset(p, 0, sizeof *p);
	p->jinja = jinja;
	p->arena = &jinja->arena;
	p->template = template;
	p->watch = &watch;
	p->toplevel = p->checked = true;
	template->root = ARENA_NEW(p->arena, struct func);
	template->root->kind = FUNC_ROOT;
	template->root->template = template;
	template->blocks_tail = &template->blocks;
	lex_init(&p->lexer, template->text, p->arena, jinja->options.trim_blocks, jinja->options.lstrip_blocks);
	nodes_init(&template->root->body);
	p->token.kind = TOKEN_TEXT;
	parse_next(p);
	parse_until(p, &template->root->body);
	template->root->uses_self = watch.used & 1u << SPECIAL_SELF;
	bool ok = report_unknown(p);
	mem_free(p);
	return ok && scope_template(jinja, template);
}
