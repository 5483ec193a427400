/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_CACHE_H
#define DTK_STAMP_CACHE_H

#include "base/fs.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <time.h>

/*
 * X.stat: what each file looked like when its content was hashed (path, size,
 * mode, modification and change time, inode), so that a file that looks the
 * same need not be read again.  A cache of this machine: native byte order, in
 * the order of the paths, silently ignored where it is damaged.
 *
 * A file that was changed within CACHE_RACY of the moment before reading may
 * change once more without looking different: the cache never vouches for it.
 */
enum { CACHE_RACY = 20 * 1000 * 1000 }; /* nanoseconds */

struct cache {
	struct buf bytes; /* the file as it was read */
	size_t count, at; /* entries, and the one to look at next */
	struct buf records, names; /* what is to be written, from where on it is not what was read */
	size_t kept;               /* entries to be written; with no records the first ones that were read */
};

/* Reads PATH; a missing file is an empty cache. */
void cache_open(struct cache *cache, const char *path);
/* The hash of PATH, if it still looks like that. PATHs must be asked for in byte order. */
bool cache_find(struct cache *cache, struct str path, const struct fs_look *look, struct hash *hash);
/* Remembers for the next time, unless racy as of MOMENT (the time before reading). In byte order. */
void cache_add(struct cache *cache, struct str path, const struct fs_look *look, struct hash hash,
               struct timespec moment);
/* Makes what was added the cache that is asked next: for another look within one run. */
void cache_turn(struct cache *cache);
/* Replaces the file if it would differ. Failing is no error: it is a cache. */
void cache_save(struct cache *cache, const char *path);
void cache_release(struct cache *cache);

#endif
