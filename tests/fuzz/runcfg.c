/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as a run.cfg, and what it means for a plan of two images. */
#include "model/runs.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_word(const struct plan_word *word)
{
	for (size_t i = 0; i < word->count; i++) {
		const struct plan_piece *piece = &word->pieces[i];

		if ((piece->kind <= PIECE_VARIABLE) != (piece->text.n > 0) || memchr(piece->text.p, '\0', piece->text.n))
			abort();
	}
}

static void check_words(const struct plan_words *words)
{
	if (words->count && words->key.n == 0)
		abort();
	for (size_t i = 0; i < words->count; i++)
		check_word(&words->items[i]);
}

static void check_run(const struct plan *plan, const struct plan_run *run)
{
	if (run->name.n == 0 || run->ref.n == 0 || (run->image != PLAN_NO_IMAGE && run->image >= plan->image_count))
		abort();
	check_words(&run->environment);
	check_words(&run->interactive);
	check_words(&run->gpu);
	check_words(&run->network);
	check_words(&run->volumes);
	check_words(&run->ports);
	check_words(&run->cmd);
	check_word(&run->publication_tag);
}

static void run(struct arena *arena, struct diag *diag, struct str text)
{
	static struct str tags[] = {{"p-a:u", 5}, {"p-b:1", 5}};
	struct runcfg_dir dirs[] = {{{"a", 1}, {"docker/a/Dockerfile", 19}, {0}}, {{"b", 1}, {"docker/b/Dockerfile", 19}, {0}}};
	struct plan_image images[] = {
		{.name = dirs[0].name, .dockerfile = dirs[0].dockerfile, .tags = &tags[0], .tag_count = 1},
		{.name = dirs[1].name, .dockerfile = dirs[1].dockerfile, .tags = &tags[1], .tag_count = 1},
	};
	struct plan plan = {.arena = *arena, .images = images, .image_count = 2};
	struct runcfg_from from = {.arena = &plan.arena, .diag = diag, .path = "run.cfg", .strict = text.n % 2};
	struct runcfg runcfg;
	bool fine = runcfg_text(&runcfg, &from, text);

	if (fine == (diag->errors > 0))
		abort();
	runcfg.names.user = (struct str){"u", 1};
	runcfg.names.project = (struct str){"p", 1};
	runcfg.dirs = dirs;
	runcfg.dir_count = 2;
	if (runs_make(&runcfg, &plan, RUNS_DIRS) && fine) {
		if (diag->errors)
			abort();
		for (size_t i = 0; i < plan.run_count; i++)
			check_run(&plan, &plan.runs[i]);
	}
	*arena = plan.arena;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct arena arena;
	struct diag diag;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	arena_init(&arena);
	diag_init(&diag, nowhere);
	run(&arena, &diag, (struct str){(const char *)data, size});
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
