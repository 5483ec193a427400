/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_STAGE_H
#define DTK_DOCKER_STAGE_H

#include "docker/file.h"
#include "docker/subst.h"

/*
 * The stages of a Dockerfile: what each is built from, which of them a target
 * needs, and what the variables are worth on the way (Dockerfile reference,
 * "Scope", "Using variables").
 */
struct stage {
	const struct docker_instruction *from;
	struct str name; /* in lower case, n = 0 if none */
	struct str image; /* after expansion */
	struct str platform;
	bool unresolved; /* a variable in image has no value */
	struct stage *base; /* an earlier stage that image names, or NULL */
	const struct docker_instruction *first; /* after FROM */
	size_t count;
	bool needed;
	struct subst_scope scope; /* while stage_run is in it, and as it left it */
};

struct stages {
	struct arena *arena;
	struct diag *diag;
	const struct docker_file *file;
	const struct docker_arg *args;
	size_t arg_count;
	struct subst_scope global;
	struct stage *list;
	size_t count;
};

/*
 * Finds the stages of FILE and marks those that TARGET needs (n = 0: the
 * last; *ALL* of them where EVERY is set).  False after diagnostics.
 */
bool stages_init(struct stages *stages, struct arena *arena, struct diag *diag,
                 const struct docker_file *file, const struct docker_arg *args, size_t arg_count,
                 struct str target, bool every);

/*
 * How many of the file's instructions a build of the target reads, whichever builder it is: all up to the last
 * stage that the target needs, which it is itself unless an earlier one names a later one.
 */
size_t stages_until(const struct stages *stages);

/* What `COPY --from=NAME` means: a stage by name or number, or NULL for an image. */
struct stage *stages_find(const struct stages *stages, struct str name, bool numbers);

/*
 * Runs the instructions of STAGE in order, ONBUILD triggers of its base stage
 * and of the files PARENTS first, keeps the values of ARG and ENV up to date
 * in STAGE's scope, and calls VISIT for each instruction.
 */
typedef void stage_visit(void *context, struct stage *stage, const struct docker_instruction *in);
void stage_run(struct stages *stages, struct stage *stage, const struct docker_file *const *parents,
               size_t parent_count, stage_visit *visit, void *context);

/* Expands WORD in SCOPE; an error is told at SPAN and gives an unresolved empty word. */
struct str stage_expand(struct stages *stages, const struct subst_scope *scope, struct str word,
                        struct span span, bool *unresolved, size_t *known);

#endif
