/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_TALLY_H
#define DTK_STAMP_TALLY_H

#include "client/place.h"

#include "base/diag.h"

/*
 * The line at the end of a run: "stack: 3 built, 5 skipped, 0 failed; 16 of 18 steps cached; 12s".
 *
 * Where all went well the last edge of a set of images prints it.  Its output, stamps/.tally.SET, is dated ahead, so
 * that it is never older than a seal, and only an image of the set that has to be looked at in the same run makes it
 * run: Ninja drops it again where no seal changed.  dtk-gen makes the file, lest it be missing where all is built.
 *
 * After a failure Ninja runs no such edge.  Then every edge that ends says how it stands (tally_report), as none knows
 * whether it is the last one.
 */
#define TALLY_PREFIX ".tally."

/* Makes PATH, an empty file that is dated ahead. -1 with errno. */
int tally_mark(const char *path);

/* The edge of a set, OUT being its mark: prints the line of the images in TREE/_images.SET. -1 after an error. */
int tally_show(const char *out, struct diag *diag);

/*
 * Where something failed in this run: prints how it stands, where the logs are and how to see what changed. For the end
 * of an edge, as it flushes what was said before.
 */
void tally_report(const struct place *place);

#endif
