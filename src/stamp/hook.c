/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/hook.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/map.h"
#include "stamp/engine.h"
#include "stamp/record.h"
#include "stamp/watch.h"
#include "stamp/words.h"

#include <errno.h>
#include <unistd.h>

const char *const hook_scripts[HOOK_COUNT] = {
	"dkbuildprebuildscript.sh",
	"dkbuildbuildsuccessscript.sh",
	"dkbuildfailedscript.sh",
	"dkbuildpostbuildscript.sh",
};

/* A path that sh does not look for along PATH. */
static const char *with_slash(struct arena *arena, const char *path)
{
	struct buf text = BUF_INIT;

	if (!path || strchr(path, '/'))
		return path;
	buf_addf(&text, "./%s", path);
	path = arena_strndup(arena, text.p, text.n);
	buf_release(&text);
	return path;
}

static int run_script(enum hook hook, const struct hooks *hooks, int log, struct arena *arena)
{
	const char *words[] = {"sh", "-c", hooks->env ? ". \"$2\" && . \"$1\"" : ". \"$1\"", "sh",
	                       with_slash(arena, hook_scripts[hook]), with_slash(arena, hooks->env), NULL};
	struct engine_call call = ENGINE_CALL(words, NULL);

	call.out = call.err = log;
	return access(hook_scripts[hook], F_OK) == 0 ? engine_run(&call) : 0;
}

static int run_command(const char *command, const struct hooks *hooks, int log, struct arena *arena)
{
	const char *after_env[] = {"sh", "-c", ". \"$2\" && exec sh -c \"$1\"", "sh", command,
	                           with_slash(arena, hooks->env), NULL};
	const char *alone[] = {"sh", "-c", command, NULL};
	struct engine_call call = ENGINE_CALL(hooks->env ? after_env : alone, NULL);

	call.out = call.err = log;
	return command ? engine_run(&call) : 0;
}

const char *hook_command(enum hook hook, const struct hooks *hooks)
{
	return hook == HOOK_PRE ? hooks->before : hook == HOOK_SUCCESS ? hooks->after : NULL;
}

const char *hook_run(enum hook hook, const struct hooks *hooks, int log, struct diag *diag)
{
	const char *what = hook == HOOK_PRE ? "the command before the build" : "the command after the build";
	const char *own = hook_command(hook, hooks);
	struct arena arena;
	int script = 0, command = 0;

	arena_init(&arena);
	if (hook == HOOK_SUCCESS)
		command = run_command(own, hooks, log, &arena);
	if (command == 0)
		script = run_script(hook, hooks, log, &arena);
	if (hook == HOOK_PRE && script == 0)
		command = run_command(own, hooks, log, &arena);
	arena_release(&arena);
	if (script != 0)
		diag_error(diag, SPAN_NONE, "%s failed with status %d", hook_scripts[hook], script);
	if (command != 0)
		diag_error(diag, SPAN_NONE, "%s failed with status %d: %s", what, command, own);
	return script != 0 ? hook_scripts[hook] : command != 0 ? what : NULL;
}

/* --- What the image's commands name --- */

/* What hook_files works with. */
struct naming {
	struct arena *arena;
	struct map seen; /* paths */
	struct hook_files found;
};

static const char *fresh(struct naming *naming, struct str path)
{
	bool is_fresh;
	const char *kept = path_clean(naming->arena, path);

	map_put(&naming->seen, str_of(kept), &is_fresh);
	return is_fresh ? kept : NULL;
}

static void add(struct naming *naming, const char ***list, size_t *count, const char *path)
{
	*list = arena_grow(naming->arena, *list, *count * sizeof **list, (*count + 1) * sizeof **list);
	(*list)[(*count)++] = path;
}

/* True where WORD names a file. Where nothing is there its directory may be what to look at. */
static bool take_word(struct naming *naming, struct str word)
{
	struct hook_files *found = &naming->found;
	const char *path = path_clean(naming->arena, word), *dir;
	struct stat st;

	if (!word.n || path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0)
		return false;
	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			return false;
		path = fresh(naming, str_of(path));
		if (path)
			add(naming, &found->files, &found->file_count, path);
		return true;
	}
	dir = path_clean(naming->arena, path_dir(str_of(path)));
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && (dir = fresh(naming, str_of(dir))))
		add(naming, &found->dirs, &found->dir_count, dir);
	return false;
}

static void take_command(struct naming *naming, const char *command, bool all)
{
	struct buf word = BUF_INIT;
	size_t at = 0;
	char between;
	bool done = false;

	while (command && words_next(str_of(command), &at, &word, &between)) {
		if (between != '\0' && !strchr("<>", between))
			done = false;
		if (between != '>' && (all || !done))
			done = take_word(naming, buf_str(&word));
	}
	buf_release(&word);
}

struct hook_files hook_files(struct arena *arena, const struct hooks *hooks)
{
	struct naming naming = {.arena = arena};

	map_init(&naming.seen);
	take_command(&naming, hooks->before, true);
	take_command(&naming, hooks->after, false);
	map_release(&naming.seen);
	return naming.found;
}

/* --- The project's scripts --- */

static bool describe(struct watch *watch, struct buf *text)
{
	struct arena arena;
	char digits[HASH_TEXT];
	struct str bytes;
	struct fs_look look;
	struct stat st;
	bool fine = true;

	arena_init(&arena);
	buf_adds(text, "dtk-hooks 1\n");
	for (size_t i = 0; i < HOOK_COUNT && fine; i++) {
		if (stat(hook_scripts[i], &st) != 0)
			continue;
		fine = fs_read_arena(hook_scripts[i], &arena, &bytes) == 0;
		if (!fine) {
			diag_error(watch->diag, SPAN_NONE, "cannot read %s: %s", hook_scripts[i], strerror(errno));
			continue;
		}
		look = fs_look_of(&st);
		watch_path(watch, hook_scripts[i], &look);
		hash_text(hash_of(bytes), digits);
		buf_addf(text, "%s %s\n", digits, hook_scripts[i]);
	}
	arena_release(&arena);
	return fine;
}

int hook_stamp(const char *out, struct diag *diag)
{
	struct timespec moment = scan_moment();
	struct buf text = BUF_INIT;
	struct arena arena;
	struct place place;
	struct watch watch;
	bool fine;
	int result = -1;

	arena_init(&arena);
	place = place_of(&arena, out);
	fine = watch_begin(&watch, &place, diag, out);
	watch_path(&watch, ".", NULL);
	fine = describe(&watch, &text) && fine;
	if (fine)
		result = record_write(out, &text, &moment, diag);
	if (!watch_end(&watch, out))
		result = -1;
	buf_release(&text);
	arena_release(&arena);
	return result < 0 ? -1 : 0;
}
