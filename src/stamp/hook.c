/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/hook.h"

#include "base/fs.h"
#include "base/hash.h"
#include "stamp/engine.h"
#include "stamp/record.h"
#include "stamp/watch.h"

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

bool hook_run(enum hook hook, const char *env, int log, struct diag *diag)
{
	const char *words[] = {"sh", "-c", env ? ". \"$2\" && . \"$1\"" : ". \"$1\"", "sh", NULL, NULL, NULL};
	struct engine_call call = ENGINE_CALL(words, NULL);
	struct arena arena;
	int status;

	if (access(hook_scripts[hook], F_OK) != 0)
		return true;
	arena_init(&arena);
	words[4] = with_slash(&arena, hook_scripts[hook]);
	words[5] = with_slash(&arena, env);
	call.out = call.err = log;
	status = engine_run(&call);
	arena_release(&arena);
	if (status != 0)
		diag_error(diag, SPAN_NONE, "%s failed with status %d", hook_scripts[hook], status);
	return status == 0;
}

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
