/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_CLEAN_H
#define DTK_ACTION_CLEAN_H

#include "base/diag.h"
#include "base/map.h"

/*
 * Old state goes: logs, reports of scans and local caches that were not written for so long;
 * all of an image that is not among those to keep, where nothing of it is
 * younger and a stamp with a fitting checksum shows whose it is; what killed
 * runs left.  Files that are none of these are never touched, nor are images
 * or tags in an engine.  What is being built meanwhile is left alone.
 */
struct clean {
	const char *tree;       /* generated */
	const struct map *keep; /* the names of images whose stamps stay */
	const char *cache;      /* where local caches are (local.h); NULL: none */
	long long age;          /* seconds */
	bool dry;               /* only show it */
};

/* Prints what goes and how much that is, then removes it. Returns 0, or -1 after an error was said. */
int clean_all(const struct clean *order, struct diag *diag);

#endif
