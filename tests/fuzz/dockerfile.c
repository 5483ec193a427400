/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as a Dockerfile, and what it refers to and reaches. */
#include "docker/context.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(struct span at, size_t size)
{
	if (at.source > 1 || at.offset > size || at.length > size - at.offset)
		abort();
}

static void check_instruction(const struct docker_instruction *in, size_t size)
{
	check_place(in->span, size);
	for (size_t i = 0; i < in->arg_count; i++)
		check_place(in->spans[i], size);
	for (size_t i = 0; i < in->flag_count; i++)
		check_place(in->flags[i].span, size);
	if (in->trigger)
		check_instruction(in->trigger, size);
}

static void check_reach(const struct context_reach *reach)
{
	for (size_t i = 0; i < reach->pattern_count; i++) {
		struct str text = reach->patterns[i].text;

		if (text.n && (text.p[0] == '/' || text.p[text.n - 1] == '/' || str_is(text, "..") ||
		               str_starts(text, STR("../"))))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct docker_arg arg = {STR("A"), STR("a/../b")};
	struct str text = {(const char *)data, size};
	struct arena arena;
	struct diag diag;
	struct docker_file *file;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	arena_init(&arena);
	diag_init(&diag, nowhere);
	file = docker_parse(&arena, &diag, diag_source(&diag, "f", text), text);
	if (!file != (diag.errors > 0))
		abort();
	if (file) {
		struct context_reach reach;
		size_t count;

		for (size_t i = 0; i < file->instruction_count; i++)
			check_instruction(&file->instructions[i], size);
		docker_refs(&arena, &diag, file, &arg, 1, STR(""), &count);
		reach = context_reach_of(&arena, &diag, file, &arg, 1, (const struct docker_file *const *)&file, 1);
		check_reach(&reach);
	}
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
