/* SPDX-License-Identifier: Apache-2.0 */
#include "data/yaml.h"

#include "data/json.h"
#include "test.h"

#include <math.h>
#include <time.h>

static struct arena arena;

/* What was read as JSON, or the diagnostics. */
static struct str outcome(struct str text, enum yaml_mode mode)
{
	struct buf out = BUF_INIT;
	char *messages = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&messages, &length);
	struct diag diag;
	struct value value;
	struct str result;

	diag_init(&diag, stream);
	if (yaml_read(&arena, &diag, diag_source(&diag, "f", text), text, mode, &value))
		json_write(&out, value, 0);
	diag_release(&diag);
	fclose(stream);
	buf_adds(&out, messages);
	result = (struct str){arena_strndup(&arena, buf_str(&out).p, out.n), out.n};
	buf_release(&out);
	free(messages);
	return result;
}

static void reads(const char *text, const char *expected)
{
	CHECK_BYTES(text, outcome(str_of(text), YAML_TYPED), str_of(expected));
}

static void matrix(const char *text, const char *expected)
{
	CHECK_BYTES(text, outcome(str_of(text), YAML_MATRIX), str_of(expected));
}

/* The first lines of what is said. */
static void fails(struct str text, const char *expected)
{
	struct str got = outcome(text, YAML_TYPED);

	if (str_starts(got, str_of(expected)))
		got = str_of(expected);
	CHECK_BYTES(expected, got, str_of(expected));
}

static void test_shapes(void)
{
	reads("", "null");
	reads("# only a comment\n", "null");
	reads("---\n", "null");
	reads("--- a\n...\n", "\"a\"");
	reads("a: {b: [1, 'x', \"y\\n\"]}\n", "{\"a\":{\"b\":[1,\"x\",\"y\\n\"]}}");
	reads("{\"a\":1,\"b\":[true,null,1.5e3]}", "{\"a\":1,\"b\":[true,null,1500.0]}");
	reads("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}");
	reads("a:\nb:\n- \n", "{\"a\":null,\"b\":[null]}");
	reads("\xef\xbb\xbf"
		  "a: \xc3\xa9\n",
		  "{\"a\":\"\xc3\xa9\"}");
	reads("a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}");
	reads("? a\n: b\n", "{\"a\":\"b\"}");
	reads("2: x\n1.5: y\n~: z\ntrue: w\n", "{\"2\":\"x\",\"1.5\":\"y\",\"null\":\"z\",\"true\":\"w\"}");
}

static void test_scalars(void)
{
	reads("[yes, No, ON, off, true, y, n, tRUE]", "[true,false,true,false,true,\"y\",\"n\",\"tRUE\"]");
	reads("[~, null, Null, NULL, nUll, '', 'null']", "[null,null,null,null,\"nUll\",\"\",\"null\"]");
	reads("[0, -1, +1, 0x1F, 0b101, 010, 1_000, 08, 0o17]", "[0,-1,1,31,5,8,1000,\"08\",\"0o17\"]");
	reads("[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]");
	reads("[9223372036854775808, 0x, 0b_]", "[\"9223372036854775808\",\"0x\",\"0b_\"]");
	reads("[1.5, .5, -.5, 1., 1e5, 1E+16, 1.e-2, 1_0.5_]", "[1.5,0.5,\"-.5\",1.0,100000.0,1e+16,0.01,10.5]");
	reads("[.inf, -.INF, .nan, +.Inf, inf, nan]", "[Infinity,-Infinity,NaN,Infinity,\"inf\",\"nan\"]");
	reads("[1:30, 2001-01-01, 1.2.3, 1-2, 1e, e5, ., ..]",
		  "[\"1:30\",\"2001-01-01\",\"1.2.3\",\"1-2\",\"1e\",\"e5\",\".\",\"..\"]");
	reads("[!!str 1, !!int '2', !!float 3, !!bool 'yes', !!null '', ! 5]", "[\"1\",2,3.0,true,null,\"5\"]");
	reads("a: !!map {}\nb: !!seq []\n", "{\"a\":{},\"b\":[]}");
	matrix("[3.10, 3.5, 1e5, 22.04, 1, 010, 0x10, 1_000, +1, -1, 0, yes, null, ~]",
		   "[\"3.10\",\"3.5\",\"1e5\",\"22.04\",1,\"010\",\"0x10\",\"1_000\",\"+1\",-1,0,true,null,null]");
	matrix("3.10: 1.0\n", "{\"3.10\":\"1.0\"}");
	matrix("[!!float 3.10, .inf, -0]", "[3.1,\".inf\",\"-0\"]");
}

static void test_anchors(void)
{
	reads("a: &x [1]\nb: *x\n", "{\"a\":[1],\"b\":[1]}");
	reads("a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}");
	reads("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3, r: 4}\n",
		  "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":3,\"r\":4}}");
	reads("b: {q: 3, <<: {p: 1, q: 2}}\n", "{\"b\":{\"p\":1,\"q\":3}}");
	reads("- &a {x: 1, y: 1}\n- &b {x: 2, z: 2}\n- {<<: [*a, *b], w: 0}\n",
		  "[{\"x\":1,\"y\":1},{\"x\":2,\"z\":2},{\"x\":1,\"z\":2,\"y\":1,\"w\":0}]");
	reads("{'<<': 1}", "{\"<<\":1}");
	reads("{<<: []}", "{}");
	fails(STR("a: *x\n"), "f:1:4: error: there is no anchor '&x' before this alias\n");
	fails(STR("a: &base 1\nb: *bsae\n"),
		  "f:2:4: error: there is no anchor '&bsae' before this alias\n"
		  "    2 | b: *bsae\n      |    ^\n        hint: did you mean 'base'?\n");
	fails(STR("&x [*x]"), "f:1:5: error: the alias '*x' stands inside the value that it names\n");
	fails(STR("{<<: 1}"), "f:1:6: error: only mappings can be merged, this is a integer\n");
	fails(STR("<<: {}\n<<: {}\n"), "f:2:1: error: '<<' stands twice in this mapping\n");
}

static void test_errors(void)
{
	fails(STR("a: 1\nb: 2\na: 3\n"),
		  "f:3:1: error: the key 'a' stands twice in this mapping\n"
		  "    3 | a: 3\n      | ^\nf:1:1: note: the first one is here\n    1 | a: 1\n");
	fails(STR("3.10: 1\n3.1: 3\n"), "f:2:1: error: the key '3.1' stands twice in this mapping\n");
	fails(STR("a: 1\n\tb: 2\n"), "f:2:1: error: a tab where indentation or a value is expected\n");
	fails(STR("a: 1\nb\nc: 2\n"), "f:2:1: error: a key without a colon\n");
	fails(STR("a: b: c\n"), "f:1:5: error: a colon where no key can stand\n");
	fails(STR("a: [1, 2\nb: 3\n"), "f:2:2: error: expected ',' or ']'\n");
	fails(STR("a: 'x\n"), "f:2:1: error: the file ends inside quotes\nf:1:4: note: the quotes open here\n");
	fails(STR("a: \"\\q\"\n"), "f:1:5: error: unknown escape after '\\'\n");
	fails(STR("a: @x\n"), "f:1:4: error: no value can begin with this character\n");
	fails(STR("a: 1\n---\nb: 2\n"), "f:2:1: error: a second document begins here, a file holds only one\n");
	fails(STR("\xc3\xa9: \xff\n"), "f:1:4: error: the byte 0xff is not UTF-8\n");
	fails(STR("a: \x01\n"), "f:1:4: error: a control character\n");
	fails(STR("a: \0b\n"), "f:1:4: error: a control character\n");
	fails(STR("\xff\xfe"
			  "a\0"),
		  "f:1:1: error: the file is UTF-16, not UTF-8\n");
	fails(STR("a: !foo x\n"), "f:1:9: error: unknown tag '!foo'\n");
	fails(STR("a: !!int x\n"), "f:1:10: error: the tag '!!int' does not fit this value\n");
	fails(STR("a: !!set {x}\n"), "f:1:10: error: the tag '!!set' does not fit a list or mapping\n");
	fails(STR("[a]: 1\n"), "f:1:1: error: a key must be a scalar, this is a list\n");
	fails(STR("a: 1\na: 2\nb: 1\nb: 2\n"), "f:2:1: error: the key 'a' stands twice in this mapping\n");
}

static void test_every_error(void)
{
	struct str got = outcome(STR("a: 1\na: 2\nb: *x\nc: !y 1\n[]: 1\n"), YAML_TYPED);

	CHECK("all the errors of a file", strstr(got.p, "f:2:1: error") && strstr(got.p, "f:3:4: error")
										  && strstr(got.p, "f:4:7: error") && strstr(got.p, "f:5:1: error"));
}

static struct str repeated(const char *part, size_t times, const char *rest)
{
	struct buf out = BUF_INIT;
	struct str copy;

	for (size_t i = 0; i < times; i++)
		buf_adds(&out, part);
	buf_adds(&out, rest);
	copy = (struct str){arena_strndup(&arena, out.p, out.n), out.n};
	buf_release(&out);
	return copy;
}

static void test_bounds(void)
{
	struct buf bomb = BUF_INIT;
	clock_t begin = clock();

	CHECK("200 brackets", outcome(repeated("[", 200, ""), YAML_TYPED).n > 0);
	reads(repeated("[", 3, "]]]").p, "[[[]]]");
	fails(repeated("[", 100000, ""), "f:1:202: error: nested more than 200 deep\n");
	fails(repeated("- ", 100000, ""), "f:1:403: error: nested more than 200 deep\n");
	fails(repeated("{a: ", 100000, ""), "f:1:802: error: nested more than 200 deep\n");
	buf_adds(&bomb, "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n");
	for (int i = 1; i < 12; i++)
		buf_addf(&bomb, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1,
				 i - 1, i - 1);
	fails(buf_str(&bomb), "f:9:10: error: the file expands to more than 4000000 values\n");
	buf_clear(&bomb);
	buf_adds(&bomb, "a0: &a0 [1]\n");
	for (int i = 1; i < 300; i++)
		buf_addf(&bomb, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	fails(buf_str(&bomb), "f:200:14: error: nested more than 200 deep\n");
	CHECK("none of it takes long", clock() - begin < 10 * CLOCKS_PER_SEC);
	buf_release(&bomb);
}

static void test_linear(void)
{
	struct str text = repeated("- name: caf\xc3\xa9\n  tags: [a, 3.10]\n", 100000, "");
	clock_t begin = clock();
	struct str got = outcome(text, YAML_MATRIX);

	CHECK("100,000 items",
		  got.n == 1 + 100000 * (sizeof "{\"name\":\"caf__\",\"tags\":[\"a\",\"3.10\"]}," - 1));
	CHECK("in linear time", clock() - begin < 20 * CLOCKS_PER_SEC);
}

/* Whether V, and all in it, begins where its text stands. */
static void check_place(const struct diag *diag, struct str text, struct value v, const char *expected)
{
	CHECK_BYTES("a value begins at its first byte", str_slice(text, v.offset, v.offset + strlen(expected)),
				str_of(expected));
	CHECK("in its file", v.source == 1 && diag_line(diag, v.source, v.offset) > 0);
}

static void test_places(void)
{
	struct str text =
		STR("\xef\xbb\xbf# caf\xc3\xa9\r\n\xc3\xa9t\xc3\xa9: [\xf0\x9f\x98\x80, &anchor 'b', *anchor]\r\n"
			"k: !!str 3.10\nl: &m # why\n  m: n\no: !!map\n  p: q\n");
	struct value v, *list;
	struct diag diag;

	diag_init(&diag, stdout);
	CHECK("a file with wide characters",
		  yaml_read(&arena, &diag, diag_source(&diag, "f", text), text, YAML_TYPED, &v));
	list = dict_find(v.as.dict, STR("\xc3\xa9t\xc3\xa9"));
	check_place(&diag, text, v.as.dict->entries[0].key, "\xc3\xa9t\xc3\xa9");
	check_place(&diag, text, *list, "[\xf0");
	check_place(&diag, text, list->as.list->items[0], "\xf0\x9f\x98\x80");
	check_place(&diag, text, list->as.list->items[1], "'b'");
	check_place(&diag, text, list->as.list->items[2], "'b'");
	check_place(&diag, text, *dict_find(v.as.dict, STR("k")), "3.10");
	check_place(&diag, text, *dict_find(v.as.dict, STR("o")), "p: q");
	check_place(&diag, text, *dict_find(v.as.dict, STR("l")), "m: n");
	check_place(&diag, text, dict_find(v.as.dict, STR("l"))->as.dict->entries[0].key, "m");
	diag_release(&diag);
}

static void test_text(void)
{
	static const char *const expected[] = {"3.10", "3.10", "1_000", "yes", "0x1F", "-.inf",
										   "a b",  "+1",   "017",   "1e5", "x"};
	struct str text = STR("[3.10, '3.10', 1_000, yes,0x1F , -.inf, a b, +1,017,1e5,\"x\",null,[]]"), got;
	struct value v, quoted;
	struct diag diag;

	diag_init(&diag, stdout);
	yaml_read(&arena, &diag, diag_source(&diag, "f", text), text, YAML_TYPED, &v);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		CHECK("has a text", yaml_scalar_text(&diag, v.as.list->items[i], &got));
		CHECK_BYTES("as it stands", got, str_of(expected[i]));
	}
	CHECK("null has none", !yaml_scalar_text(&diag, v.as.list->items[11], &got));
	CHECK("a list has none", !yaml_scalar_text(&diag, v.as.list->items[12], &got));
	CHECK("what was not read has none", !yaml_scalar_text(&diag, value_int(1), &got));
	CHECK("plain", v.as.list->items[0].flags == VALUE_PLAIN && v.as.list->items[1].flags == 0);
	text = STR("[!!int \"1_0\"]");
	yaml_read(&arena, &diag, diag_source(&diag, "g", text), text, YAML_TYPED, &quoted);
	CHECK("a quoted integer", yaml_scalar_text(&diag, quoted.as.list->items[0], &got));
	CHECK_BYTES("its text", got, STR("1_0"));
	diag_forget(&diag, 1);
	CHECK("nor has what was forgotten", !yaml_scalar_text(&diag, v.as.list->items[0], &got));
	diag_release(&diag);
}

/* What is written of the value of JSON is EXPECTED, and reads back as that value. */
static void writes(const char *json, const char *expected)
{
	struct buf out = BUF_INIT;
	struct diag diag;
	struct value value;

	diag_init(&diag, stderr);
	if (yaml_read(&arena, &diag, diag_source(&diag, "f", str_of(json)), str_of(json), YAML_TYPED, &value))
		yaml_write(&out, value);
	diag_release(&diag);
	CHECK_BYTES(json, buf_str(&out), str_of(expected));
	reads(buf_str(&out).p, json);
	buf_release(&out);
}

static void test_writing(void)
{
	struct buf out = BUF_INIT;

	writes("{\"a\":1,\"b\":true,\"c\":null,\"d\":-5}", "a: 1\nb: true\nc: null\nd: -5\n");
	writes("{\"on\":\"off\",\"y\":\"No\",\"n\":\"~\",\"e\":\"\"}",
	       "\"on\": \"off\"\n\"y\": \"No\"\n\"n\": \"~\"\ne: \"\"\n");
	writes("[\"3.10\",\"1\",\"22:22\",\"2001-01-01\",\"-x\",\"0x1\",\".inf\",\"=\",\"plain text\"]",
	       "- \"3.10\"\n- \"1\"\n- \"22:22\"\n- \"2001-01-01\"\n- \"-x\"\n- \"0x1\"\n- \".inf\"\n- \"=\"\n- plain text\n");
	writes("{\"run\":\"set -e\\nmake\\n\",\"l\":[{\"k\":\"v\",\"m\":[]},[\"a: b\",\"# c\"]]}",
	       "run: |\n  set -e\n  make\nl:\n- k: v\n  m: []\n- - 'a: b'\n  - '# c'\n");
	writes("{\"t\":\"a \\nb\\t\\u0001\",\"q\":\"it's \\\"so\\\"\",\"s\":\" x \",\"u\":\"\xc3\xa9\"}",
	       "t: \"a \\nb\\t\\x01\"\nq: it's \"so\"\ns: ' x '\nu: \xc3\xa9\n");
	yaml_write(&out, value_copy(&arena, STR("a\xff" "b")));
	CHECK_BYTES("a byte that is no UTF-8", buf_str(&out), STR("a\xef\xbf\xbd" "b\n"));
	buf_release(&out);
}

int main(void)
{
	arena_init(&arena);
	test_shapes();
	test_scalars();
	test_anchors();
	test_errors();
	test_every_error();
	test_bounds();
	test_linear();
	test_places();
	test_text();
	test_writing();
	arena_release(&arena);
	return test_end();
}
