/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/lex.h"

#include "jinja/literal.h"
#include "jinja/unicode.h"

#include <stdio.h>

static const struct {
	char text[3];
	enum token_kind kind;
} lex_operators[] = { /* what is seen most comes first, but before its own beginning */
	{".", TOKEN_DOT},           {"|", TOKEN_PIPE},           {"(", TOKEN_OPEN_PAREN},
	{")", TOKEN_CLOSE_PAREN},   {",", TOKEN_COMMA},          {"==", TOKEN_EQUAL},
	{"=", TOKEN_ASSIGN},        {"[", TOKEN_OPEN_BRACKET},   {"]", TOKEN_CLOSE_BRACKET},
	{"+", TOKEN_ADD},           {"~", TOKEN_TILDE},          {"{", TOKEN_OPEN_BRACE},
	{"}", TOKEN_CLOSE_BRACE},   {":", TOKEN_COLON},          {"!=", TOKEN_UNEQUAL},
	{">=", TOKEN_GREATER_EQUAL}, {">", TOKEN_GREATER},       {"<=", TOKEN_LESS_EQUAL},
	{"<", TOKEN_LESS},          {"-", TOKEN_SUBTRACT},       {"**", TOKEN_POWER},
	{"*", TOKEN_MULTIPLY},      {"//", TOKEN_FLOOR},         {"/", TOKEN_DIVIDE},
	{"%", TOKEN_MODULO},        {";", TOKEN_SEMICOLON},
};

void lex_init(struct lexer *lexer, struct str text, struct arena *arena, bool trim_blocks, bool lstrip_blocks)
{
	lexer->text = text.p;
	lexer->length = (uint32_t)text.n;
	lexer->at = 0;
	lexer->arena = arena;
	lexer->trim_blocks = trim_blocks;
	lexer->lstrip_blocks = lstrip_blocks;
	lexer->within = TOKEN_TEXT;
	lexer->depth = 0;
}

struct str lex_normalise(struct arena *arena, struct str text, bool keep)
{
	if (text.n && memchr(text.p, '\r', text.n)) {
		char *copy = arena_alloc(arena, text.n);
		size_t n = 0;

		for (size_t i = 0; i < text.n; i++) {
			if (text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n')
				continue;
			copy[n++] = text.p[i] == '\r' ? '\n' : text.p[i];
		}
		text = (struct str){copy, n};
	}
	if (!keep && text.n && text.p[text.n - 1] == '\n')
		text.n--;
	return text;
}

static struct str lex_rest(const struct lexer *lexer)
{
	return (struct str){lexer->text + lexer->at, lexer->length - lexer->at};
}

static bool lex_sees(const struct lexer *lexer, uint32_t at, const char *text)
{
	size_t n = strlen(text);

	return n <= lexer->length - at && memcmp(lexer->text + at, text, n) == 0;
}

static uint32_t lex_skip_space(const struct lexer *lexer, uint32_t at)
{
	if (at < lexer->length && lexer->text[at] > ' ')
		return at;
	return at + (uint32_t)unicode_space_prefix((struct str){lexer->text + at, lexer->length - at});
}

/* The next "{{", "{%" or "{#" at or after AT, or the end. */
static uint32_t lex_find_tag(const struct lexer *lexer, uint32_t at)
{
	while (at + 1 < lexer->length) {
		const char *p = memchr(lexer->text + at, '{', lexer->length - at - 1);

		if (!p)
			break;
		if (p[1] == '{' || p[1] == '%' || p[1] == '#')
			return (uint32_t)(p - lexer->text);
		at = (uint32_t)(p - lexer->text) + 1;
	}
	return lexer->length;
}

/* TEXT as it goes out before a tag with SIGN ('-', '+' or anything else). */
static struct str lex_strip_before(const struct lexer *lexer, struct str text, char sign, bool prints)
{
	if (sign == '-') {
		text.n -= unicode_space_suffix(text);
	} else if (sign != '+' && lexer->lstrip_blocks && !prints) {
		size_t line = text.n;
		uint32_t start = (uint32_t)(text.p - lexer->text);

		while (line > 0 && text.p[line - 1] != '\n')
			line--;
		bool starts = line > 0 || start == 0 || lexer->text[start - 1] == '\n';
		if (starts && unicode_space_prefix(str_slice(text, line, text.n)) == text.n - line)
			text.n = line;
	}
	return text;
}

/* Where text goes on after a tag whose closing begins at AT with SIGN or without. */
static uint32_t lex_after_close(const struct lexer *lexer, uint32_t at, char sign)
{
	if (sign == '-')
		return lex_skip_space(lexer, at);
	if (sign != '+' && lexer->trim_blocks && at < lexer->length && lexer->text[at] == '\n')
		return at + 1;
	return at;
}

static void lex_text_token(struct token *token, const struct lexer *lexer, struct str text)
{
	token->kind = TOKEN_TEXT;
	token->offset = (uint32_t)(text.p - lexer->text);
	token->length = (uint32_t)text.n;
	token->str = text;
}

static void lex_error(struct lexer *lexer, struct token *token, uint32_t offset, uint32_t length, const char *error)
{
	token->kind = TOKEN_ERROR;
	token->offset = offset;
	token->length = length;
	token->error = error;
	token->hint = NULL;
	if (lexer->within == TOKEN_TEXT)
		lexer->at = lexer->length;
}

/* The offset behind the tag "{% WORD %}" that AT may be the beginning of, else 0. Its signs are stored. */
static uint32_t lex_word_tag(const struct lexer *lexer, uint32_t at, const char *word, char *before, char *after)
{
	at += 2;
	*before = *after = 0;
	if (at < lexer->length && (lexer->text[at] == '-' || lexer->text[at] == '+'))
		*before = lexer->text[at++];
	at = lex_skip_space(lexer, at);
	if (!lex_sees(lexer, at, word))
		return 0;
	at = lex_skip_space(lexer, at + (uint32_t)strlen(word));
	if (at < lexer->length && (lexer->text[at] == '-' || lexer->text[at] == '+'))
		*after = lexer->text[at++];
	return lex_sees(lexer, at, "%}") ? at + 2 : 0;
}

/* The verbatim text of a raw block that was opened at OPEN and whose text starts at START. */
static void lex_raw(struct lexer *lexer, struct token *token, uint32_t open, uint32_t start)
{
	char before, after;

	for (uint32_t at = start; at + 1 < lexer->length; at++) {
		const char *p = memchr(lexer->text + at, '{', lexer->length - at - 1);

		if (!p)
			break;
		at = (uint32_t)(p - lexer->text);
		uint32_t end = p[1] == '%' ? lex_word_tag(lexer, at, "endraw", &before, &after) : 0;
		if (end) {
			struct str text = {lexer->text + start, at - start};

			lexer->at = lex_after_close(lexer, end, after);
			lex_text_token(token, lexer, lex_strip_before(lexer, text, before, false));
			return;
		}
	}
	lex_error(lexer, token, open, start - open, "raw block without endraw");
}

static void lex_comment(struct lexer *lexer, struct token *token, uint32_t open)
{
	uint32_t start = open + 2;

	if (start < lexer->length && (lexer->text[start] == '-' || lexer->text[start] == '+'))
		start++;
	for (uint32_t at = start; at + 1 < lexer->length; at++) {
		const char *p = memchr(lexer->text + at, '#', lexer->length - at - 1);

		if (!p)
			break;
		at = (uint32_t)(p - lexer->text);
		if (p[1] == '}') {
			char sign = at > start ? p[-1] : 0;

			lexer->at = lex_after_close(lexer, at + 2, sign);
			return;
		}
	}
	lex_error(lexer, token, open, 2, "comment without #}");
	if (open > 0 && lexer->text[open - 1] == '$')
		token->hint = "the shell's ${#NAME} opens a template comment: write {{ '${#NAME}' }} or use a raw block";
}

static void lex_open(struct lexer *lexer, struct token *token, uint32_t tag, bool prints)
{
	uint32_t at = tag + 2;

	if (at < lexer->length && (lexer->text[at] == '-' || lexer->text[at] == '+'))
		at++;
	token->kind = lexer->within = prints ? TOKEN_PRINT_BEGIN : TOKEN_BLOCK_BEGIN;
	token->offset = tag;
	token->length = 2;
	lexer->at = at;
	lexer->depth = 0;
}

/* Text up to the next tag, or the tag itself. */
static void lex_outside(struct lexer *lexer, struct token *token)
{
	while (lexer->at < lexer->length) {
		uint32_t tag = lex_find_tag(lexer, lexer->at);
		struct str text = {lexer->text + lexer->at, tag - lexer->at};
		char kind = tag < lexer->length ? lexer->text[tag + 1] : 0;
		char sign = tag + 2 < lexer->length ? lexer->text[tag + 2] : 0;
		char before, after;

		if (kind)
			text = lex_strip_before(lexer, text, sign, kind == '{');
		lexer->at = tag;
		if (text.n) {
			lex_text_token(token, lexer, text);
			return;
		}
		if (!kind)
			break;
		if (kind == '#') {
			token->kind = TOKEN_END;
			lex_comment(lexer, token, tag);
			if (token->kind == TOKEN_ERROR)
				return;
			continue;
		}
		uint32_t raw = kind == '%' ? lex_word_tag(lexer, tag, "raw", &before, &after) : 0;
		if (raw && after != '+') {
			lex_raw(lexer, token, tag, after == '-' ? lex_skip_space(lexer, raw) : raw);
			if (token->kind == TOKEN_TEXT && token->length == 0)
				continue;
			return;
		}
		lex_open(lexer, token, tag, kind == '{');
		return;
	}
	token->kind = TOKEN_END;
	token->offset = lexer->length;
	token->length = 0;
}

/* The end of the tag at lexer->at, if it is there. */
static bool lex_close(struct lexer *lexer, struct token *token)
{
	uint32_t at = lexer->at;
	bool block = lexer->within == TOKEN_BLOCK_BEGIN;
	char sign = lexer->text[at];

	if (sign != '}' && sign != '%' && sign != '-' && sign != '+')
		return false;
	if (sign == '-' || (sign == '+' && block))
		at++;
	else
		sign = 0;
	if (lexer->length - at < 2 || lexer->text[at] != (block ? '%' : '}') || lexer->text[at + 1] != '}')
		return false;
	token->kind = block ? TOKEN_BLOCK_END : TOKEN_PRINT_END;
	token->offset = lexer->at;
	token->length = at + 2 - lexer->at;
	if (block)
		lexer->at = lex_after_close(lexer, at + 2, sign);
	else
		lexer->at = sign == '-' ? lex_skip_space(lexer, at + 2) : at + 2;
	lexer->within = TOKEN_TEXT;
	return true;
}

static void lex_bracket(struct lexer *lexer, struct token *token)
{
	static const char pairs[] = "()[]{}";
	char c = lexer->text[token->offset];

	if (c == '(' || c == '[' || c == '{') {
		if (lexer->depth == sizeof lexer->brackets) {
			lex_error(lexer, token, token->offset, 1, "too many open brackets");
			return;
		}
		lexer->opened[lexer->depth] = token->offset;
		lexer->brackets[lexer->depth++] = strchr(pairs, c)[1];
	} else if (c == ')' || c == ']' || c == '}') {
		if (lexer->depth == 0)
			lex_error(lexer, token, token->offset, 1, "closing bracket that was never opened");
		else if (lexer->brackets[lexer->depth - 1] != c)
			lex_error(lexer, token, token->offset, 1, "closing bracket of another kind than the open one");
		else
			lexer->depth--;
	}
}

static void lex_operator(struct lexer *lexer, struct token *token)
{
	char c = lexer->text[lexer->at], next = lexer->length - lexer->at > 1 ? lexer->text[lexer->at + 1] : 0;

	for (size_t i = 0; i < sizeof lex_operators / sizeof *lex_operators; i++) {
		const char *text = lex_operators[i].text;

		if (text[0] == c && (!text[1] || text[1] == next)) {
			token->kind = lex_operators[i].kind;
			token->length = text[1] ? 2 : 1;
			lexer->at += token->length;
			lex_bracket(lexer, token);
			return;
		}
	}
	unsigned bytes;
	utf8_decode(lexer->text + lexer->at, lexer->text + lexer->length, &bytes);
	lex_error(lexer, token, lexer->at, bytes, "unexpected character");
	lexer->at += bytes;
}

/* False where no name is here. */
static bool lex_name(struct lexer *lexer, struct token *token)
{
	token->kind = TOKEN_NAME;
	token->length = (uint32_t)unicode_word_prefix(lex_rest(lexer));
	token->str = (struct str){lexer->text + lexer->at, token->length};
	lexer->at += token->length;
	return token->length > 0;
}

static void lex_literal(struct lexer *lexer, struct token *token)
{
	struct literal literal;

	literal_read(&literal, lex_rest(lexer), lexer->arena, lexer->at > 0 &&
		lexer->text[lexer->at - 1] == '.');
	token->kind = literal.kind == LITERAL_STRING ? TOKEN_STRING
	            : literal.kind == LITERAL_FLOAT ? TOKEN_FLOAT : TOKEN_INTEGER;
	token->length = (uint32_t)literal.length;
	token->str = literal.str;
	token->integer = literal.integer;
	token->real = literal.real;
	if (literal.error)
		lex_error(lexer, token, lexer->at, token->length, literal.error);
	lexer->at += (uint32_t)literal.length;
}

void lex_next(struct lexer *lexer, struct token *token)
{
	if (lexer->within == TOKEN_TEXT) {
		lex_outside(lexer, token);
		return;
	}
	if (lexer->depth == 0 && lexer->at < lexer->length && lex_close(lexer, token))
		return;
	lexer->at = lex_skip_space(lexer, lexer->at);
	token->offset = lexer->at;
	if (lexer->at >= lexer->length) {
		token->kind = TOKEN_END;
		token->length = 0;
		return;
	}
	if (lexer->depth == 0 && lex_close(lexer, token))
		return;
	unsigned char c = (unsigned char)lexer->text[lexer->at];
	if ((c >= '0' && c <= '9') || c == '"' || c == '\'')
		lex_literal(lexer, token);
	else if (!lex_name(lexer, token))
		lex_operator(lexer, token);
}

void lex_recover(struct lexer *lexer)
{
	const char *close = lexer->within == TOKEN_BLOCK_BEGIN ? "%}" : "}}";

	if (lexer->within == TOKEN_TEXT)
		return;
	lexer->depth = 0;
	while (lexer->at < lexer->length && !lex_sees(lexer, lexer->at, close)) {
		char c = lexer->text[lexer->at];

		if (c == '"' || c == '\'') {
			const char *p = lexer->text + lexer->at + 1;
			const char *end = memchr(p, c, lexer->length - lexer->at - 1);
			const char *line = memchr(p, '\n', lexer->length - lexer->at - 1);

			if (end && (!line || end < line))
				lexer->at = (uint32_t)(end - lexer->text);
		}
		lexer->at++;
	}
	if (lexer->at < lexer->length && lexer->text[lexer->at - 1] == '-')
		lexer->at--;
}

const char *lex_describe(const struct token *token, char room[80])
{
	switch (token->kind) {
	case TOKEN_END:
		return "the end of the template";
	case TOKEN_PRINT_END:
		return "'}}'";
	case TOKEN_BLOCK_END:
		return "'%}'";
	case TOKEN_STRING:
		return "a string";
	case TOKEN_INTEGER:
	case TOKEN_FLOAT:
		return "a number";
	case TOKEN_NAME:
		snprintf(room, 80, "'%.*s'", token->length > 60 ? 60 : (int)token->length, token->str.p);
		return room;
	default:
		for (size_t i = 0; i < sizeof lex_operators / sizeof *lex_operators; i++) {
			if (lex_operators[i].kind == token->kind) {
				snprintf(room, 80, "'%s'", lex_operators[i].text);
				return room;
			}
		}
		return "text";
	}
}
