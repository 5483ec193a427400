/* SPDX-License-Identifier: Apache-2.0 */
/* yaml2json [-m] FILE: prints a YAML file as JSON, with -m as a matrix. Exit status 1 after errors. */
#include "base/fs.h"
#include "data/json.h"
#include "data/yaml.h"

int main(int argc, char **argv)
{
	bool matrix = argc == 3 && strcmp(argv[1], "-m") == 0;
	struct buf out = BUF_INIT;
	struct arena arena;
	struct value value;
	struct diag diag;
	struct str text;
	bool fine;

	if (argc != 2 && !matrix)
		return 2;
	arena_init(&arena);
	diag_init(&diag, stderr);
	if (fs_read_arena(argv[argc - 1], &arena, &text) != 0) {
		perror(argv[argc - 1]);
		return 2;
	}
	fine = yaml_read(&arena, &diag, diag_source(&diag, argv[argc - 1], text), text,
	                 matrix ? YAML_MATRIX : YAML_TYPED, &value);
	if (fine) {
		json_write(&out, value, 0);
		puts(buf_str(&out).p);
	}
	buf_release(&out);
	diag_release(&diag);
	arena_release(&arena);
	return !fine;
}
