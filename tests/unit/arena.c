/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "test.h"

#include <stdint.h>

static void test_alloc(void)
{
	struct arena arena;
	bool aligned = true, kept = true;
	char *blocks[500];

	arena_init(&arena);
	for (size_t i = 0; i < 500; i++) {
		blocks[i] = arena_alloc(&arena, i * 7);
		aligned &= (uintptr_t)blocks[i] % 16 == 0;
		memset(blocks[i], (int)(i & 0xff), i * 7);
	}
	for (size_t i = 0; i < 500; i++)
		for (size_t k = 0; k < i * 7; k++)
			kept &= (unsigned char)blocks[i][k] == (i & 0xff);
	CHECK("every block is aligned", aligned);
	CHECK("no two blocks overlap", kept);
	CHECK("the total is at least what was asked for", arena.total >= 7 * 499 * 500 / 2);
	arena_release(&arena);
	CHECK("release leaves nothing", arena.total == 0 && !arena.blocks);
	CHECK_STR("and the arena can be used again", arena_strndup(&arena, "abc", 2), "ab");
	arena_release(&arena);
}

static void test_calloc(void)
{
	struct arena arena;
	bool zero = true;
	char *p;

	arena_init(&arena);
	memset(arena_alloc(&arena, 4000), 0xff, 4000);
	arena_clear(&arena);
	p = arena_calloc(&arena, 100, 40);
	for (size_t i = 0; i < 4000; i++)
		zero &= p[i] == 0;
	CHECK("calloc zeroes memory that was used before", zero);
	CHECK("a large block", memset(arena_alloc(&arena, 5u << 20), 1, 5u << 20) != NULL);
	arena_clear(&arena);
	CHECK("clear keeps one block", arena.blocks != NULL);
	arena_release(&arena);
}

static void test_grow(void)
{
	struct arena arena;
	char *p, *q;

	arena_init(&arena);
	p = arena_alloc(&arena, 10);
	memcpy(p, "0123456789", 10);
	q = arena_grow(&arena, p, 10, 1000);
	CHECK("the last block grows in place", p == q);
	arena_alloc(&arena, 1);
	q = arena_grow(&arena, p, 1000, 2000);
	CHECK("another one moves", p != q);
	CHECK("and keeps its bytes", memcmp(q, "0123456789", 10) == 0);
	p = arena_grow(&arena, q, 2000, 100000);
	CHECK("beyond the block, too", memcmp(p, "0123456789", 10) == 0);
	CHECK("from nothing", arena_grow(&arena, NULL, 0, 8) != NULL);
	arena_release(&arena);
}

static void test_room(void)
{
	size_t count = 0, capacity = 0;
	bool kept = true;
	int *array = NULL;

	for (int i = 0; i < 1000; i++) {
		MEM_ROOM(array, count, capacity);
		array[count++] = i;
	}
	for (int i = 0; i < 1000; i++)
		kept &= array[i] == i;
	CHECK("MEM_ROOM keeps what was there", kept && capacity >= 1000);
	mem_free(array);
}

static void test_adopt(void)
{
	struct arena into, from;
	const char *a, *b, *c;

	arena_init(&into);
	arena_init(&from);
	arena_adopt(&into, &from);
	CHECK("nothing to adopt", !into.blocks && !into.total);
	a = arena_strndup(&from, "a", 1);
	arena_adopt(&into, &from);
	CHECK("an empty arena takes all", !from.blocks && !from.total && into.total >= 2);
	b = arena_strndup(&into, "b", 1);
	memset(arena_alloc(&from, 100000), 1, 100000);
	c = arena_strndup(&from, "c", 1);
	arena_adopt(&into, &from);
	memset(arena_alloc(&from, 100), 2, 100);
	CHECK("and so does one with blocks", into.total >= 100004 && *a == 'a' && *b == 'b' && *c == 'c');
	CHECK("which goes on where it was", arena_strndup(&into, "d", 1) == b + 16);
	arena_release(&from);
	arena_release(&into);
}

static int overflow(void)
{
	struct arena arena;

	arena_init(&arena);
	arena_calloc(&arena, SIZE_MAX / 2, 4);
	return 0;
}

int main(int argc, char **argv)
{
	struct buf out = BUF_INIT;
	const char *again[] = {argv[0], "overflow", NULL};

	if (argc > 1)
		return overflow();
	test_alloc();
	test_calloc();
	test_grow();
	test_room();
	test_adopt();
	CHECK("a product that overflows ends the process with 1", test_run(&out, again) == 1);
	CHECK_STR("and says why", out.p, "dtk: error: out of memory\n");
	buf_release(&out);
	return test_end();
}
