/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_LOCK_H
#define DTK_DATA_LOCK_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"

/*
 * matrix.lock: which image of a registry each reference to one means (its pin), a line each, sorted:
 *
 *	# comments, and blank lines
 *	debian:bookworm-slim sha256:0a1b...      # a comment as well
 *	rootfs=22.04 sha256:2c3d...
 *
 * The digest is the registry's: of the index where there is one for several platforms.  What begins with LOCK_ROOTFS
 * is a root file system of the matrix, pinned by the hash of its tar; no reference has a '=' in it.  Lines of comment
 * right above a pin belong to it and move with it; all others stay at the top.  In which order lines stand does not
 * count, nor do lines that say the same twice, so that merging is taking the lines of both.
 */
#define LOCK_FILE "matrix.lock"
#define LOCK_ROOTFS "rootfs="

struct lock_pin {
	struct str name;   /* the reference as it is written */
	struct str digest; /* n = 0: dropped */
	struct str above;  /* lines of comment, "" or with a line break behind each */
	struct str note;   /* comment behind the digest, "" or from its # on */
	struct span span;  /* of the name; SPAN_NONE for one that was not read */
	bool used;         /* for whoever looks for those that nobody asked for */
};

struct lock {
	struct arena *arena; /* of all that it holds */
	struct lock_pin *pins;
	size_t count, capacity;
	struct map index;       /* normal form of the name -> number */
	struct str head, tail;  /* comments of the whole */
	bool old;               /* something was read */
};

/* An empty one. Release it in any case. */
void lock_init(struct lock *lock, struct arena *arena);
void lock_release(struct lock *lock);
/* Adds what TEXT (registered as SOURCE, to live as long as LOCK) says. False after diagnostics. */
bool lock_read(struct lock *lock, struct diag *diag, uint32_t source, struct str text);

/* The pin of REF, in whichever form that is given; NULL where it never had one. */
struct lock_pin *lock_pin(const struct lock *lock, struct str ref);
/* Its digest; n = 0 where it has none. */
struct str lock_find(const struct lock *lock, struct str ref);
/* Gives REF a pin, or another one, or (digest n = 0) takes it away; which it is. */
struct lock_pin *lock_put(struct lock *lock, struct str ref, struct str digest);
/* Appends the whole text. */
void lock_write(const struct lock *lock, struct buf *out);

#endif
