/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/heredoc.h"
#include "docker/instr.h"
#include "docker/mount.h"

const struct instr_flag_rule instr_flags[] = {
	{"ADD", "checksum", INSTR_FLAG_TEXT},
	{"ADD", "chmod", INSTR_FLAG_TEXT},
	{"ADD", "chown", INSTR_FLAG_TEXT},
	{"ADD", "exclude", INSTR_FLAG_MANY},
	{"ADD", "keep-git-dir", INSTR_FLAG_BOOL},
	{"ADD", "link", INSTR_FLAG_BOOL},
	{"ADD", "unpack", INSTR_FLAG_BOOL},
	{"COPY", "chmod", INSTR_FLAG_TEXT},
	{"COPY", "chown", INSTR_FLAG_TEXT},
	{"COPY", "exclude", INSTR_FLAG_MANY},
	{"COPY", "from", INSTR_FLAG_TEXT},
	{"COPY", "link", INSTR_FLAG_BOOL},
	{"COPY", "parents", INSTR_FLAG_BOOL},
	{"FROM", "platform", INSTR_FLAG_TEXT},
	{"HEALTHCHECK", "interval", INSTR_FLAG_TEXT},
	{"HEALTHCHECK", "retries", INSTR_FLAG_TEXT},
	{"HEALTHCHECK", "start-interval", INSTR_FLAG_TEXT},
	{"HEALTHCHECK", "start-period", INSTR_FLAG_TEXT},
	{"HEALTHCHECK", "timeout", INSTR_FLAG_TEXT},
	{"RUN", "device", INSTR_FLAG_MANY},
	{"RUN", "mount", INSTR_FLAG_MANY},
	{"RUN", "network", INSTR_FLAG_TEXT},
	{"RUN", "security", INSTR_FLAG_TEXT},
	{NULL, NULL, INSTR_FLAG_TEXT},
};

struct check {
	struct arena *arena;
	struct diag *diag;
	struct docker_instruction *in;
};

static void suggest(struct check *check, struct str wanted, const char *const *names)
{
	struct guess guess;

	guess_init(&guess, wanted);
	for (; *names; names++)
		guess_offer(&guess, str_of(*names));
	guess_hint(&guess, check->diag);
}

static void warn_flag(struct check *check, const struct docker_flag *flag)
{
	struct guess guess;

	diag_warning(check->diag, flag->span, "unknown flag --%.*s of %.*s: the whole context counts as input",
	             STR_ARG(flag->name), STR_ARG(check->in->name));
	guess_init(&guess, flag->name);
	for (const struct instr_flag_rule *rule = instr_flags; rule->instruction; rule++)
		if (str_is(check->in->name, rule->instruction))
			guess_offer(&guess, str_of(rule->name));
	guess_hint(&guess, check->diag);
	check->in->unknown = true;
}

static bool check_flag(struct check *check, const struct docker_flag *flag)
{
	const struct instr_flag_rule *rule = instr_flags;

	while (rule->instruction && (check->in->name.p[0] != rule->instruction[0] ||
	                             !str_is(check->in->name, rule->instruction) || !str_is(flag->name, rule->name)))
		rule++;
	if (!rule->instruction) {
		warn_flag(check, flag);
		return true;
	}
	if (rule->type != INSTR_FLAG_MANY && docker_flag(check->in, rule->name) != flag) {
		diag_error(check->diag, flag->span, "duplicate flag specified: --%s", rule->name);
		return false;
	}
	if (rule->type == INSTR_FLAG_BOOL ? flag->value.p && !flag->value.n : !flag->value.p) {
		diag_error(check->diag, flag->span, "missing a value on flag: --%s", rule->name);
		return false;
	}
	if (rule->type == INSTR_FLAG_BOOL && flag->value.p && !text_same_nocase(flag->value, "true") &&
	    !text_same_nocase(flag->value, "false")) {
		diag_error(check->diag, flag->span, "expecting boolean value for flag --%s, not: %.*s", rule->name,
		           STR_ARG(flag->value));
		return false;
	}
	return true;
}

static bool check_count(struct check *check)
{
	const struct instr_rule *rule = check->in->rule;
	struct docker_instruction *in = check->in;

	if (in->arg_count >= rule->min && (!rule->max || in->arg_count <= rule->max))
		return true;
	if (rule->min == 2)
		diag_error(check->diag, in->span,
		           "%s requires at least two arguments, but only one was provided: no destination",
		           rule->name);
	else
		diag_error(check->diag, in->span, "%s requires %s one argument", rule->name,
		           rule->max == 1 ? "exactly" : "at least");
	return false;
}

static bool is_stage_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.')))
			return false;
	}
	return name.n > 0;
}

static bool check_from(struct check *check)
{
	struct docker_instruction *in = check->in;

	if (in->arg_count == 3 && text_same_nocase(in->args[1], "as")) {
		if (is_stage_name(in->args[2]))
			return true;
		diag_error(
			check->diag, in->spans[2],
			"invalid name for build stage: \"%.*s\" must begin with a letter and hold letters, digits, '-', "
			"'_' and '.' only",
			STR_ARG(in->args[2]));
		return false;
	}
	if (in->arg_count == 1)
		return true;
	diag_error(check->diag, in->span, "FROM requires either one or three arguments");
	diag_hint(check->diag, "FROM image [AS stage]");
	return false;
}

static bool check_names(struct check *check)
{
	for (size_t i = 0; i < check->in->arg_count; i++)
		if (check->in->args[i].p[0] == '=') {
			diag_error(check->diag, check->in->spans[i], "%.*s names can not be blank",
			           STR_ARG(check->in->name));
			return false;
		}
	return true;
}

static bool check_copy(struct check *check)
{
	struct docker_instruction *in = check->in;

	if (in->form == DOCKER_EXEC || !heredoc_is(check->arena, in->args[in->arg_count - 1]))
		return true;
	diag_error(check->diag, in->spans[in->arg_count - 1], "%.*s cannot accept a heredoc as a destination",
	           STR_ARG(in->name));
	return false;
}

static bool check_mount(struct check *check, struct docker_flag *flag)
{
	struct mount *mount = ARENA_NEW(check->arena, struct mount);
	const char *error;

	if (mount_parse(check->arena, flag->value, mount, &error)) {
		flag->mount = mount;
		return true;
	}
	diag_error(check->diag, flag->span, "%s", error);
	return false;
}

static bool check_run(struct check *check)
{
	struct docker_instruction *in = check->in;
	bool ok = true;

	for (size_t i = 0; i < in->flag_count; i++) {
		struct docker_flag *flag = &in->flags[i];
		struct str value = flag->value;

		if (str_is(flag->name, "mount")) {
			ok &= check_mount(check, flag);
		} else if (str_is(flag->name, "network") && !str_is(value, "default") && !str_is(value, "none") &&
		           !str_is(value, "host")) {
			diag_error(check->diag, flag->span, "invalid network mode \"%.*s\"", STR_ARG(value));
			ok = false;
		} else if (str_is(flag->name, "security") && !str_is(value, "insecure") &&
		           !str_is(value, "sandbox")) {
			diag_error(check->diag, flag->span, "security \"%.*s\" is not valid", STR_ARG(value));
			ok = false;
		}
	}
	return ok;
}

/* time.ParseDuration: [-+]?([0-9]*(.[0-9]*)?unit)+, or 0. */
static bool is_duration(struct str s)
{
	static const char *const units[] = {"ns", "us", "\xc2\xb5s", "\xce\xbcs", "ms", "s", "m", "h", NULL};

	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_slice(s, 1, s.n);
	if (str_is(s, "0"))
		return true;
	if (!s.n)
		return false;
	while (s.n) {
		size_t i = 0, digits = 0, unit = 0, best = 0;

		for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'); i++)
			digits += s.p[i] != '.';
		if (!digits || i - digits > 1)
			return false;
		s = str_slice(s, i, s.n);
		for (; units[unit]; unit++)
			if (str_starts(s, str_of(units[unit])) && strlen(units[unit]) > best)
				best = strlen(units[unit]);
		if (!best)
			return false;
		s = str_slice(s, best, s.n);
	}
	return true;
}

static bool is_number(struct str s)
{
	if (s.n && s.p[0] == '+')
		s = str_slice(s, 1, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0 && s.n <= 10;
}

static bool check_health(struct check *check)
{
	struct docker_instruction *in = check->in;
	struct str type = in->args[0];

	if (text_same_nocase(type, "NONE")) {
		if (in->arg_count == 1)
			return true;
		diag_error(check->diag, in->spans[1], "HEALTHCHECK NONE takes no arguments");
		return false;
	}
	if (!text_same_nocase(type, "CMD")) {
		diag_error(check->diag, in->spans[0], "unknown type \"%.*s\" in HEALTHCHECK (try CMD)",
		           STR_ARG(type));
		return false;
	}
	if (in->arg_count == 1) {
		diag_error(check->diag, in->spans[0], "missing command after HEALTHCHECK CMD");
		return false;
	}
	for (size_t i = 0; i < in->flag_count; i++) {
		const struct docker_flag *flag = &in->flags[i];
		bool retries = str_is(flag->name, "retries");

		if (flag->value.n && !(retries ? is_number(flag->value) : is_duration(flag->value))) {
			diag_error(check->diag, flag->span, "invalid %s \"%.*s\" in HEALTHCHECK",
			           retries ? "number" : "duration", STR_ARG(flag->value));
			return false;
		}
	}
	return true;
}

static bool check_trigger(struct check *check)
{
	struct docker_instruction *in = check->in;
	struct str name = in->trigger->name;

	if (str_is(name, "ONBUILD")) {
		diag_error(check->diag, in->trigger->span, "chaining ONBUILD via ONBUILD ONBUILD is not allowed");
		return false;
	}
	if (str_is(name, "FROM") || str_is(name, "MAINTAINER")) {
		diag_error(check->diag, in->trigger->span, "%.*s is not allowed as an ONBUILD trigger", STR_ARG(name));
		return false;
	}
	return true;
}

static bool check_args(struct check *check)
{
	struct docker_instruction *in = check->in;

	if (str_is(in->name, "FROM"))
		return check_from(check);
	if (!check_count(check))
		return false;
	if (str_is(in->name, "ENV") || str_is(in->name, "LABEL") || str_is(in->name, "ARG"))
		return check_names(check);
	if (str_is(in->name, "COPY") || str_is(in->name, "ADD"))
		return check_copy(check);
	if (str_is(in->name, "RUN"))
		return check_run(check);
	if (str_is(in->name, "HEALTHCHECK"))
		return check_health(check);
	if (str_is(in->name, "ONBUILD"))
		return check_trigger(check);
	if (str_is(in->name, "SHELL") && in->form != DOCKER_EXEC) {
		diag_error(check->diag, in->spans[0], "SHELL requires the arguments to be in JSON form");
		return false;
	}
	return true;
}

static void warn_instruction(struct check *check)
{
	static const char *const names[] = {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM",
	                                    "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
	                                    "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", NULL};

	diag_warning(check->diag, check->in->span, "unknown instruction %.*s: the whole context counts as input",
	             STR_ARG(check->in->name));
	suggest(check, check->in->name, names);
	check->in->unknown = true;
}

bool instr_check(struct arena *arena, struct diag *diag, struct docker_instruction *in, size_t *stages)
{
	struct check check = {arena, diag, in};
	bool ok = true;

	if (!in->rule) {
		warn_instruction(&check);
		return true;
	}
	for (size_t i = 0; ok && i < in->flag_count; i++)
		ok = check_flag(&check, &in->flags[i]);
	ok = ok && check_args(&check);
	if (str_is(in->name, "FROM"))
		++*stages;
	if (ok && !*stages && !str_is(in->name, "ARG")) {
		diag_error(diag, in->span, "no build stage in current context: %.*s before the first FROM",
		           STR_ARG(in->name));
		return false;
	}
	if (ok && in->trigger) {
		size_t inner = 1;

		ok = instr_check(arena, diag, in->trigger, &inner);
		in->unknown |= in->trigger->unknown;
	}
	return ok;
}

static bool check_from_flag(struct check *check, const struct docker_flag *flag)
{
	if (str_find(flag->value, '$', 0) + 1 >= flag->value.n)
		return true;
	diag_error(check->diag, flag->span, "variable expansion is not supported for --from");
	diag_hint(check->diag, "define a stage, \"FROM %.*s AS name\", and copy from it", STR_ARG(flag->value));
	return false;
}

static bool check_mount_words(struct check *check, const struct docker_flag *flag)
{
	static const char *const words[] = {
		"type", "from", "source", "target", "readonly", "readwrite", "required", "size",   "id",  "sharing",
		"mode", "uid",  "gid",    "env",    "bind",     "cache",     "tmpfs",    "secret", "ssh", NULL};
	const struct mount *mount = flag->mount;

	if (!mount)
		return false;
	if (mount->bare.p) {
		diag_error(check->diag, flag->span, "'%.*s' in --mount must be a key=value pair",
		           STR_ARG(mount->bare));
		return false;
	}
	if (mount->unknown.n) {
		diag_warning(check->diag, flag->span,
		             "unknown word '%.*s' in --mount: the whole context counts as input",
		             STR_ARG(mount->unknown));
		suggest(check, mount->unknown, words);
		check->in->unknown = true;
	}
	return true;
}

bool instr_check_sources(struct arena *arena, struct diag *diag, struct docker_instruction *in)
{
	struct check check = {arena, diag, in};
	bool ok = true;

	for (size_t i = 0; i < in->flag_count; i++) {
		const struct docker_flag *flag = &in->flags[i];

		if (!flag->value.p)
			continue;
		if (str_is(in->name, "COPY") && str_is(flag->name, "from"))
			ok &= check_from_flag(&check, flag);
		else if (str_is(in->name, "RUN") && str_is(flag->name, "mount"))
			ok &= check_mount_words(&check, flag);
	}
	if (in->trigger) {
		ok &= instr_check_sources(arena, diag, in->trigger);
		in->unknown |= in->trigger->unknown;
	}
	return ok;
}
