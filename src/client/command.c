/* SPDX-License-Identifier: Apache-2.0 */
#include "client/command.h"

#include "base/fs.h"
#include "data/ref.h"

#include <stdlib.h>

enum role { ROLE_IMAGE, ROLE_TAG, ROLE_FILE, ROLE_APART, ROLE_NONE };

/* Options of `build` that take a value (docker 20.10 to 28, podman 4, buildah 1.28), and what it is to us. */
static const struct {
	const char *name;
	enum role role;
} valued[] = {
	{"--tag", ROLE_TAG}, {"-t", ROLE_TAG}, {"--file", ROLE_FILE}, {"-f", ROLE_FILE},
	{"--iidfile", ROLE_NONE}, {"--metadata-file", ROLE_NONE}, {"--progress", ROLE_NONE},
	{"--add-host", ROLE_IMAGE}, {"--allow", ROLE_IMAGE}, {"--annotation", ROLE_IMAGE},
	{"--arch", ROLE_IMAGE}, {"--attest", ROLE_IMAGE}, {"--authfile", ROLE_IMAGE},
	{"--build-arg", ROLE_IMAGE}, {"--build-context", ROLE_IMAGE}, {"--builder", ROLE_APART},
	{"--cache-from", ROLE_APART}, {"--cache-to", ROLE_APART}, {"--cgroup-parent", ROLE_IMAGE},
	{"--cpu-period", ROLE_IMAGE}, {"--cpu-quota", ROLE_IMAGE}, {"--cpuset-cpus", ROLE_IMAGE},
	{"--cpuset-mems", ROLE_IMAGE}, {"--env", ROLE_IMAGE}, {"--format", ROLE_IMAGE},
	{"--isolation", ROLE_IMAGE}, {"--label", ROLE_IMAGE}, {"--memory", ROLE_IMAGE},
	{"-m", ROLE_IMAGE}, {"--memory-swap", ROLE_IMAGE}, {"--network", ROLE_IMAGE},
	{"--no-cache-filter", ROLE_IMAGE}, {"--os", ROLE_IMAGE}, {"--output", ROLE_IMAGE},
	{"-o", ROLE_IMAGE}, {"--platform", ROLE_IMAGE}, {"--secret", ROLE_IMAGE},
	{"--security-opt", ROLE_IMAGE}, {"--shm-size", ROLE_IMAGE}, {"--ssh", ROLE_IMAGE},
	{"--target", ROLE_IMAGE}, {"--timestamp", ROLE_IMAGE}, {"--ulimit", ROLE_IMAGE},
	{"--volume", ROLE_IMAGE}, {"-v", ROLE_IMAGE},
};

/* Global options of the clients that take a value. */
static const char *const global_valued[] = {
	"--host", "-H", "--config", "--context", "-c", "--log-level", "-l", "--tlscacert", "--tlscert",
	"--tlskey",
	"--root", "--runroot", "--storage-driver", "--storage-opt", "--url", "--connection", "--identity",
};

static bool is_assignment(const char *word)
{
	const char *equals = strchr(word, '=');

	return equals && equals != word && word[0] != '-' && !memchr(word, '/', (size_t)(equals - word));
}

static size_t words_count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static const char **words_copy(struct arena *arena, const char *const *words, size_t count)
{
	const char **copy = ARENA_ARRAY(arena, count + 1, const char *);

	for (size_t i = 0; i < count; i++)
		copy[i] = words[i];
	return copy;
}

static size_t global_length(const char *const *words)
{
	size_t at = 1;

	for (; words[at] && words[at][0] == '-'; at++)
		for (size_t i = 0; i < sizeof global_valued / sizeof global_valued[0]; i++)
			if (strcmp(words[at], global_valued[i]) == 0 && words[at + 1]) {
				at++;
				break;
			}
	return at;
}

static bool is_pin(struct str name, struct str value, struct command_pin *pin)
{
	static const struct str scheme = {"docker-image://", sizeof "docker-image://" - 1};
	size_t equals, at;

	if (!str_is(name, "--build-context"))
		return false;
	equals = str_find(value, '=', 0);
	pin->value = value;
	pin->ref = str_slice(value, 0, equals);
	pin->image = str_slice(value, equals + 1, value.n);
	if (!str_starts(pin->image, scheme))
		return false;
	pin->image = str_slice(pin->image, scheme.n, pin->image.n);
	at = str_find(pin->image, '@', 0);
	pin->digest = str_slice(pin->image, at + 1, pin->image.n);
	return at < pin->image.n;
}

static void take(struct arena *arena, struct command *command, enum role role, struct str name,
                 struct str value)
{
	switch (role) {
	case ROLE_TAG:
		command->tags[command->tag_count++] = value;
		break;
	case ROLE_FILE:
		command->dockerfile = arena_strndup(arena, value.p, value.n);
		break;
	case ROLE_IMAGE:
	case ROLE_APART:
		if (is_pin(name, value, &command->pins[command->pin_count])) {
			command->pin_count++;
			break;
		}
		command->options[command->option_count++] = (struct command_option){name, value, role == ROLE_APART};
		break;
	case ROLE_NONE:
		break;
	}
}

/* The option of WORD: -tX and --tag=X are split; *VALUE is NULL where it stands in the next word. */
static const char *split(const char *word, struct str *name, const char **value, enum role *role)
{
	for (size_t i = 0; i < sizeof valued / sizeof valued[0]; i++) {
		size_t n = strlen(valued[i].name);
		bool letter = n == 2;

		if (strncmp(word, valued[i].name, n) != 0)
			continue;
		if (word[n] != '\0' && !letter && word[n] != '=')
			continue;
		*name = (struct str){valued[i].name, n};
		*value = word[n] == '\0' ? NULL : word + n + (word[n] == '=');
		*role = valued[i].role;
		return word;
	}
	return NULL;
}

static enum role flag_role(const char *word)
{
	if (strcmp(word, "-q") == 0 || strcmp(word, "--quiet") == 0)
		return ROLE_NONE;
	return strcmp(word, "--load") == 0 || strcmp(word, "--layers") == 0 ? ROLE_APART : ROLE_IMAGE;
}

static bool parse_options(struct arena *arena, struct diag *diag, const char *const *words, size_t count,
                          struct command *command)
{
	command->options = ARENA_ARRAY(arena, count + 1, struct command_option);
	command->tags = ARENA_ARRAY(arena, count + 1, struct str);
	command->pins = ARENA_ARRAY(arena, count + 1, struct command_pin);
	for (size_t i = 0; i < count; i++) {
		const char *value = NULL;
		enum role role;
		struct str name;

		if (!split(words[i], &name, &value, &role)) {
			take(arena, command, flag_role(words[i]), str_of(words[i]), (struct str){NULL, 0});
			continue;
		}
		if (!value && i + 1 == count) {
			diag_error(diag, SPAN_NONE, "%s of the build command needs a value", words[i]);
			return false;
		}
		take(arena, command, role, name, str_of(value ? value : words[++i]));
	}
	return true;
}

bool command_parse_options(struct arena *arena, struct diag *diag, const char *const *words,
                           struct command *command)
{
	memset(command, 0, sizeof *command);
	command->env = command->client = command->verb = ARENA_ARRAY(arena, 1, const char *);
	return parse_options(arena, diag, words, words_count(words), command);
}

bool command_parse(struct arena *arena, struct diag *diag, const char *const *words, struct command *command)
{
	size_t left;

	memset(command, 0, sizeof *command);
	while (words[command->env_count] && is_assignment(words[command->env_count]))
		command->env_count++;
	command->env = words_copy(arena, words, command->env_count);
	words += command->env_count;
	if (!words[0]) {
		diag_error(diag, SPAN_NONE, "no container engine's command after --");
		return false;
	}
	command->client_count = global_length(words);
	command->client = words_copy(arena, words, command->client_count);
	words += command->client_count;
	if (words[0] && (strcmp(words[0], "buildx") == 0 || strcmp(words[0], "image") == 0) && words[1])
		command->verb_count++;
	if (words[command->verb_count])
		command->verb_count++;
	command->verb = words_copy(arena, words, command->verb_count);
	words += command->verb_count;
	left = words_count(words);
	if (left)
		command->context = words[--left];
	return parse_options(arena, diag, words, left, command);
}

struct docker_arg *command_build_args(struct arena *arena, const struct command *command, size_t *count)
{
	struct docker_arg *args = ARENA_ARRAY(arena, command->option_count + 1, struct docker_arg);
	struct str platform = command_option(command, "--platform");

	*count = 0;
	if (platform.n)
		args[(*count)++] = (struct docker_arg){STR("TARGETPLATFORM"), platform};
	for (size_t i = 0; i < command->option_count; i++) {
		struct str text = command->options[i].value;
		struct docker_arg *arg = &args[*count];
		size_t equals = str_find(text, '=', 0);
		const char *given;

		if (!str_is(command->options[i].name, "--build-arg"))
			continue;
		arg->name = str_slice(text, 0, equals);
		arg->value = str_slice(text, equals + 1, text.n);
		if (equals == text.n) {
			given = getenv(arena_strndup(arena, text.p, text.n));
			if (!given)
				continue;
			arg->value = str_of(given);
		}
		++*count;
	}
	return args;
}

struct str command_option(const struct command *command, const char *name)
{
	for (size_t i = command->option_count; i-- > 0;)
		if (str_is(command->options[i].name, name) && command->options[i].value.p)
			return command->options[i].value;
	return STR("");
}

const struct command_pin *command_pin(const struct command *command, struct str ref)
{
	const struct command_pin *found = NULL;
	struct arena arena;
	struct str wanted;

	if (command->pin_count == 0)
		return NULL;
	arena_init(&arena);
	wanted = ref_normal(&arena, ref);
	for (size_t i = 0; i < command->pin_count && !found; i++)
		if (str_eq(ref_normal(&arena, command->pins[i].ref), wanted))
			found = &command->pins[i];
	arena_release(&arena);
	return found;
}

bool command_is_podman(const struct command *command)
{
	struct str program = command->client_count ? path_base(str_of(command->client[0])) : STR("");

	return str_starts(program, STR("podman")) || str_starts(program, STR("buildah"));
}
