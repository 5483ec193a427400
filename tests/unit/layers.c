/* SPDX-License-Identifier: Apache-2.0 */
#include "client/layers.h"

#include "test.h"

static struct arena arena;

static struct layers *images_of(const char *text, size_t *count)
{
	return layers_read(&arena, str_of(text), false, count);
}

static void test_read(void)
{
	size_t count;
	struct layers *images = images_of("sha256:1 120 \"2026-01-01T00:00:00Z\" sha256:a sha256:b\n"
	                             "\n"
	                             "no such image: x\n"
	                             "sha256:2 7 null\n"
	                             "sha256:3 7 \"x\" sha256:c\r\n", &count);

	CHECK("three lines are images", count == 3);
	CHECK_BYTES("an ID", images[0].id, STR("sha256:1"));
	CHECK("a size", images[0].size == 120);
	CHECK_BYTES("a date", images[0].created, STR("\"2026-01-01T00:00:00Z\""));
	CHECK("two layers", images[0].count == 2);
	CHECK_BYTES("the lowest first", images[0].items[0], STR("sha256:a"));
	CHECK("none", images[1].count == 0);
	CHECK_BYTES("a line break of another kind", images[2].items[0], STR("sha256:c"));
}

static void test_shared(void)
{
	size_t count, none;
	struct layers *there = images_of("sha256:1 10 \"d\" a\nsha256:2 30 \"d\" a b c\nsha256:3 20 \"d\" a b x\n"
	                            "sha256:4 5 \"d\" c\n", &count);
	const struct layers *image = images_of("sha256:9 100 \"d\" a b c d", &none);
	uint64_t size;

	CHECK("the longest beginning", layers_shared(image, there, count, &size) == 3 && size == 30);
	image = images_of("sha256:9 100 \"d\" a b d", &none);
	CHECK("of which no image consists", layers_shared(image, there, count, &size) == 2 && size == UINT64_MAX);
	image = images_of("sha256:9 100 \"d\" a d", &none);
	CHECK("one layer", layers_shared(image, there, count, &size) == 1 && size == 10);
	image = images_of("sha256:9 100 \"d\" b c", &none);
	CHECK("a layer on others is another one", layers_shared(image, there, count, &size) == 0 && size == 0);
	CHECK("nothing is there", layers_shared(image, there, 0, &size) == 0 && size == 0);
}

static void test_same(void)
{
	size_t count, none;
	struct layers *there = images_of("sha256:1 10 \"d\" a\nsha256:2 30 \"d\" a b\n", &count);
	const struct layers *image = images_of("sha256:2 1 \"e\" x", &none);

	CHECK("by its ID", layers_same(image, there, count, false) == &there[1]);
	image = images_of("sha256:9 1 \"d\" a b", &none);
	CHECK("another ID is another image", !layers_same(image, there, count, false));
	CHECK("unless alike is enough", layers_same(image, there, count, true) == &there[1]);
	image = images_of("sha256:9 1 \"e\" a b", &none);
	CHECK("of another date", !layers_same(image, there, count, true));
	image = images_of("sha256:9 1 \"d\" a b c", &none);
	CHECK("with more layers", !layers_same(image, there, count, true));
}

static void check_left_out(const char *name, const char *images, const char *there, size_t total, const char *expected)
{
	size_t count, there_count;
	struct layers *mine = images_of(images, &count), *others = images_of(there, &there_count);
	struct buf got = BUF_INIT;
	struct map map;

	map_init(&map);
	CHECK(name, layers_left_out(mine, count, others, there_count, &map) == total);
	for (size_t i = 0; i < map.count; i++) {
		buf_addstr(&got, map.entries[i].key);
		buf_addc(&got, ' ');
	}
	CHECK_BYTES(name, buf_str(&got), str_of(expected));
	map_release(&map);
	buf_release(&got);
}

static void test_left_out(void)
{
	check_left_out("all is new", "sha256:1 1 \"d\" a b", "", 2, "");
	check_left_out("on a base", "sha256:1 1 \"d\" a b c", "sha256:2 1 \"d\" a b", 3, "a b ");
	check_left_out("the same layer twice, once on others", "sha256:1 1 \"d\" a b a", "sha256:2 1 \"d\" a b", 2, "b ");
	check_left_out("an image needs what another one does not", "sha256:1 1 \"d\" a b\nsha256:3 1 \"d\" b",
	               "sha256:2 1 \"d\" a b", 2, "a ");
	check_left_out("two on two bases", "sha256:1 1 \"d\" a b\nsha256:3 1 \"d\" c d",
	               "sha256:2 1 \"d\" a\nsha256:4 1 \"d\" c x", 4, "a c ");
}

int main(void)
{
	arena_init(&arena);
	test_read();
	test_shared();
	test_same();
	test_left_out();
	arena_release(&arena);
	return test_end();
}
