/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_MAP_H
#define DTK_BASE_MAP_H

#include "base/str.h"

#include <stdint.h>

/*
 * A hash map from text to a pointer or an integer.  Keys are borrowed: they
 * must outlive the map.  Iteration is in the order of insertion.  Nothing is
 * ever removed.
 */
struct map_entry {
	struct str key;
	union {
		void *pointer;
		uint64_t number;
	} value;
	uint64_t hash;
};

struct map {
	struct map_entry *entries; /* count of them, in order of insertion */
	uint32_t *slots;           /* 1 + index into entries, 0 empty; power of two */
	size_t count, capacity, slot_count;
};

void map_init(struct map *map);
void map_release(struct map *map);
/* The entry of KEY, or NULL. Valid until the next map_put. */
struct map_entry *map_get(const struct map *map, struct str key);
/* The entry of KEY, made with a value of zero if it was not there (*FRESH says, may be NULL). */
struct map_entry *map_put(struct map *map, struct str key, bool *fresh);

#endif
