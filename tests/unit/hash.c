/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "test.h"

static void check_text(const char *name, struct hash hash, const char *expected)
{
	char text[HASH_TEXT];

	hash_text(hash, text);
	CHECK_STR(name, text, expected);
}

/* The values are those of `xxhsum -H2`. */
static void test_known(void)
{
	check_text("of nothing", hash_of(STR("")), "99aa06d3014798d86001c324468d497f");
	check_text("of \"abc\"", hash_of(STR("abc")), "06b05ab6733a618578af5f94892f3950");
}

static void test_stream(void)
{
	struct hasher *hasher = hasher_new();
	struct hash whole, pieces, fields, others;
	char bytes[3000];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i * 31);
	whole = hash_of((struct str){bytes, sizeof bytes});
	for (size_t i = 0; i < sizeof bytes; i += 250)
		hasher_add(hasher, bytes + i, 250);
	pieces = hasher_end(hasher);
	CHECK("pieces hash as the whole", hash_eq(whole, pieces));
	CHECK("end can be asked twice", hash_eq(pieces, hasher_end(hasher)));
	hasher_reset(hasher);
	CHECK("reset", hash_eq(hasher_end(hasher), hash_of(STR(""))));
	hasher_field(hasher, STR("ab"));
	hasher_field(hasher, STR("c"));
	fields = hasher_end(hasher);
	CHECK("a field is its length and its bytes",
		  hash_eq(fields, hash_of(STR("\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c"))));
	hasher_reset(hasher);
	hasher_field(hasher, STR("a"));
	hasher_field(hasher, STR("bc"));
	others = hasher_end(hasher);
	CHECK("fields do not run together", !hash_eq(fields, others));
	hasher_free(hasher);
	hasher_free(NULL);
}

static void test_parse(void)
{
	struct hash hash, back;
	char text[HASH_TEXT];

	hash = hash_of(STR("x"));
	hash_text(hash, text);
	CHECK("text reads back", hash_parse(str_of(text), &back) && hash_eq(hash, back));
	CHECK("too short", !hash_parse(str_slice(str_of(text), 0, 31), &back));
	CHECK("too long", !hash_parse(STR("06b05ab6733a618578af5f94892f39500"), &back));
	CHECK("no digit", !hash_parse(STR("06b05ab6733a618578af5f94892f395g"), &back));
	CHECK("upper case", !hash_parse(STR("06B05AB6733A618578AF5F94892F3950"), &back));
	CHECK("empty", !hash_parse(STR(""), &back));
}

int main(void)
{
	test_known();
	test_stream();
	test_parse();
	return test_end();
}
