/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_LISTING_H
#define DTK_DOCKER_LISTING_H

#include "docker/root.h"

/*
 * What lies below a root: its directories are read and judged by several
 * threads, a level of the tree at a time, and put in order afterwards.
 */
struct listing_item;

/*
 * An item comes up where its path sorts, what is below it where the path and
 * a slash sort: "a", "a-b", "a/c".
 */
struct listing_event {
	struct listing_item *item;
	bool below;
};

struct listing_dir {
	struct listing_dir *above; /* NULL for the context */
	struct context_entry *entry;
	unsigned char *ignore, *exclude, *include; /* states of ignore_step; NULL where there are no patterns */
	bool sent;                                 /* for who puts the entries in order */
	int failure;                               /* errno of reading it, or 0 */
	struct listing_event *events;
	size_t event_count;
};

struct listing_item {
	struct context_entry entry;
	bool kept;
	struct listing_dir *dir; /* where something below it may be kept, else NULL */
};

struct listing_verdict {
	bool kept;  /* the path itself */
	bool below; /* something below it may be, even if it is not */
};

/* The directory ENTRY in ABOVE; *VERDICT says what ROOT's patterns and the ignore file make of it. */
struct listing_dir *listing_enter(struct arena *arena, const struct tree *tree, const struct root *root,
                                  struct listing_dir *above, struct context_entry *entry,
                                  struct listing_verdict *verdict);

/*
 * Reads TOP and all below it. What vanishes meanwhile is left out; a directory that cannot be read has its
 * failure.  Allocated in the tree's arena.
 */
void listing_read(const struct tree *tree, const struct root *root, struct listing_dir *top);

#endif
