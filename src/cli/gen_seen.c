/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "emit/seen.h"
#include "model/local.h"

#include <sys/utsname.h>

/*
 * TREE/stamps/.seen proves that certain inputs give a certain tree: a digest,
 * then the inputs, a line each: "+PATH" was read (of a directory: what is in it),
 * "-PATH" looked for in vain; where they count, "@DATE" is the day of the run, "~USER" whose run it is, and
 * "/NAME" what the project's directory is called.
 * The digest covers what they hold, the tree, dtk-gen itself and its options.
 * Being a proof it is never out of date: it fits what is there, or does not.
 */
static char *seen_path(struct gen *gen, const char *tree)
{
	return path_join(&gen->arena, str_of(tree), STR("stamps/.seen"));
}

/* The program (by its bytes), how it was called and where it runs; false where that cannot be told. */
static bool add_program(struct gen *gen, const char *root, struct hasher *hasher)
{
	struct buf bytes = BUF_INIT;
	struct utsname host;
	bool fine = uname(&host) == 0 && fs_read("/proc/self/exe", &bytes) == 0;

	if (fine) {
		hasher_field(hasher, buf_str(&bytes));
		hasher_field(hasher, str_of(host.machine));
		hasher_field(hasher, gen_generator(gen));
		hasher_field(hasher, str_of(gen->stamp));
		hasher_field(hasher, str_of(root));
		hasher_field(hasher, gen_configured(gen) ? STR("configured") : STR(""));
	}
	buf_release(&bytes);
	return fine;
}

/* The names in a directory that was searched, and of what kind they are. */
static bool add_listing(struct gen *gen, const char *path, struct buf *bytes)
{
	struct str *names;
	size_t count;

	if (fs_list(path, &gen->arena, &names, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct stat st;

		if (stat(path_join(&gen->arena, str_of(path), names[i]), &st) != 0)
			st.st_mode = 0;
		buf_addf(bytes, "%o ", (unsigned)(st.st_mode & S_IFMT));
		buf_addstr(bytes, names[i]);
		buf_addc(bytes, '\0');
	}
	return true;
}

/* What was read; false where that fails now, or where it has changed since gen->moment. */
static bool add_read(struct gen *gen, const char *path, struct buf *bytes, struct hasher *hasher)
{
	struct stat st;

	buf_clear(bytes);
	if (stat(path, &st) != 0 || !(S_ISDIR(st.st_mode) ? add_listing(gen, path, bytes) : fs_read(path, bytes) == 0))
		return false;
	hasher_field(hasher, buf_str(bytes));
	return gen_by_time(st.st_mtim, gen->moment) <= 0 && gen_by_time(st.st_ctim, gen->moment) <= 0;
}

/* A file that is not there; false where it is, or where its directory has changed since gen->moment. */
static bool add_missing(struct gen *gen, const char *path, struct hasher *hasher)
{
	struct stat st;
	struct str watched;

	if (stat(path, &st) == 0)
		return false;
	watched = gen_watched_path(gen, str_of(path));
	hasher_field(hasher, watched);
	return watched.n == 0 || (stat(watched.p, &st) == 0 && gen_by_time(st.st_mtim, gen->moment) <= 0);
}

static bool is_today(struct str date)
{
	char text[sizeof "2026-11-21"];
	time_t now = time(NULL);
	struct tm day;

	return gmtime_r(&now, &day) && strftime(text, sizeof text, "%Y-%m-%d", &day) && str_is(date, text);
}

/* LINES as in the file; *DIGEST is what belongs before them. */
static bool digest_of(struct gen *gen, const char *root, struct hash tree, struct str lines, struct hash *digest)
{
	struct hasher *hasher = hasher_new();
	struct buf bytes = BUF_INIT;
	bool fine = add_program(gen, root, hasher);

	hasher_add(hasher, tree.bytes, sizeof tree.bytes);
	hasher_field(hasher, lines);
	for (size_t at = 0, end; fine && at < lines.n; at = end + 1) {
		end = str_find(lines, '\n', at);
		struct str name = str_slice(lines, at + 1, end);
		const char *path = arena_strndup(&gen->arena, name.p, name.n);

		if (lines.p[at] == '@')
			fine = is_today(name);
		else if (lines.p[at] == '~')
			fine = str_eq(local_user(&gen->arena), name);
		else if (lines.p[at] == '/')
			fine = str_eq(local_project(&gen->arena), name);
		else if (lines.p[at] == '+')
			fine = add_read(gen, path, &bytes, hasher);
		else
			fine = add_missing(gen, path, hasher);
	}
	*digest = hasher_end(hasher);
	buf_release(&bytes);
	hasher_free(hasher);
	return fine;
}

/* False where it would be no line. */
static bool add_line(struct buf *lines, char kind, struct str text)
{
	buf_addf(lines, "%c%.*s\n", kind, STR_ARG(text));
	return text.n == 0 || !memchr(text.p, '\n', text.n);
}

static bool list_inputs(const struct gen *gen, struct buf *lines)
{
	const struct plan *plan = gen->plan;
	bool fine = true;

	for (size_t i = 0; i < plan->input_count; i++)
		fine = add_line(lines, plan->inputs[i].found ? '+' : '-', plan->inputs[i].path) && fine;
	if (plan->date.n)
		add_line(lines, '@', plan->date);
	if (plan->user.n)
		fine = add_line(lines, '~', plan->user) && fine;
	if (plan->project.n)
		fine = add_line(lines, '/', plan->project) && fine;
	return fine;
}

void gen_record(struct gen *gen, const char *tree, const char *root, struct hash made)
{
	struct buf text = BUF_INIT, lines = BUF_INIT;
	char digits[HASH_TEXT];
	struct hash digest;

	if (list_inputs(gen, &lines) && digest_of(gen, root, made, buf_str(&lines), &digest)) {
		hash_text(digest, digits);
		buf_adds(&text, digits);
		buf_addc(&text, '\n');
		buf_addstr(&text, buf_str(&lines));
		fs_write(seen_path(gen, tree), buf_str(&text), 0644);
	}
	buf_release(&lines);
	buf_release(&text);
}

bool gen_seen(struct gen *gen, const char *tree, const char *root)
{
	struct hash recorded, found, digest;
	struct str text;

	return fs_read_arena(seen_path(gen, tree), &gen->arena, &text) == 0 && text.n >= HASH_TEXT &&
	       hash_parse(str_slice(text, 0, HASH_TEXT - 1), &recorded) && seen_found(tree, &found) &&
	       digest_of(gen, root, found, str_slice(text, HASH_TEXT, text.n), &digest) &&
	       hash_eq(digest, recorded);
}
