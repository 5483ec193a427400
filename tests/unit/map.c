/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/arena.h"
#include "test.h"

static struct str numbered(struct arena *arena, unsigned i)
{
	char text[24];

	snprintf(text, sizeof text, "key-%u", i);
	return (struct str){arena_strndup(arena, text, strlen(text)), strlen(text)};
}

static void test_many(struct arena *arena)
{
	enum { MANY = 20000 };
	struct map map;
	bool all = true, ordered = true, fresh, ever_stale = false;

	map_init(&map);
	for (unsigned i = 0; i < MANY; i++) {
		map_put(&map, numbered(arena, i), &fresh)->value.number = i;
		ever_stale |= !fresh;
	}
	for (unsigned i = 0; i < MANY; i++) {
		struct map_entry *entry = map_get(&map, numbered(arena, i));

		all &= entry && entry->value.number == i;
		ordered &= map.entries[i].value.number == i;
	}
	CHECK("all are found", all);
	CHECK("all were new", !ever_stale);
	CHECK("in the order of insertion", ordered && map.count == MANY);
	CHECK("what was not put is not there", !map_get(&map, STR("key-20000")) && !map_get(&map, STR("")));
	map_release(&map);
	CHECK("release leaves nothing", map.count == 0 && !map_get(&map, STR("key-1")));
}

static void test_put(void)
{
	struct map map;
	bool fresh = false;

	map_init(&map);
	CHECK("nothing in an empty map", !map_get(&map, STR("a")));
	CHECK("a new entry is zero", map_put(&map, STR("a"), &fresh)->value.number == 0 && fresh);
	map_put(&map, STR("a"), NULL)->value.number = 7;
	CHECK("put finds it again",
		  map_put(&map, STR("a"), &fresh)->value.number == 7 && !fresh && map.count == 1);
	map_put(&map, STR(""), NULL)->value.number = 1;
	map_put(&map, STR("a\0b"), NULL)->value.number = 2;
	map_put(&map, STR("a\0c"), NULL)->value.number = 3;
	CHECK("the empty key", map_get(&map, STR(""))->value.number == 1);
	CHECK("keys with NUL",
		  map_get(&map, STR("a\0b"))->value.number == 2 && map_get(&map, STR("a"))->value.number == 7);
	map_release(&map);
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	test_put();
	test_many(&arena);
	arena_release(&arena);
	return test_end();
}
