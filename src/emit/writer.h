/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_WRITER_H
#define DTK_EMIT_WRITER_H

#include "base/map.h"
#include "emit/ninja.h"

/* A build.ninja in the making: what the sources that write its parts share. */
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

void writer_init(struct writer *writer, const struct ninja *ninja, struct buf *out);
void writer_release(struct writer *writer);

/* --- Words --- */

/* Says at AT that VALUE does not fit a Ninja file, where it does not. */
void writer_check(struct writer *writer, struct str value, struct span at, const char *what);
void writer_path(struct writer *writer, struct str value);
/* The path of a stamp: generated/stamps/NAME SUFFIX. */
void writer_stamp(struct writer *writer, struct str name, const char *suffix);
/* The stamp of an image, after a blank. */
void writer_image(struct writer *writer, size_t image);
/* To WORDS: OPTION, VALUE for a shell, a blank; nothing where VALUE is empty. */
void writer_option(struct buf *words, const char *option, struct str value);
/* A rule with COMMAND, which is escaped, and the lines MORE. */
void writer_rule(struct writer *writer, const char *name, struct str command, const char *more);

/* VERB-NAME */
void writer_action_name(struct writer *writer, const char *verb, struct str name);
/* "VERB-NAME: phony generated/do/VERB-NAME" and the start of the edge behind it, up to its RULE. */
void writer_action_edge(struct writer *writer, const char *verb, struct str name, const char *rule);
/* VERB-NAME does something with an image, once its test passed where AFTER_TEST. */
void writer_action(struct writer *writer, const char *verb, struct str name, size_t image, bool after_test);
/* TEXT after a blank in the variable $t of a push; nothing where it is empty. */
void writer_push_variable(struct writer *writer, struct str text);

bool writer_is_tested(const struct plan_image *image);
/* Of the COUNT images SET (NULL: of all). */
bool writer_any_tested(const struct plan *plan, const uint32_t *set, size_t count);

/* What is there whatever the matrix: a name and what `ninja help` says of it. */
struct ninja_action {
	const char *name, *summary, *rule;
};
extern const struct ninja_action ninja_actions[];
extern const size_t ninja_action_count;

/* --- Parts, in their order --- */

/* Commands: of regeneration, of dtk-stamp, of what prints. */
void writer_rules(struct writer *writer);
/* Root file systems, the version, keys and images. */
void writer_images(struct writer *writer);
/* Names for images, sequences and layers; what is done with each; what is always there. */
void writer_targets(struct writer *writer);
/* push-NAME of each section of run.cfg that has a publication_tag and is neither an image nor a set. */
void writer_publications(struct writer *writer);
/* ninja_actions, and lint. */
void writer_actions(struct writer *writer);

#endif
