/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/hook.h"

#include "client/engine.h"

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
