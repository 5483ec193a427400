/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_ROOT_H
#define DTK_DOCKER_ROOT_H

#include "docker/context.h"

/*
 * From the patterns of a reach to places in the context: links in a literal
 * prefix are followed (and a link that a wildcard ends in), wildcards looked
 * up directory by directory.
 */
struct root {
	struct str path;        /* of a file or directory that is no link; "" is the context */
	bool parents;
	struct ignore *include; /* only what matches, seen from the context; or NULL: all */
	struct ignore *exclude; /* without what matches below path; or NULL */
	size_t base;            /* exclude does not see that many bytes of a path */
};

struct root_list {
	struct root *roots;
	size_t count, capacity;
	struct str *links; /* passed on the way */
	size_t link_count, link_capacity;
};

struct tree {
	struct arena *arena;
	struct diag *diag;
	const char *name;            /* of the context, for messages */
	int fd;
	const struct ignore *ignore; /* or NULL */
	const char *const *skip;     /* or NULL */
	struct context_list *out;    /* dirs are added here */
	bool ok;
};

/* Opens the directory PATH ("" is the context; ends in NUL) without following a link; -1 with errno. */
int tree_open(const struct tree *tree, struct str path);
bool tree_skips(const struct tree *tree, struct str path);
/* PATH is to be watched. */
void tree_watch(struct tree *tree, struct str path);
/* DIR is not readable: says so, unless it vanished. */
void tree_fail(struct tree *tree, struct str dir);
/* "a" and "b" are "a/b", "" and "b" are "b". */
struct str tree_join(struct arena *arena, struct str dir, struct str name);
/* The target of the link NAME in the directory FD, of about SIZE bytes. */
struct str tree_readlink(struct arena *arena, int fd, const char *name, size_t size);

/* The roots of REACH, sorted, those below others (with nothing left out there) dropped. */
void roots_find(struct tree *tree, const struct context_reach *reach, struct root_list *out);

#endif
