/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as YAML, in both modes; what was read is printed and read back. */
#include "data/json.h"
#include "data/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const struct diag *diag, struct value v, size_t size)
{
	struct str text;

	if (v.offset > size || (v.source != 1 && v.kind != VALUE_UNDEFINED))
		abort();
	yaml_scalar_text(diag, v, &text);
	for (size_t i = 0; v.kind == VALUE_LIST && i < v.as.list->count; i++)
		check_places(diag, v.as.list->items[i], size);
	for (size_t i = 0; v.kind == VALUE_DICT && i < v.as.dict->used; i++) {
		check_places(diag, v.as.dict->entries[i].key, size);
		check_places(diag, v.as.dict->entries[i].value, size);
	}
}

static void read_back(struct arena *arena, struct diag *diag, struct value v)
{
	struct buf first = BUF_INIT;
	struct value again;

	json_write(&first, v, 0);
	yaml_read(arena, diag, diag_source(diag, "json", buf_str(&first)), buf_str(&first), YAML_TYPED, &again);
	buf_release(&first);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct str text = {(const char *)data, size};

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	for (int mode = YAML_TYPED; mode <= YAML_MATRIX; mode++) {
		struct arena arena;
		struct diag diag;
		struct value v;

		arena_init(&arena);
		diag_init(&diag, nowhere);
		if (yaml_read(&arena, &diag, diag_source(&diag, "f", text), text, (enum yaml_mode)mode, &v)) {
			if (v.source)
				check_places(&diag, v, size);
			if (diag.errors)
				abort();
			read_back(&arena, &diag, v);
		} else if (!diag.errors) {
			abort();
		}
		diag_release(&diag);
		arena_release(&arena);
	}
	return 0;
}
