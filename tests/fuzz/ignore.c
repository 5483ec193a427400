/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: an ignore file, a NUL, and a path to match against it. */
#include "docker/ignore.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The states along the path have to give what matching at once gives. */
static void check_steps(struct arena *arena, const struct ignore *ignore, struct str path)
{
	unsigned char *parent = NULL;
	bool out = false;

	for (size_t end = 0; end < path.n;) {
		unsigned char *state = arena_alloc(arena, ignore_count(ignore) + 1);

		end = str_find(path, '/', end + 1);
		out = ignore_step(ignore, str_slice(path, 0, end), parent, state);
		if (out != ignore_step(ignore, str_slice(path, 0, end), parent, NULL))
			abort();
		ignore_may_include_below(ignore, str_slice(path, 0, end));
		parent = state;
	}
	if (out != ignore_match(ignore, path))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct str all = {(const char *)data, size}, text, path;
	struct arena arena;
	struct diag diag;
	struct ignore *ignore;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	arena_init(&arena);
	diag_init(&diag, nowhere);
	text = str_slice(all, 0, str_find(all, '\0', 0));
	path = str_slice(all, text.n + 1, all.n);
	ignore = ignore_parse(&arena, &diag, diag_source(&diag, "f", text), text);
	if (!ignore != (diag.errors > 0))
		abort();
	if (ignore && path.n && path.n < 4096)
		check_steps(&arena, ignore, path);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
