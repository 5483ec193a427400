/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/tally.h"

#include "base/fs.h"
#include "stamp/ran.h"

#include "test.h"

#include <fcntl.h>
#include <time.h>

static struct diag diag;
static const struct place one = {"g/stamps", "g", {"one", 3}}, two = {"g/stamps", "g", {"two\nlines", 9}};

/* The one file of this run, whose edges are children of who runs this test. */
static const char *notes(struct arena *arena)
{
	struct str *names;
	size_t count;

	if (fs_list("g/stamps/.ran", arena, &names, &count) != 0 || count != 1)
		return "";
	return path_join(arena, STR("g/stamps/.ran"), names[0]);
}

static void test_notes(struct arena *arena)
{
	const struct history_run built = {HISTORY_BUILT, 1, 2, 9, 7, -1, STR(""), STR("")};
	const struct history_run tagged = {HISTORY_TAGGED, 1, 2, -1, -1, -1, STR(""), STR("")};
	struct ran ran;

	ran_load(&one, arena, &ran);
	CHECK("none yet", ran.count == 0 && ran.begun > 0);
	ran_add(&one, &built);
	ran_add(&two, &tagged);
	ran_kept(&one);
	ran_failed(&two);
	ran_load(&one, arena, &ran);
	CHECK("four", ran.count == 4);
	CHECK("a build", ran.lines[0].result == HISTORY_BUILT && ran.lines[0].steps == 9 && ran.lines[0].cached == 7);
	CHECK_BYTES("its image", ran.lines[0].name, one.name);
	CHECK("what is not known", ran.lines[1].result == HISTORY_TAGGED && ran.lines[1].steps == -1);
	CHECK_BYTES("any name", ran.lines[1].name, two.name);
	CHECK("kept and failed", ran.lines[2].result == RAN_KEPT && ran.lines[3].result == HISTORY_FAILED);
	CHECK("when it began", ran.begun > 0 && ran.begun <= history_now() && ran.begun == ran_last(&one, arena));
}

static void test_damage(struct arena *arena)
{
	const char *path = notes(arena);
	struct ran ran;

	fs_write(path, STR("begun x\n\nbuilt\nbuilt 1\nbuilt 1 1 \nbilt 1 1 a\nbuilt -1 99999999999999999999 a\n\nkept - - b"),
	         0644);
	ran_load(&one, arena, &ran);
	CHECK("what is a line counts", ran.count == 2 && ran.lines[0].steps == -1 && ran.lines[0].cached == -1);
	CHECK_BYTES("the last one, cut", ran.lines[1].name, STR("b"));
}

/* What tally_report prints, or tally_show of SET; with the time left out. */
static struct str printed(struct arena *arena, const char *set)
{
	int saved;
	struct str text = STR("");

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	if (saved < 0 || !freopen("printed", "w", stdout))
		abort();
	if (set)
		tally_show(set, &diag);
	else
		tally_report(&one);
	fflush(stdout);
	if (dup2(saved, STDOUT_FILENO) < 0)
		abort();
	close(saved);
	fs_read_arena("printed", arena, &text);
	return text;
}

static void test_tally(struct arena *arena)
{
	const char *path = notes(arena);
	struct str text;

	fs_write("g/_images.set", STR("g/stamps/a.image\n+a=1\ng/stamps/b.image\n'g/stamps/c c.image'\n%f=x,y\n"), 0644);
	fs_write(path, STR("begun 5\nbuilt 3 2 a\nkept - - b\nbuilt 1 1 elsewhere\n"), 0644);
	text = printed(arena, "g/stamps/.tally.set");
	CHECK("what was built, wherever; of the set what was not",
	      str_starts(text, STR("set: 2 built, 2 skipped, 0 failed; 3 of 4 steps cached; ")));
	CHECK_BYTES("nothing failed, nothing is told", printed(arena, NULL), STR(""));
	fs_write(path, STR("begun 5\npulled - - a\nfailed - - b\nfailed - - b\nfailed - - c c\n"), 0644);
	fs_write("g/.generator", STR("./dtk-gen --config m.yaml\n"), 0644);
	fs_mkdirs("g/logs");
	fs_write("g/logs/b.log", STR("x\n"), 0644);
	text = printed(arena, NULL);
	CHECK("failures, each once", str_starts(text, STR("dtk: so far 0 built, 1 pulled, 0 skipped, 2 failed; ")));
	CHECK("where the log is", strstr(text.p, "\ndtk: failed: b (g/logs/b.log), c c\n"));
	CHECK("what to call", strstr(text.p, "\ndtk: what changed: ./dtk-gen --config m.yaml -t why b 'c c'\n"));
	fs_write(path, STR("begun 5\nfailed - - 1\nfailed - - 2\nfailed - - 3\nfailed - - 4\nfailed - - 5\nfailed - - 6\n"),
	         0644);
	text = printed(arena, NULL);
	CHECK("many", strstr(text.p, ", 5, and 1 more (ninja status)\n"));
}

static void test_mark(void)
{
	struct timespec old[2] = {{1, 0}, {1, 0}};
	struct stat st;

	CHECK("made", tally_mark("mark") == 0 && stat("mark", &st) == 0 && st.st_size == 0);
	CHECK("dated ahead", st.st_mtim.tv_sec > time(NULL) + 86400);
	utimensat(AT_FDCWD, "mark", old, 0);
	CHECK("once more", tally_mark("mark") == 0 && stat("mark", &st) == 0 && st.st_mtim.tv_sec > time(NULL) + 86400);
	CHECK("nowhere", tally_mark("nowhere/mark") != 0);
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	diag_init(&diag, stderr);
	fs_mkdirs("g/stamps");
	test_notes(&arena);
	test_damage(&arena);
	test_tally(&arena);
	test_mark();
	diag_release(&diag);
	arena_release(&arena);
	return test_end();
}
