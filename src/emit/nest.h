/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_NEST_H
#define DTK_EMIT_NEST_H

#include "data/value.h"

/* Dicts in dicts, made for yaml_write; all is in ARENA. KEY outlives it. */

void nest_set(struct arena *arena, struct value dict, const char *key, struct value value);
/* A text that is as it stands. */
void nest_word(struct arena *arena, struct value dict, const char *key, const char *text);
/* A new dict or list as KEY. */
struct value nest_dict(struct arena *arena, struct value dict, const char *key);
struct value nest_list(struct arena *arena, struct value dict, const char *key);
/* TEXT, copied, as the last one of LIST. */
void nest_add(struct arena *arena, struct value list, struct str text);

#endif
