/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complete.h"

struct walk {
	struct complete *complete;
	const struct opt_command *command; /* whose words are under way */
	const struct opt *pending;         /* an option whose argument is the next word */
	size_t operands;
	bool ended; /* what comes is nobody's */
};

bool complete_asked(int argc, char **argv)
{
	return argc > 2 && strcmp(argv[1], "--complete") == 0 && strcmp(argv[2], "--") == 0;
}

void complete_offer(struct complete *complete, struct str word, struct str help)
{
	if (str_starts(word, complete->typed))
		fprintf(complete->out, "%.*s%.*s\t%.*s\n", STR_ARG(complete->before), STR_ARG(word), STR_ARG(help));
}

/* --- The words that are there --- */

static bool has_last(const struct opt_command *command)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].flags & OPT_LAST)
			return true;
	return false;
}

/* From here on the words are those of the sub-command NAME. */
static void enter(struct walk *walk, const char *name)
{
	const struct complete *complete = walk->complete;

	walk->ended = true;
	for (size_t i = 0; i < complete->command_count; i++) {
		if (strcmp(complete->commands[i]->name, name) != 0)
			continue;
		walk->command = complete->commands[i];
		walk->ended = false;
	}
	walk->operands = 0;
}

static void take_value(struct walk *walk, const struct opt *opt, const char *value)
{
	if (walk->command == walk->complete->program && opt->kind == OPT_TEXT)
		*(const char **)(void *)((char *)walk->complete->into + opt->offset) = value;
	if (opt->flags & OPT_LAST)
		enter(walk, value);
}

static const struct opt *find_opt(const struct opt_command *command, char letter, struct str name)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct opt *opt = &command->options[i];

		if (letter ? opt->letter == letter : opt->name && str_is(name, opt->name))
			return opt;
	}
	return NULL;
}

static void walk_long(struct walk *walk, const char *word)
{
	struct str whole = str_of(word + 2), name = str_slice(whole, 0, str_find(whole, '=', 0));
	const struct opt *opt = find_opt(walk->command, 0, name);

	if (!opt || !opt->value)
		return;
	if (name.n < whole.n)
		take_value(walk, opt, name.p + name.n + 1);
	else
		walk->pending = opt;
}

static void walk_letters(struct walk *walk, const char *word)
{
	for (const char *p = word + 1; *p; p++) {
		const struct opt *opt = find_opt(walk->command, *p, STR(""));

		if (!opt || !opt->value)
			continue;
		if (p[1])
			take_value(walk, opt, p + 1);
		else
			walk->pending = opt;
		return;
	}
}

/* A word of one '=' comes from shells that take --name=value for three words. */
static void walk_word(struct walk *walk, const char *word)
{
	const struct opt *opt = walk->pending;

	if (opt && strcmp(word, "=") == 0)
		return;
	walk->pending = NULL;
	if (opt)
		take_value(walk, opt, word);
	else if (strcmp(word, "--") == 0)
		walk->ended = walk->command->split;
	else if (word[0] == '-' && word[1] == '-')
		walk_long(walk, word);
	else if (word[0] == '-' && word[1])
		walk_letters(walk, word);
	else if (walk->command == walk->complete->program && walk->complete->command_count && !has_last(walk->command))
		enter(walk, word);
	else
		walk->operands++;
}

/* --- The word under way --- */

static void offer_commands(struct complete *complete)
{
	for (size_t i = 0; i < complete->command_count; i++)
		complete_offer(complete, str_of(complete->commands[i]->name), str_of(complete->commands[i]->summary));
}

static bool is_kind(const char *kind, const char *const *kinds)
{
	for (; *kinds; kinds++)
		if (strcmp(kind, *kinds) == 0)
			return true;
	return false;
}

/* KIND is a word as it stands, or in capitals what it stands for. */
static void offer_kind(struct complete *complete, const char *kind)
{
	static const char *const files[] = {"FILE", "PROGRAM", "TEMPLATE", "DOCKERFILE", NULL};
	static const char *const commands[] = {"TOOL", "COMMAND", NULL};

	if (kind[0] < 'A' || kind[0] > 'Z')
		complete_offer(complete, str_of(kind), STR(""));
	else if (is_kind(kind, files))
		fputs("@FILE\n", complete->out);
	else if (strcmp(kind, "DIR") == 0)
		fputs("@DIR\n", complete->out);
	else if (is_kind(kind, commands))
		offer_commands(complete);
	else if (complete->names)
		complete->names(complete, kind);
}

/* KINDS with '|' between them. */
static void offer_kinds(struct complete *complete, struct str kinds)
{
	struct buf kind = BUF_INIT;

	for (size_t at = 0, end; at < kinds.n; at = end + 1) {
		end = str_find(kinds, '|', at);
		buf_clear(&kind);
		buf_addstr(&kind, str_slice(kinds, at, end));
		if (kind.n)
			offer_kind(complete, buf_str(&kind).p);
	}
	buf_release(&kind);
}

/* What operand NUMBER is called in "ONE [OTHERS...]": the last one stands for all that follow where it has dots. */
static struct str operand_kinds(const char *operands, size_t number)
{
	struct str all = str_of(operands ? operands : ""), kinds = STR("");
	bool dots = false;

	for (size_t at = 0, end, i = 0; at < all.n && i <= number; at = end + 1, i++) {
		end = str_find(all, ' ', at);
		kinds = str_slice(all, at, end);
		while (kinds.n && kinds.p[0] == '[')
			kinds = str_slice(kinds, 1, kinds.n);
		while (kinds.n && kinds.p[kinds.n - 1] == ']')
			kinds.n--;
		dots = kinds.n > 3 && memcmp(kinds.p + kinds.n - 3, "...", 3) == 0;
		kinds.n -= dots ? 3 : 0;
		if (i == number || (dots && end >= all.n))
			return kinds;
	}
	return STR("");
}

static void offer_options(struct complete *complete, const struct opt_command *command)
{
	for (size_t i = 0; i < command->option_count; i++) {
		const struct opt *opt = &command->options[i];
		char word[] = {'-', opt->letter, '\0'};
		struct buf name = BUF_INIT;

		if (opt->flags & OPT_HIDDEN)
			continue;
		if (opt->letter)
			complete_offer(complete, str_of(word), str_of(opt->help));
		if (opt->name) {
			buf_addf(&name, "--%s", opt->name);
			complete_offer(complete, buf_str(&name), str_of(opt->help));
		}
		buf_release(&name);
	}
}

static void offer(struct walk *walk, const char *typed)
{
	struct complete *complete = walk->complete;
	struct str whole = str_of(typed);
	size_t equals = str_find(whole, '=', 0);

	complete->typed = whole;
	complete->before = STR("");
	if (walk->pending) {
		complete->typed = str_is(whole, "=") ? STR("") : whole;
		offer_kinds(complete, str_of(walk->pending->value));
	} else if (typed[0] == '-' && typed[1] == '-' && equals < whole.n) {
		const struct opt *opt = find_opt(walk->command, 0, str_slice(whole, 2, equals));

		complete->before = str_slice(whole, 0, equals + 1);
		complete->typed = str_slice(whole, equals + 1, whole.n);
		if (opt && opt->value)
			offer_kinds(complete, str_of(opt->value));
	} else if (typed[0] == '-') {
		offer_options(complete, walk->command);
	} else if (walk->command->operands) {
		offer_kinds(complete, operand_kinds(walk->command->operands, walk->operands));
	} else {
		offer_options(complete, walk->command);
	}
}

void complete_words(struct complete *complete, int argc, char **argv)
{
	struct walk walk = {.complete = complete, .command = complete->program};

	for (int i = 3; i + 1 < argc && !walk.ended; i++)
		walk_word(&walk, argv[i]);
	if (!walk.ended)
		offer(&walk, argc > 3 ? argv[argc - 1] : "");
}
