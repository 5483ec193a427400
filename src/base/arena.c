/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST = 4096, ARENA_MOST = 1 << 20 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* of the room that follows this header */
};

static char *block_room(struct arena_block *block)
{
	return (char *)block + ((sizeof *block + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1));
}

void mem_fail(void)
{
	fputs("dtk: error: out of memory\n", stderr);
	exit(1);
}

void *mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		mem_fail();
	return p;
}

void *mem_realloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		mem_fail();
	return p;
}

void mem_free(void *p)
{
	free(p);
}

void arena_init(struct arena *arena)
{
	memset(arena, 0, sizeof *arena);
}

void arena_release(struct arena *arena)
{
	struct arena_block *next;

	for (struct arena_block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena_init(arena);
}

static void arena_use(struct arena *arena, struct arena_block *block)
{
	arena->blocks = block;
	arena->at = block_room(block);
	arena->end = arena->at + block->size;
}

void arena_clear(struct arena *arena)
{
	struct arena_block *kept = arena->blocks;

	if (!kept)
		return;
	for (struct arena_block *next, *block = kept->next; block; block = next) {
		next = block->next;
		free(block);
	}
	kept->next = NULL;
	arena->total = kept->size;
	arena_use(arena, kept);
}

void arena_adopt(struct arena *arena, struct arena *from)
{
	struct arena_block *last = from->blocks;

	if (!last)
		return;
	if (arena->blocks) {
		while (last->next)
			last = last->next;
		last->next = arena->blocks->next;
		arena->blocks->next = from->blocks;
		arena->total += from->total;
	} else {
		*arena = *from;
	}
	arena_init(from);
}

static void arena_extend(struct arena *arena, size_t size)
{
	size_t room = arena->total < ARENA_FIRST ? ARENA_FIRST : arena->total;

	if (room > ARENA_MOST)
		room = ARENA_MOST;
	if (room < size)
		room = size;
	if (room > SIZE_MAX / 2)
		mem_fail();

	struct arena_block *block = mem_alloc(room + 2 * ARENA_ALIGN + sizeof *block);
	block->next = arena->blocks;
	block->size = room;
	arena->total += room;
	arena_use(arena, block);
}

void *arena_more(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2)
		mem_fail();
	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if ((size_t)(arena->end - arena->at) < size || !arena->at)
		arena_extend(arena, size);
	char *p = arena->at;
	arena->at += size;
	return p;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / 2 / size)
		mem_fail();
	void *p = arena_alloc(arena, count * size);
	memset(p, 0, count * size);
	return p;
}

char *arena_strndup(struct arena *arena, const char *bytes, size_t n)
{
	char *copy = arena_alloc(arena, n + 1);

	if (n)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}

void *arena_grow(struct arena *arena, void *p, size_t old, size_t new)
{
	size_t kept = (old + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

	if (p && new >= old && (char *)p + kept == arena->at && new <= (size_t)(arena->end - (char *)p)) {
		size_t size = (new + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

		if (size <= (size_t)(arena->end - (char *)p)) {
			arena->at = (char *)p + size;
			return p;
		}
	}
	void *moved = arena_alloc(arena, new);
	if (p && old)
		memcpy(moved, p, old < new ? old : new);
	return moved;
}
