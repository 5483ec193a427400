/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_LINT_H
#define DTK_DOCKER_LINT_H

#include "docker/file.h"

/*
 * What a good Dockerfile has, beyond what the engine insists on.  Each rule has
 * a name by which it can be switched off.
 */
enum lint_rule {
	LINT_SYNTAX,      /* no `# syntax=` line, so which frontend reads it depends on the engine */
	LINT_USER,        /* the image runs as root */
	LINT_HEALTHCHECK, /* the image has no HEALTHCHECK, not even NONE */
	LINT_LABELS,      /* the image has no label org.opencontainers.image.… */
	LINT_CACHE_MOUNT, /* --no-cache-dir where a cache mount would serve the next build, too */
	LINT_APT_LISTS,   /* apt's lists stay in the layer */
	LINT_RULES
};
extern const struct lint_name {
	const char *name, *summary;
} lint_names[LINT_RULES];

/* What an image has of its own or from its parents. */
struct lint_image {
	bool user, health, labels;
};

struct lint {
	struct arena *arena;
	struct diag *diag;
	bool off[LINT_RULES];
	unsigned found; /* so far */
};

/* A Dockerfile and what is known beside it. */
struct lint_input {
	const struct docker_file *file;
	const struct docker_arg *args;
	size_t arg_count;
	struct str target;        /* stage; n = 0: the last */
	/* What the image is that NAME stands for; NULL where it is none that CONTEXT knows. */
	const struct lint_image *(*parent)(void *context, struct str name);
	void *context;            /* of parent, which may be NULL */
	struct lint_image given;  /* from elsewhere, such as labels on the command line */
	bool base;                /* others are built on it: user and health check are theirs to set */
};

/*
 * Tells what the rules that are not off find, as warnings that end in the rule's name, and what the image has.
 * A file of a foreign syntax is not looked into.
 */
struct lint_image lint_dockerfile(struct lint *lint, const struct lint_input *input);

#endif
