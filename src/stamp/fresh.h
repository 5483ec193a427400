/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_FRESH_H
#define DTK_STAMP_FRESH_H

#include "client/ask.h"
#include "stamp/seal.h"

/* A parent of this matrix as it is stamped now. */
struct fresh_parent {
	struct str name, ref;     /* the reference is the Dockerfile's */
	struct str local;         /* the tag by which the engine has it: what --build-context says of ref, else ref */
	struct str image, engine; /* IDs, as in its seal */
};

/* What an image's edge knows before it decides. */
struct fresh {
	struct arena *arena;
	struct diag *diag;
	struct place place;
	struct command command;
	struct key key;
	struct seal seal;
	bool sealed; /* there is a seal */
	struct fresh_parent *parents;
	size_t parent_count;
	struct str *bases; /* references of images from elsewhere */
	size_t base_count;
	struct ask_answer answer;
};

/* Reads X.key, X.seal, the stamps of PARENTS (NAME=REF) and the Dockerfile. False after an error was said. */
bool fresh_load(struct fresh *fresh, const char *out, const char *const *parents, const char *const *words);
/* The one question. False after an error was said. Release with ask_forget(&fresh->answer). */
bool fresh_ask(struct fresh *fresh);
/*
 * Puts parents' tags back that name another image.  False after an error was
 * said: a parent's image is gone (then its seal is set aside) or cannot be tagged.
 */
bool fresh_restore_parents(struct fresh *fresh);
/* Why the image has to be built, or NULL where it is as sealed and the engine has it. */
const char *fresh_stale(const struct fresh *fresh);
/* True where a base from elsewhere has ONBUILD triggers; what was known before where one is not there. */
bool fresh_triggers(const struct fresh *fresh);
/* What SEAL says of an image made from what is known now, TEXT being its Dockerfile: all but its IDs, key and time. */
void fresh_fill(const struct fresh *fresh, struct str text, struct seal *seal);
/* Seals the image. False after an error was said. */
bool fresh_save(const struct fresh *fresh, const struct seal *seal);
/* True where the build command names another image that stands in for the base REF. */
bool fresh_replaced(const struct fresh *fresh, struct str ref);
/* Names the bases of SEAL by their pins, where those are what it was built on. True where that changed a name. */
bool fresh_name_pins(const struct fresh *fresh, struct seal *seal);
/* The pin of the base REF, n = 0 where it has none. */
struct str fresh_pin(const struct fresh *fresh, struct str ref);
/* What the base REF is to be sealed as: its pin, else the engine's ID, "-" where the engine has none. */
struct str fresh_base(const struct fresh *fresh, struct str ref);

#endif
