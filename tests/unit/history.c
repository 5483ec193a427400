/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/history.h"

#include "base/fs.h"

#include "test.h"

static struct diag diag;

static void test_round(const struct place *place, struct arena *arena)
{
	const struct history_run run = {
		HISTORY_BUILT, 1700000000123, 4567, 10, 7, 123456789, STR("sha256:abc"), STR("its inputs\nchanged \\ so"),
	};
	const struct history_run failed = {HISTORY_FAILED, 1700000001000, 0, -1, -1, -1, STR(""), STR("")};
	struct history history;

	history_load(place, arena, &history);
	CHECK("none yet", history.count == 0 && !history_last(&history) && history_size(&history) == -1);
	history_add(place, &run, &diag);
	history_add(place, &failed, &diag);
	history_load(place, arena, &history);
	CHECK("two", history.count == 2);
	CHECK("numbers", history.runs[0].result == HISTORY_BUILT && history.runs[0].begun == run.begun
	      && history.runs[0].took == 4567 && history.runs[0].steps == 10 && history.runs[0].cached == 7
	      && history.runs[0].size == run.size);
	CHECK_BYTES("the image", history.runs[0].image, run.image);
	CHECK_BYTES("why, with any byte", history.runs[0].why, run.why);
	CHECK("what is not known", history.runs[1].result == HISTORY_FAILED && history.runs[1].steps == -1
	      && history.runs[1].size == -1 && history.runs[1].image.n == 0 && history.runs[1].why.n == 0);
	CHECK("the last one", history_last(&history) == &history.runs[1]);
	CHECK("the size that is known", history_size(&history) == run.size);
}

static void test_bound(const struct place *place, struct arena *arena)
{
	struct history_run run = {HISTORY_TAGGED, 0, 1, -1, -1, 5, STR("sha256:abc"), STR("")};
	struct history history;

	for (run.begun = 1; run.begun <= 3 * HISTORY_RUNS; run.begun++)
		history_add(place, &run, &diag);
	history_load(place, arena, &history);
	CHECK("no more than that", history.count == HISTORY_RUNS);
	CHECK("the newest", history.runs[HISTORY_RUNS - 1].begun == 3 * HISTORY_RUNS);
	CHECK("the oldest of those kept", history.runs[0].begun == 2 * HISTORY_RUNS + 1);
	CHECK("tagging is no build", !history_last(&history));
}

/* Every cut and every changed byte counts as no history, and the next run begins anew. */
static void test_damage(const struct place *place, struct arena *arena)
{
	const struct history_run run = {HISTORY_PULLED, 1, 2, -1, -1, 3, STR("sha256:abc"), STR("")};
	struct history history;
	struct str whole;
	unsigned read = 0;

	fs_read_arena("s/X.history", arena, &whole);
	for (size_t i = 0; i < whole.n; i += 7) {
		fs_write("s/X.history", str_slice(whole, 0, i), 0644);
		history_load(place, arena, &history);
		read += history.count > 0;
	}
	CHECK("damage", read == 0);
	history_add(place, &run, &diag);
	history_load(place, arena, &history);
	CHECK("anew", history.count == 1 && history.runs[0].result == HISTORY_PULLED);
}

static void test_unwritable(const struct place *place, struct arena *arena)
{
	const struct history_run run = {HISTORY_BUILT, 1, 2, -1, -1, 3, STR("sha256:abc"), STR("")};
	struct place nowhere = {"none", place->tree, place->name};
	struct history history;
	unsigned warnings = diag.warnings;

	history_add(&nowhere, &run, &diag);
	CHECK("a warning, no error", diag.warnings == warnings + 1 && diag.errors == 0);
	history_load(&nowhere, arena, &history);
	CHECK("none", history.count == 0);
}

int main(void)
{
	struct place place = {"s", ".", STR("X")};
	struct arena arena;
	FILE *said = tmpfile();

	diag_init(&diag, said);
	arena_init(&arena);
	fs_mkdirs("s");
	test_round(&place, &arena);
	test_bound(&place, &arena);
	test_damage(&place, &arena);
	test_unwritable(&place, &arena);
	arena_release(&arena);
	diag_release(&diag);
	fclose(said);
	return test_end();
}
