/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_FLEET_H
#define DTK_STAMP_FLEET_H

#include "client/ask.h"
#include "data/lock.h"
#include "stamp/seal.h"

/* Many images at once. */
struct fleet_image {
	struct place place;
	struct seal seal;
	bool sealed; /* there is a seal, set aside or not */
};

struct fleet {
	struct arena arena;
	struct diag *diag;
	struct command command; /* the client */
	struct fleet_image *images;
	size_t count, capacity;
	const struct lock *lock; /* pins, whose images are asked for as well; NULL: none */
	struct ask_answer answer;
};

/*
 * WORDS is the client: [NAME=VALUE]... docker [--host H].  False after an error
 * was said.  Release with fleet_release in either case.
 */
bool fleet_init(struct fleet *fleet, struct diag *diag, const char *const *words);
void fleet_release(struct fleet *fleet);

/* Adds every image that has a stamp in the directory STAMPS, by name. False after an error was said. */
bool fleet_add_all(struct fleet *fleet, const char *stamps);
/* Adds the image of the stamp OUT and reads its seal. False after an error was said (a broken seal). */
bool fleet_add(struct fleet *fleet, const char *out);

/* The pin of REF, n = 0 where it has none. */
struct str fleet_pin(const struct fleet *fleet, struct str ref);

/* One question about all IDs, tags and bases in the seals. False after an error was said. */
bool fleet_ask(struct fleet *fleet);

/* After fleet_ask: IMAGE is as sealed, there, and each of its tags names it. False after an error was said. */
bool fleet_ready(struct fleet *fleet, const struct fleet_image *image);

#endif
