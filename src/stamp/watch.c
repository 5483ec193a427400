/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/watch.h"

#include "base/fs.h"
#include "base/quote.h"
#include "stamp/cache.h"
#include "stamp/key.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { WATCH_WARNINGS = 3 }; /* named one by one */

static char *dotted(struct arena *arena, const char *path, const char *suffix)
{
	struct buf name = BUF_INIT;
	char *result;

	buf_adds(&name, path);
	buf_adds(&name, suffix);
	result = arena_strndup(arena, name.p, name.n);
	buf_release(&name);
	return result;
}

static bool make_link(struct watch *watch, const char *target, const char *path)
{
	if (fs_link(target, path) == 0)
		return true;
	diag_error(watch->diag, SPAN_NONE, "cannot make the link %s: %s", path, strerror(errno));
	return false;
}

bool watch_begin(struct watch *watch, const struct place *place, struct diag *diag, const char *out)
{
	struct timespec now = {0, 0};
	const char *root;

	memset(watch, 0, sizeof *watch);
	arena_init(&watch->arena);
	watch->place = place;
	watch->diag = diag;
	clock_gettime(CLOCK_REALTIME, &now);
	watch->now = fs_nanoseconds(now);
	quote_depfile(&watch->text, str_of(out));
	buf_addc(&watch->text, ':');
	root = path_relative(&watch->arena, place->tree, ".");
	if (!root || place->tree[0] == '/') {
		root = getcwd(NULL, 0);
		root = root ? root : ".";
	}
	return make_link(watch, root, place_tree(&watch->arena, place, ".root"));
}

static void list(struct watch *watch, const char *path)
{
	buf_adds(&watch->text, " \\\n ");
	quote_depfile(&watch->text, str_of(path));
}

void watch_always(struct watch *watch, struct str what, const char *why)
{
	if (watch->unwatchable++ == 0)
		list(watch, dotted(&watch->arena, watch->place->stamps, "/.always"));
	if (watch->unwatchable <= WATCH_WARNINGS)
		diag_warning(watch->diag, SPAN_NONE, "%.*s %s: looked at in every run", STR_ARG(what), why);
}

static bool in_future(const struct watch *watch, const struct fs_look *look)
{
	return look->modified > watch->now;
}

/* PATH as it was looked at, under the name by which Ninja knows it. */
static void watch_as(struct watch *watch, const char *path, const struct fs_look *look)
{
	if (look && in_future(watch, look))
		watch_always(watch, str_of(path), "has a time in the future");
	if (quote_ninja_watches(str_of(path)))
		list(watch, path);
	else
		watch_always(watch, str_of(path), "has a name that Ninja cannot watch");
}

void watch_path(struct watch *watch, const char *path, const struct fs_look *look)
{
	const char *root = place_tree(&watch->arena, watch->place, ".root");

	watch_as(watch, path[0] == '/' ? path : path_join(&watch->arena, str_of(root), str_of(path)), look);
}

static bool is_outside(const char *path)
{
	return path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0;
}

/* The context under the name by which Ninja knows it; NULL after an error was said. */
static const char *context_name(struct watch *watch, const char *context)
{
	struct arena *arena = &watch->arena;
	const char *clean = path_clean(arena, str_of(context)), *link;
	char digits[HASH_TEXT];

	if (!is_outside(clean))
		return path_join(arena, str_of(place_tree(arena, watch->place, ".root")), str_of(clean));
	hash_text(hash_of(str_of(clean)), digits);
	digits[8] = '\0';
	link = place_tree(arena, watch->place, dotted(arena, ".root-", digits));
	if (clean[0] != '/') {
		char *here = getcwd(NULL, 0);

		if (!here)
			return NULL;
		clean = path_relative(arena, path_join(arena, str_of(here), str_of(watch->place->tree)),
		                      path_join(arena, str_of(here), str_of(clean)));
		free(here);
	}
	return make_link(watch, clean, link) ? link : NULL;
}

/* What the paths of a directory have in common is judged and quoted once. */
static void watch_entries(struct watch *watch, const struct scan *scan, const char *context)
{
	struct buf path = BUF_INIT, quoted = BUF_INIT;
	struct str dir = {NULL, 0};
	size_t n = strlen(context);
	bool fine = false;

	buf_adds(&path, context);
	buf_addc(&path, '/');
	for (size_t i = 0; i < scan->list.count; i++) {
		const struct context_entry *entry = scan->list.entries[i];
		struct str base = path_base(entry->path), above = str_slice(entry->path, 0, entry->path.n - base.n);

		if (S_ISDIR(entry->look.mode) || S_ISLNK(entry->look.mode))
			continue;
		path.n = n + 1;
		if (!dir.p || !str_eq(above, dir)) {
			dir = above;
			buf_addstr(&path, dir);
			fine = quote_ninja_watches(buf_str(&path));
			buf_clear(&quoted);
			buf_adds(&quoted, " \\\n ");
			quote_depfile(&quoted, buf_str(&path));
		}
		if (fine && !in_future(watch, &entry->look) && quote_ninja_watches(base)) {
			buf_addstr(&watch->text, buf_str(&quoted));
			quote_depfile(&watch->text, base);
			continue;
		}
		path.n = n + 1;
		buf_addstr(&path, entry->path);
		watch_as(watch, path.p, &entry->look);
	}
	buf_release(&path);
	buf_release(&quoted);
}

/* The generated tree changes with every file in it; the list of them changes with their names. */
static void watch_dirs(struct watch *watch, const struct scan *scan, const char *context)
{
	const char *files = place_tree(&watch->arena, watch->place, ".files");
	struct stat st;

	for (size_t i = 0; i < scan->list.dir_count; i++) {
		struct str dir = scan->list.dirs[i];
		const char *path = path_join(&watch->arena, str_of(context), dir);
		struct fs_look look;

		if (scan_is_tree(&watch->arena, watch->place, scan->spec->context, dir)) {
			if (access(files, F_OK) == 0)
				list(watch, files);
		} else if (stat(path, &st) == 0) {
			look = fs_look_of(&st);
			watch_as(watch, path, &look);
		} else {
			watch_as(watch, path, NULL);
		}
	}
}

/* The ignore file, and the places where one would count before it. */
static void watch_ignore(struct watch *watch, const struct scan *scan, const char *context)
{
	const char *dockerfile = path_clean(&watch->arena, str_of(scan->spec->dockerfile));
	const char *own = dotted(&watch->arena, dockerfile, ".dockerignore");
	struct str dir = path_dir(str_of(dockerfile));
	bool is_own = scan->ignore && strcmp(path_clean(&watch->arena, str_of(scan->ignore)), own) == 0;

	if (is_own) {
		watch_path(watch, own, NULL);
		return;
	}
	if (!str_is(dir, path_clean(&watch->arena, str_of(watch->place->tree))))
		watch_path(watch, arena_strndup(&watch->arena, dir.p, dir.n), NULL);
	if (scan->ignore)
		watch_as(watch, path_join(&watch->arena, str_of(context), STR(".dockerignore")), NULL);
	else if (!scan_is_tree(&watch->arena, watch->place, scan->spec->context, STR(".")))
		watch_as(watch, context, NULL);
}

bool watch_scan(struct watch *watch, const struct scan *scan)
{
	const char *context;

	for (size_t i = 0; i < scan->file_count; i++)
		if (scan->files[i].kind != KEY_HOOK)
			watch_path(watch, scan->files[i].path, &scan->files[i].look);
	for (size_t i = 0; i < scan->named.dir_count; i++)
		watch_path(watch, scan->named.dirs[i], NULL);
	if (!scan->reaches)
		return true;
	context = context_name(watch, scan->spec->context);
	if (!context)
		return false;
	watch_ignore(watch, scan, context);
	watch_dirs(watch, scan, context);
	watch_entries(watch, scan, context);
	return true;
}

bool watch_end(struct watch *watch, const char *out)
{
	const char *path = dotted(&watch->arena, out, ".d");
	bool fine;

	if (watch->unwatchable > WATCH_WARNINGS)
		diag_warning(watch->diag, SPAN_NONE, "and %u more", watch->unwatchable - WATCH_WARNINGS);
	buf_addc(&watch->text, '\n');
	fine = fs_write(path, buf_str(&watch->text), 0644) != FS_FAILED;
	if (!fine)
		diag_error(watch->diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	buf_release(&watch->text);
	arena_release(&watch->arena);
	return fine;
}
