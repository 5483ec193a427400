/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_LOCAL_H
#define DTK_MODEL_LOCAL_H

#include "base/arena.h"
#include "base/str.h"

/*
 * What a plan may take from where, and by whom, dtk-gen is run: names of images and tags are made of it.
 * Allocated in ARENA; n = 0 where it cannot be told.
 */

/* LOGNAME, else USER, else what the password file says; an empty variable is none. */
struct str local_user(struct arena *arena);
/* The name of the directory that is worked in, its letters (of ASCII) in lower case. */
struct str local_project(struct arena *arena);

#endif
