/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"

#include "base/fs.h"
#include "test.h"

static struct arena arena;

/* Strings that somebody may put into a matrix; none holds NUL. */
static const char *const hostile[] = {
	"plain", "", " ", "  two", "trailing ", "a b", "$(touch X)", "`touch X`", "${HOME}", "$HOME", "$$",
	"$", "a$", "'", "''", "it's", "\"", "\\", "\\\\", "a\\", "\\'", "!", "!!", "*", "?", "[a]", "{a,b}",
	"~", "~root", "#", "# x", "a#b", "a;b", "a|b", "a&b", "&&", "<a", ">a", "(a)", "-n", "--", "=", "a=b",
	"%", "%s", "\t", "a\tb", "a\nb", "\n", "\r", "a:b", ":", "a:", "$:", "$ ", "$\n", "\xff\xfe",
	"caf\xc3\xa9", "\x01\x02", "\x7f", "^", "a\\ b", "a\\#b", "a\\:b", "\\$x", "$x", "C:\\x", "@", "+",
	",", "a//b", "\\\\ x", "x \\", "\xe2\x80\xa8", "a\\\\:b", "a \\$ b", "\\*",
};
enum { HOSTILE = sizeof hostile / sizeof hostile[0] };

static struct str quoted(void (*quote)(struct buf *, struct str), struct str s)
{
	struct buf out = BUF_INIT;
	struct str copy;

	quote(&out, s);
	copy = (struct str){arena_strndup(&arena, buf_str(&out).p, out.n), out.n};
	buf_release(&out);
	return copy;
}

static void test_shell(void)
{
	struct buf script = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;

	buf_adds(&script, "printf '[%s]'");
	for (size_t i = 0; i < HOSTILE; i++) {
		buf_addc(&script, ' ');
		quote_shell(&script, str_of(hostile[i]));
		buf_addf(&expected, "[%s]", hostile[i]);
	}
	CHECK("sh takes the words", test_run(&got, (const char *[]){"/bin/sh", "-c", script.p, NULL}) == 0);
	CHECK_BYTES("and gets each byte back", buf_str(&got), buf_str(&expected));
	CHECK("nothing was run", access("X", F_OK) != 0);
	CHECK_BYTES("bare where it can be", quoted(quote_shell, STR("aZ0_@%+=:,./-")), STR("aZ0_@%+=:,./-"));
	CHECK_BYTES("the empty word", quoted(quote_shell, STR("")), STR("''"));
	CHECK_BYTES("a quote", quoted(quote_shell, STR("a'b")), STR("'a'\\''b'"));
	CHECK_BYTES("a word that begins with ~", quoted(quote_shell, STR("~root")), STR("'~root'"));
	buf_release(&script);
	buf_release(&expected);
	buf_release(&got);
}

/* Every single byte and every pair with a few others, as one shell word. */
static void test_shell_bytes(void)
{
	struct buf script = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;

	buf_adds(&script, "printf '%s\\n'");
	for (int c = 1; c < 256; c++) {
		char text[4] = {(char)c, '\\', (char)c, '\''};

		buf_addc(&script, ' ');
		quote_shell(&script, (struct str){text, 4});
		buf_add(&expected, text, 4);
		buf_addc(&expected, '\n');
	}
	test_run(&got, (const char *[]){"/bin/sh", "-c", script.p, NULL});
	CHECK_BYTES("sh: every byte", buf_str(&got), buf_str(&expected));
	buf_release(&script);
	buf_release(&expected);
	buf_release(&got);
}

/* A manifest whose targets are the hostile names and whose commands hold them. */
static void test_ninja(void)
{
	struct buf text = BUF_INIT, got = BUF_INIT;
	bool values = true, paths = true;

	buf_adds(&text, "rule r\n  command = $c\n");
	for (size_t i = 0; i < HOSTILE; i++) {
		struct str s = str_of(hostile[i]);

		if (!quote_ninja_fits(s))
			continue;
		buf_addf(&text, "build v%zu: r\n  c = ", i);
		quote_ninja_value(&text, s);
		buf_addc(&text, '\n');
		if (!quote_ninja_watches(s))
			continue;
		buf_addf(&text, "build p%zu: r ", i);
		quote_ninja_path(&text, s);
		buf_adds(&text, "\n  c = true\n");
	}
	fs_write("values.ninja", buf_str(&text), 0644);
	for (size_t i = 0; i < HOSTILE; i++) {
		char target[24];
		struct buf expected = BUF_INIT;

		snprintf(target, sizeof target, "v%zu", i);
		buf_clear(&got);
		if (!quote_ninja_fits(str_of(hostile[i])))
			continue;
		values &=
			test_run(&got, (const char *[]){"ninja", "-f", "values.ninja", "-t", "commands", target, NULL})
			== 0;
		buf_addf(&expected, "%s\n", hostile[i]);
		if (hostile[i][0])
			values &= str_eq(buf_str(&got), buf_str(&expected));
		if (!values)
			printf("# %s became %s\n", hostile[i], got.p);
		buf_clear(&got);
		buf_clear(&expected);
		target[0] = 'p';
		buf_addf(&expected, "\n    %s\n", hostile[i]);
		if (quote_ninja_watches(str_of(hostile[i])) && !strstr(hostile[i], "//")) {
			test_run(&got, (const char *[]){"ninja", "-f", "values.ninja", "-t", "query", target, NULL});
			paths &= strstr(got.p, expected.p) != NULL;
		}
		buf_release(&expected);
	}
	CHECK("ninja gives each value back", values);
	CHECK("ninja gives each path back", paths);
	buf_release(&text);
	buf_release(&got);
}

/* Names with three of these between letters, and without the last letter, where Ninja can watch them. */
static void each_name(void (*what)(void *, struct str), void *data)
{
	static const char set[] = "a \\$#:%=!@~(){}[],+-_.\xc3\xa9";

	for (size_t i = 0; i < sizeof set - 1; i++)
		for (size_t j = 0; j < sizeof set - 1; j++)
			for (size_t k = 0; k < sizeof set - 1; k++) {
				char name[5] = {'x', set[i], set[j], set[k], 'y'};

				for (size_t n = 4; n <= 5; n++)
					if (quote_ninja_watches((struct str){name, n}))
						what(data, (struct str){name, n});
			}
}

static void add_to_depfile(void *data, struct str name)
{
	buf_addc(data, ' ');
	quote_depfile(data, name);
}

static void add_to_list(void *data, struct str name)
{
	buf_adds(data, "    ");
	buf_addstr(data, name);
	buf_addc(data, '\n');
}

static void test_depfile(void)
{
	struct buf depfile = BUF_INIT, expected = BUF_INIT, got = BUF_INIT;
	char *list;

	buf_adds(&depfile, "out:");
	each_name(add_to_depfile, &depfile);
	buf_addc(&depfile, '\n');
	each_name(add_to_list, &expected);
	fs_write("d", buf_str(&depfile), 0644);
	fs_write("deps.ninja",
			 STR("rule r\n  command = cp d out.d; touch out\n  depfile = out.d\n  deps = gcc\n"
				 "build out: r\n"),
			 0644);
	CHECK("ninja reads the depfile",
		  test_run(&got, (const char *[]){"ninja", "-f", "deps.ninja", "out", NULL}) == 0);
	buf_clear(&got);
	test_run(&got, (const char *[]){"ninja", "-f", "deps.ninja", "-t", "deps", "out", NULL});
	list = strchr(got.p, '\n');
	if (list && got.n && got.p[got.n - 1] == '\n' && got.p[got.n - 2] == '\n')
		got.n--;
	CHECK("and finds exactly the names",
		  list && str_eq(str_range(list + 1, got.p + got.n), buf_str(&expected)));
	CHECK("there were thousands", expected.n > 20000);
	buf_release(&depfile);
	buf_release(&expected);
	buf_release(&got);
}

static void test_refusals(void)
{
	CHECK("no line break in a manifest", !quote_ninja_fits(STR("a\nb")) && !quote_ninja_fits(STR("a\rb")));
	CHECK("no NUL in a manifest", !quote_ninja_fits(STR("a\0b")));
	CHECK("anything else", quote_ninja_fits(STR("a\t\"' $|\xff\x01")) && quote_ninja_fits(STR("")));
	for (const char *p = "\"'`*?|;&<>^\t\n\r\x01\x7f"; *p; p++) {
		char name[3] = {'a', *p, 'b'};

		CHECK("a byte that Ninja misreads", !quote_ninja_watches((struct str){name, 3}));
	}
	CHECK("a trailing backslash", !quote_ninja_watches(STR("a\\")));
	CHECK("a trailing colon", !quote_ninja_watches(STR("a:")));
	CHECK("the empty name", !quote_ninja_watches(STR("")));
	CHECK("what Ninja can watch", quote_ninja_watches(STR("a b/$c#d:e\\f[g]{h}~\xc3\xa9")));
}

static void test_markup(void)
{
	CHECK_BYTES("json", quoted(quote_json, STR("a\"b\\c\n\t\r\x01\x1f/")),
				STR("\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u001f/\""));
	CHECK_BYTES("json keeps UTF-8", quoted(quote_json, STR("\xc3\xa9\xf0\x9f\x98\x80")),
				STR("\"\xc3\xa9\xf0\x9f\x98\x80\""));
	CHECK_BYTES("json keeps U+FFFD", quoted(quote_json, STR("\xef\xbf\xbd")), STR("\"\xef\xbf\xbd\""));
	CHECK_BYTES("json replaces other bytes",
				quoted(quote_json, STR("a\xff"
									   "b\xc3")),
				STR("\"a\xef\xbf\xbd"
					"b\xef\xbf\xbd\""));
	CHECK_BYTES("json with NUL", quoted(quote_json, STR("a\0b")), STR("\"a\\u0000b\""));
	CHECK_BYTES("empty json", quoted(quote_json, STR("")), STR("\"\""));
	CHECK_BYTES("html", quoted(quote_html, STR("<a href=\"x\">&'")),
				STR("&lt;a href=&quot;x&quot;&gt;&amp;&#39;"));
	CHECK_BYTES("html without", quoted(quote_html, STR("plain")), STR("plain"));
	CHECK_BYTES("html keeps UTF-8 and white space", quoted(quote_html, STR("\xc3\xa9\t\r\n\xef\xbf\xbd")),
				STR("\xc3\xa9\t\r\n\xef\xbf\xbd"));
	CHECK_BYTES("html replaces what it cannot hold", quoted(quote_html, STR("a\xff\x1b<\x7f\0b\xc3")),
				STR("a\xef\xbf\xbd\xef\xbf\xbd&lt;\xef\xbf\xbd\xef\xbf\xbd"
					"b\xef\xbf\xbd"));
	CHECK_BYTES("a bare field", quoted(quote_csv, STR("dest=/a b'c=$x")), STR("dest=/a b'c=$x"));
	CHECK_BYTES("a field with a comma", quoted(quote_csv, STR("dest=a,b\"c")), STR("\"dest=a,b\"\"c\""));
	CHECK_BYTES("a field that begins with a blank", quoted(quote_csv, STR(" a")), STR("\" a\""));
	CHECK_BYTES("a field with a line break", quoted(quote_csv, STR("a\nb")), STR("\"a\nb\""));
	CHECK_BYTES("no field", quoted(quote_csv, STR("")), STR("\"\""));
	CHECK_BYTES("mermaid", quoted(quote_mermaid, STR("1.4-py+x_y\n\xc3\xa9 a")), STR("\"1.4-py+x_y<br>\xc3\xa9 a\""));
	CHECK_BYTES("mermaid with what means something", quoted(quote_mermaid, STR("\"#<`;%\\")),
				STR("\"#34;#35;#60;#96;#59;#37;#92;\""));
	CHECK_BYTES("dot", quoted(quote_dot, STR("a\"b\\c\nd")), STR("\"a\\\"b\\\\c\\nd\""));
}

int main(void)
{
	arena_init(&arena);
	test_shell();
	test_shell_bytes();
	test_ninja();
	test_depfile();
	test_refusals();
	test_markup();
	arena_release(&arena);
	return test_end();
}
