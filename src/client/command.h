/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_COMMAND_H
#define DTK_CLIENT_COMMAND_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "docker/file.h"

/*
 * The client's command line as it stands after `--` in an edge:
 *
 *	[NAME=VALUE]... docker [--host H]... [buildx] build [OPTION]... CONTEXT
 *
 * A shell takes it as it is.  The options of docker and podman that name
 * tags, files and progress are told apart from those that enter the image.
 */
struct command_option {
	struct str name;  /* "--build-arg" */
	struct str value; /* p is NULL for a flag */
	bool apart;       /* it does not enter the image and is only passed on: --load, --builder, --cache-from, ... */
};

/*
 * A pin: --build-context REF=docker-image://IMAGE where IMAGE has a digest.  It is not among the options, and enters
 * no key: which image a seal was made from is compared instead, so that a pin for the image that was used anyway
 * changes nothing.
 */
struct command_pin {
	struct str ref;    /* as the Dockerfile has it */
	struct str image;  /* REPOSITORY@DIGEST */
	struct str digest;
	struct str value;  /* of the option */
};

struct command {
	const char **env; /* NAME=VALUE words; NULL-terminated */
	size_t env_count;
	const char **client; /* program and its global options; NULL-terminated */
	size_t client_count;
	const char **verb; /* "build", or "buildx" and "build"; NULL-terminated */
	size_t verb_count;
	struct command_option *options; /* in order; those that enter the image, and what is to be passed on */
	size_t option_count;
	struct command_pin *pins;
	size_t pin_count;
	struct str *tags;
	size_t tag_count;
	const char *dockerfile; /* of -f, or NULL */
	const char *context;    /* NULL where there is none */
};

/* WORDS is NULL-terminated and must outlive COMMAND; the rest is in ARENA. False after an error was said. */
bool command_parse(struct arena *arena, struct diag *diag, const char *const *words, struct command *command);
/* Options only, as the key's edge has them: the same ones enter the image. */
bool command_parse_options(struct arena *arena, struct diag *diag, const char *const *words,
                           struct command *command);

/*
 * The values of --build-arg; one without '=' has its value from the environment; and --platform's as TARGETPLATFORM.
 * Allocated in ARENA.
 */
struct docker_arg *command_build_args(struct arena *arena, const struct command *command, size_t *count);
/* The value of the last option NAME, n = 0 if none. */
struct str command_option(const struct command *command, const char *name);
/* The pin of REF, in whichever form it is given; NULL where it has none. */
const struct command_pin *command_pin(const struct command *command, struct str ref);
/* True for podman and buildah. */
bool command_is_podman(const struct command *command);

#endif
