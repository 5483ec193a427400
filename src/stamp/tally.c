/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/tally.h"

#include "base/fs.h"
#include "base/human.h"
#include "base/map.h"
#include "base/quote.h"
#include "client/words.h"
#include "stamp/ran.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	TALLY_NAMED = 5,           /* failures that are named */
	TALLY_AHEAD = 3650 * 86400 /* seconds */
};

struct tally {
	struct arena arena;
	const struct place *place;
	struct ran ran;
	struct map names; /* of images -> what became of them: a bit a result */
	unsigned counts[RAN_RESULTS];
	long long steps, cached;
	size_t skipped;
};

static void take(struct tally *tally, const struct ran_line *line)
{
	struct map_entry *entry = map_put(&tally->names, line->name, NULL);
	uint64_t bit = (uint64_t)1 << line->result;

	tally->counts[line->result] += !(entry->value.number & bit);
	entry->value.number |= bit;
	if (line->steps > 0) {
		tally->steps += line->steps;
		tally->cached += line->cached > 0 ? line->cached : 0;
	}
}

static void tally_init(struct tally *tally, const struct place *place)
{
	*tally = (struct tally){.place = place};
	arena_init(&tally->arena);
	map_init(&tally->names);
	ran_load(place, &tally->arena, &tally->ran);
	for (size_t i = 0; i < tally->ran.count; i++)
		take(tally, &tally->ran.lines[i]);
	tally->skipped = tally->counts[RAN_KEPT];
}

static void tally_release(struct tally *tally)
{
	map_release(&tally->names);
	arena_release(&tally->arena);
}

static void add_counts(const struct tally *tally, struct buf *out)
{
	static const enum history_result rare[] = {HISTORY_PULLED, HISTORY_TAGGED};

	buf_addf(out, "%u built", tally->counts[HISTORY_BUILT]);
	for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
		if (tally->counts[rare[i]])
			buf_addf(out, ", %u %s", tally->counts[rare[i]], ran_word(rare[i]));
	buf_addf(out, ", %zu skipped, %u failed", tally->skipped, tally->counts[HISTORY_FAILED]);
	if (tally->steps)
		buf_addf(out, "; %lld of %lld steps cached", tally->cached, tally->steps);
	buf_adds(out, "; ");
	human_duration(out, history_now() - tally->ran.begun);
	buf_addc(out, '\n');
}

/* --- After a failure --- */

/* The log of its test, else of its build; NULL where neither was written in this run. */
static const char *log_of(struct tally *tally, struct str name)
{
	static const char *const endings[] = {".test.log", ".log"};
	struct place logs = {place_tree(&tally->arena, tally->place, "logs"), tally->place->tree, name};
	struct stat st;

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		const char *path = place_stamp(&tally->arena, &logs, endings[i]);

		if (stat(path, &st) == 0 && fs_nanoseconds(st.st_mtim) / 1000000 >= tally->ran.begun)
			return path;
	}
	return NULL;
}

/* dtk-gen with the options that the tree was made with. */
static struct str generator_of(struct tally *tally)
{
	struct str text;

	if (fs_read_arena(place_tree(&tally->arena, tally->place, ".generator"), &tally->arena, &text) != 0)
		return STR("dtk-gen");
	return str_trim(text);
}

static void add_failures(struct tally *tally, struct buf *out)
{
	unsigned named = 0, failed = tally->counts[HISTORY_FAILED];
	struct buf names = BUF_INIT;

	buf_adds(out, "dtk: failed:");
	for (size_t i = 0; i < tally->names.count && named < TALLY_NAMED; i++) {
		const struct map_entry *entry = &tally->names.entries[i];
		const char *log;

		if (!(entry->value.number & 1u << HISTORY_FAILED))
			continue;
		log = log_of(tally, entry->key);
		buf_addf(out, "%s %.*s", named++ ? "," : "", STR_ARG(entry->key));
		if (log)
			buf_addf(out, " (%s)", log);
		buf_addc(&names, ' ');
		quote_shell(&names, entry->key);
	}
	if (failed > named)
		buf_addf(out, ", and %u more (ninja status)", failed - named);
	buf_addf(out, "\ndtk: what changed: %.*s -t why%s\n", STR_ARG(generator_of(tally)), buf_str(&names).p);
	buf_release(&names);
}

void tally_report(const struct place *place)
{
	struct buf text = BUF_INIT;
	struct tally tally;

	tally_init(&tally, place);
	if (tally.counts[HISTORY_FAILED]) {
		buf_adds(&text, "dtk: so far ");
		add_counts(&tally, &text);
		add_failures(&tally, &text);
		fflush(stderr);
		fwrite(text.p, 1, text.n, stdout);
		fflush(stdout);
	}
	buf_release(&text);
	tally_release(&tally);
}

/* --- The last edge --- */

/* An image of the set to which nothing happened was skipped. */
static bool count_stamp(void *context, struct str word)
{
	enum { KEPT = 1u << RAN_KEPT };
	struct tally *tally = context;
	const struct map_entry *entry;
	struct place place;

	if (words_besides(word))
		return true;
	place = place_of(&tally->arena, arena_strndup(&tally->arena, word.p, word.n));
	entry = map_get(&tally->names, place.name);
	tally->skipped += !entry || entry->value.number == KEPT;
	return true;
}

static bool show(const struct place *place, struct str set, struct diag *diag)
{
	struct buf list = BUF_INIT, text = BUF_INIT;
	const char *lists[2] = {NULL, NULL};
	struct tally tally;
	bool fine;

	buf_addf(&list, "@%s/_images.%.*s", place->tree, STR_ARG(set));
	lists[0] = list.p;
	tally_init(&tally, place);
	tally.skipped = 0;
	fine = words_each(lists, diag, count_stamp, &tally);
	buf_addf(&text, "%.*s: ", STR_ARG(set));
	add_counts(&tally, &text);
	if (fine)
		fwrite(text.p, 1, text.n, stdout);
	tally_release(&tally);
	buf_release(&text);
	buf_release(&list);
	return fine;
}

int tally_show(const char *out, struct diag *diag)
{
	struct arena arena;
	struct place place;
	struct str set;
	bool fine;

	arena_init(&arena);
	place = place_of(&arena, out);
	set = path_base(str_of(out));
	if (str_starts(set, STR(TALLY_PREFIX)))
		set = str_slice(set, strlen(TALLY_PREFIX), set.n);
	fine = show(&place, set, diag);
	if (fine && tally_mark(out) != 0) {
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", out, strerror(errno));
		fine = false;
	}
	arena_release(&arena);
	return fine ? 0 : -1;
}

int tally_mark(const char *path)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {time(NULL) + TALLY_AHEAD, 0}};
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666), result = -1, saved;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0)
		result = st.st_mtim.tv_sec > times[1].tv_sec - TALLY_AHEAD / 2 ? 0 : futimens(fd, times);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}
