/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_HOOK_H
#define DTK_STAMP_HOOK_H

#include "base/arena.h"
#include "base/diag.h"
#include "client/place.h"

/*
 * What runs around a build, in the project's directory, by sh, after the image's environment script: the scripts of
 * the project, where they exist, and commands of the image itself.
 */
enum hook { HOOK_PRE, HOOK_SUCCESS, HOOK_FAILED, HOOK_POST, HOOK_COUNT };

/* Their names: dkbuildprebuildscript.sh and so on. */
extern const char *const hook_scripts[HOOK_COUNT];

/* Those of one image; borrowed. */
struct hooks {
	const char *env;    /* the environment script, or NULL */
	const char *before; /* a command for HOOK_PRE, after the project's script; or NULL */
	const char *after;  /* a command for HOOK_SUCCESS, before the project's script; or NULL */
};

/* The image's own command for HOOK, or NULL. */
const char *hook_command(enum hook hook, const struct hooks *hooks);

/*
 * Runs what there is for HOOK, output to LOG (a descriptor), and stops at what fails.  NULL where all
 * succeeded or nothing exists; else what failed, after an error was said.
 */
const char *hook_run(enum hook hook, const struct hooks *hooks, int log, struct diag *diag);

/*
 * The files of the project that the image's commands name, each once, and directories where one that is named may
 * come to be.  Of a command that runs after the build only the first file counts (its script), as others may be what it
 * writes; what stands behind a > never counts.
 */
struct hook_files {
	const char **files, **dirs;
	size_t file_count, dir_count;
};
/* In ARENA. */
struct hook_files hook_files(struct arena *arena, const struct hooks *hooks);

#endif
