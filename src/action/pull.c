/* SPDX-License-Identifier: Apache-2.0 */
#include "action/pull.h"

#include "client/engine.h"
#include "client/show.h"

static bool pull(struct fresh *fresh, struct str base, bool show)
{
	const struct command *command = &fresh->command;
	const char *name = arena_strndup(fresh->arena, base.p, base.n);
	struct str platform = command_option(command, "--platform");
	const char *any[] = {"pull", name, NULL}, *one[] = {"pull", "--platform", platform.p, name, NULL};
	const char *const *words = engine_words(fresh->arena, command, platform.n ? one : any);
	struct engine_call call = ENGINE_CALL(words, command->env);
	struct buf text = BUF_INIT;
	bool fine;

	if (show)
		show_words(command->env, words);
	call.out_text = call.err_text = &text;
	fine = engine_run(&call) == 0;
	if (!fine)
		diag_error(fresh->diag, SPAN_NONE, "%.*s: cannot pull %s: %.*s", STR_ARG(fresh->place.name), name,
		           STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	return fine;
}

bool pull_bases(struct fresh *fresh, bool show)
{
	bool fine = true;

	for (size_t i = 0; i < fresh->base_count && fine; i++)
		fine = fresh_replaced(fresh, fresh->bases[i]) || pull(fresh, fresh->bases[i], show);
	return fine;
}
