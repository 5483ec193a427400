/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_WATCH_H
#define DTK_STAMP_WATCH_H

#include "stamp/scan.h"

/*
 * What Ninja is to watch, as a depfile (deps = gcc).
 *
 * Everything is named through a link, generated/.root -> .., so that a
 * directory of the project is never taken for a target of its name; a context
 * outside the project has a link of its own.  What Ninja cannot watch (a name
 * that it would misread, a time in the future, an input that did not hold
 * still) makes its edge run every time: the depfile then lists a file that
 * never is there.
 */
struct watch {
	struct arena arena;
	struct buf text;
	const struct place *place;
	struct diag *diag;
	int64_t now;
	unsigned unwatchable;
};

/* Makes generated/.root where it is missing. False after an error was said. */
bool watch_begin(struct watch *watch, const struct place *place, struct diag *diag, const char *out);
/* A file or directory of the project. LOOK may be NULL where its time is not to be looked at. */
void watch_path(struct watch *watch, const char *path, const struct fs_look *look);
/* All inputs of SCAN. False after an error was said. */
bool watch_scan(struct watch *watch, const struct scan *scan);
/* The edge has to run every time, because of WHY. */
void watch_always(struct watch *watch, struct str what, const char *why);
/* Writes OUT.d and frees everything. False after an error was said. */
bool watch_end(struct watch *watch, const char *out);

#endif
