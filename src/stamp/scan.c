/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/scan.h"

#include "base/crew.h"
#include "base/fs.h"
#include "base/moment.h"
#include "docker/stage.h"
#include "stamp/cache.h"
#include "stamp/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCAN_STEP = 256 /* entries that a thread takes at once */ };

static bool read_file(struct arena *arena, struct diag *diag, struct scan *scan, char kind, const char *path)
{
	struct scan_file *file = &scan->files[scan->file_count];
	struct stat st;

	file->kind = kind;
	file->path = path;
	if (stat(path, &st) != 0 || fs_read_arena(path, arena, &file->text) != 0) {
		diag_error(diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	file->look = fs_look_of(&st);
	scan->file_count++;
	return true;
}

static bool read_files(struct arena *arena, struct diag *diag, struct scan *scan)
{
	const struct scan_spec *spec = scan->spec;
	bool hooked = spec->hooks.before || spec->hooks.after, fine;

	scan->named = hook_files(arena, &spec->hooks);
	scan->files = ARENA_ARRAY(arena, spec->onbuild_count + HOOK_COUNT + scan->named.file_count + 2,
	                          struct scan_file);
	fine = read_file(arena, diag, scan, KEY_DOCKERFILE, spec->dockerfile);
	for (size_t i = 0; i < spec->onbuild_count; i++)
		fine = read_file(arena, diag, scan, KEY_TRIGGER, spec->onbuild[i]) && fine;
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (access(hook_scripts[i], F_OK) == 0) {
			hooked = true;
			fine = read_file(arena, diag, scan, KEY_HOOK, hook_scripts[i]) && fine;
		}
	for (size_t i = 0; i < scan->named.file_count; i++)
		fine = read_file(arena, diag, scan, KEY_SCRIPT, scan->named.files[i]) && fine;
	if (hooked && spec->hooks.env && access(spec->hooks.env, F_OK) == 0)
		fine = read_file(arena, diag, scan, KEY_ENV, spec->hooks.env) && fine;
	return fine;
}

static struct docker_file *parse(struct arena *arena, struct diag *diag, const struct scan_file *file)
{
	return docker_parse(arena, diag, diag_source(diag, file->path, file->text), file->text);
}

/* Leaves out the stages behind the target: they are never read, and may change.  The engine says what is wrong. */
static void cut_file(struct arena *arena, struct diag *diag, struct scan *scan, const struct docker_arg *args,
                     size_t arg_count)
{
	struct str target = command_option(scan->spec->command, "--target");
	struct docker_file *file = scan->file;
	size_t count = file->instruction_count;
	struct diag_hush hush;
	struct stages stages;

	if (target.n == 0 || file->foreign)
		return;
	hush = diag_hush(diag);
	if (stages_init(&stages, arena, diag, file, args, arg_count, target, false))
		count = stages_until(&stages);
	diag_speak(diag, hush);
	if (count == file->instruction_count)
		return;
	scan->cut = file->instructions[count].span.offset;
	file->instruction_count = count;
}

/* What the Dockerfile and its parents' triggers reach. */
static bool find_reach(struct arena *arena, struct diag *diag, struct scan *scan, struct context_reach *reach)
{
	const struct docker_file **onbuild = ARENA_ARRAY(arena, scan->spec->onbuild_count + 1,
	                                                 const struct docker_file *);
	size_t arg_count, triggers = 0;
	struct docker_arg *args = command_build_args(arena, scan->spec->command, &arg_count);

	for (size_t i = 0; i < scan->file_count; i++) {
		struct docker_file *file = NULL;

		if (scan->files[i].kind != KEY_DOCKERFILE && scan->files[i].kind != KEY_TRIGGER)
			continue;
		file = parse(arena, diag, &scan->files[i]);
		if (!file)
			return false;
		if (scan->files[i].kind == KEY_TRIGGER)
			onbuild[triggers++] = file;
		else
			scan->file = file;
	}
	cut_file(arena, diag, scan, args, arg_count);
	*reach = context_reach_of(arena, diag, scan->file, args, arg_count, onbuild, triggers);
	reach->whole = reach->whole || scan->spec->whole || scan->file->foreign || scan->file->unknown;
	scan->whole = reach->whole;
	scan->reaches = reach->whole || reach->pattern_count > 0;
	return true;
}

/* PATH as seen from the context; NULL where it is not below it. */
static const char *inside(struct arena *arena, const char *context, const char *path)
{
	bool mixed = context[0] == '/' || path[0] == '/' || strncmp(context, "..", 2) == 0;
	const char *seen;
	char *here = mixed ? getcwd(NULL, 0) : NULL;

	if (mixed && !here)
		return NULL;
	if (mixed) {
		context = path_join(arena, str_of(here), str_of(context));
		path = path_join(arena, str_of(here), str_of(path));
	}
	free(here);
	seen = path_relative(arena, context, path);
	if (!seen || strcmp(seen, "..") == 0 || strncmp(seen, "../", 3) == 0)
		return NULL;
	return seen;
}

/* What is never context, as seen from it. */
static const char *const *never_context(struct arena *arena, const struct place *place, const char *context)
{
	static const char *const in_tree[] = {"stamps", "logs", "do", "saved", "reports", ".root", ".dep", "_repack"};
	static const char *const in_project[] = {"build.ninja", ".ninja_log", ".ninja_deps", ".ninja_lock",
	                                         ".engine"};
	enum { TREE = sizeof in_tree / sizeof in_tree[0], PROJECT = sizeof in_project / sizeof in_project[0] };
	const char **skip = ARENA_ARRAY(arena, TREE + PROJECT + 3, const char *);
	size_t n = 0;

	for (size_t i = 0; i < TREE; i++) {
		skip[n] = inside(arena, context, place_tree(arena, place, in_tree[i]));
		n += skip[n] != NULL;
	}
	for (size_t i = 0; i < PROJECT; i++) {
		skip[n] = inside(arena, context, in_project[i]);
		n += skip[n] != NULL;
	}
	skip[n] = inside(arena, context, place->stamps);
	n += skip[n] != NULL;
	skip[n] = "*.dtk-ledger";
	return skip;
}

static bool has_entry(const struct context_list *list, const char *path)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(list->entries[middle]->path, str_of(path));

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* A name for the Dockerfile inside the context: its own where it lies there, else one that is free. */
static void name_inner(struct arena *arena, struct scan *scan)
{
	const char *seen = inside(arena, scan->spec->context, scan->spec->dockerfile);
	struct str base = path_base(str_of(scan->spec->dockerfile));
	struct buf name = BUF_INIT;

	if (seen && strcmp(seen, ".") != 0) {
		scan->inner = seen;
		scan->outer = !has_entry(&scan->list, seen);
		return;
	}
	buf_addstr(&name, base);
	while (has_entry(&scan->list, buf_str(&name).p))
		buf_addc(&name, '_');
	scan->inner = arena_strndup(arena, name.p, name.n);
	scan->outer = true;
	buf_release(&name);
}

bool scan_take(struct arena *arena, struct diag *diag, const struct place *place,
               const struct scan_spec *spec, struct scan *scan)
{
	struct context_reach reach;
	struct ignore *ignore = NULL;

	memset(scan, 0, sizeof *scan);
	scan->moment = moment_now();
	scan->spec = spec;
	if (!read_files(arena, diag, scan) || !find_reach(arena, diag, scan, &reach))
		return false;
	if (scan->reaches) {
		if (!context_ignore(arena, diag, spec->context, spec->dockerfile, &ignore, &scan->ignore))
			return false;
		if (!context_walk(arena, diag, spec->context, ignore, &reach,
		                  never_context(arena, place, spec->context), &scan->list))
			return false;
	}
	name_inner(arena, scan);
	if (scan->cut && scan->outer)
		scan->files[0].text.n = scan->cut;
	return true;
}

/* A time that is not before the moment, but not in the future either. */
static bool is_young(int64_t time, struct timespec moment)
{
	struct timespec now = moment;

	if (time < fs_nanoseconds(moment))
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	return time <= fs_nanoseconds(now);
}

static bool has_moved(const struct scan *scan, const struct fs_look *then, const struct stat *found)
{
	struct fs_look now = fs_look_of(found);

	return !fs_look_same(then, &now) || is_young(now.modified, scan->moment);
}

static bool files_moved(const struct scan *scan)
{
	struct stat now;

	for (size_t i = 0; i < scan->file_count; i++)
		if (stat(scan->files[i].path, &now) != 0 || has_moved(scan, &scan->files[i].look, &now))
			return true;
	return false;
}

struct looking {
	const struct place *place;
	const struct scan *scan;
	int root;
	atomic_bool moved;
};

static bool entry_moved(const struct looking *looking, const struct context_entry *entry)
{
	struct stat now;

	return !S_ISDIR(entry->look.mode)
		&& (fstatat(looking->root, entry->path.p, &now, AT_SYMLINK_NOFOLLOW) != 0
		    || has_moved(looking->scan, &entry->look, &now));
}

/* What a directory looked like before is not known: its times say whether it changed. */
static bool dir_moved(const struct looking *looking, struct str dir)
{
	struct timespec moment = looking->scan->moment;
	struct arena arena;
	struct stat now;
	bool is_tree;

	if (fstatat(looking->root, dir.p, &now, 0) == 0 && !is_young(fs_nanoseconds(now.st_mtim), moment)
	    && !is_young(fs_nanoseconds(now.st_ctim), moment))
		return false;
	arena_init(&arena);
	is_tree = scan_is_tree(&arena, looking->place, looking->scan->spec->context, dir);
	arena_release(&arena);
	return !is_tree;
}

/* The entries, then the directories; called by several threads. */
static void look_at_some(struct crew *crew, void *context)
{
	struct looking *looking = context;
	const struct context_list *list = &looking->scan->list;
	size_t from, to;

	while (!atomic_load(&looking->moved) && crew_next(crew, &from, &to))
		for (size_t i = from; i < to; i++)
			if (i < list->count ? entry_moved(looking, list->entries[i])
			    : dir_moved(looking, list->dirs[i - list->count]))
				atomic_store(&looking->moved, true);
}

bool scan_is_tree(struct arena *arena, const struct place *place, const char *context, struct str name)
{
	const char *path = path_join(arena, str_of(context), name);
	const char *tree = path_clean(arena, str_of(place->tree));

	return strcmp(path, tree) == 0 || strcmp(path, path_join(arena, str_of(tree), STR("rootfs"))) == 0;
}

bool scan_moved(const struct place *place, const struct scan *scan)
{
	struct looking looking = {.place = place, .scan = scan};

	if (files_moved(scan))
		return true;
	if (!scan->reaches)
		return false;
	looking.root = open(scan->spec->context, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (looking.root < 0)
		return true;
	atomic_init(&looking.moved, false);
	crew_run(scan->list.count + scan->list.dir_count, SCAN_STEP, look_at_some, &looking);
	close(looking.root);
	return atomic_load(&looking.moved);
}
