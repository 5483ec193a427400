/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ini2json FILE...: a line for each INI file, {section: [[key, value], ...]},
 * or null after errors; then the exit status is 1.
 */
#include "base/fs.h"
#include "base/quote.h"
#include "data/ini.h"

static void print_entries(const struct ini_section *section, struct buf *out)
{
	for (size_t i = 0; i < section->count; i++) {
		buf_adds(out, i ? ",[" : "[");
		quote_json(out, section->entries[i].key);
		buf_addc(out, ',');
		quote_json(out, section->entries[i].value);
		buf_addc(out, ']');
	}
}

static void print(const struct ini *ini, struct buf *out)
{
	buf_addc(out, '{');
	for (size_t i = 0; i < ini->count; i++) {
		if (i)
			buf_addc(out, ',');
		quote_json(out, ini->sections[i].name);
		buf_adds(out, ":[");
		print_entries(&ini->sections[i], out);
		buf_addc(out, ']');
	}
	buf_addc(out, '}');
}

static int convert(const char *file)
{
	struct buf out = BUF_INIT;
	struct arena arena;
	struct diag diag;
	struct str text;
	struct ini ini;
	bool fine;

	arena_init(&arena);
	diag_init(&diag, stderr);
	if (fs_read_arena(file, &arena, &text) != 0) {
		perror(file);
		return 2;
	}
	fine = ini_read(&arena, &diag, diag_source(&diag, file, text), text, &ini);
	if (fine)
		print(&ini, &out);
	puts(fine ? out.p : "null");
	buf_release(&out);
	diag_release(&diag);
	arena_release(&arena);
	return !fine;
}

int main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc && status < 2; i++) {
		int one = convert(argv[i]);

		if (one > status)
			status = one;
	}
	return status;
}
