/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_COMPLETE_H
#define DTK_CLI_COMPLETE_H

#include "cli/opt.h"

/*
 * What may stand in the place of a word of a command line, for the shells: `PROGRAM --complete -- WORDS`, of which
 * the last one is what was typed of that word.  A line each: the word, a tab, what it is; or one of @FILE and @DIR for
 * the shell's own names of files and directories.  The words that are complete are read by the table of options.
 */
struct complete {
	const struct opt_command *program;
	/* Sub-commands: they follow an option that is OPT_LAST, or are the first operand where there is none. */
	const struct opt_command *const *commands;
	size_t command_count;
	void *into; /* the struct of the program's options, filled as far as they are there */
	/* Tells complete_offer the words of KIND, as operands and arguments are called: "TARGET". */
	void (*names)(struct complete *complete, const char *kind);
	struct str typed;  /* of the word under way */
	struct str before; /* what stands before it in the same word: "--name=" */
	FILE *out;
};

/* Whether ARGV asks for this; then COMPLETE tells it of the words behind. */
bool complete_asked(int argc, char **argv);
void complete_words(struct complete *complete, int argc, char **argv);

/* WORD may stand there if it begins as what was typed. */
void complete_offer(struct complete *complete, struct str word, struct str help);

#endif
