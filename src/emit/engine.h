/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_ENGINE_H
#define DTK_EMIT_ENGINE_H

#include "model/plan.h"

/*
 * The command lines of the engine's client, as text that a POSIX shell takes.
 * build.ninja and build.sh have them from here, so that they cannot differ.
 *
 *	CLIENT VERB ARGUMENTS TAGS -f DOCKERFILE CONTEXT
 */
enum engine_kind { ENGINE_DOCKER, ENGINE_BUILDX, ENGINE_PODMAN, ENGINE_KINDS };

struct engine {
	enum engine_kind kind;
	struct str client;         /* DOCKER_BUILDKIT=1 ... docker --host URL, for a shell */
	struct str verb;           /* build, or buildx build --load, ... */
	struct str bare_verb;      /* the same without --load */
	struct str program, host; /* "" where not given */
	bool buildkit;
	bool cache;                /* inline */
	struct str cache_registry; /* where earlier builds are; "": where the tags say */
};

struct engine_options {
	const char *engine;  /* "docker", "buildx", "podman"; NULL: by the name of the program and what the plan needs */
	const char *program; /* NULL: docker, or podman */
	const char *host;    /* NULL: as the environment has it */
};

/* False where options->engine is none of the names, which engine_names has. */
bool engine_init(struct engine *engine, struct arena *arena, const struct engine_options *options,
                 const struct plan *plan);
extern const char *const engine_names[ENGINE_KINDS];

/* CLIENT without the environment that builds need. */
void engine_program(const struct engine *engine, struct buf *out);
/*
 * The verb for IMAGE.  A reproducible one of buildx is written as an archive (to standard output, as the command
 * stands) in which times are changed, as the engine's own store takes none such; that is to be loaded then.
 */
struct str engine_verb(const struct engine *engine, const struct plan_image *image);
bool engine_archives(const struct engine *engine, const struct plan_image *image);
/* What enters the image, arguments, labels, secrets, target, platform, parents, cache; no blank before or after. */
void engine_arguments(const struct engine *engine, const struct plan_image *image, struct buf *out);
/*
 * " --build-context REF=docker-image://REPOSITORY@DIGEST" for each pin of IMAGE, which is no part of its key: what the
 * image is built on is told by its seal.  An engine that has no such option is given the image by other means.
 */
void engine_pins(const struct plan_image *image, struct buf *out);
/* " -t TAG" for each, " -f DOCKERFILE" and " CONTEXT". */
void engine_place(const struct plan_image *image, struct buf *out);
/* The words of the whole command, unquoted, NULL-terminated, in ARENA. */
const char **engine_command(const struct engine *engine, const struct plan_image *image, struct arena *arena);

#endif
