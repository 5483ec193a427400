/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/instr.h"

#define DEPTH_MAX 100

static const struct instr_rule rules[] = {
	{"ADD", INSTR_LIST, 2, 0, true},
	{"ARG", INSTR_NAMES, 1, 0, false},
	{"CMD", INSTR_COMMAND, 0, 0, false},
	{"COPY", INSTR_LIST, 2, 0, true},
	{"ENTRYPOINT", INSTR_COMMAND, 0, 0, false},
	{"ENV", INSTR_PAIRS, 1, 0, false},
	{"EXPOSE", INSTR_WORDS, 1, 0, false},
	{"FROM", INSTR_WORDS, 1, 3, false},
	{"HEALTHCHECK", INSTR_HEALTH, 1, 0, false},
	{"LABEL", INSTR_PAIRS, 1, 0, false},
	{"MAINTAINER", INSTR_TEXT, 1, 1, false},
	{"ONBUILD", INSTR_TRIGGER, 1, 0, false},
	{"RUN", INSTR_COMMAND, 0, 0, true},
	{"SHELL", INSTR_COMMAND, 1, 0, false},
	{"STOPSIGNAL", INSTR_TEXT, 1, 1, false},
	{"USER", INSTR_TEXT, 1, 1, false},
	{"VOLUME", INSTR_LIST, 1, 0, false},
	{"WORKDIR", INSTR_TEXT, 1, 1, false},
	{NULL, INSTR_WORDS, 0, 0, false},
};

const struct instr_rule *instr_rule(struct str name)
{
	char first = name.n ? (char)(name.p[0] & ~0x20) : '\0';

	for (const struct instr_rule *rule = rules; rule->name; rule++)
		if (first == rule->name[0] && text_same_nocase(name, rule->name))
			return rule;
	return NULL;
}

struct parser {
	struct arena *arena;
	struct diag *diag;
	const struct text_line *line;
	char escape;
	unsigned depth; /* of ONBUILD in ONBUILD */
};

static bool space_byte(char c)
{
	if (c > ' ')
		return false;
	return c == ' ' || (c >= '\t' && c <= '\r') || (unsigned char)c == 0x85 || (unsigned char)c == 0xa0;
}

static bool is_quote(char c)
{
	return c == '\'' || c == '"' || c == '\\';
}

/* The word at the front of *REST that a flag is, without its quotes; *RAW is as written. */
static struct str flag_word(struct parser *parser, struct str *rest, struct str *raw)
{
	char *out, quote = 0;
	size_t n = 0, i = 0;

	while (i < rest->n && (rest->p[i] > '\\' || (!space_byte(rest->p[i]) && !is_quote(rest->p[i]))))
		i++;
	if (i == rest->n || space_byte(rest->p[i])) {
		*raw = str_slice(*rest, 0, i);
		*rest = str_slice(*rest, i, rest->n);
		return *raw;
	}
	out = arena_alloc(parser->arena, rest->n + 1);
	for (i = 0; i < rest->n && (quote || !space_byte(rest->p[i])); i++) {
		char c = rest->p[i];

		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == '\\') {
			if (i + 1 == rest->n)
				continue;
			c = rest->p[++i];
		}
		out[n++] = c;
	}
	out[n] = '\0';
	*raw = str_slice(*rest, 0, i);
	*rest = str_slice(*rest, i, rest->n);
	return (struct str){out, n};
}

static void add_flag(struct parser *parser, struct docker_instruction *out, struct str word, struct str raw)
{
	size_t equals = str_find(word, '=', 0), n = out->flag_count++;
	struct docker_flag *flag;

	out->flags = arena_grow(parser->arena, out->flags, n * sizeof *flag, (n + 1) * sizeof *flag);
	flag = &out->flags[n];
	flag->name = str_slice(word, 2, equals);
	flag->value = equals < word.n ? str_slice(word, equals + 1, word.n) : (struct str){NULL, 0};
	flag->span = text_span(parser->line, raw);
	flag->mount = NULL;
}

static struct str take_flags(struct parser *parser, struct str rest, struct docker_instruction *out)
{
	for (;;) {
		struct str word, raw;

		while (rest.n && space_byte(rest.p[0]))
			rest = str_slice(rest, 1, rest.n);
		if (rest.n < 2 || rest.p[0] != '-' || rest.p[1] != '-')
			break;
		word = flag_word(parser, &rest, &raw);
		if (word.n == 2)
			break;
		add_flag(parser, out, word, raw);
	}
	return text_trim(rest);
}

static void set_args(struct parser *parser, struct docker_instruction *out, struct text_list list,
                     struct str rest)
{
	out->args = list.items;
	out->arg_count = list.count;
	out->spans = ARENA_ARRAY(parser->arena, list.count, struct span);
	for (size_t i = 0; i < list.count; i++) {
		bool borrowed =
			out->form != DOCKER_EXEC && list.items[i].p >= rest.p && list.items[i].p <= rest.p + rest.n;

		out->spans[i] = text_span(parser->line, borrowed ? list.items[i] : rest);
	}
}

static struct text_list one(struct parser *parser, struct str text)
{
	struct text_list list = {0};

	if (text.n)
		text_add(parser->arena, &list, text);
	return list;
}

/* The JSON form, if REST has it; false after a diagnostic. */
static bool try_json(struct parser *parser, struct str rest, struct docker_instruction *out,
                     struct text_list *list)
{
	switch (text_json(parser->arena, rest, list)) {
	case TEXT_JSON_STRINGS:
		out->form = DOCKER_EXEC;
		return true;
	case TEXT_JSON_MIXED:
		diag_error(parser->diag, text_span(parser->line, rest), "a JSON array of %.*s must hold strings only",
		           STR_ARG(out->name));
		return false;
	default:
		return true;
	}
}

static bool parse_pairs(struct parser *parser, struct str rest, struct docker_instruction *out)
{
	struct text_list words = text_quoted(parser->arena, rest, parser->escape);
	struct str value = rest, name;

	set_args(parser, out, words, rest);
	if (!words.count)
		return true;
	if (str_find(words.items[0], '=', 0) == words.items[0].n) {
		char *pair;

		name = text_word(&value);
		if (!value.n) {
			diag_error(parser->diag, text_span(parser->line, rest), "%.*s must have two arguments",
			           STR_ARG(out->name));
			diag_hint(parser->diag, "write %.*s=VALUE", STR_ARG(name));
			return false;
		}
		pair = arena_alloc(parser->arena, name.n + value.n + 2);
		memcpy(pair, name.p, name.n);
		pair[name.n] = '=';
		memcpy(pair + name.n + 1, value.p, value.n);
		pair[name.n + 1 + value.n] = '\0';
		out->args[0] = (struct str){pair, name.n + 1 + value.n};
		out->arg_count = 1;
		return true;
	}
	for (size_t i = 0; i < words.count; i++)
		if (str_find(words.items[i], '=', 0) == words.items[i].n) {
			diag_error(parser->diag, out->spans[i], "no '=' in \"%.*s\": %.*s takes NAME=VALUE",
			           STR_ARG(words.items[i]), STR_ARG(out->name));
			return false;
		}
	return true;
}

static bool parse_health(struct parser *parser, struct str rest, struct docker_instruction *out)
{
	struct text_list all = {0}, list = {0};
	size_t end = 0, next;

	while (end < rest.n && !space_byte(rest.p[end]))
		end++;
	for (next = end; next < rest.n && space_byte(rest.p[next]); next++)
		;
	if (!end)
		return true;
	text_add(parser->arena, &all, str_slice(rest, 0, end));
	out->form = DOCKER_ARGS;
	if (next < rest.n) {
		struct str command = str_slice(rest, next, rest.n);

		if (!try_json(parser, command, out, &list))
			return false;
		if (out->form != DOCKER_EXEC) {
			out->form = DOCKER_SHELL;
			list = one(parser, command);
		}
	}
	for (size_t i = 0; i < list.count; i++)
		text_add(parser->arena, &all, list.items[i]);
	set_args(parser, out, all, rest);
	return true;
}

static bool parse_text(struct parser *parser, struct str text, struct docker_instruction *out);

static bool parse_trigger(struct parser *parser, struct str rest, struct docker_instruction *out)
{
	set_args(parser, out, one(parser, rest), rest);
	if (!rest.n)
		return true;
	out->trigger = ARENA_NEW(parser->arena, struct docker_instruction);
	if (parser->depth++ == DEPTH_MAX)
		return true;
	return parse_text(parser, rest, out->trigger);
}

static bool parse_args(struct parser *parser, enum instr_kind kind, struct str rest,
                       struct docker_instruction *out)
{
	struct text_list list = {0};

	out->form = kind == INSTR_COMMAND ? DOCKER_SHELL : DOCKER_ARGS;
	switch (kind) {
	case INSTR_PAIRS:
		return parse_pairs(parser, rest, out);
	case INSTR_HEALTH:
		return parse_health(parser, rest, out);
	case INSTR_TRIGGER:
		return parse_trigger(parser, rest, out);
	case INSTR_COMMAND:
	case INSTR_LIST:
		if (!try_json(parser, rest, out, &list))
			return false;
		if (out->form != DOCKER_EXEC)
			list = kind == INSTR_LIST ? text_split(parser->arena, rest) : one(parser, rest);
		break;
	case INSTR_NAMES:
		list = text_quoted(parser->arena, rest, parser->escape);
		break;
	case INSTR_TEXT:
		list = one(parser, rest);
		break;
	case INSTR_WORDS:
		list = text_split(parser->arena, rest);
		break;
	}
	set_args(parser, out, list, rest);
	return true;
}

static bool parse_text(struct parser *parser, struct str text, struct docker_instruction *out)
{
	struct str rest = text_trim(text), word = text_word(&rest);
	const struct instr_rule *rule = instr_rule(word);

	out->rule = rule;
	out->name = rule ? str_of(rule->name) : text_upper(parser->arena, word);
	out->line = parser->line->number;
	out->span = text_span(parser->line, word);
	rest = take_flags(parser, rest, out);
	return parse_args(parser, rule ? rule->kind : INSTR_WORDS, rest, out);
}

bool instr_parse(struct arena *arena, struct diag *diag, const struct text_line *line, char escape,
                 struct docker_instruction *out)
{
	struct parser parser = {arena, diag, line, escape, 0};

	*out = (struct docker_instruction){0};
	return parse_text(&parser, line->text, out);
}

bool instr_heredocs(const struct docker_instruction *instruction)
{
	if (instruction->trigger)
		instruction = instruction->trigger;
	return instruction->rule && instruction->rule->heredoc && instruction->form != DOCKER_EXEC;
}

const struct docker_flag *docker_flag(const struct docker_instruction *instruction, const char *name)
{
	for (size_t i = 0; i < instruction->flag_count; i++)
		if (str_is(instruction->flags[i].name, name))
			return &instruction->flags[i];
	return NULL;
}
