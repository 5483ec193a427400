/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_HOOK_H
#define DTK_STAMP_HOOK_H

#include "base/diag.h"
#include "stamp/place.h"

/*
 * The scripts of the project that run around a build, where they exist: in its
 * directory, by sh, after the image's environment script.
 */
enum hook { HOOK_PRE, HOOK_SUCCESS, HOOK_FAILED, HOOK_POST, HOOK_COUNT };

/* Their names: dkbuildprebuildscript.sh and so on. */
extern const char *const hook_scripts[HOOK_COUNT];

/*
 * Runs one, output to LOG (a descriptor).  ENV is the environment script or
 * NULL.  True where it succeeded or does not exist; else false after an error was said.
 */
bool hook_run(enum hook hook, const char *env, int log, struct diag *diag);

/*
 * Writes OUT, which says which hooks there are and what they hold, and changes
 * only with that; and OUT.d with what to watch for it.  -1 after an error was said.
 */
int hook_stamp(const char *out, struct diag *diag);

#endif
