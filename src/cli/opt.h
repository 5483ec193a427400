/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_OPT_H
#define DTK_CLI_OPT_H

#include "base/str.h"

#include <stdio.h>

/*
 * The command line.  One constant table of options gives parsing, usage,
 * shell completion and the words that repeat a call.  Options are `-x`,
 * `-xVALUE`, `-x VALUE`, `--name`, `--name=VALUE` and `--name VALUE`; letters
 * cluster; options and operands mix; long names are never abbreviated.
 */
enum opt_kind {
	OPT_FLAG,    /* bool */
	OPT_TEXT,    /* const char *; the last one given counts */
	OPT_NUMBER,  /* unsigned, 1 and up; the last one given counts */
	OPT_LIST,    /* struct opt_list; every one given, in order */
	OPT_HELP,    /* prints the usage */
	OPT_VERSION  /* prints "PROGRAM VERSION" */
};

enum {
	OPT_PASSING = 1, /* belongs to one call only: opt_record leaves it out */
	OPT_LAST = 2,    /* what follows it is left unparsed, as `rest` */
	OPT_HIDDEN = 4   /* neither in the usage nor completed */
};

/* NULL-terminated once anything was added; owned (opt_list_free), the items are argv's. */
struct opt_list {
	const char **items;
	size_t count, capacity;
};
void opt_list_add(struct opt_list *list, const char *item);
void opt_list_free(struct opt_list *list);

struct opt {
	char letter;       /* 0: none */
	const char *name;  /* without the dashes; NULL: none */
	const char *value; /* name of the argument, or words with '|' between, as complete.h has them; NULL: takes none */
	const char *help;  /* one line; the manual has the rest */
	enum opt_kind kind;
	unsigned flags;
	size_t offset; /* of its field in the struct that opt_parse fills */
};

/* The option that every command has, and a table of it alone. */
#define OPT_HELP_ROW {'h', "help", NULL, "show this", OPT_HELP, OPT_PASSING, 0}
extern const struct opt opt_help_only[1];

struct opt_command {
	const char *program;  /* as typed: "dtk-gen", "dtk-gen -t render", "dtk-stamp key" */
	const char *name;     /* of the sub-command: "render"; NULL for the program itself */
	const char *operands; /* "IMAGE...", or NULL where there are none */
	const char *summary;  /* one line */
	const struct opt *options;
	size_t option_count;
	bool split; /* words after `--` are not operands but `rest` */
	/* ARGV is what follows the name of the sub-command; returns the exit status. NULL for the program itself. */
	int (*run)(const struct opt_command *command, int argc, char **argv);
};

/* What opt_parse leaves over; all borrowed from argv, both NULL-terminated. */
struct opt_args {
	char **operands;
	size_t operand_count;
	char **rest; /* after OPT_LAST, or after `--` where the command splits */
	size_t rest_count;
};

enum opt_parsed {
	OPT_OK,
	OPT_DONE, /* help or version was printed: exit 0 */
	OPT_WRONG /* said on standard error: exit 2 */
};

/*
 * Parses the ARGC words at ARGV (the program's name not among them) into the
 * struct INTO that the table describes, which the caller has set to its
 * defaults.  Moves words within ARGV.
 */
enum opt_parsed opt_parse(const struct opt_command *command, int argc, char **argv, void *into,
                          struct opt_args *args);

/* The sub-command NAME, or NULL after saying (KIND: "tool") that there is none and which may be meant. */
const struct opt_command *opt_command(const struct opt_command *const *commands, size_t count, const char *kind,
                                      const char *name);

/* "PROGRAM: MESSAGE" and how to get help, on standard error; returns 2. */
int opt_wrong(const struct opt_command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void opt_usage(const struct opt_command *command, FILE *out);
/* A line for each sub-command. */
void opt_commands_list(const struct opt_command *const *commands, size_t count, FILE *out);

/* Appends " --name VALUE", quoted for a shell, for each option that FROM has set, but OPT_PASSING ones. */
void opt_record(const struct opt_command *command, const void *from, struct buf *out);

#endif
