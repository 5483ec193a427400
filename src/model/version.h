/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_VERSION_H
#define DTK_MODEL_VERSION_H

#include "base/arena.h"
#include "base/diag.h"

/*
 * What a matrix can ask of the world outside its files: what git describe
 * says, and the date.  Each is looked up when first asked for, once.
 */
struct version {
	struct arena *arena;
	struct diag *diag;
	/* Told of each file and directory that counts; FOUND: it is there. */
	void (*watch)(void *context, const char *path, bool found);
	void *context;
	struct str git, date; /* n = 0 until asked for */
};

/*
 * What `git describe --tags --always` says of the project's directory; a character that no tag can have
 * is '-'.  HEAD, its branch, packed-refs and refs/tags are watched.  False after an error at SPAN.
 */
bool version_git(struct version *version, struct span span, struct str *text);
/* Today in UTC: 2026-11-21. */
struct str version_date(struct version *version);

#endif
