/* SPDX-License-Identifier: Apache-2.0 */
#include "client/show.h"

#include "base/quote.h"
#include "client/engine.h"

#include <stdio.h>

void show_words(const char *const *env, const char *const *words)
{
	struct buf line = BUF_INIT;

	for (; env && *env; env++) {
		struct str word = str_of(*env);
		size_t equals = str_find(word, '=', 0);

		buf_addstr(&line, str_slice(word, 0, equals + 1));
		quote_shell(&line, str_slice(word, equals + 1, word.n));
		buf_addc(&line, ' ');
	}
	for (; *words; words++) {
		quote_shell(&line, str_of(*words));
		buf_addc(&line, words[1] ? ' ' : '\n');
	}
	fwrite(line.p, 1, line.n, stdout);
	fflush(stdout);
	buf_release(&line);
}

void show_build(const struct command *command, const char *const *words, bool no_cache)
{
	size_t head = command->client_count + command->verb_count, count = 0, n = 0;
	const char **shown;

	words += command->env_count;
	while (words[count])
		count++;
	shown = mem_alloc((count + 2) * sizeof *shown);
	for (size_t i = 0; i < count; i++) {
		if (i == head && no_cache)
			shown[n++] = "--no-cache";
		shown[n++] = words[i];
	}
	shown[n] = NULL;
	show_words(command->env, shown);
	mem_free(shown);
}

void show_tag(const struct command *command, struct str image, struct str tag)
{
	struct arena arena;

	arena_init(&arena);
	const char *words[] = {"tag", arena_strndup(&arena, image.p, image.n), arena_strndup(&arena, tag.p, tag.n), NULL};
	show_words(command->env, engine_words(&arena, command, words));
	arena_release(&arena);
}
