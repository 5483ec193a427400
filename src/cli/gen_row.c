/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen_row.h"

#include "base/fs.h"
#include "stamp/brief.h"
#include "stamp/seal.h"

/* An image that was sealed when there was no history has told when and how long. */
static struct history_run sealed_run(const struct place *place, struct arena *arena)
{
	struct history_run run = {HISTORY_BUILT, -1, -1, -1, -1, -1, STR(""), STR("")};
	struct seal seal;

	if (seal_load(place, arena, NULL, &seal) != RECORD_FINE)
		return run;
	run.begun = seal.when * 1000 - seal.took;
	run.took = seal.took;
	run.image = seal.image;
	return run;
}

static enum view_state state_of(const struct row *row, enum why why, bool gone)
{
	bool failed = row->last.begun >= 0 && row->last.result == HISTORY_FAILED;

	switch (why) {
	case WHY_FRESH:
		return VIEW_FRESH;
	case WHY_NEW:
		return failed ? VIEW_FAILED : VIEW_MISSING;
	case WHY_CHANGED:
		return failed ? VIEW_FAILED : gone ? VIEW_MISSING : VIEW_STALE;
	case WHY_FAILED:
		return VIEW_UNKNOWN;
	case WHY_RETAG:
	case WHY_PARENT:
		break;
	}
	return VIEW_STALE;
}

static void fill(struct rows *rows, size_t number, struct row *row)
{
	const struct state *state = &rows->state;
	struct arena *arena = &state->gen->arena;
	const struct plan_image *image = &state->plan->images[number];
	const char *stamps = path_join(arena, state->plan->output, STR("stamps"));
	struct place place = {stamps, state->plan->output.p, image->name};
	struct brief brief;
	const struct history_run *last;

	row->number = number;
	row->image = image;
	row->reasons = buf_str(&state->reasons[number]);
	brief = brief_of(row->reasons);
	history_load(&place, arena, &row->history);
	last = history_last(&row->history);
	row->last = last ? *last : sealed_run(&place, arena);
	row->size = history_size(&row->history);
	row->state = state_of(row, state->why[number], brief.gone);
	row->why = str_of(brief.words);
	if (row->state == VIEW_FAILED)
		row->why = row->last.why.n ? row->last.why : STR("build failed");
	else if (row->state == VIEW_STALE && row->why.n == 0)
		row->why = STR("to be checked");
}

static void fill_all(struct rows *rows, const bool *told)
{
	const struct state *state = &rows->state;

	rows->rows = ARENA_ARRAY(&state->gen->arena, state->plan->image_count + 1, struct row);
	for (size_t i = 0; i < state->plan->image_count; i++)
		if (told[i])
			fill(rows, i, &rows->rows[rows->count++]);
}

bool rows_make(struct rows *rows, struct gen *gen, const struct opt_args *names, bool parents)
{
	struct state *state = &rows->state;
	bool fine;

	*rows = (struct rows){.count = 0};
	fine = state_init(state, gen) && state_look(state, names->operands, names->operand_count, true);
	if (state->plan)
		fill_all(rows, parents ? state->wanted : state->shown);
	return fine;
}

void rows_release(struct rows *rows)
{
	state_release(&rows->state);
}

bool rows_has_steps(const struct history_run *run)
{
	return run->begun >= 0 && run->steps > 0;
}

struct view_sums rows_sums(const struct rows *rows)
{
	struct view_sums sums = {.size = -1};

	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];

		sums.images[row->state]++;
		sums.took += row->last.begun >= 0 ? row->last.took : 0;
		if (row->size >= 0)
			sums.size = (sums.size < 0 ? 0 : sums.size) + row->size;
		if (rows_has_steps(&row->last)) {
			sums.last_steps += (unsigned)row->last.steps;
			sums.last_cached += (unsigned)row->last.cached;
		}
		for (size_t j = 0; j < row->history.count; j++) {
			if (!rows_has_steps(&row->history.runs[j]))
				continue;
			sums.builds++;
			sums.steps += (unsigned)row->history.runs[j].steps;
			sums.cached += (unsigned)row->history.runs[j].cached;
		}
	}
	return sums;
}
