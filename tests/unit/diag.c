/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include "test.h"

struct capture {
	struct diag diag;
	char *text;
	size_t length;
	FILE *stream;
};

static struct diag *begin(struct capture *capture)
{
	memset(capture, 0, sizeof *capture);
	capture->stream = open_memstream(&capture->text, &capture->length);
	diag_init(&capture->diag, capture->stream);
	return &capture->diag;
}

static void end(struct capture *capture, const char *name, const char *expected)
{
	diag_release(&capture->diag);
	fclose(capture->stream);
	CHECK_STR(name, capture->text, expected);
	free(capture->text);
}

static void test_places(void)
{
	struct capture capture;
	struct diag *diag = begin(&capture);
	uint32_t source = diag_source(diag, "dir/f", STR("one\ntwo\xc3\xa9 three\r\n\tfour"));

	diag_error(diag, (struct span){source, 10, 5}, "no %s", "good");
	diag_note(diag, (struct span){source, 0, 3}, "see");
	diag_hint(diag, "try %d", 2);
	diag_warning(diag, (struct span){source, 18, 1}, "a tab before");
	CHECK("counted", diag->errors == 1 && diag->warnings == 1);
	end(&capture, "line, column in code points, caret",
		"dir/f:2:6: error: no good\n    2 | two\xc3\xa9 three\n      |      ^~~~~\n"
		"dir/f:1:1: note: see\n    1 | one\n      | ^~~\n        hint: try 2\n"
		"dir/f:3:2: warning: a tab before\n    3 | \tfour\n      | \t^\n");
}

static void test_edges(void)
{
	struct capture capture;
	struct diag *diag = begin(&capture);
	uint32_t source = diag_source(diag, "f", STR("a\n"));
	uint32_t empty = diag_source(diag, "e", STR(""));

	diag_error(diag, SPAN_NONE, "nowhere");
	diag_error(diag, (struct span){source, 99, 9}, "beyond the end");
	diag_error(diag, (struct span){source, 0, 99}, "too long");
	diag_error(diag, (struct span){empty, 0, 0}, "empty");
	diag_forget(diag, source);
	diag_error(diag, (struct span){source, 0, 0}, "forgotten");
	CHECK_STR("a forgotten source has a name", diag_source_name(diag, source), "f");
	CHECK("and no text", !diag_source_text(diag, source).p && diag_source_text(diag, empty).p);
	end(&capture, "edges",
		"dtk: error: nowhere\nf:2:1: error: beyond the end\nf:1:1: error: too long\n"
		"    1 | a\n      | ^\ne:1:1: error: empty\nf: error: forgotten\n");
}

static void test_hostile(void)
{
	struct capture capture;
	struct diag *diag = begin(&capture);
	uint32_t source = diag_source(diag, "a\x1b[31m", STR("x\x1b[2J\xff\0y"));

	diag_error(diag, (struct span){source, 7, 0}, "\x1b]0;title\x07%s", "\xfe");
	end(&capture, "nothing reaches the terminal as it is",
		"a?[31m:1:8: error: ?]0;title??\n    1 | x?[2J??y\n      |        ^\n");
}

static void test_limit(void)
{
	struct capture capture;
	struct diag *diag = begin(&capture);

	diag->limit = 2;
	for (int i = 0; i < 5; i++) {
		diag_error(diag, SPAN_NONE, "%d", i);
		diag_hint(diag, "%d", i);
	}
	CHECK("all are counted", diag->errors == 5);
	end(&capture, "the first ones are printed",
		"dtk: error: 0\n        hint: 0\ndtk: error: 1\n        hint: 1\n3 further errors are not shown\n");
}

static void test_long_line(void)
{
	struct capture capture;
	struct diag *diag = begin(&capture);
	struct buf line = BUF_INIT;

	for (int i = 0; i < 100000; i++)
		buf_adds(&line, "\xc3\xa9");
	diag_error(diag, (struct span){diag_source(diag, "f", buf_str(&line)), 100000, 5}, "in the middle");
	diag_release(diag);
	fclose(capture.stream);
	CHECK("a long line is shown in part",
		  capture.length < 1000 && strstr(capture.text, "f:1:50001: error: in"));
	CHECK("between code points", utf8_check(str_of(capture.text)) == capture.length);
	free(capture.text);
	buf_release(&line);
}

static void check_guess(const char *wanted, const char *const *candidates, const char *expected)
{
	struct guess guess;

	guess_init(&guess, str_of(wanted));
	while (*candidates)
		guess_offer(&guess, str_of(*candidates++));
	CHECK_BYTES(wanted, guess.best.p ? guess.best : STR("none"), str_of(expected));
}

static void test_guess(void)
{
	static const char *const keys[] = {"os_versions", "python_versions", "build_layers", "tags", "name", "",
									   NULL};
	struct capture capture;
	struct guess guess;

	check_guess("os_version", keys, "os_versions");
	check_guess("tgas", keys, "tags");
	check_guess("NAME", keys, "name");
	check_guess("build-layers", keys, "build_layers");
	check_guess("entirely_different", keys, "none");
	check_guess("", keys, "none");
	guess_init(&guess, STR("nmae"));
	guess_offer(&guess, STR("name"));
	begin(&capture);
	guess_hint(&guess, &capture.diag);
	end(&capture, "hint", "        hint: did you mean 'name'?\n");
}

static void test_hush(void)
{
	struct capture capture;

	begin(&capture);
	diag_warning(&capture.diag, SPAN_NONE, "before");
	struct diag_hush hush = diag_hush(&capture.diag), inner;
	diag_error(&capture.diag, SPAN_NONE, "hushed");
	inner = diag_hush(&capture.diag);
	diag_error(&capture.diag, SPAN_NONE, "hushed as well");
	diag_speak(&capture.diag, inner);
	diag_warning(&capture.diag, SPAN_NONE, "still hushed");
	diag_note(&capture.diag, SPAN_NONE, "a note");
	diag_hint(&capture.diag, "a hint");
	CHECK("errors count while nothing is said", capture.diag.errors == 1 && capture.diag.warnings == 2);
	diag_speak(&capture.diag, hush);
	CHECK("and not afterwards", capture.diag.errors == 0 && capture.diag.warnings == 1);
	diag_error(&capture.diag, SPAN_NONE, "after");
	end(&capture, "hush", "dtk: warning: before\ndtk: error: after\n");
}

int main(void)
{
	test_hush();
	test_places();
	test_edges();
	test_hostile();
	test_limit();
	test_long_line();
	test_guess();
	return test_end();
}
