/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/ran.h"

#include "base/fs.h"
#include "client/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	RAN_DAY = 24 * 3600,
	RAN_START = 22, /* the field of /proc/PID/stat that tells when the process began */
	RAN_DIGITS = 18
};

/* --- Which run --- */

struct run {
	long pid;
	unsigned long long start; /* clock ticks since boot; 0: not known */
};

/* The name, which is the second field, may hold blanks and parentheses. */
static unsigned long long start_of(long pid)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	unsigned long long start = 0;
	char *at;

	buf_addf(&path, "/proc/%ld/stat", pid);
	if (fs_read(path.p, &text) == 0 && text.n && (at = strrchr(text.p, ')'))) {
		for (int field = 2; at && field < RAN_START; field++)
			at = strchr(at + 1, ' ');
		start = at ? strtoull(at, NULL, 10) : 0;
	}
	buf_release(&text);
	buf_release(&path);
	return start;
}

static struct run present_run(void)
{
	struct run run = {.pid = (long)getppid()};

	run.start = start_of(run.pid);
	return run;
}

/* Milliseconds since 1970; of a run whose start is not known the present. */
static long long begun_at(const struct run *run)
{
	long long age = 0;
#ifdef CLOCK_BOOTTIME
	struct timespec now;
	long ticks = sysconf(_SC_CLK_TCK);

	if (run->start && ticks > 0 && clock_gettime(CLOCK_BOOTTIME, &now) == 0)
		age = now.tv_sec * 1000LL + now.tv_nsec / 1000000
		      - (long long)(run->start * 1000 / (unsigned long)ticks);
#else
	(void)run;
#endif
	return history_now() - (age > 0 ? age : 0);
}

static const char *dir_of(const struct place *place, struct arena *arena)
{
	return path_join(arena, str_of(place->stamps), STR(".ran"));
}

static const char *file_of(const struct place *place, const struct run *run, struct arena *arena)
{
	char name[64];

	snprintf(name, sizeof name, "%ld-%llu", run->pid, run->start);
	return path_join(arena, str_of(dir_of(place, arena)), str_of(name));
}

/* --- Writing --- */

static void remove_old(const char *dir, struct arena *arena)
{
	time_t limit = time(NULL) - RAN_DAY;
	struct str *names;
	struct stat st;
	size_t count;

	if (fs_list(dir, arena, &names, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *path = path_join(arena, str_of(dir), names[i]);

		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime < limit)
			unlink(path);
	}
}

/* For appending; the first edge of a run makes the file. -1 where that cannot be. */
static int open_notes(const struct place *place, struct arena *arena)
{
	enum { APPEND = O_WRONLY | O_APPEND | O_CLOEXEC };
	struct run run = present_run();
	const char *path = file_of(place, &run, arena), *dir = dir_of(place, arena);
	int fd = open(path, APPEND);
	char line[64];
	int n;

	if (fd >= 0 || errno != ENOENT || fs_mkdirs(dir) != 0)
		return fd;
	remove_old(dir, arena);
	fd = open(path, APPEND | O_CREAT | O_EXCL, 0666);
	if (fd < 0)
		return open(path, APPEND);
	n = snprintf(line, sizeof line, "begun %lld\n", begun_at(&run));
	if (write(fd, line, (size_t)n) == n)
		return fd;
	close(fd);
	return -1;
}

static void add_number(struct buf *out, long long value)
{
	if (value >= 0)
		buf_addf(out, "%lld ", value);
	else
		buf_adds(out, "- ");
}

const char *ran_word(unsigned result)
{
	return result == RAN_KEPT ? "kept" : history_results[result];
}

static void note(const struct place *place, unsigned result, long long steps, long long cached)
{
	struct buf line = BUF_INIT;
	struct arena arena;
	int fd;

	arena_init(&arena);
	buf_addf(&line, "%s ", ran_word(result));
	add_number(&line, steps);
	add_number(&line, cached);
	record_escape(&line, place->name);
	buf_addc(&line, '\n');
	fd = open_notes(place, &arena);
	if (fd >= 0) {
		fs_write_all(fd, buf_str(&line));
		close(fd);
	}
	buf_release(&line);
	arena_release(&arena);
}

void ran_add(const struct place *place, const struct history_run *run)
{
	note(place, run->result, run->steps, run->cached);
}

void ran_kept(const struct place *place)
{
	note(place, RAN_KEPT, -1, -1);
}

void ran_failed(const struct place *place)
{
	note(place, HISTORY_FAILED, -1, -1);
}

/* --- Reading --- */

static long long number_of(struct str word)
{
	long long value = 0;

	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9' || i == RAN_DIGITS)
			return -1;
		value = value * 10 + (word.p[i] - '0');
	}
	return word.n ? value : -1;
}

static bool read_line(struct arena *arena, struct str line, struct ran_line *into)
{
	struct str word = record_word(&line);

	into->result = 0;
	while (into->result < RAN_RESULTS && !str_is(word, ran_word(into->result)))
		into->result++;
	into->steps = number_of(record_word(&line));
	into->cached = number_of(record_word(&line));
	into->name = record_unescape(arena, line);
	return into->result < RAN_RESULTS && into->name.n;
}

static void read_notes(const char *path, struct arena *arena, struct ran *ran)
{
	struct str text = STR(""), line, rest;
	size_t room = 1;

	if (fs_read_arena(path, arena, &text) != 0)
		return;
	for (size_t at = 0; at < text.n; at = str_find(text, '\n', at) + 1)
		room++;
	ran->lines = ARENA_ARRAY(arena, room, struct ran_line);
	while (record_line(&text, &line)) {
		rest = line;
		if (str_is(record_word(&rest), "begun") && number_of(rest) >= 0)
			ran->begun = number_of(rest);
		else
			ran->count += read_line(arena, line, &ran->lines[ran->count]);
	}
}

void ran_load(const struct place *place, struct arena *arena, struct ran *ran)
{
	struct run run = present_run();

	*ran = (struct ran){.begun = begun_at(&run)};
	read_notes(file_of(place, &run, arena), arena, ran);
}

long long ran_last(const struct place *place, struct arena *arena)
{
	const char *dir = dir_of(place, arena);
	long long last = -1;
	struct str *names;
	size_t count;

	if (fs_list(dir, arena, &names, &count) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct ran ran = {.begun = -1};

		read_notes(path_join(arena, str_of(dir), names[i]), arena, &ran);
		if (ran.begun > last)
			last = ran.begun;
	}
	return last;
}
