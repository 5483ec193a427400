/* SPDX-License-Identifier: Apache-2.0 */
#include "client/review.h"

#include "client/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool can_check(struct arena *arena, const struct command *command)
{
	const char *words[] = {"--help", NULL};
	struct engine_call call = ENGINE_CALL(engine_verb_words(arena, command, words), command->env);
	struct buf text = BUF_INIT;
	bool can;

	call.out_text = call.err_text = &text;
	can = engine_run(&call) == 0 && strstr(text.n ? text.p : "", "--check") != NULL;
	buf_release(&text);
	return can;
}

static bool check(struct arena *arena, const struct command *command, const char *dockerfile, struct diag *diag)
{
	const char *words[] = {"--check", "-", NULL};
	struct engine_call call = ENGINE_CALL(engine_verb_words(arena, command, words), command->env);
	struct buf text = BUF_INIT;
	int status;

	call.in = open(dockerfile, O_RDONLY | O_CLOEXEC);
	if (call.in < 0) {
		diag_error(diag, SPAN_NONE, "%s: %s", dockerfile, strerror(errno));
		return false;
	}
	call.out_text = call.err_text = &text;
	status = engine_run(&call);
	close(call.in);
	if (status != 0)
		diag_warning(diag, SPAN_NONE, "%s: what the engine says:\n%.*s", dockerfile,
		             STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	return status == 0;
}

int review_all(const struct review *review, struct diag *diag)
{
	struct command command;
	struct arena arena;
	bool fine;

	arena_init(&arena);
	fine = command_parse(&arena, diag, review->words, &command);
	if (fine && can_check(&arena, &command))
		for (const char *const *file = review->dockerfiles; *file; file++)
			fine = check(&arena, &command, *file, diag) && fine;
	arena_release(&arena);
	return fine ? 0 : -1;
}
