/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_LEX_H
#define DTK_JINJA_LEX_H

#include "base/arena.h"
#include "base/str.h"

#include <stdint.h>

/* Template text to tokens, on demand. */
enum token_kind {
	TOKEN_END,
	TOKEN_TEXT,         /* str: what goes out, white space control already applied */
	TOKEN_PRINT_BEGIN,  /* {{ */
	TOKEN_PRINT_END,
	TOKEN_BLOCK_BEGIN,  /* {% */
	TOKEN_BLOCK_END,
	TOKEN_NAME,         /* str */
	TOKEN_STRING,       /* str: escapes resolved */
	TOKEN_INTEGER,
	TOKEN_FLOAT,
	TOKEN_ADD,
	TOKEN_SUBTRACT,
	TOKEN_MULTIPLY,
	TOKEN_DIVIDE,
	TOKEN_FLOOR,
	TOKEN_MODULO,
	TOKEN_POWER,
	TOKEN_TILDE,
	TOKEN_EQUAL,
	TOKEN_UNEQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER,
	TOKEN_GREATER_EQUAL,
	TOKEN_ASSIGN,
	TOKEN_DOT,
	TOKEN_COMMA,
	TOKEN_COLON,
	TOKEN_SEMICOLON,
	TOKEN_PIPE,
	TOKEN_OPEN_PAREN,
	TOKEN_CLOSE_PAREN,
	TOKEN_OPEN_BRACKET,
	TOKEN_CLOSE_BRACKET,
	TOKEN_OPEN_BRACE,
	TOKEN_CLOSE_BRACE,
	TOKEN_ERROR,        /* error says what, hint (may be NULL) why */
};

struct token {
	enum token_kind kind;
	uint32_t offset, length;
	struct str str;
	int64_t integer;
	double real;
	const char *error, *hint;
};

struct lexer {
	const char *text;
	uint32_t length, at;
	struct arena *arena; /* for strings with escapes */
	bool trim_blocks, lstrip_blocks;
	enum token_kind within; /* TOKEN_PRINT_BEGIN, TOKEN_BLOCK_BEGIN, or TOKEN_TEXT */
	unsigned depth;         /* of open brackets */
	char brackets[256];
	uint32_t opened[256];   /* where */
};

/* TEXT is borrowed; its line ends must be LF (lex_normalise). */
void lex_init(struct lexer *lexer, struct str text, struct arena *arena, bool trim_blocks,
	bool lstrip_blocks);
void lex_next(struct lexer *lexer, struct token *token);
/* After an error: to just before the end of the tag that is being read (or of the text). */
void lex_recover(struct lexer *lexer);
/* LF for CRLF and CR; without one final line end unless KEEP. Copies only where it must. */
struct str lex_normalise(struct arena *arena, struct str text, bool keep);
/* What TOKEN is, for messages. */
const char *lex_describe(const struct token *token, char room[80]);

#endif
