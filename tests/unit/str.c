/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "test.h"

static void test_slices(void)
{
	struct str s = STR("hello, world");

	CHECK("cmp equal", str_cmp(STR("a"), STR("a")) == 0);
	CHECK("cmp by byte", str_cmp(STR("a"), STR("b")) < 0 && str_cmp(STR("\xff"), STR("a")) > 0);
	CHECK("a prefix is less", str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR(""), STR("a")) < 0);
	CHECK("NUL is a byte", str_cmp(STR("a\0b"), STR("a\0c")) < 0);
	CHECK("starts",
		  str_starts(s, STR("hello")) && str_starts(s, STR("")) && !str_starts(s, STR("hello, world!")));
	CHECK("ends", str_ends(s, STR("world")) && str_ends(s, STR("")) && !str_ends(s, STR("worl")));
	CHECK("find", str_find(s, 'o', 0) == 4 && str_find(s, 'o', 5) == 8 && str_find(s, 'z', 0) == s.n);
	CHECK("find from the end", str_find(s, 'h', s.n) == s.n && str_find(s, 'h', 99) == s.n);
	CHECK_BYTES("slice", str_slice(s, 7, 12), STR("world"));
	CHECK_BYTES("slice is clipped", str_slice(s, 7, 99), STR("world"));
	CHECK("slice beyond the end is empty", str_slice(s, 50, 60).n == 0 && str_slice(s, 5, 3).n == 0);
	CHECK_BYTES("trim", str_trim(STR(" \t\r\n a b \r\n")), STR("a b"));
	CHECK("trim of blanks", str_trim(STR("  \n")).n == 0 && str_trim(STR("")).n == 0);
	CHECK("equal by length, too", !str_eq(STR("ab"), STR("abc")) && str_is(STR("ab"), "ab"));
}

static void test_buffer(void)
{
	struct buf buf = BUF_INIT, expected = BUF_INIT;

	CHECK("an empty buffer is an empty string", buf_str(&buf).n == 0 && buf_str(&buf).p);
	buf_adds(&buf, "one");
	buf_addc(&buf, ' ');
	buf_addstr(&buf, STR("t\0o"));
	buf_add(&buf, " ", 1);
	buf_addf(&buf, "%s-%d", "three", 3);
	CHECK_BYTES("what was added, in order", buf_str(&buf), STR("one t\0o three-3"));
	CHECK("a NUL follows", buf.p[buf.n] == '\0');
	buf_clear(&buf);
	CHECK("clear empties", buf.n == 0);
	for (int i = 0; i < 3000; i++) {
		buf_addf(&buf, "%d,", i);
		buf_addf(&expected, "%d", i);
		buf_addc(&expected, ',');
	}
	CHECK_BYTES("it grows", buf_str(&buf), buf_str(&expected));
	buf_clear(&buf);
	buf_addf(&buf, "%*d", 5000, 7);
	CHECK("a long format", buf.n == 5000 && buf.p[4999] == '7' && buf.p[5000] == '\0');
	buf_release(&buf);
	CHECK("release leaves nothing", !buf.p && !buf.n && !buf.capacity);
	buf_release(&expected);
}

static bool round_trip(unsigned code)
{
	char bytes[4];
	unsigned n = utf8_encode(code, bytes), took, got = utf8_decode(bytes, bytes + n, &took);

	return got == code && took == n && utf8_check((struct str){bytes, n}) == n
		   && utf8_count((struct str){bytes, n}) == 1;
}

static void test_utf8(void)
{
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "\xe2(\xa1",
	};
	bool every = true, refused = true;

	for (unsigned code = 1; code <= 0x10ffff; code++)
		every &= (code >= 0xd800 && code <= 0xdfff) || round_trip(code);
	CHECK("every code point reads back", every);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		unsigned took, code = utf8_decode(bad[i], bad[i] + strlen(bad[i]), &took);

		refused &= code == 0xfffd && took == 1 && utf8_check(str_of(bad[i])) == 0;
	}
	CHECK("what is not UTF-8 is U+FFFD, a byte at a time", refused);
	CHECK("check finds the place", utf8_check(STR("a\xc3\xa9\xff")) == 3);
	CHECK("count", utf8_count(STR("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")) == 4);
}

int main(void)
{
	test_slices();
	test_buffer();
	test_utf8();
	return test_end();
}
