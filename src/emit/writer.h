/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_WRITER_H
#define DTK_EMIT_WRITER_H

#include "base/map.h"
#include "emit/ninja.h"

/* A build.ninja in the making: what ninja.c and ninja_target.c share. */
struct writer {
	const struct ninja *ninja;
	const struct plan *plan;
	struct buf *out;
	struct buf stamps;  /* "generated/stamps/", escaped as a path */
	struct buf actions; /* "generated/do/" */
	struct map names;   /* targets written so far */
	struct buf text;    /* scratch */
	bool tests; /* some image has a test or a health check */
	bool fine;
};

/* Says at AT that VALUE does not fit a Ninja file, where it does not. */
void writer_check(struct writer *writer, struct str value, struct span at, const char *what);
void writer_path(struct writer *writer, struct str value);
/* The path of a stamp: generated/stamps/NAME SUFFIX. */
void writer_stamp(struct writer *writer, struct str name, const char *suffix);

/* "VERB-NAME: phony generated/do/VERB-NAME" and the start of the edge behind it, up to its RULE. */
void writer_action_edge(struct writer *writer, const char *verb, struct str name, const char *rule);
/* VERB-NAME does something with an image, once its test passed where AFTER_TEST. */
void writer_action(struct writer *writer, const char *verb, struct str name, size_t image, bool after_test);
bool writer_is_tested(const struct plan_image *image);

/* TEXT after a blank in the variable $t of a push; nothing where it is empty. */
void writer_push_variable(struct writer *writer, struct str text);
/* push-NAME of each section of run.cfg that has a publication_tag and is neither an image nor a set. */
void writer_publications(struct writer *writer);

/* Names for images, sequences and layers; pushes of each; what is always there. */
void writer_targets(struct writer *writer);

#endif
