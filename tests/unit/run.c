/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/run.h"

#include "base/fs.h"
#include "base/quote.h"
#include "test.h"

#include <sys/stat.h>

/* _run.NAME.sh with a client that writes down its words, under each shell that there is. */
static const char *const hostile[] = {
	"$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "\"; touch pwned #", "a b", "$HOME", "${HOME}", "\\", "*",
	"", "-n", "\xff\xfe", "a\nb", "\n", "~", "!x", "{a,b}", "#x", "a\tb", " ", "it's", "''", "'\\''", "\"", "&", "|", "<x",
	">pwned", "(", "%s", "\\n", "-", "=", "a=b", "\xe2\x82\xac",
};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

static const char *const shells[][4] = {{"sh"}, {"bash"}, {"bash", "--posix"}, {"busybox", "sh"}, {"ksh"}, {"mksh"}};
enum { SHELLS = sizeof shells / sizeof *shells, MOST = 24 };

static struct arena arena;

static struct plan_piece piece(enum plan_piece_kind kind, const char *text)
{
	return (struct plan_piece){kind, str_of(text)};
}

/* A word of text, of a variable behind a text, or of the project's directory before one. */
static struct plan_word word(const char *text, const char *variable, bool root)
{
	struct plan_word made = {ARENA_ARRAY(&arena, 2, struct plan_piece), 0};

	if (root)
		made.pieces[made.count++] = piece(PIECE_ROOT, "");
	if (text[0])
		made.pieces[made.count++] = piece(PIECE_TEXT, text);
	if (variable)
		made.pieces[made.count++] = piece(PIECE_VARIABLE, variable);
	return made;
}

static struct plan_words words_of(const char *key, struct plan_word first, struct plan_word second)
{
	struct plan_words words = {ARENA_ARRAY(&arena, 2, struct plan_word), 2, str_of(key)};

	words.items[0] = first;
	words.items[1] = second;
	return words;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	CHECK("a file is written", fs_write(path, str_of(text), mode) != FS_FAILED);
}

static void write_script(const struct plan *plan, const struct plan_run *run)
{
	struct engine engine;
	struct buf out = BUF_INIT;

	engine_init(&engine, &arena, &(struct engine_options){.program = "./client"}, plan);
	run_script(plan, run, &engine, STR(".."), &out);
	write_file("tree/run.sh", out.p, 0755);
	buf_release(&out);
}

/* What the client wrote down: its words with a NUL behind each. */
static size_t recorded(struct buf *text, const char **found)
{
	size_t count = 0;

	buf_clear(text);
	if (fs_read("words", text) != 0)
		return 0;
	for (const char *p = text->p; p < text->p + text->n && count < MOST; p += strlen(p) + 1)
		found[count++] = p;
	unlink("words");
	return count;
}

/* The words behind run --rm --init -i --name NAME, in which the time is. */
enum { BEFORE = 6 };

static void expect(const char *name, const char *const *expected, size_t count)
{
	struct buf text = BUF_INIT;
	const char *found[MOST];
	size_t got = recorded(&text, found);

	CHECK(name, got == count + BEFORE);
	for (size_t i = 0; i < count && i + BEFORE < got; i++)
		CHECK_STR(name, found[i + BEFORE], expected[i]);
	buf_release(&text);
}

/* Runs tree/run.sh with MORE words, and then what it printed. */
static void run_and_paste(const char *const *shell, const char *const *more, const char *const *expected, size_t count)
{
	const char *argv[16] = {NULL};
	struct buf out = BUF_INIT, missing = BUF_INIT;
	size_t n = 0;

	for (; shell[n]; n++)
		argv[n] = shell[n];
	if (test_run(&missing, (const char *const[]){"sh", "-c", "command -v \"$1\"", "sh", shell[0], NULL}) != 0) {
		buf_release(&missing);
		return;
	}
	argv[n++] = "tree/run.sh";
	while (more && *more)
		argv[n++] = *more++;
	CHECK("the client's exit status", test_run(&out, argv) == 7);
	expect("what the client has", expected, count);
	CHECK("the printed line can be pasted", test_run(&missing, (const char *const[]){"sh", "-c", out.p, NULL}) == 7);
	expect("what the pasted line gives it", expected, count);
	buf_release(&missing);
	buf_release(&out);
}

/* VALUE wherever run.cfg can have it. */
static void test_values(const char *value)
{
	char root[4096];
	struct buf in_root = BUF_INIT, behind = BUF_INIT, twice = BUF_INIT;
	struct plan plan = {.run_cfg = STR("docker/run.cfg")};
	struct plan_run run = {
		.name = STR("dev"), .ref = STR("p-dev:joe"), .image = PLAN_NO_IMAGE,
		.environment = words_of("environment", word("-e", NULL, false), word("X=", "DTK_TEST_VALUE", false)),
		.gpu = words_of("gpu", word("--gpus", NULL, false), word(value, NULL, false)),
		.network = words_of("network", word("--network", NULL, false), word(value, NULL, false)),
		.volumes = words_of("volumes", word("-v", NULL, false), word(value, NULL, true)),
		.ports = words_of("ports", word("-p", NULL, false), word(value, NULL, false)),
		.cmd = words_of("cmd", word(value, NULL, false), word(value, "DTK_TEST_VALUE", false)),
	};

	setenv("DTK_TEST_VALUE", value, 1);
	buf_addf(&in_root, "%s%s", getcwd(root, sizeof root), value);
	buf_addf(&behind, "X=%s", value);
	buf_addf(&twice, "%s%s", value, value);
	const char *const expected[] = {"-e", behind.p, "--gpus", value, "--network", value, "-v", in_root.p, "-p", value,
	                                "p-dev:joe", value, twice.p};
	write_script(&plan, &run);
	for (size_t i = 0; i < SHELLS; i++)
		run_and_paste(shells[i], NULL, expected, sizeof expected / sizeof *expected);
	buf_release(&twice);
	buf_release(&behind);
	buf_release(&in_root);
}

/* VALUE wherever an option can have it; -c and -a get it in quotes, of which they make a word again. */
static void test_options(const char *value)
{
	struct plan plan = {.run_cfg = STR("")};
	struct plan_run run = {.name = STR("dev"), .ref = STR("i:t"), .image = PLAN_NO_IMAGE};
	struct buf pair = BUF_INIT, text = BUF_INIT;

	buf_addf(&pair, "X=%s", value);
	buf_adds(&text, " --label ");
	quote_shell(&text, str_of(value));
	buf_adds(&text, "\n\t");
	const char *const more[] = {"-e", pair.p, "-a", text.p, "-c", text.p, "-n", "net", "--", value, value, NULL};
	const char *const expected[] = {"-e", pair.p, "--network", "net", "--label", value, "i:t", "--label", value, value,
	                                value};
	write_script(&plan, &run);
	for (size_t i = 0; i < SHELLS; i++)
		run_and_paste(shells[i], more, expected, sizeof expected / sizeof *expected);
	buf_release(&text);
	buf_release(&pair);
}

/* A variable that is not set, with a message that no quotes could hold. */
static void test_missing(void)
{
	struct plan plan = {.run_cfg = STR("it's \"}$(touch pwned)`touch pwned`\\/run.cfg")};
	struct plan_run run = {
		.name = STR("dev"), .ref = STR("i:t"), .image = PLAN_NO_IMAGE,
		.volumes = words_of("volumes", word("-v", NULL, false), word("", "DTK_TEST_UNSET", false)),
		.ports = words_of("ports", word("-p", NULL, false), word("", "DTK_TEST_UNSET", false)),
	};

	write_script(&plan, &run);
	for (size_t i = 0; i < SHELLS; i++) {
		const char *const argv[] = {shells[i][0], shells[i][1] ? shells[i][1] : "tree/run.sh",
		                            shells[i][1] ? "tree/run.sh" : NULL, NULL};
		struct buf out = BUF_INIT;
		int status = test_run(&out, argv);

		if (status != 127) {
			CHECK("not set", status == 1);
			CHECK("the name, file, section and key of one",
			      strstr(out.p, "DTK_TEST_UNSET: it's \"}$(touch pwned)`touch pwned`\\/run.cfg: [dev] volumes"));
			CHECK("and of the other", strstr(out.p, "[dev] ports"));
			CHECK("no command is printed", !strstr(out.p, "client run"));
		}
		buf_release(&out);
	}
	CHECK("nothing is run", access("words", F_OK) != 0);
}

/* The script's words for `interactive` = VALUE without a terminal. */
static void test_interactive(const char *first, const char *second, const char *expected)
{
	struct plan plan = {.run_cfg = STR("")};
	struct plan_run run = {.name = STR("dev"), .ref = STR("i:t"), .image = PLAN_NO_IMAGE,
	                       .interactive = words_of("interactive", word(first, NULL, false), word(second, NULL, false))};
	struct engine engine;
	struct buf out = BUF_INIT, line = BUF_INIT;

	if (!second[0])
		run.interactive.count = first[0] ? 1 : 0;
	engine_init(&engine, &arena, &(struct engine_options){0}, &plan);
	run_script(&plan, &run, &engine, STR(".."), &out);
	buf_addf(&line, "\telse\n\t\tdtk_interactive=%s\n\tfi\n", expected);
	CHECK(first, strstr(out.p, line.p));
	buf_release(&line);
	buf_release(&out);
}

static void test_terminals(void)
{
	test_interactive("-it", "", "-i");
	test_interactive("-ti", "", "-i");
	test_interactive("-t", "", "''");
	test_interactive("-d", "", "-d");
	test_interactive("-dit", "", "-di");
	test_interactive("-i", "-t", "-i");
	test_interactive("--interactive", "--tty", "--interactive");
	test_interactive("--tty=true", "-i", "-i");
	test_interactive("-e", "", "''");
	test_interactive("-it", "-e", "-i");
	test_interactive("-e", "T=t", "'-e T=t'");
	test_interactive("", "", "''");
}

static void test_list(void)
{
	struct plan_image images[] = {{.name = STR("d")}, {.name = STR("web.linux-arm64"), .family = STR("web")}};
	struct plan_run runs[] = {{.name = STR("dev"), .ref = STR("p-dev:joe")},
	                          {.name = STR("other"), .ref = STR("h:5000/x:1"), .image = PLAN_NO_IMAGE},
	                          {.name = STR("all"), .ref = STR("p-web:joe-linux-arm64"), .image = 1}};
	struct plan plan = {.images = images, .image_count = 2, .runs = runs, .run_count = 3};
	struct buf out = BUF_INIT;

	run_list(&plan, &out);
	CHECK_STR("the list", out.p, "dev\tp-dev:joe\td\nother\th:5000/x:1\t\nall\tp-web:joe-linux-arm64\tweb\n");
	buf_clear(&out);
	run_name(&runs[1], &out);
	CHECK_STR("the file", out.p, "_run.other.sh");
	buf_release(&out);
}

int main(void)
{
	arena_init(&arena);
	/* Its own name is a value as well. */
	CHECK("a project", fs_mkdirs("it's $(touch pwned)/tree") == 0 && chdir("it's $(touch pwned)") == 0);
	write_file("client", "#!/bin/sh\nprintf '%s\\0' \"$@\" >words\nexit 7\n", 0755);
	for (size_t i = 0; i < HOSTILE; i++) {
		test_values(hostile[i]);
		test_options(hostile[i]);
	}
	test_missing();
	test_terminals();
	test_list();
	CHECK("nothing was run", access("pwned", F_OK) != 0 && access("../pwned", F_OK) != 0);
	arena_release(&arena);
	return test_end();
}
