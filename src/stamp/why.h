/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_WHY_H
#define DTK_STAMP_WHY_H

#include "base/diag.h"
#include "stamp/fresh.h"

/*
 * What changed since an image was last built, input by input, from its stamps
 * and its inputs as they are now.  The engine is not asked and nothing is
 * written, so that an image that is gone from the engine is not noticed.
 */
struct why_image {
	const char *out;     /* generated/stamps/X.image */
	const char *context, *dockerfile;
	const char *const *onbuild; /* NULL-terminated */
	const char *const *parents; /* NAME=REF; NULL-terminated */
	const char *env;            /* the environment script, where its name does not tell; or NULL */
	const char *before, *after; /* its own commands around a build, or NULL */
	const char *const *words;   /* the whole build command, as in the image's edge; NULL-terminated */
};

enum why {
	WHY_FRESH,   /* nothing changed */
	WHY_RETAG,   /* only tags have to be applied */
	WHY_PARENT,  /* only that a parent is to be built first, which may come out the same */
	WHY_CHANGED, /* it would be built */
	WHY_NEW,     /* it would be built for the first time */
	WHY_FAILED   /* an error was said */
};

/*
 * Appends a line for each reason to OUT:
 *
 *	Dockerfile:4: -RUN a
 *	Dockerfile:4: +RUN b
 *	file changed: app/x
 *	mode 0644 -> 0755: app/y
 *	type file -> link: app/z
 *	file added: app/new          file removed: app/old
 *	argument added: --build-arg A=1
 *	hook changed: dkbuildprebuildscript.sh
 *	command before added: make wheel           script changed: tools/wheel.sh
 *	environment added: DOCKER_BUILDKIT=1
 *	parent P: ID -> ID           base REF: ...
 *	tag added: REF               tag removed: REF
 *	parent P is built first
 *
 * PENDING says of a parent (by name) whether it would itself be built; it may be NULL.
 */
enum why why_image(const struct why_image *image, bool (*pending)(void *context, struct str parent),
                   void *context, struct diag *diag, struct buf *out);

/* The differences of two lists of inputs alone; how many there were. */
unsigned why_inputs(const struct key *old, const struct key *now, struct buf *out);
/* Those of two texts, by lines; START_LINE of what is printed is that of the text it stands in. */
void why_lines(const struct str *old, size_t old_count, const struct str *now, size_t now_count,
               struct buf *out);

#endif
