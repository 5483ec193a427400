/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as an INI file. */
#include "data/ini.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(struct span at, size_t size)
{
	if (at.source != 1 || at.offset > size || at.length > size - at.offset)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct str text = {(const char *)data, size};
	struct arena arena;
	struct diag diag;
	struct ini ini;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	arena_init(&arena);
	diag_init(&diag, nowhere);
	if (ini_read(&arena, &diag, diag_source(&diag, "f", text), text, &ini) == (diag.errors > 0))
		abort();
	for (size_t i = 0; i < ini.count; i++) {
		check_place(ini.sections[i].at, size);
		for (size_t k = 0; k < ini.sections[i].count; k++) {
			check_place(ini.sections[i].entries[k].key_at, size);
			check_place(ini.sections[i].entries[k].value_at, size);
		}
	}
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
