/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_ARENA_H
#define DTK_BASE_ARENA_H

#include <stddef.h>
#include <string.h>

/*
 * Memory that is given back all at once.
 *
 * An arena owns everything that was allocated from it until arena_release.
 * Nothing is freed one by one.  When memory runs out the process ends through
 * mem_fail: no caller ever sees NULL.
 */
enum { ARENA_ALIGN = 16 }; /* what is left of a block is a multiple of it, too */

struct arena_block;
struct arena {
	struct arena_block *blocks; /* newest first */
	char *at, *end;             /* what is left of the newest block */
	size_t total;               /* bytes obtained from the system */
};

void arena_init(struct arena *arena);
/* Gives every block back; the arena may be used again. */
void arena_release(struct arena *arena);
/* Forgets everything but keeps one block for what comes next. */
void arena_clear(struct arena *arena);

/* What arena_alloc does where the newest block has no room, or SIZE is 0 or absurd. */
void *arena_more(struct arena *arena, size_t size);

/* Moves all that FROM owns, which is empty afterwards, to ARENA. */
void arena_adopt(struct arena *arena, struct arena *from);

/* SIZE bytes, not initialised, aligned for any object. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
	char *p = arena->at;

	if (size - 1 >= (size_t)(arena->end - p))
		return arena_more(arena, size);
	arena->at = p + ((size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1));
	return p;
}
/* COUNT zeroed objects of SIZE bytes; ends the process if the product overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);
/* A NUL-terminated copy of N bytes. */
char *arena_strndup(struct arena *arena, const char *bytes, size_t n);
/* A block of NEW bytes that begins with the OLD bytes at P; grows in place where P was the last. */
void *arena_grow(struct arena *arena, void *p, size_t old, size_t new);

#define ARENA_NEW(arena, type) ((type *)memset(arena_alloc((arena), sizeof(type)), 0, sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_calloc((arena), (count), sizeof(type)))

/* malloc, realloc and free that end the process instead of failing. */
void *mem_alloc(size_t size);
void *mem_realloc(void *p, size_t size);
void mem_free(void *p);
/* Says "out of memory", lets the exit handlers remove temporary files, exits 1. */
_Noreturn void mem_fail(void);

/*
 * Room for one more in a growing mem_realloc'd array: ARRAY and CAPACITY are
 * lvalues, COUNT is how many are in use.
 */
#define MEM_ROOM(array, count, capacity) \
	((count) < (capacity) ? (void)0 : \
	 (void)((capacity) = (capacity) ? (capacity) * 2 : 8, \
	        (array) = mem_realloc((array), (capacity) * sizeof *(array))))

#endif
