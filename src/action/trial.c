/* SPDX-License-Identifier: Apache-2.0 */
#include "action/trial.h"

#include "base/hash.h"
#include "client/engine.h"
#include "client/log.h"
#include "stamp/ran.h"
#include "stamp/seal.h"
#include "stamp/tally.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { TRIAL_WORDS = 24 };

/* A trial under way. */
struct course {
	const struct trial *trial;
	struct arena *arena;
	struct diag *diag;
	struct place place;
	struct command command;
	struct seal seal;
	struct hash hash;
	struct log log;
	const char *image;     /* as the engine knows it */
	const char *container; /* its name */
};

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	signalled = number;
}

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING = sizeof ending / sizeof *ending };

static void catch_signals(struct sigaction before[ENDING])
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_signal;
	for (size_t i = 0; i < ENDING; i++)
		sigaction(ending[i], &action, &before[i]);
}

static void release_signals(const struct sigaction before[ENDING])
{
	for (size_t i = 0; i < ENDING; i++)
		sigaction(ending[i], &before[i], NULL);
	if (signalled)
		raise(signalled);
}

/* --- What is tested how --- */

static void add_text(struct hasher *hasher, const char *text)
{
	hasher_field(hasher, text ? STR("+") : STR("-"));
	hasher_field(hasher, str_of(text ? text : ""));
}

static struct hash trial_hash(const struct course *course)
{
	struct hasher *hasher = hasher_new();
	struct hash hash;

	hasher_field(hasher, course->seal.image);
	add_text(hasher, course->trial->health);
	add_text(hasher, course->trial->shell);
	for (size_t i = 0; course->trial->exec[i]; i++)
		hasher_field(hasher, str_of(course->trial->exec[i]));
	hash = hasher_end(hasher);
	hasher_free(hasher);
	return hash;
}

static bool was_done(const struct course *course)
{
	struct str body, line;
	struct hash hash;

	if (record_read(course->trial->out, "dtk-test 1", course->arena, course->diag, &body) != RECORD_FINE)
		return false;
	while (record_line(&body, &line))
		if (str_is(record_word(&line), "hash"))
			return hash_parse(line, &hash) && hash_eq(hash, course->hash);
	return false;
}

static bool note(const struct course *course, long long took)
{
	struct buf body = BUF_INIT;
	char text[HASH_TEXT];
	int result;

	hash_text(course->hash, text);
	buf_adds(&body, "dtk-test 1\n");
	record_add(&body, "image", course->seal.image);
	buf_addf(&body, "hash %s\ntook %lld\n", text, took);
	result = record_write(course->trial->out, &body, NULL, course->diag);
	buf_release(&body);
	return result >= 0;
}

/* --- The container --- */

/* The same for every trial of an image here, so that what a killed one left can be found. */
static const char *container_name(struct arena *arena, const struct place *place)
{
	struct buf text = BUF_INIT;
	char digits[HASH_TEXT], where[4096];
	const char *name;

	buf_adds(&text, getcwd(where, sizeof where) ? where : "");
	buf_addf(&text, "\n%s/%.*s", place->stamps, STR_ARG(place->name));
	hash_text(hash_of(buf_str(&text)), digits);
	buf_clear(&text);
	buf_addf(&text, "dtk-test-%.16s", digits);
	name = arena_strndup(arena, text.p, text.n);
	buf_release(&text);
	return name;
}

static int call(const struct course *course, const char *const *words, unsigned limit, struct buf *text)
{
	struct engine_call call = ENGINE_CALL(engine_words(course->arena, &course->command, words),
	                                      course->command.env);

	call.out_text = text;
	call.out = text ? -1 : course->log.fd;
	call.err = course->log.fd;
	call.limit = limit;
	call.stop = limit ? &signalled : NULL;
	return engine_run(&call);
}

static void remove_container(const struct course *course)
{
	const char *const words[] = {"rm", "-f", course->container, NULL};
	struct buf silent = BUF_INIT;
	struct engine_call call = ENGINE_CALL(engine_words(course->arena, &course->command, words),
	                                      course->command.env);

	call.out_text = call.err_text = &silent;
	engine_run(&call);
	buf_release(&silent);
}

static bool wrong(const struct course *course, const char *what)
{
	if (!signalled)
		diag_error(course->diag, SPAN_NONE, "%.*s: %s", STR_ARG(course->place.name), what);
	return false;
}

/* Appends the words of the test to WORDS, which has N; true where there are any. */
static bool add_test(const struct course *course, const char **words, size_t n)
{
	const struct trial *trial = course->trial;
	size_t i = 0;

	if (trial->shell) {
		words[n++] = "sh";
		words[n++] = "-c";
		words[n++] = trial->shell;
		return true;
	}
	for (; trial->exec[i]; i++)
		words[n++] = trial->exec[i];
	return i > 0;
}

static const char **new_words(const struct course *course)
{
	size_t count = 0;

	while (course->trial->exec[count])
		count++;
	return ARENA_ARRAY(course->arena, count + TRIAL_WORDS, const char *);
}

static bool tell_status(const struct course *course, int status)
{
	char text[96];

	if (status == 0)
		return true;
	if (status == ENGINE_LATE)
		snprintf(text, sizeof text, "the test did not end within %u seconds", course->trial->limit);
	else
		snprintf(text, sizeof text, "the test failed with status %d", status);
	return wrong(course, text);
}

static bool run_alone(const struct course *course)
{
	const char **words = new_words(course);
	size_t n = 0;

	words[n++] = "run";
	words[n++] = "--rm";
	words[n++] = "--name";
	words[n++] = course->container;
	words[n++] = course->image;
	if (!add_test(course, words, n))
		return wrong(course, "there is neither a test nor a health check");
	return tell_status(course, call(course, words, course->trial->limit, NULL));
}

/* --- Health --- */

/* What the engine says of an image or container; trimmed, in the arena. */
static bool ask(const struct course *course, const char *kind, const char *format, const char *name, struct str *said)
{
	const char *const words[] = {kind, "inspect", "--format", format, name, NULL};
	struct buf text = BUF_INIT;
	int status = call(course, words, 0, &text);
	struct str trimmed = str_trim(buf_str(&text));

	*said = (struct str){arena_strndup(course->arena, trimmed.n ? trimmed.p : "", trimmed.n), trimmed.n};
	buf_release(&text);
	return status == 0;
}

static bool has_check(const struct course *course, bool *has)
{
	struct str said;

	*has = course->trial->health != NULL;
	if (*has)
		return true;
	if (!ask(course, "image", "{{if .Config.Healthcheck}}{{.Config.Healthcheck.Test}}{{end}}", course->image, &said) &&
	    !ask(course, "image", "{{if .HealthCheck}}{{.HealthCheck.Test}}{{end}}", course->image, &said))
		return wrong(course, "the engine does not have the image");
	*has = said.n > 0 && !str_is(said, "[]") && !str_is(said, "[NONE]");
	return true;
}

/* Podman's checks run on timers of systemd, which need not be there: they are run by hand. */
static void check_by_hand(const struct course *course)
{
	const char *const words[] = {"healthcheck", "run", course->container, NULL};

	if (command_is_podman(&course->command))
		call(course, words, course->trial->limit, NULL);
}

static bool wait_healthy(const struct course *course)
{
	static const char format[] = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}";
	const struct timespec pause = {0, 100000000};
	struct timespec now, end;
	struct str said;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += course->trial->limit;
	for (;;) {
		check_by_hand(course);
		if (!ask(course, "container", format, course->container, &said))
			return wrong(course, "its container is gone");
		if (str_is(said, "running healthy"))
			return true;
		if (str_is(said, "running unhealthy"))
			return wrong(course, "its container is unhealthy");
		if (str_starts(said, STR("exited")) || str_starts(said, STR("dead")))
			return wrong(course, "its container ended before it was healthy");
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (signalled || now.tv_sec >= end.tv_sec)
			return wrong(course, "its container did not become healthy in time");
		nanosleep(&pause, NULL);
	}
}

static bool start(const struct course *course)
{
	const char *words[TRIAL_WORDS] = {"run", "-d", "--name", course->container, "--health-interval=1s"};
	struct buf id = BUF_INIT;
	size_t n = 5;
	int status;

	if (course->trial->health) {
		words[n++] = "--health-cmd";
		words[n++] = course->trial->health;
	}
	words[n] = course->image;
	status = call(course, words, 0, &id);
	buf_release(&id);
	return status == 0 || wrong(course, "its container does not start");
}

static void keep_logs(const struct course *course)
{
	const char *const words[] = {"logs", course->container, NULL};

	call(course, words, 0, NULL);
}

static bool run_healthy(const struct course *course)
{
	const char **words = new_words(course);
	bool fine = start(course) && wait_healthy(course);

	words[0] = "exec";
	words[1] = course->container;
	if (fine && add_test(course, words, 2))
		fine = tell_status(course, call(course, words, course->trial->limit, NULL));
	if (!fine)
		keep_logs(course);
	return fine;
}

/* --- The trial --- */

static bool run(struct course *course)
{
	struct sigaction before[ENDING];
	struct timespec begun;
	long long took;
	bool check = false, fine;

	if (!log_open(&course->log, course->arena, &course->place, ".test.log", course->diag))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &begun);
	catch_signals(before);
	remove_container(course);
	fine = has_check(course, &check) && (check ? run_healthy(course) : run_alone(course));
	remove_container(course);
	release_signals(before);
	took = engine_milliseconds(begun);
	if (!fine)
		log_show(&course->log, course->place.name);
	log_close(&course->log);
	return fine && note(course, took);
}

static bool load(struct course *course)
{
	enum record found = seal_load(&course->place, course->arena, course->diag, &course->seal);

	if (found == RECORD_MISSING)
		diag_error(course->diag, SPAN_NONE, "%.*s is not built", STR_ARG(course->place.name));
	if (found != RECORD_FINE)
		return false;
	course->image = arena_strndup(course->arena, course->seal.engine.p, course->seal.engine.n);
	course->container = container_name(course->arena, &course->place);
	course->hash = trial_hash(course);
	return true;
}

int trial_run(const struct trial *trial, struct diag *diag)
{
	struct arena arena;
	struct course course = {.trial = trial, .arena = &arena, .diag = diag, .log.fd = -1};
	bool fine;

	arena_init(&arena);
	course.place = place_of(&arena, trial->out);
	fine = command_parse(&arena, diag, trial->words, &course.command) && load(&course) &&
	       (was_done(&course) || run(&course));
	if (!fine)
		ran_failed(&course.place);
	tally_report(&course.place);
	arena_release(&arena);
	return fine ? 0 : -1;
}
