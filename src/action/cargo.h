/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_CARGO_H
#define DTK_ACTION_CARGO_H

#include "action/archive.h"
#include "client/layers.h"
#include "stamp/fleet.h"

/* Images that are to be carried to another engine, which cannot reach this one. */
struct cargo_item {
	struct str name;   /* as messages have it: the image's short name, or the reference */
	struct str id;     /* what the engine answers */
	struct str *tags;  /* those that go along; may be none */
	size_t tag_count;
};

struct cargo {
	struct fleet fleet; /* of the stamps; its arena is the cargo's */
	struct cargo_item *items;
	struct layers *layers; /* of each item; once cargo_look was called */
	size_t count;
};

/*
 * STAMPS as words.h has them, where words that begin with + or % mean nothing; REFS are references and IDs of any
 * images.  Both NULL-terminated.  The engine is asked, and every image has to be there, those of stamps as sealed.
 * False after an error was said.  Release with cargo_release in either case.
 */
bool cargo_load(struct cargo *cargo, struct diag *diag, const char *const *stamps, const char *const *refs,
                const char *const *words);
void cargo_release(struct cargo *cargo);

/* TAG as it is to be named: docker takes a name without a tag for all tags of it. Allocated in the cargo's arena. */
struct str cargo_tag(struct cargo *cargo, struct str tag);

/* Asks which layers they have. False after an error was said. */
bool cargo_look(struct cargo *cargo);

/*
 * Has the engine save them, and passes that on as ORDER says (all but its `from`).  ARCHIVE (archive.h) is then known
 * to hold just these images under these tags.  False after an error was said.
 */
bool cargo_pass(struct cargo *cargo, struct archive_order order, struct archive *archive);

/* The item that IMAGE of the archive is. */
const struct cargo_item *cargo_item_of(struct cargo *cargo, const struct archive_image *image);

#endif
