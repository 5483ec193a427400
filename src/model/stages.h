/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_STAGES_H
#define DTK_MODEL_STAGES_H

#include "model/keys.h"

/*
 * An image that is declared by what is to be in it, without a Dockerfile: as it stands in the matrix, checked.
 * Everything lives in the matrix's arena.
 */
struct matrix;

enum { STAGES_APT, STAGES_YUM, STAGES_MANAGERS };

struct stages_stage {
	struct keys_text name;
	struct keys_texts commands, dependencies;
	uint32_t *needs; /* the stages of dependencies, each once */
	uint32_t need_count;
	struct str digest; /* of its commands */
};

struct stages {
	struct keys_text base; /* with ${...}; a default where none is given */
	struct str user;       /* "" where it is the base's or root */
	bool made;             /* it is a name and has to be there */
	bool sudo;
	struct keys_texts packages[STAGES_MANAGERS];
	struct keys_texts scripts;
	struct str *digests; /* of the scripts */
	struct stages_stage *stages;
	uint32_t count;
	struct keys_pairs copies; /* paths of the context and of the image */
};

/* True where one of the keys is given that only such an image has. */
bool stages_given(const struct keys_image *keys);

/* What KEYS declare; as many errors as can be told at once, after which it must not be used. */
const struct stages *stages_read(const struct matrix *matrix, const struct keys_image *keys);

/*
 * The words of COMMAND where it is `cp` with options that COPY needs none for, sources that are relative, and a
 * destination, and nothing else that a shell would look at: the sources, then the destination, without
 * quotes.  Their number, or 0.  In ARENA.
 */
size_t stages_copy(struct arena *arena, struct str command, struct str **words);
/* True where PATH leads out of the context. */
bool stages_outside(struct arena *arena, struct str path);

#endif
