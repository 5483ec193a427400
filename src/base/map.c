/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include "base/arena.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void map_init(struct map *map)
{
	memset(map, 0, sizeof *map);
}

void map_release(struct map *map)
{
	mem_free(map->entries);
	mem_free(map->slots);
	map_init(map);
}

/* The slot of KEY: the one that holds it, or the empty one where it would go. */
static size_t map_slot(const struct map *map, struct str key, uint64_t hash)
{
	size_t mask = map->slot_count - 1;
	size_t at = (size_t)hash & mask;

	for (; map->slots[at]; at = (at + 1) & mask) {
		const struct map_entry *entry = &map->entries[map->slots[at] - 1];

		if (entry->hash == hash && str_eq(entry->key, key))
			break;
	}
	return at;
}

static void map_rehash(struct map *map)
{
	mem_free(map->slots);
	map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
	map->slots = mem_alloc(map->slot_count * sizeof *map->slots);
	memset(map->slots, 0, map->slot_count * sizeof *map->slots);
	for (size_t i = 0; i < map->count; i++)
		map->slots[map_slot(map, map->entries[i].key, map->entries[i].hash)] = (uint32_t)(i + 1);
}

struct map_entry *map_get(const struct map *map, struct str key)
{
	if (map->count == 0)
		return NULL;
	uint32_t slot = map->slots[map_slot(map, key, XXH3_64bits(key.p, key.n))];
	return slot ? &map->entries[slot - 1] : NULL;
}

struct map_entry *map_put(struct map *map, struct str key, bool *fresh)
{
	uint64_t hash = XXH3_64bits(key.p, key.n);

	if (map->count >= UINT32_MAX - 1)
		mem_fail();
	if ((map->count + 1) * 4 > map->slot_count * 3)
		map_rehash(map);
	size_t at = map_slot(map, key, hash);
	if (fresh)
		*fresh = map->slots[at] == 0;
	if (map->slots[at])
		return &map->entries[map->slots[at] - 1];
	MEM_ROOM(map->entries, map->count, map->capacity);
	struct map_entry *entry = &map->entries[map->count++];
	*entry = (struct map_entry){.key = key, .hash = hash};
	map->slots[at] = (uint32_t)map->count;
	return entry;
}
