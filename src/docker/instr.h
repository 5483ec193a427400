/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_INSTR_H
#define DTK_DOCKER_INSTR_H

#include "docker/file.h"
#include "docker/text.h"

/*
 * One instruction: a logical line to name, flags and arguments (instr_parse),
 * and what BuildKit checks once the whole file has been read (instr_check).
 */

/* How the arguments of an instruction are written. */
enum instr_kind {
	INSTR_WORDS,
	INSTR_TEXT,    /* one string */
	INSTR_COMMAND, /* JSON or one string */
	INSTR_LIST,    /* JSON or words */
	INSTR_PAIRS,   /* NAME=VALUE ... or NAME VALUE */
	INSTR_NAMES,   /* quoted words */
	INSTR_HEALTH,
	INSTR_TRIGGER, /* another instruction */
};

struct instr_rule {
	const char *name;
	enum instr_kind kind;
	unsigned min, max;   /* arguments; max 0 is any number */
	bool heredoc;        /* may carry here-documents unless in JSON form */
};
/* The rule of NAME (any case), or NULL. */
const struct instr_rule *instr_rule(struct str name);

struct instr_flag_rule {
	const char *instruction, *name;
	enum { INSTR_FLAG_TEXT, INSTR_FLAG_BOOL, INSTR_FLAG_MANY } type;
};
extern const struct instr_flag_rule instr_flags[]; /* ends in a NULL instruction */

/*
 * Parses LINE; false after a diagnostic.  Here-documents are not read: the
 * caller does, where instr_heredocs says so.
 */
bool instr_parse(struct arena *arena, struct diag *diag, const struct text_line *line, char escape,
                 struct docker_instruction *out);
/* True where INSTRUCTION, or its trigger, may carry here-documents. */
bool instr_heredocs(const struct docker_instruction *instruction);

/*
 * Checks flags and arguments; warns of unknown names and sets unknown.  In
 * *STAGES the stages seen so far are counted.  False after an error.
 */
bool instr_check(struct arena *arena, struct diag *diag, struct docker_instruction *instruction,
                 size_t *stages);
/* What BuildKit sees last, when it looks for what --from and --mount name. */
bool instr_check_sources(struct arena *arena, struct diag *diag, struct docker_instruction *instruction);

#endif
