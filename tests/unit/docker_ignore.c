/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/ignore.h"
#include "docker/match.h"

#include "test.h"

/* Each case: an ignore file, then paths, '-' where they are left out and '+' where they are sent. */
static const struct {
	const char *text;
	const char *paths[16];
} cases[] = {
	{"", {"+a", "+.dockerignore"}},
	{"# comment\n\n \t\n #a\n", {"+#", "-#a", "+# comment"}},
	{"a", {"-a", "-a/b", "+b/a", "+ab"}},
	{"/a/\n./b/.\nc//d\ne/../f\n../g\n/../h", {"-a", "-b", "-c/d", "-f", "+e", "+g", "-h"}},
	{" a \t\r\n\tb\r\n", {"-a", "-b"}},
	{"\xef\xbb\xbf" "a\nb", {"-a", "-b"}},
	{"*", {"-a", "-.a", "-a/b"}},
	{"*.md\n!README.md", {"-a.md", "+README.md", "+b/a.md", "-.md"}},
	{"*/*.md", {"+a.md", "-b/a.md", "+c/b/a.md"}},
	{"**/*.md", {"-a.md", "-b/a.md", "-c/b/a.md", "+a.mdx"}},
	{"**/x", {"-x", "-a/x", "-a/b/x/y", "+ax", "+a/bx"}},
	{"**x", {"-x", "-ax", "-a/bx", "+xa"}},
	{"a/**", {"+a", "-a/b", "-a/b/c", "+ab"}},
	{"a/**/b", {"-a/b", "-a/x/b", "-a/x/y/b", "+a/xb", "+ab"}},
	{"a**b", {"-ab", "-ax/b", "+axb", "+a/c"}},
	{"**", {"-a", "-a/b"}},
	{"**/*", {"-a", "-a/b"}},
	{"a/*\n!a/b", {"+a", "-a/c", "+a/b", "+a/b/c"}},
	{"a\n!a/b", {"-a", "-a/c", "+a/b", "+a/b/c"}},
	{"*\n!a/b/c", {"-a", "-a/b", "+a/b/c", "-a/b/d", "-x"}},
	{"*\n!a\na/b\n!a/b/c", {"+a", "+a/x", "-a/b", "-a/b/x", "+a/b/c"}},
	{"! a\n!/b/\n", {"+a"}},
	{"*\n! a\n!/b/", {"+a", "+b", "-c"}},
	{"a\n!a\na", {"-a"}},
	{"!a\na", {"-a"}},
	{"?", {"-a", "-\xc3\xa9", "+ab", "+\xe2\x82\xac\xe2\x82\xac", "-\xff"}},
	{"[a-c]x", {"-ax", "-cx", "+dx"}},
	{"[^a]x", {"+ax", "-bx"}},
	{"[!a]x", {"-ax", "-!x", "+bx"}},
	{"[\\]]", {"-]", "+\\"}},
	{"[a-]b", {"+a"}}, /* malformed, see below */
	{"{a,b}", {"+a", "-{a,b}"}},
	{"(a|b)+$.", {"+a", "-(a|b)+$."}},
	{"\\*\n\\a\\?", {"-*", "+a"}},
	{"a\\*", {"-a*", "+ab"}},
	{"\\d", {"-1", "+d"}},
	{"x\\bar", {"+x", "+xbar", "+x\\bar"}},
	{"\\x41", {"-A", "+x41"}},
	{"[[:digit:]]", {"-7", "+a"}},
	{"a^", {"-a^", "+a"}},
	{"*a^", {"+a^", "+ba^"}},
	{"a/*/c", {"-a/b/c", "+a/b/b/c", "+a/c"}},
	{"*/../b", {"-b"}},
	{".", {"+a"}},
	{"/", {"+a"}},
	{"a/b\n!a", {"-a/b", "+a/c"}},
	{"**/a\n!**/a/b", {"-x/a", "+x/a/b", "-x/a/c"}},
	{"*a*b*c*", {"-xaxbxcx", "+xaxcxbx", "-abc"}},
	{"a.b", {"+axb", "-a.b"}},
	{"**/a.b", {"+x/axb", "-x/a.b"}},
	{"a\n\nb", {"-a", "-b"}},
};

static struct ignore *parse(struct arena *arena, const char *text, unsigned *errors)
{
	static FILE *nowhere;
	struct diag diag;
	struct ignore *ignore;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	diag_init(&diag, nowhere);
	ignore = ignore_parse(arena, &diag, diag_source(&diag, "f", str_of(text)), str_of(text));
	*errors = diag.errors;
	diag_release(&diag);
	return ignore;
}

static void check_cases(struct arena *arena)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		unsigned errors;
		struct ignore *ignore = parse(arena, cases[i].text, &errors);

		for (size_t k = 0; ignore && k < 16 && cases[i].paths[k]; k++) {
			const char *path = cases[i].paths[k];
			char name[128];

			snprintf(name, sizeof name, "%s: %s", cases[i].text, path);
			CHECK(name, ignore_match(ignore, str_of(path + 1)) == (path[0] == '-'));
		}
		if (!ignore)
			CHECK(cases[i].text, strcmp(cases[i].text, "[a-]b") == 0 && errors == 1);
	}
}

static void check_malformed(struct arena *arena)
{
	static const char *const bad[] = {"[", "[]", "[]a]", "[a",  "[a-]", "[^]", "a\\", "[z-a]",
	                                  "!", "!/", "! ",   "\\q", "\\x4", "\\p", "\\1", "[\\"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		unsigned errors;

		CHECK(bad[i], parse(arena, bad[i], &errors) == NULL && errors == 1);
	}
}

static void check_below(struct arena *arena)
{
	static const struct {
		const char *text, *path;
		bool below;
	} list[] = {
		{"a", "a", false},        {"*\n!a/b", "a", true},     {"*\n!a/b", "b", false},
		{"*\n!a/b", "ab", false}, {"*\n!a/b/*", "a/b", true}, {"*\n!a/b/**", "a", true},
		{"*\n!a*/b", "x", true},  {"*\n!ab/c", "a", false},   {"*\n!**/x", "anything", true},
		{"*\n!a", "a", true},
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		unsigned errors;
		struct ignore *ignore = parse(arena, list[i].text, &errors);

		CHECK(list[i].text,
		      ignore && ignore_may_include_below(ignore, str_of(list[i].path)) == list[i].below);
	}
}

static void check_go(void)
{
	static const struct {
		const char *pattern, *name;
		bool match;
	} list[] = {
		{"*", "", true},
		{"*", "abc", true},
		{"*", "a/b", false},
		{"a*b*c", "axbxxc", true},
		{"a*b*c", "axbxx", false},
		{"**", ".a", true},
		{"?", "/", false},
		{"[a-c][^a-c]", "ad", true},
		{"[a-c]", "d", false},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"a?c",
	     "a\xc3\xa9"
	     "c",
	     true},
		{"[\xc3\xa0-\xc3\xaf]", "\xc3\xa9", true},
		{"*.tar.*", "x.tar.gz", true},
		{"a", "ab", false},
		{"ab", "a", false},
		{"[^/]", "a", true},
	};

	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		CHECK(list[i].pattern, match_go(str_of(list[i].pattern), str_of(list[i].name)) == list[i].match);
	CHECK("wild", match_is_wild(STR("a[b")) && !match_is_wild(STR("a\\[b\\*")));
}

/* Patterns that would take a backtracking matcher for ever. */
static void check_speed(struct arena *arena)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	unsigned errors;
	struct ignore *ignore;

	for (int i = 0; i < 200; i++) {
		buf_adds(&text, "**/*a");
		buf_adds(&path, i % 10 ? "aaaa" : "/aaaa");
	}
	buf_adds(&text, "b*c");
	buf_adds(&path, "c");
	ignore = parse(arena, text.p, &errors);
	CHECK("many stars", ignore && !ignore_match(ignore, buf_str(&path)));
	buf_release(&text);
	buf_release(&path);
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	check_cases(&arena);
	check_malformed(&arena);
	check_below(&arena);
	check_go();
	check_speed(&arena);
	arena_release(&arena);
	return test_end();
}
