/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_CONTEXT_H
#define DTK_DOCKER_CONTEXT_H

#include "base/fs.h"
#include "docker/file.h"
#include "docker/ignore.h"

/*
 * What of a build context a Dockerfile can reach: the sources of COPY and ADD
 * without --from, of bind mounts without from, and of ONBUILD triggers that
 * come with its parents.
 */
struct context_pattern {
	struct str
		text;     /* cleaned, relative, "" is the whole context; may hold wildcards of Go's filepath.Match */
	bool parents; /* of COPY --parents: "**" spans directories, the directories on the way are copied too */
	struct ignore
		*exclude; /* of --exclude, seen from the directory copied (from the context: parents); or NULL */
};
struct context_reach {
	bool whole;          /* everything (COPY ., an unknown instruction, ...) */
	struct context_pattern *patterns;
	size_t pattern_count;
};

/*
 * The sources that FILE reaches with ARGS, whatever the target.  ONBUILD
 * lists the parents' Dockerfiles whose triggers run first.  A variable that
 * nobody here knows is '*' and ends its pattern.  Allocated in ARENA.
 */
struct context_reach context_reach_of(struct arena *arena, struct diag *diag, const struct docker_file *file,
                                      const struct docker_arg *args, size_t arg_count,
                                      const struct docker_file *const *onbuild, size_t onbuild_count);
/* The same for the stages that TARGET needs only (n = 0: the last one). */
struct context_reach context_reach_target(struct arena *arena, struct diag *diag,
                                          const struct docker_file *file, const struct docker_arg *args,
                                          size_t arg_count, const struct docker_file *const *onbuild,
                                          size_t onbuild_count, struct str target);

struct context_entry {
	struct str path; /* relative to the context, no leading slash; ends in NUL */
	struct fs_look look;
	struct str link;  /* target of a symbolic link */
};

struct context_list {
	struct context_entry **entries; /* sorted by bytes of the path; directories too */
	size_t count, capacity;
	/* Every directory that was read or passed through, for watching; "." is the root; sorted; each ends in NUL. */
	struct str *dirs;
	size_t dir_count, dir_capacity;
};

/*
 * Walks ROOT: what a build would send after IGNORE (may be NULL), and with
 * REACH (may be NULL) only what it reaches.  SKIP (NULL at its end, or NULL)
 * lists paths that are never context (relative, a directory covers what is
 * below; one with a '*' before it is for all that end so).  Links are entries
 * and never walked; a link that a pattern leads through is an entry beside what
 * it leads to, absolute ones seen from ROOT.
 * Sockets, pipes and devices are entries like others.  What vanishes
 * meanwhile is left out.  Several threads read; nothing of them shows.  False
 * after diagnostics (an unreadable directory).  Allocated in ARENA.
 */
bool context_walk(struct arena *arena, struct diag *diag, const char *root, const struct ignore *ignore,
                  const struct context_reach *reach, const char *const *skip, struct context_list *out);

/*
 * Reads the ignore file of DOCKERFILE (DOCKERFILE.dockerignore, else
 * ROOT/.dockerignore).  *PATH is the one used, or NULL where there is none
 * (then *IGNORE is NULL).  False after diagnostics.
 */
bool context_ignore(struct arena *arena, struct diag *diag, const char *root, const char *dockerfile,
                    struct ignore **ignore, const char **path);

#endif
