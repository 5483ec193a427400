/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/history.h"

#include "client/record.h"

#include <errno.h>
#include <time.h>

#define HISTORY_MAGIC "dtk-history 1"
enum { HISTORY_WHY = 200 }; /* bytes of a reason that are kept */

const char *const history_results[HISTORY_RESULTS] = {"built", "failed", "pulled", "tagged"};

long long history_now(void)
{
	struct timespec now = {0, 0};

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* -1 for "-" and for what is no number. */
static long long number(struct str *line)
{
	struct str word = record_word(line);
	long long value = 0;

	if (word.n == 0 || word.n > 18)
		return -1;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return -1;
		value = value * 10 + (word.p[i] - '0');
	}
	return value;
}

static bool read_run(struct arena *arena, struct str line, struct history_run *run)
{
	struct str word = record_word(&line);

	for (run->result = 0; run->result < HISTORY_RESULTS; run->result++)
		if (str_is(word, history_results[run->result]))
			break;
	run->begun = number(&line);
	run->took = number(&line);
	run->steps = number(&line);
	run->cached = number(&line);
	run->size = number(&line);
	run->image = record_word(&line);
	if (str_is(run->image, "-"))
		run->image.n = 0;
	run->why = str_is(line, "-") ? STR("") : record_unescape(arena, line);
	return run->result < HISTORY_RESULTS && run->begun >= 0 && run->took >= 0;
}

void history_load(const struct place *place, struct arena *arena, struct history *history)
{
	const char *path = place_stamp(arena, place, ".history");
	struct str body, line;

	*history = (struct history){NULL, 0};
	if (record_read(path, HISTORY_MAGIC, arena, NULL, &body) != RECORD_FINE)
		return;
	history->runs = ARENA_ARRAY(arena, HISTORY_RUNS, struct history_run);
	while (history->count < HISTORY_RUNS && record_line(&body, &line))
		if (str_is(record_word(&line), "run"))
			history->count += read_run(arena, line, &history->runs[history->count]);
}

static void write_number(struct buf *out, long long value)
{
	if (value >= 0)
		buf_addf(out, "%lld ", value);
	else
		buf_adds(out, "- ");
}

static void write_run(struct buf *out, const struct history_run *run)
{
	buf_addf(out, "run %s ", history_results[run->result]);
	write_number(out, run->begun);
	write_number(out, run->took);
	write_number(out, run->steps);
	write_number(out, run->cached);
	write_number(out, run->size);
	buf_addstr(out, run->image.n ? run->image : STR("-"));
	buf_addc(out, ' ');
	record_escape(out, run->why.n ? str_slice(run->why, 0, HISTORY_WHY) : STR("-"));
	buf_addc(out, '\n');
}

void history_add(const struct place *place, const struct history_run *run, struct diag *diag)
{
	struct buf text = BUF_INIT;
	struct history history;
	struct arena arena;
	const char *path;

	arena_init(&arena);
	path = place_stamp(&arena, place, ".history");
	history_load(place, &arena, &history);
	buf_adds(&text, HISTORY_MAGIC "\n");
	for (size_t i = history.count == HISTORY_RUNS; i < history.count; i++)
		write_run(&text, &history.runs[i]);
	write_run(&text, run);
	if (record_write(path, &text, NULL, NULL) < 0)
		diag_warning(diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	buf_release(&text);
	arena_release(&arena);
}

const struct history_run *history_last(const struct history *history)
{
	for (size_t i = history->count; i-- > 0;)
		if (history->runs[i].result != HISTORY_TAGGED)
			return &history->runs[i];
	return NULL;
}

long long history_size(const struct history *history)
{
	for (size_t i = history->count; i-- > 0;)
		if (history->runs[i].size >= 0)
			return history->runs[i].size;
	return -1;
}
