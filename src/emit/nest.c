/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/nest.h"

void nest_set(struct arena *arena, struct value dict, const char *key, struct value value)
{
	dict_set(dict.as.dict, value_borrow(arena, str_of(key)), value);
}

void nest_word(struct arena *arena, struct value dict, const char *key, const char *text)
{
	nest_set(arena, dict, key, value_copy(arena, str_of(text)));
}

struct value nest_dict(struct arena *arena, struct value dict, const char *key)
{
	struct value made = value_dict(arena);

	nest_set(arena, dict, key, made);
	return made;
}

struct value nest_list(struct arena *arena, struct value dict, const char *key)
{
	struct value made = value_list(arena, 4);

	nest_set(arena, dict, key, made);
	return made;
}

void nest_add(struct arena *arena, struct value list, struct str text)
{
	list_append(list.as.list, value_copy(arena, text));
}
