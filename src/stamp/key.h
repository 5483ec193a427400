/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_KEY_H
#define DTK_STAMP_KEY_H

#include "base/hash.h"
#include "client/place.h"
#include "stamp/cache.h"
#include "stamp/scan.h"
#include "stamp/snapshot.h"

/*
 * X.key: the hash of everything that enters an image, and each input with its
 * own.  Its text:
 *
 *	dtk-key 1
 *	hash HASH                 of all inputs, framed, in the order below
 *	context DIR
 *	dockerfile FILE
 *	onbuild FILE              any number
 *	env FILE                  if there is one
 *	whole yes                 where a base from elsewhere has ONBUILD triggers
 *	KIND MODE HASH NAME       any number; MODE is octal
 *	sum HASH
 */
enum key_kind {
	KEY_DOCKERFILE = 'D',
	KEY_ARG = 'A',  /* an option of the build command; the hash is of its value */
	KEY_HOOK = 'H',
	KEY_BEFORE = 'B', /* a command of the image itself; its name is the text, as for KEY_AFTER */
	KEY_AFTER = 'S',
	KEY_SCRIPT = 'P', /* a file that such a command names */
	KEY_ENV = 'E',  /* the hooks' environment script, where there are hooks */
	KEY_FILE = 'f', /* of the context, as the following ones */
	KEY_DIR = 'd',
	KEY_LINK = 'l', /* the hash is of its target */
	KEY_FIFO = 'p',
	KEY_CHAR = 'c', /* the hash is of its device number, as for KEY_BLOCK */
	KEY_BLOCK = 'b',
	KEY_TRIGGER = 'O' /* in scans only: a parent's Dockerfile, of which nothing is hashed */
};

struct key_input {
	char kind;
	unsigned mode; /* permission bits of what is in the context, else 0 */
	struct hash hash;
	struct str name;
};

struct key {
	struct hash hash;
	const char *context, *dockerfile, *env; /* env: NULL if none */
	const char **onbuild;
	size_t onbuild_count;
	bool whole;
	struct key_input *inputs;
	size_t input_count, input_capacity;
};

enum key_result {
	KEY_MADE,
	KEY_MOVED, /* an input changed while it was read: scan again */
	KEY_FAILED /* after an error was said */
};

/*
 * Hashes what SCAN saw.  CACHE (may be NULL) vouches for files that look the
 * same and learns of the others.  With SNAPSHOT every file is read, and
 * exactly the bytes hashed are added to it.  Allocated in ARENA, borrowing from SCAN.
 */
enum key_result key_make(struct arena *arena, struct diag *diag, const struct scan *scan, struct cache *cache,
                         struct snapshot *snapshot, struct key *key);

/* The hash of SPEC's option I alone and how it is named. */
struct key_input key_of_option(struct arena *arena, const struct command_option *option);

#endif
