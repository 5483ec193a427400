/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/context.h"

#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The tree: directories end in '/', links hold " -> ". */
static const char *const tree[] = {
	"a/",
	"a/c",
	"a-b",
	"a/sub/",
	"a/sub/deep/",
	"a/sub/deep/f.txt",
	"a/sub/g.md",
	"a.txt",
	"b.md",
	"empty/",
	"lib/",
	"lib/x.c",
	"lib/x.o",
	"lib/sub/",
	"lib/sub/y.c",
	"lib/sub/y.o",
	".hidden",
	"other/",
	"other/z",
	"l_dir -> a",
	"l_abs -> /other/z",
	"l_up -> ../../other",
	"l_loop -> l_loop",
	"l_gone -> gone/away",
	"other/l_a -> ../a/sub",
	"sp ace",
	"*star",
	"skipped/",
	"skipped/x",
	"kept/",
	"kept/skipped",
	"kept/l_in -> ../b.md",
};

static void make_tree(void)
{
	for (size_t i = 0; i < sizeof tree / sizeof *tree; i++) {
		const char *arrow = strstr(tree[i], " -> ");
		struct str path = str_of(tree[i]);

		if (arrow) {
			char *name = strndup(tree[i], (size_t)(arrow - tree[i]));

			if (symlink(arrow + 4, name) != 0)
				perror(name);
			free(name);
		} else if (path.p[path.n - 1] == '/') {
			mkdir(tree[i], 0755);
		} else {
			close(open(tree[i], O_WRONLY | O_CREAT, 0644));
		}
	}
}

struct test {
	struct arena arena;
	struct diag diag;
	FILE *nowhere;
};

static struct docker_file *parse(struct test *test, const char *text)
{
	struct docker_file *file = docker_parse(&test->arena, &test->diag, 0, str_of(text));

	if (!file)
		printf("# not parsed: %s\n", text);
	return file;
}

static struct str join(struct arena *arena, struct str *list, size_t count)
{
	struct buf buf = BUF_INIT;
	struct str joined;

	for (size_t i = 0; i < count; i++)
		buf_addf(&buf, "%s%.*s", i ? " " : "", STR_ARG(list[i]));
	joined = (struct str){arena_strndup(arena, buf.n ? buf.p : "", buf.n), buf.n};
	buf_release(&buf);
	return joined;
}

static struct str paths_of(struct arena *arena, const struct context_list *list)
{
	struct str *paths = ARENA_ARRAY(arena, list->count + 1, struct str);

	for (size_t i = 0; i < list->count; i++)
		paths[i] = list->entries[i]->path;
	return join(arena, paths, list->count);
}

static const char *const skip[] = {"skipped", "kept/skipped", NULL};

/* IGNORE is an ignore file, DOCKERFILE what follows "FROM base" (NULL: everything is reached). */
static void check_walk(struct test *test, const char *ignore_text, const char *dockerfile, const char *expected,
                       const char *expected_dirs)
{
	struct ignore *ignore = ignore_parse(&test->arena, &test->diag, 0, str_of(ignore_text));
	struct context_reach reach = {.whole = true};
	struct context_list list;
	struct buf name = BUF_INIT;

	buf_addf(&name, "%s | %s", ignore_text, dockerfile ? dockerfile : "");
	if (dockerfile) {
		struct buf text = BUF_INIT;

		buf_addf(&text, "FROM base\n%s\n", dockerfile);
		reach = context_reach_of(&test->arena, &test->diag, parse(test, text.p), NULL, 0, NULL, 0);
		buf_release(&text);
	}
	CHECK(name.p, context_walk(&test->arena, &test->diag, ".", ignore, &reach, skip, &list));
	CHECK_BYTES(name.p, paths_of(&test->arena, &list), str_of(expected));
	if (expected_dirs)
		CHECK_BYTES(name.p, join(&test->arena, list.dirs, list.dir_count), str_of(expected_dirs));
	buf_release(&name);
}

#define ALL                                                                                                  \
	"*star .hidden a a-b a.txt a/c a/sub a/sub/deep a/sub/deep/f.txt a/sub/g.md b.md empty kept kept/l_in "  \
	"l_abs l_dir l_gone l_loop l_up lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o other other/l_a "    \
	"other/z sp ace"

static void check_whole(struct test *test)
{
	check_walk(test, "", NULL, ALL, ". a a/sub a/sub/deep empty kept lib lib/sub other");
	check_walk(test, "*\n!a", NULL, "a a/c a/sub a/sub/deep a/sub/deep/f.txt a/sub/g.md",
	           ". a a/sub a/sub/deep");
	check_walk(test, "*\n!a/sub/deep", NULL, "a a/sub a/sub/deep a/sub/deep/f.txt", ". a a/sub a/sub/deep");
	check_walk(test, "*\n!**/*.md", NULL, "a a/sub a/sub/g.md b.md",
	           ". a a/sub a/sub/deep empty kept lib lib/sub other");
	check_walk(test, "*\n!nothing", NULL, "", ".");
	check_walk(test, "l*\nother\na*\n.*\n**/*.[oc]\nkept", NULL, "*star b.md empty sp ace", ". empty");
	check_walk(test, "lib\n!lib/sub/none\nl_*\nother\na*\nkept\nempty\n*[^.]*", NULL, "", ". lib lib/sub");
}

static void check_reached(struct test *test)
{
	check_walk(test, "", "COPY . /x", ALL, NULL);
	check_walk(test, "", "COPY a.txt /x", "a.txt", ".");
	check_walk(test, "", "COPY a/sub/g.md /x", "a/sub/g.md", ". a a/sub");
	check_walk(test, "", "COPY gone/f a/gone /x", "", ". a");
	check_walk(test, "", "COPY lib lib/sub/y.c /x", "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o",
	           ". lib lib/sub");
	check_walk(test, "", "COPY lib/*.c /x", "lib/x.c", ". lib");
	check_walk(test, "", "COPY */*.c /x", "lib/x.c", ". a empty kept lib other");
	check_walk(test, "", "COPY lib/** /x", "lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o",
	           ". lib lib/sub");
	check_walk(test, "lib/sub", "COPY lib/** */y.c /x", "lib/x.c lib/x.o", ". a empty kept lib other");
	check_walk(test, "", "COPY [.]h* \\*star /x", "*star .hidden", ".");
	check_walk(test, "", "COPY a* /x", "a a-b a.txt a/c a/sub a/sub/deep a/sub/deep/f.txt a/sub/g.md", NULL);
	check_walk(test, "", "COPY [\"sp ace\", \"/x\"]", "sp ace", ".");
	check_walk(test, "", "COPY lib/$X /y", "lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o",
	           ". lib lib/sub");
	check_walk(test, "", "RUN --mount=source=lib/sub,target=/x true", "lib/sub lib/sub/y.c lib/sub/y.o",
	           ". lib lib/sub");
	check_walk(test, "", "RUN --mount=source=*star,target=/x true", "*star", ".");
	check_walk(test, "", "COPY skipped kept/skipped kept /x", "kept kept/l_in", ". kept");
	check_walk(test, "b.md\na/c", "COPY b.md a /x", "a a/sub a/sub/deep a/sub/deep/f.txt a/sub/g.md",
	           ". a a/sub a/sub/deep");
	check_walk(test, "a\n!a/sub/g.md", "COPY a/sub /x", "a/sub a/sub/g.md", NULL);
	check_walk(test, "", "RUN true", "", "");
}

static void check_links(struct test *test)
{
	check_walk(test, "", "COPY l_dir/c /x", "a/c l_dir", ". a");
	check_walk(test, "", "COPY l_abs /x", "l_abs other/z", ". other");
	check_walk(test, "", "COPY l_up/z /x", "l_up other/z", ". other");
	check_walk(test, "", "COPY other/l_a/deep /x", "a/sub/deep a/sub/deep/f.txt other/l_a",
	           ". a a/sub a/sub/deep other");
	check_walk(test, "", "COPY l_loop l_gone /x", "l_gone l_loop", ".");
	check_walk(test, "", "COPY */l_in /x", "b.md kept/l_in", ". a empty kept lib other");
	check_walk(test, "", "COPY l_*/c /x", "", ".");
	check_walk(test, "", "COPY l_d* /x", "a a/c a/sub a/sub/deep a/sub/deep/f.txt a/sub/g.md l_dir", NULL);
	check_walk(test, "", "COPY other /x", "other other/l_a other/z", ". other");
}

static void check_flags(struct test *test)
{
	check_walk(test, "", "COPY --exclude=*.o lib /x", "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c", NULL);
	check_walk(test, "", "COPY --exclude=**/*.o lib /x", "lib lib/sub lib/sub/y.c lib/x.c", ". lib lib/sub");
	check_walk(test, "", "COPY --exclude=sub lib /x", "lib lib/x.c lib/x.o", ". lib");
	check_walk(test, "", "COPY --exclude=lib/sub lib /x",
	           "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o", NULL);
	check_walk(test, "", "COPY --exclude=*.o lib /x\nCOPY lib/x.o /y",
	           "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o", NULL);
	check_walk(test, "", "COPY --exclude=* --exclude=!x.c lib /x", "lib lib/x.c", NULL);
	check_walk(test, "", "COPY --exclude=** . /x", "", ".");
	check_walk(test, "", "COPY --exclude=$X lib /x", "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o",
	           NULL);
	check_walk(test, "", "COPY --parents lib/sub/y.c /x", "lib lib/sub lib/sub/y.c", ". lib lib/sub");
	check_walk(test, "", "COPY --parents **/*.c /x", "lib lib/sub lib/sub/y.c lib/x.c",
	           ". a a/sub a/sub/deep empty kept lib lib/sub other");
	check_walk(test, "", "COPY --parents lib/./**/y.* /x", "lib lib/sub lib/sub/y.c lib/sub/y.o",
	           ". lib lib/sub");
	check_walk(test, "", "COPY --parents --exclude=lib/sub lib /x", "lib lib/x.c lib/x.o", ". lib");
	check_walk(test, "", "COPY --parents --exclude=sub lib/* /x",
	           "lib lib/sub lib/sub/y.c lib/sub/y.o lib/x.c lib/x.o", NULL);
}

static void check_onbuild(struct test *test)
{
	struct docker_file *file = parse(test, "FROM parent\nCOPY a.txt /x\nONBUILD COPY b.md /x\n");
	const struct docker_file *parents[2];
	struct docker_arg arg = {STR("D"), STR("lib")};
	struct context_reach reach;
	struct context_list list;

	parents[0] = parse(test, "FROM scratch\nCOPY a-b /x\nARG D\nONBUILD ARG D\nONBUILD COPY ${D}/x.c /x\n");
	parents[1] = parse(test, "FROM scratch\nONBUILD RUN --mount=src=other/z,dst=/x true\n");
	reach = context_reach_of(&test->arena, &test->diag, file, &arg, 1, parents, 2);
	CHECK("triggers", context_walk(&test->arena, &test->diag, ".", NULL, &reach, NULL, &list));
	CHECK_BYTES("triggers", paths_of(&test->arena, &list), STR("a.txt lib/x.c other/z"));
	file = parse(test,
	             "FROM a AS one\nCOPY a.txt /\nFROM b AS two\nCOPY b.md /\nFROM one\nCOPY --from=two x y\n");
	reach = context_reach_target(&test->arena, &test->diag, file, NULL, 0, NULL, 0, STR("one"));
	CHECK("target", reach.pattern_count == 1 && str_is(reach.patterns[0].text, "a.txt"));
	reach = context_reach_target(&test->arena, &test->diag, file, NULL, 0, NULL, 0, STR(""));
	CHECK("last stage", reach.pattern_count == 2 && !reach.whole);
}

static void check_details(struct test *test)
{
	struct context_list list;
	struct ignore *ignore;
	const char *path;
	FILE *file;

	CHECK("all", context_walk(&test->arena, &test->diag, ".", NULL, NULL, NULL, &list) && list.count == 32);
	for (size_t i = 0; i < list.count; i++) {
		struct context_entry *entry = list.entries[i];

		if (str_is(entry->path, "l_abs"))
			CHECK("link", S_ISLNK(entry->look.mode) && str_is(entry->link, "/other/z"));
		if (str_is(entry->path, "a"))
			CHECK("mode",
			      S_ISDIR(entry->look.mode) && (entry->look.mode & 0777) == 0755 && !entry->link.n);
		CHECK("NUL", entry->path.p[entry->path.n] == '\0');
	}
	CHECK("no such directory", !context_walk(&test->arena, &test->diag, "none", NULL, NULL, NULL, &list));
	CHECK("no ignore file",
	      context_ignore(&test->arena, &test->diag, ".", "Dockerfile", &ignore, &path) && !path && !ignore);
	file = fopen(".dockerignore", "w");
	fputs("a\n", file);
	fclose(file);
	CHECK("ignore file", context_ignore(&test->arena, &test->diag, ".", "Dockerfile", &ignore, &path));
	CHECK_STR("its path", path ? path : "none", ".dockerignore");
	CHECK("its pattern", ignore && ignore_match(ignore, STR("a")));
	fclose(fopen("Dockerfile.dockerignore", "w"));
	CHECK("own ignore file", context_ignore(&test->arena, &test->diag, ".", "Dockerfile", &ignore, &path));
	CHECK_STR("own path", path ? path : "none", "Dockerfile.dockerignore");
	CHECK("own is empty", ignore && !ignore_match(ignore, STR("a")));
	file = fopen("Dockerfile.dockerignore", "w");
	fputs("[\n", file);
	fclose(file);
	CHECK("malformed", !context_ignore(&test->arena, &test->diag, ".", "Dockerfile", &ignore, &path));
}

static void make_wide(unsigned number)
{
	static const char *const names[] = {"f.c", "f.o", "sub/deep.o", "sub-x.o", "sub/y"};
	char path[64];

	snprintf(path, sizeof path, "wide/d%02u", number);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "wide/d%02u/sub", number);
	mkdir(path, 0755);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "wide/d%02u/%s", number, names[i]);
		fs_write(path, STR(""), 0644);
	}
}

/* Enough directories for several threads, and patterns that have states. */
static void check_wide(struct test *test)
{
	struct ignore *ignore = ignore_parse(&test->arena, &test->diag, 0,
	                                     STR("**/*.o\nd[0-2]?/*.c\nd?9\n!d1?/sub/d[a-e]ep.o\n!d29/sub\n"));
	struct context_list list;
	struct buf expected = BUF_INIT;

	mkdir("wide", 0755);
	for (unsigned i = 0; i < 40; i++) {
		bool nine = i % 10 == 9, ten = i / 10 == 1;

		make_wide(i);
		if (nine && !ten && i != 29)
			continue;
		buf_addf(&expected, "d%02u ", i);
		if (i >= 30)
			buf_addf(&expected, "d%02u/f.c ", i);
		buf_addf(&expected, "d%02u/sub ", i);
		if (ten)
			buf_addf(&expected, "d%02u/sub/deep.o ", i);
		if (i == 29)
			buf_addf(&expected, "d%02u/sub/deep.o ", i);
		if (!nine || i == 29)
			buf_addf(&expected, "d%02u/sub/y ", i);
	}
	expected.n--;
	for (unsigned i = 0; i < 5; i++) {
		CHECK("wide", context_walk(&test->arena, &test->diag, "wide", ignore, NULL, NULL, &list));
		CHECK_BYTES("wide", paths_of(&test->arena, &list), buf_str(&expected));
		CHECK("wide directories", list.dir_count == 1 + 2 * 40);
	}
	buf_release(&expected);
}

int main(void)
{
	char dir[] = "context.XXXXXX";
	struct test test = {.nowhere = fopen("/dev/null", "w")};

	if (!mkdtemp(dir) || chdir(dir) != 0)
		return 1;
	arena_init(&test.arena);
	diag_init(&test.diag, test.nowhere);
	make_tree();
	check_whole(&test);
	check_reached(&test);
	check_links(&test);
	check_flags(&test);
	check_onbuild(&test);
	check_details(&test);
	check_wide(&test);
	diag_release(&test.diag);
	arena_release(&test.arena);
	fclose(test.nowhere);
	return test_end();
}
