/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/hook.h"

#include "base/fs.h"
#include "client/engine.h"
#include "client/wish.h"
#include "client/words.h"
#include "test.h"

#include <fcntl.h>

static struct arena arena;

/* --- Words --- */

/* The words of TEXT in brackets, each after what stood before it. */
static void expect_words(const char *text, const char *expected)
{
	struct buf got = BUF_INIT, word = BUF_INIT;
	char between;

	for (size_t at = 0; words_next(str_of(text), &at, &word, &between);) {
		if (between)
			buf_addc(&got, between == '\n' ? '/' : between);
		buf_addf(&got, "[%.*s]", STR_ARG(buf_str(&word)));
	}
	CHECK_BYTES(text, buf_str(&got), str_of(expected));
	buf_release(&word);
	buf_release(&got);
}

static void test_words(void)
{
	expect_words("", "");
	expect_words(" \t ", "");
	expect_words("a  b\tc", "[a][b][c]");
	expect_words("a;b && c|d\ne", "[a];[b]&[c]|[d]/[e]");
	expect_words("'a b' \"c d\" e\\ f ''", "[a b][c d][e f][]");
	expect_words("\"a\\\"b\" 'c\\d' a'b'\"c\"d", "[a\"b][c\\d][abcd]");
	expect_words("a>b 2>&1 <c", "[a]>[b][2]&[1]<[c]");
	expect_words("'a;b' \"c|d\" e\\;f", "[a;b][c|d][e;f]");
	expect_words("'open", "[open]");
	expect_words("end\\", "[end\\]");
}

/* --- What commands name --- */

static void expect_files(const char *before, const char *after, const char *expected)
{
	struct hooks hooks = {NULL, before, after};
	struct hook_files found = hook_files(&arena, &hooks);
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < found.file_count; i++)
		buf_addf(&got, "%s ", found.files[i]);
	for (size_t i = 0; i < found.dir_count; i++)
		buf_addf(&got, "%s/ ", found.dirs[i]);
	CHECK_BYTES(before ? before : after ? after : "no command", buf_str(&got), str_of(expected));
	buf_release(&got);
}

static void test_files(void)
{
	fs_mkdirs("tools/deep");
	fs_write("tools/a b.sh", STR("a\n"), 0755);
	fs_write("tools/x", STR("x\n"), 0644);
	fs_write("top", STR("top\n"), 0644);
	expect_files(NULL, NULL, "");
	expect_files("'tools/a b.sh' top", NULL, "tools/a b.sh top ");
	expect_files("sh ./tools/../tools/x top top", NULL, "tools/x top ./ ");
	expect_files("top > tools/x; top >>'tools/a b.sh'", NULL, "top ");
	expect_files("top < tools/x", NULL, "top tools/x ");
	expect_files("/bin/sh ../top tools tools/deep", NULL, "");
	expect_files("tools/none no/where/none", NULL, "tools/ ");
	expect_files(NULL, "top tools/x", "top ");
	expect_files(NULL, "sh -e tools/x top && top", "tools/x top ./ ");
	expect_files(NULL, "sh tools/x >top", "tools/x ./ ");
	expect_files("top", "top", "top ");
}

/* --- Running them --- */

static int log_fd;

/* What the hook wrote; "NULL" or what failed before it. */
static void expect_run(const char *name, enum hook hook, struct hooks hooks, const char *expected)
{
	FILE *silence = fopen("/dev/null", "w");
	struct buf got = BUF_INIT;
	const char *failed;
	struct diag diag;

	diag_init(&diag, silence);
	if (ftruncate(log_fd, 0) != 0)
		perror("log");
	failed = hook_run(hook, &hooks, log_fd, &diag);
	CHECK("an error is said where it fails", (diag.errors > 0) == (failed != NULL));
	buf_addf(&got, "%s:", failed ? failed : "");
	fs_read("log", &got);
	CHECK_BYTES(name, buf_str(&got), str_of(expected));
	buf_release(&got);
	diag_release(&diag);
	fclose(silence);
}

static void test_run_hooks(void)
{
	log_fd = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	fs_write("env.sh", STR("export WORD=env\n"), 0644);
	expect_run("nothing", HOOK_PRE, (struct hooks){0}, ":");
	expect_run("a command", HOOK_PRE, (struct hooks){.before = "echo \"$# $1\"; echo 'a  b'"}, ":0 \na  b\n");
	expect_run("of another time", HOOK_SUCCESS, (struct hooks){.before = "echo a"}, ":");
	expect_run("lines", HOOK_SUCCESS, (struct hooks){.after = "for x in 1 2; do\necho $x\ndone"}, ":1\n2\n");
	expect_run("after the environment", HOOK_PRE, (struct hooks){"env.sh", "echo \"$WORD $#\"", NULL}, ":env 0\n");
	expect_run("a failure", HOOK_PRE, (struct hooks){.before = "echo a; exit 3"}, "the command before the build:a\n");
	expect_run("after", HOOK_SUCCESS, (struct hooks){"env.sh", NULL, "false"}, "the command after the build:");
	fs_write(hook_scripts[HOOK_PRE], STR("echo script\n"), 0644);
	fs_write(hook_scripts[HOOK_SUCCESS], STR("echo script\n"), 0644);
	expect_run("the project's comes first", HOOK_PRE, (struct hooks){.before = "echo own"}, ":script\nown\n");
	expect_run("and last", HOOK_SUCCESS, (struct hooks){.after = "echo own"}, ":own\nscript\n");
	expect_run("what fails stops", HOOK_SUCCESS, (struct hooks){.after = "false"}, "the command after the build:");
	fs_write(hook_scripts[HOOK_PRE], STR("exit 2\n"), 0644);
	expect_run("the project's fails", HOOK_PRE, (struct hooks){.before = "echo own"}, "dkbuildprebuildscript.sh:");
	close(log_fd);
}

/* --- Wishes --- */

static struct wish wish(const char *force, const char *tag)
{
	setenv("DTK_FORCE", force, 1);
	setenv("DTK_TAG", tag, 1);
	return wish_take(&arena, STR("dev"));
}

static void expect_tag(const char *given, const char *first, const char *expected)
{
	struct wish one = wish("", given);

	CHECK_BYTES(given, wish_tag(&arena, &one, str_of(first)), str_of(expected));
}

static void test_wishes(void)
{
	CHECK("none", !wish_take(&arena, STR("dev")).force);
	CHECK("this one", wish("base dev", "").force && wish("dev", "").force && wish("all", "").force);
	CHECK("another", !wish("developer", "").force && !wish("base", "").force);
	setenv("DTK_PULL", "1", 1);
	setenv("DTK_NO_CACHE", "0", 1);
	setenv("DTK_SHOW", "", 1);
	struct wish flags = wish_take(&arena, STR("dev"));
	CHECK("flags", flags.pull && !flags.no_cache && !flags.show);
	CHECK("they are taken", !getenv("DTK_PULL") && !getenv("DTK_FORCE") && !getenv("DTK_TAG"));
	expect_tag("", "p-dev:me", "");
	expect_tag("base=x", "p-dev:me", "");
	expect_tag("dev=:exp", "p-dev:me", "p-dev:exp");
	expect_tag("dev=else", "p-dev:me", "else:me");
	expect_tag("dev=host:5000/else", "host:5000/dev:me", "host:5000/else:me");
	expect_tag("dev=host:5000/else:2", "host:5000/dev", "host:5000/else:2");
	expect_tag("dev=:2", "host:5000/dev", "host:5000/dev:2");
}

int main(void)
{
	arena_init(&arena);
	test_words();
	test_files();
	test_run_hooks();
	test_wishes();
	arena_release(&arena);
	return test_end();
}
