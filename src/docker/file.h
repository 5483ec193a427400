/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_FILE_H
#define DTK_DOCKER_FILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/*
 * The Dockerfile reader: text to directives and instructions, as BuildKit's
 * parser sees them (Dockerfile reference, "Format" and "Parser directives").
 * Everything lives in the caller's arena; strings may borrow from the text.
 *
 * What the arguments are:
 *   FROM EXPOSE            words
 *   ARG                    words, NAME or NAME=VALUE, quotes kept
 *   ENV LABEL              words NAME=VALUE, quotes kept, also where written "NAME VALUE"
 *   COPY ADD VOLUME        exec, or words
 *   RUN CMD ENTRYPOINT SHELL   exec, or one string (shell)
 *   HEALTHCHECK            NONE; or CMD and what follows it in the same two forms
 *   ONBUILD                the rest of the line as one string; trigger is its instruction
 *   USER WORKDIR STOPSIGNAL MAINTAINER   one string
 *   unknown ones           words
 */
enum docker_form { DOCKER_SHELL, DOCKER_EXEC, DOCKER_ARGS };

struct docker_heredoc {
	struct str name, content; /* content as it stands, tabs included */
	bool expand;              /* the word was not quoted */
	bool chomp;               /* <<- */
};

struct mount;
struct docker_flag {
	struct str name, value; /* --name=value, quotes removed; value.p NULL where there was no '=' */
	struct span span;
	const struct mount *mount; /* what --mount of a RUN says (mount.h), NULL for any other flag */
};

struct instr_rule; /* docker/instr.h */
struct docker_instruction {
	struct str name; /* upper case */
	const struct instr_rule *rule; /* of that name; NULL where it is not known */
	unsigned line;   /* 1-based, of its first line */
	struct span span;
	enum docker_form form;
	struct docker_flag *flags;
	size_t flag_count;
	struct str *args; /* exec: the JSON strings; shell: one string; args: words (ENV, ARG, LABEL: k=v each) */
	struct span *spans; /* of each of args */
	size_t arg_count;
	struct docker_heredoc *heredocs;
	size_t heredoc_count;
	struct docker_instruction *trigger; /* of ONBUILD, or NULL */
	bool unknown; /* an instruction or flag that this reader does not know */
};

struct docker_directive {
	struct str name, value; /* name in lower case */
};

struct docker_file {
	uint32_t source;
	char escape;
	bool foreign; /* # syntax= names another frontend than docker/dockerfile: instructions are not parsed */
	bool unknown; /* some instruction or flag is not known: the whole context counts as input */
	struct docker_directive *directives;
	size_t directive_count;
	struct docker_instruction *instructions;
	size_t instruction_count;
};

/*
 * Parses TEXT (registered as SOURCE); NULL after diagnostics.  The first
 * diagnostic is the error that BuildKit stops at.
 */
struct docker_file *docker_parse(struct arena *arena, struct diag *diag, uint32_t source, struct str text);

/* The flag called NAME, or NULL. */
const struct docker_flag *docker_flag(const struct docker_instruction *instruction, const char *name);
/* True where FILE declares ARG NAME anywhere. */
bool docker_declares(const struct docker_file *file, struct str name);

/* A build argument given on the command line. */
struct docker_arg {
	struct str name, value;
};

enum docker_ref_kind { DOCKER_FROM, DOCKER_COPY_FROM, DOCKER_MOUNT_FROM };
struct docker_ref {
	enum docker_ref_kind kind;
	struct str name; /* the image reference after expansion, as written otherwise */
	struct span span;
	bool unresolved; /* a variable in it has no value */
	struct str platform; /* of FROM --platform, expanded; n = 0 if none */
};

/*
 * The images that FILE refers to, stages of its own and `scratch` left out,
 * each name once, in order; ARG before FROM, ARGS and the automatic platform
 * arguments are expanded.  Only stages that TARGET (n = 0: the last) needs.
 * Where ARGS name no BUILDPLATFORM or TARGETPLATFORM, this machine's counts.
 * Allocated in ARENA.  Errors (bad substitution, no such target) are counted
 * in DIAG.
 */
struct docker_ref *docker_refs(struct arena *arena, struct diag *diag, const struct docker_file *file,
                               const struct docker_arg *args, size_t arg_count, struct str target,
                               size_t *count);

#endif
