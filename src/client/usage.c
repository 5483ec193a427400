/* SPDX-License-Identifier: Apache-2.0 */
#include "client/usage.h"

#include "base/human.h"
#include "client/engine.h"

#include <stdio.h>

enum { USAGE_WORDS = 16 };

struct usage {
	struct arena arena;
	struct diag *diag;
	struct command command;
	enum { USAGE_DOCKER, USAGE_BUILDX, USAGE_PODMAN } way;
};

static bool usage_init(struct usage *usage, const char *const *words, struct diag *diag)
{
	arena_init(&usage->arena);
	usage->diag = diag;
	if (!command_parse(&usage->arena, diag, words, &usage->command))
		return false;
	usage->way = USAGE_DOCKER;
	if (command_is_podman(&usage->command))
		usage->way = USAGE_PODMAN;
	else if (usage->command.verb_count == 2 && strcmp(usage->command.verb[0], "buildx") == 0)
		usage->way = USAGE_BUILDX;
	return true;
}

/* Runs the client with WORDS, of which the first may be NULL for those that stand for its builder. */
static int call(struct usage *usage, const char *const *words, struct buf *out, struct buf *err)
{
	const char *all[USAGE_WORDS + 4];
	struct str builder = command_option(&usage->command, "--builder");
	struct engine_call call;
	size_t n = 0;

	if (!words[0]) {
		all[n++] = usage->way == USAGE_BUILDX ? "buildx" : usage->way == USAGE_DOCKER ? "builder" : "image";
		if (builder.n) {
			all[n++] = "--builder";
			all[n++] = arena_strndup(&usage->arena, builder.p, builder.n);
		}
		words++;
	}
	while (*words && n < USAGE_WORDS + 3)
		all[n++] = *words++;
	all[n] = NULL;
	call = ENGINE_CALL(engine_words(&usage->arena, &usage->command, all), usage->command.env);
	call.out_text = out;
	call.err_text = err;
	return engine_run(&call);
}

/* The same where it has to succeed: what it prints, in the arena; false after an error was said. */
static bool ask(struct usage *usage, const char *const *words, struct str *text)
{
	struct buf out = BUF_INIT, err = BUF_INIT;
	int status = call(usage, words, &out, &err);

	*text = (struct str){arena_strndup(&usage->arena, buf_str(&out).p, out.n), out.n};
	if (status != 0)
		diag_error(usage->diag, SPAN_NONE, "the container engine did not answer: %.*s",
		           STR_ARG(str_trim(buf_str(err.n ? &err : &out))));
	buf_release(&out);
	buf_release(&err);
	return status == 0;
}

static bool take_line(struct str *text, struct str *line)
{
	size_t end = str_find(*text, '\n', 0);

	if (text->n == 0)
		return false;
	*line = str_slice(*text, 0, end);
	*text = str_slice(*text, end + 1, text->n);
	return true;
}

/* VALUE of a line "NAME VALUE", blanks around it taken away. */
static bool value_of(struct str line, const char *name, struct str *value)
{
	struct str start = str_of(name);

	if (!str_starts(line, start))
		return false;
	*value = str_trim(str_slice(line, start.n, line.n));
	return true;
}

/* The size in the last line that begins with NAME; -1 where there is none. */
static long long size_after(struct str text, const char *name)
{
	long long size = -1, now;
	struct str line, value;

	while (take_line(&text, &line))
		if (value_of(line, name, &value) && human_read_size(value, &now))
			size = now;
	return size;
}

/* --- By kind --- */

enum { KINDS = 16 };

struct kind {
	struct str name;
	size_t count;
	long long bytes;
};

static const struct {
	const char *name, *what;
} kind_names[] = {
	{"regular", "steps, and contexts that were sent"}, {"exec.cachemount", "cache mounts (packages and the like)"},
	{"source.local", "contexts"}, {"source.git.checkout", "checkouts"}, {"frontend", "syntax frontends"},
	{"internal", "internal"},
};

static void add_kind(struct kind kinds[KINDS], struct str name, struct str size)
{
	long long bytes = 0;
	size_t i = 0;

	human_read_size(size, &bytes);
	while (i + 1 < KINDS && kinds[i].name.n && !str_eq(kinds[i].name, name))
		i++;
	if (kinds[i].name.n == 0)
		kinds[i].name = name;
	kinds[i].count++;
	kinds[i].bytes += bytes;
}

/* A line a record. */
static bool kinds_of_docker(struct usage *usage, struct kind kinds[KINDS])
{
	const char *const words[] = {"system", "df", "-v", "--format",
	                             "{{range .BuildCache}}{{.CacheType}} {{.Size}}\n{{end}}", NULL};
	struct str text, line;

	if (!ask(usage, words, &text))
		return false;
	while (take_line(&text, &line)) {
		size_t blank = str_find(line, ' ', 0);

		if (blank && blank < line.n)
			add_kind(kinds, str_slice(line, 0, blank), str_slice(line, blank + 1, line.n));
	}
	return true;
}

/* Records of several lines, of which the type is the last that counts; the sums come behind. */
static bool kinds_of_buildx(struct usage *usage, struct kind kinds[KINDS])
{
	const char *const words[] = {NULL, "du", "--verbose", NULL};
	struct str text, line, value, size = STR("0B");

	if (!ask(usage, words, &text))
		return false;
	while (take_line(&text, &line)) {
		value_of(line, "Size:", &size);
		if (value_of(line, "Type:", &value))
			add_kind(kinds, value, size);
	}
	return true;
}

static void print_kinds(const struct kind kinds[KINDS])
{
	struct buf size = BUF_INIT;

	if (kinds[0].name.n)
		puts("\nBUILD CACHE          RECORDS       SIZE");
	for (size_t i = 0; i < KINDS && kinds[i].name.n; i++) {
		const char *what = "";

		for (size_t j = 0; j < sizeof kind_names / sizeof *kind_names; j++)
			if (str_is(kinds[i].name, kind_names[j].name))
				what = kind_names[j].what;
		buf_clear(&size);
		human_size(&size, kinds[i].bytes);
		printf("%-20.*s %7zu %10s  %s\n", STR_ARG(kinds[i].name), kinds[i].count, size.p, what);
	}
	buf_release(&size);
}

int usage_show(const char *const *words, struct diag *diag)
{
	const char *const df[] = {"system", "df", NULL};
	struct kind kinds[KINDS];
	struct usage usage;
	struct str text;
	bool fine;

	memset(kinds, 0, sizeof kinds);
	fine = usage_init(&usage, words, diag) && ask(&usage, df, &text);
	if (fine)
		printf("%.*s\n", STR_ARG(str_trim(text)));
	if (fine && usage.way != USAGE_PODMAN)
		fine = usage.way == USAGE_DOCKER ? kinds_of_docker(&usage, kinds) : kinds_of_buildx(&usage, kinds);
	if (fine)
		print_kinds(kinds);
	arena_release(&usage.arena);
	return fine ? 0 : -1;
}

/* --- Pruning --- */

/* All of the build cache; false after an error was said. */
static bool total(struct usage *usage, long long *bytes)
{
	const char *const df[] = {"system", "df", "--format", "{{.Type}}: {{.Size}}", NULL};
	const char *const du[] = {NULL, "du", NULL};
	struct str text;

	if (!ask(usage, usage->way == USAGE_BUILDX ? du : df, &text))
		return false;
	*bytes = size_after(text, usage->way == USAGE_BUILDX ? "Total:" : usage->way == USAGE_DOCKER ? "Build Cache:"
	                                                                                              : "Images:");
	return true;
}

/* Buildx had --keep-storage before it had --max-used-space; builders may be older than it. */
static bool can_bound(struct usage *usage)
{
	const char *const words[] = {NULL, "prune", "--help", NULL};
	struct buf text = BUF_INIT;
	bool can = call(usage, words, &text, &text) == 0 && strstr(text.n ? text.p : "", "--max-used-space") != NULL;

	buf_release(&text);
	return can;
}

static const char *number_text(struct usage *usage, const char *before, long long number, const char *after)
{
	struct buf text = BUF_INIT;
	const char *kept;

	buf_addf(&text, "%s%lld%s", before, number, after);
	kept = arena_strndup(&usage->arena, text.p, text.n);
	buf_release(&text);
	return kept;
}

/* Runs the client's prune with WORDS; WHAT tells of what goes. */
static bool prune(struct usage *usage, const char *const *words, struct str what)
{
	struct buf size = BUF_INIT;
	struct str text;
	long long freed;

	if (!ask(usage, words, &text))
		return false;
	freed = size_after(text, "Total reclaimed space:");
	if (freed < 0)
		freed = size_after(text, "Total:");
	if (freed >= 0) {
		buf_adds(&size, ": ");
		human_size(&size, freed);
	}
	printf("removed %.*s%s\n", STR_ARG(what), size.n ? size.p : "");
	buf_release(&size);
	return true;
}

static bool prune_age(struct usage *usage, long long age)
{
	const char *const until[] = {NULL, "prune", "--force", "--filter",
	                             number_text(usage, "until=", age / 1000, "s"), NULL};
	const char *const all[] = {NULL, "prune", "--force", usage->way == USAGE_PODMAN ? NULL : "--all", NULL};
	struct buf what = BUF_INIT;
	bool fine;

	buf_adds(&what, age == 0 ? "all" : usage->way == USAGE_PODMAN ? "what is older than " : "what was not used for ");
	if (age)
		human_duration(&what, age);
	fine = prune(usage, age ? until : all, buf_str(&what));
	buf_release(&what);
	return fine;
}

/* A builder that is older than its client knows of the space to reserve only: both are the same. */
static bool prune_size(struct usage *usage, long long keep)
{
	const char *bytes = number_text(usage, "", keep, "");
	const char *const bound[] = {NULL, "prune", "--force", "--max-used-space", bytes, "--reserved-space", bytes, NULL};
	const char *const old[] = {NULL, "prune", "--force", "--keep-storage", bytes, NULL};
	struct buf what = BUF_INIT;
	bool fine;

	if (usage->way == USAGE_PODMAN) {
		diag_error(usage->diag, SPAN_NONE, "podman cannot bound its cache by size, only by age");
		return false;
	}
	buf_adds(&what, "what is beyond ");
	human_size(&what, keep);
	fine = prune(usage, can_bound(usage) ? bound : old, buf_str(&what));
	buf_release(&what);
	return fine;
}

static void print_totals(const struct usage *usage, long long before, long long after)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, usage->way == USAGE_PODMAN ? "images: " : "build cache: ");
	human_size(&text, before);
	buf_adds(&text, " before, ");
	human_size(&text, after);
	buf_adds(&text, " now");
	puts(text.p);
	buf_release(&text);
}

int usage_prune(const struct usage_prune *order, struct diag *diag)
{
	long long before = -1, after = -1;
	struct usage usage;
	bool fine = usage_init(&usage, order->words, diag) && total(&usage, &before);

	if (fine && order->age >= 0)
		fine = prune_age(&usage, order->age);
	if (fine && order->keep >= 0)
		fine = prune_size(&usage, order->keep);
	fine = fine && total(&usage, &after);
	if (fine)
		print_totals(&usage, before, after);
	arena_release(&usage.arena);
	return fine ? 0 : -1;
}
