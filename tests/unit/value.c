/* SPDX-License-Identifier: Apache-2.0 */
#include "data/value.h"

#include "test.h"

#include <math.h>

static struct arena arena;

static struct value text(const char *s)
{
	return value_copy(&arena, str_of(s));
}

static void test_equal(void)
{
	struct value one = value_list(&arena, 0), two = value_list(&arena, 4);

	CHECK("1 == 1.0 == True", value_equal(value_int(1), value_float(1))
								  && value_equal(value_bool(true), value_int(1))
								  && value_equal(value_float(0), value_bool(false)));
	CHECK("1 != 1.5", !value_equal(value_int(1), value_float(1.5)));
	CHECK("2**53 + 1 is no float",
		  !value_equal(value_int(9007199254740993), value_float(9007199254740992.0)));
	CHECK("2**63 is no integer", !value_equal(value_int(INT64_MAX), value_float(0x1p63)));
	CHECK("NaN is not itself", !value_equal(value_float(NAN), value_float(NAN)));
	CHECK("text", value_equal(text("a"), text("a")) && !value_equal(text("a"), text("b")));
	CHECK("text is no number", !value_equal(text("1"), value_int(1)));
	CHECK("None", value_equal(value_none(), value_none()) && !value_equal(value_none(), value_int(0)));
	list_append(one.as.list, value_int(1));
	list_append(two.as.list, value_bool(true));
	CHECK("lists by content", value_equal(one, two));
	list_append(two.as.list, value_none());
	CHECK("and length", !value_equal(one, two));
	for (int64_t i = 0; i < 1000; i++)
		list_append(one.as.list, value_int(i));
	CHECK("append grows", one.as.list->count == 1001 && one.as.list->items[1000].as.integer == 999);
}

static void test_dict(void)
{
	struct dict *dict = value_dict(&arena).as.dict, *other = value_dict(&arena).as.dict;

	CHECK("an empty dict", !dict_find(dict, STR("a")) && !dict_remove(dict, text("a")));
	CHECK("a new key", dict_set(dict, text("a"), value_int(1)));
	CHECK("a known key",
		  !dict_set(dict, text("a"), value_int(2)) && dict_find(dict, STR("a"))->as.integer == 2);
	dict_set(dict, value_int(1), text("int"));
	CHECK("1, 1.0 and True are one key", dict_get(dict, value_float(1)) && dict_get(dict, value_bool(true))
											 && !dict_set(dict, value_float(1), text("float"))
											 && dict->count == 2);
	CHECK("\"1\" is another", !dict_find(dict, STR("1")));
	dict_set(dict, value_none(), value_int(0));
	CHECK("None is a key", dict_get(dict, value_none()));
	dict_set(other, value_none(), value_int(0));
	dict_set(other, value_int(1), text("float"));
	dict_set(other, text("a"), value_float(2));
	CHECK("equal in any order", value_equal((struct value){.kind = VALUE_DICT, .as.dict = dict},
											(struct value){.kind = VALUE_DICT, .as.dict = other}));
	CHECK("remove", dict_remove(dict, text("a")) && !dict_find(dict, STR("a")) && dict->count == 2);
	CHECK("remove twice", !dict_remove(dict, text("a")));
}

static void test_large_dict(void)
{
	struct dict *dict = value_dict(&arena).as.dict;
	bool found = true, removed = true, ordered = true;
	char key[24];
	int64_t last = -1;

	for (int64_t i = 0; i < 5000; i++) {
		snprintf(key, sizeof key, "k%d", (int)i);
		dict_set(dict, text(key), value_int(i));
	}
	for (int64_t i = 0; i < 5000; i += 2) {
		snprintf(key, sizeof key, "k%d", (int)i);
		removed &= dict_remove(dict, text(key));
	}
	for (int64_t i = 0; i < 5000; i++) {
		struct value *v;

		snprintf(key, sizeof key, "k%d", (int)i);
		v = dict_find(dict, str_of(key));
		found &= i % 2 ? v && v->as.integer == i : !v;
	}
	for (size_t i = 0; i < dict->used; i++) {
		if (value_is(dict->entries[i].key, VALUE_UNDEFINED))
			continue;
		ordered &= dict->entries[i].value.as.integer > last;
		last = dict->entries[i].value.as.integer;
	}
	CHECK("thousands of keys", found && removed && dict->count == 2500);
	CHECK("in order", ordered);
	CHECK("a removed key comes back", dict_set(dict, text("k0"), value_int(7)) && dict_find(dict, STR("k0")));
}

static void test_names(void)
{
	CHECK_STR("kind", value_kind_name(VALUE_DICT), "dict");
	CHECK_STR("kind", value_kind_name(VALUE_OBJECT), "object");
	CHECK("a value takes 24 bytes at most", sizeof(struct value) <= 24);
}

int main(void)
{
	arena_init(&arena);
	test_equal();
	test_dict();
	test_large_dict();
	test_names();
	arena_release(&arena);
	return test_end();
}
