/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/quote.h"
#ifndef DTK_VERSION
#include "config.h"
#endif

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

const struct opt opt_help_only[] = {OPT_HELP_ROW};

struct parser {
	const struct opt_command *command;
	char **argv;
	size_t argc, at;
	char *base; /* the struct being filled */
	enum opt_parsed result;
	bool ended;
};

void opt_list_add(struct opt_list *list, const char *item)
{
	MEM_ROOM(list->items, list->count + 1, list->capacity);
	list->items[list->count++] = item;
	list->items[list->count] = NULL;
}

void opt_list_free(struct opt_list *list)
{
	mem_free(list->items);
	*list = (struct opt_list){NULL, 0, 0};
}

static void say(const struct opt_command *command, const char *format, va_list args)
{
	fprintf(stderr, "%s: ", command->program);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

static void __attribute__((format(printf, 2, 3))) complain(struct parser *parser, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(parser->command, format, args);
	va_end(args);
	parser->result = OPT_WRONG;
}

int opt_wrong(const struct opt_command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(command, format, args);
	va_end(args);
	fprintf(stderr, "hint: see `%s --help`\n", command->program);
	return 2;
}

static void print_guess(const struct guess *guess)
{
	struct diag diag;

	diag_init(&diag, stderr);
	guess_hint(guess, &diag);
	diag_release(&diag);
}

static const struct opt *find_letter(const struct opt_command *command, char letter)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].letter == letter)
			return &command->options[i];
	return NULL;
}

static const struct opt *find_name(const struct opt_command *command, struct str name)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].name && str_is(name, command->options[i].name))
			return &command->options[i];
	return NULL;
}

static void unknown_name(struct parser *parser, struct str name)
{
	const struct opt_command *command = parser->command;
	struct guess guess;

	complain(parser, "unknown option '--%.*s'", STR_ARG(name));
	guess_init(&guess, name);
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].name && !(command->options[i].flags & OPT_HIDDEN))
			guess_offer(&guess, str_of(command->options[i].name));
	print_guess(&guess);
}

static void store_number(struct parser *parser, const struct opt *opt, const char *text)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number < 1 || number > INT_MAX)
		complain(parser, "'%s' is no number (of --%s)", text, opt->name);
	else
		*(unsigned *)(void *)(parser->base + opt->offset) = (unsigned)number;
}

static void store_special(struct parser *parser, const struct opt *opt)
{
	if (opt->kind == OPT_HELP)
		opt_usage(parser->command, stdout);
	else
		printf("%s %s\n", parser->command->program, DTK_VERSION);
	parser->result = OPT_DONE;
}

static void store(struct parser *parser, const struct opt *opt, const char *text)
{
	void *field = parser->base + opt->offset;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)field = true;
		break;
	case OPT_TEXT:
		*(const char **)field = text;
		break;
	case OPT_NUMBER:
		store_number(parser, opt, text);
		break;
	case OPT_LIST:
		opt_list_add(field, text);
		break;
	case OPT_HELP:
	case OPT_VERSION:
		store_special(parser, opt);
		break;
	}
	parser->ended = opt->flags & OPT_LAST;
}

static const char *next_word(struct parser *parser, const char *option)
{
	if (parser->at < parser->argc)
		return parser->argv[parser->at++];
	complain(parser, "%s needs an argument", option);
	return NULL;
}

static void parse_long(struct parser *parser, const char *word)
{
	struct str whole = str_of(word + 2), name = str_slice(whole, 0, str_find(whole, '=', 0));
	const char *text = name.n < whole.n ? whole.p + name.n + 1 : NULL;
	const struct opt *opt = find_name(parser->command, name);

	if (!opt) {
		unknown_name(parser, name);
	} else if (!opt->value && text) {
		complain(parser, "--%s takes no argument", opt->name);
	} else {
		if (opt->value && !text)
			text = next_word(parser, word);
		if (!opt->value || text)
			store(parser, opt, text);
	}
}

static void parse_letters(struct parser *parser, const char *word)
{
	for (const char *p = word + 1; *p && parser->result == OPT_OK && !parser->ended; p++) {
		const struct opt *opt = find_letter(parser->command, *p);
		const char name[] = {'-', *p, '\0'}, *text;

		if (!opt) {
			complain(parser, "unknown option '%s'", name);
		} else if (!opt->value) {
			store(parser, opt, NULL);
		} else {
			text = p[1] ? p + 1 : next_word(parser, name);
			if (text)
				store(parser, opt, text);
			break;
		}
	}
}

static void parse_words(struct parser *parser, struct opt_args *args)
{
	while (parser->at < parser->argc && parser->result == OPT_OK && !parser->ended) {
		char *word = parser->argv[parser->at++];

		if (strcmp(word, "--") == 0) {
			parser->ended = parser->command->split;
			while (!parser->ended && parser->at < parser->argc)
				args->operands[args->operand_count++] = parser->argv[parser->at++];
		} else if (word[0] == '-' && word[1] == '-') {
			parse_long(parser, word);
		} else if (word[0] == '-' && word[1]) {
			parse_letters(parser, word);
		} else {
			args->operands[args->operand_count++] = word;
		}
	}
}

enum opt_parsed opt_parse(const struct opt_command *command, int argc, char **argv, void *into,
                          struct opt_args *args)
{
	struct parser parser = {command, argv, (size_t)argc, 0, into, OPT_OK, false};

	*args = (struct opt_args){argv, 0, NULL, 0};
	parse_words(&parser, args);
	if (args->operand_count < parser.argc)
		argv[args->operand_count] = NULL;
	args->rest = argv + parser.at;
	args->rest_count = parser.argc - parser.at;
	if (parser.result == OPT_OK && args->operand_count && !command->operands)
		complain(&parser, "unexpected operand '%s'", args->operands[0]);
	if (parser.result == OPT_WRONG)
		fprintf(stderr, "hint: see `%s --help`\n", command->program);
	return parser.result;
}

const struct opt_command *opt_command(const struct opt_command *const *commands, size_t count, const char *kind,
                                      const char *name)
{
	struct guess guess;

	guess_init(&guess, str_of(name));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
		guess_offer(&guess, str_of(commands[i]->name));
	}
	fprintf(stderr, "%.*s: unknown %s '%s'\n", (int)strcspn(commands[0]->program, " "), commands[0]->program, kind,
	        name);
	print_guess(&guess);
	return NULL;
}

static void usage_line(const struct opt *opt, FILE *out)
{
	struct buf left = BUF_INIT;

	if (opt->letter)
		buf_addf(&left, "-%c%s", opt->letter, opt->name ? ", " : "");
	else
		buf_adds(&left, "    ");
	if (opt->name)
		buf_addf(&left, "--%s", opt->name);
	if (opt->value)
		buf_addf(&left, " %s", opt->value);
	fprintf(out, "  %-27s  %s\n", buf_str(&left).p, opt->help);
	buf_release(&left);
}

void opt_usage(const struct opt_command *command, FILE *out)
{
	fprintf(out, "usage: %s%s", command->program, command->option_count ? " [OPTION]..." : "");
	if (command->operands)
		fprintf(out, " %s", command->operands);
	fprintf(out, "\n%s\n", command->summary);
	if (command->option_count)
		fputc('\n', out);
	for (size_t i = 0; i < command->option_count; i++)
		if (!(command->options[i].flags & OPT_HIDDEN))
			usage_line(&command->options[i], out);
}

void opt_commands_list(const struct opt_command *const *commands, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
}

static void record(const struct opt *opt, const char *text, struct buf *out)
{
	buf_addf(out, " --%s", opt->name);
	if (text) {
		buf_addc(out, ' ');
		quote_shell(out, str_of(text));
	}
}

static void record_one(const struct opt *opt, const void *field, struct buf *out)
{
	if (opt->kind == OPT_FLAG && *(const bool *)field)
		record(opt, NULL, out);
	else if (opt->kind == OPT_TEXT && *(const char *const *)field)
		record(opt, *(const char *const *)field, out);
	else if (opt->kind == OPT_NUMBER && *(const unsigned *)field)
		buf_addf(out, " --%s %u", opt->name, *(const unsigned *)field);
	else if (opt->kind == OPT_LIST)
		for (size_t i = 0; i < ((const struct opt_list *)field)->count; i++)
			record(opt, ((const struct opt_list *)field)->items[i], out);
}

void opt_record(const struct opt_command *command, const void *from, struct buf *out)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (!(command->options[i].flags & OPT_PASSING))
			record_one(&command->options[i], (const char *)from + command->options[i].offset, out);
}
