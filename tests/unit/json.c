/* SPDX-License-Identifier: Apache-2.0 */
#include "data/json.h"

#include "test.h"

#include <math.h>

static struct arena arena;

static void check(const char *expected, struct value v, unsigned indent)
{
	struct buf out = BUF_INIT;

	json_write(&out, v, indent);
	CHECK_STR("json", buf_str(&out).p, expected);
	buf_release(&out);
}

static struct value sample(void)
{
	struct value dict = value_dict(&arena), list = value_list(&arena, 0);

	list_append(list.as.list, value_int(1));
	list_append(list.as.list, value_dict(&arena));
	list_append(list.as.list, value_list(&arena, 0));
	dict_set(dict.as.dict, value_copy(&arena, STR("b\"")), list);
	dict_set(dict.as.dict, value_copy(&arena, STR("gone")), value_none());
	dict_set(dict.as.dict, value_int(2), value_none());
	dict_set(dict.as.dict, value_bool(true), value_copy(&arena, STR("\xc3\xa9")));
	dict_remove(dict.as.dict, value_copy(&arena, STR("gone")));
	return dict;
}

int main(void)
{
	arena_init(&arena);
	check("null", value_none(), 0);
	check("null", value_undefined(), 0);
	check("true", value_bool(true), 0);
	check("-9223372036854775808", value_int(INT64_MIN), 0);
	check("1.0", value_float(1), 0);
	check("0.1", value_float(0.1), 0);
	check("0.30000000000000004", value_float(0.1 + 0.2), 0);
	check("1e+16", value_float(1e16), 0);
	check("1e-07", value_float(1e-7), 0);
	check("-0.0", value_float(-0.0), 0);
	check("1.7976931348623157e+308", value_float(1.7976931348623157e308), 0);
	check("NaN", value_float(NAN), 0);
	check("-Infinity", value_float(-INFINITY), 0);
	check("[]", value_list(&arena, 0), 2);
	check("{}", value_dict(&arena), 2);
	check("{\"b\\\"\":[1,{},[]],\"2\":null,\"true\":\"\xc3\xa9\"}", sample(), 0);
	check("{\n  \"b\\\"\": [\n    1,\n    {},\n    []\n  ],\n  \"2\": null,\n  \"true\": \"\xc3\xa9\"\n}",
		  sample(), 2);
	arena_release(&arena);
	return test_end();
}
