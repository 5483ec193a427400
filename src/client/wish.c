/* SPDX-License-Identifier: Apache-2.0 */
#include "client/wish.h"

#include <stdlib.h>

static struct str take(struct arena *arena, const char *name)
{
	const char *value = getenv(name);
	struct str text = STR("");

	if (value)
		text = (struct str){arena_strndup(arena, value, strlen(value)), strlen(value)};
	unsetenv(name);
	return text;
}

static bool take_flag(struct arena *arena, const char *name)
{
	struct str value = take(arena, name);

	return value.n && !str_is(value, "0");
}

static bool names(struct str list, struct str image)
{
	for (size_t at = 0, end; at < list.n; at = end + 1) {
		struct str name;

		end = str_find(list, ' ', at);
		name = str_slice(list, at, end);
		if (str_eq(name, image) || str_is(name, "all"))
			return true;
	}
	return false;
}

struct wish wish_take(struct arena *arena, struct str image)
{
	struct str tag = take(arena, "DTK_TAG");
	size_t equals = str_find(tag, '=', 0);

	return (struct wish){
		.force = names(take(arena, "DTK_FORCE"), image),
		.no_cache = take_flag(arena, "DTK_NO_CACHE"),
		.pull = take_flag(arena, "DTK_PULL"),
		.show = take_flag(arena, "DTK_SHOW"),
		.tag = str_eq(str_slice(tag, 0, equals), image) ? str_slice(tag, equals + 1, tag.n) : STR(""),
	};
}

/* Where the tag of REF begins with its colon; REF.n where it has none. */
static size_t tag_at(struct str ref)
{
	for (size_t at = ref.n; at > 0 && ref.p[at - 1] != '/'; at--)
		if (ref.p[at - 1] == ':')
			return at - 1;
	return ref.n;
}

struct str wish_tag(struct arena *arena, const struct wish *wish, struct str first)
{
	size_t colon = tag_at(wish->tag), own = tag_at(first);
	struct str name = str_slice(wish->tag, 0, colon), tag = str_slice(wish->tag, colon, wish->tag.n), full;
	struct buf text = BUF_INIT;

	if (!wish->tag.n)
		return STR("");
	buf_addstr(&text, name.n ? name : str_slice(first, 0, own));
	buf_addstr(&text, tag.n > 1 ? tag : str_slice(first, own, first.n));
	full = (struct str){arena_strndup(arena, text.p, text.n), text.n};
	buf_release(&text);
	return full;
}
