/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/fs.h"
#include "data/json.h"

#include <errno.h>

int gen_print(struct str text)
{
	if (fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "error: standard output: %s\n", strerror(errno));
	clearerr(stdout);
	return 1;
}

static bool put_file(struct gen *gen, const char *path, struct str text)
{
	struct stat found;
	struct str dir = path_dir(str_of(path));

	if (lstat(path, &found) == 0 && !S_ISREG(found.st_mode)) {
		fprintf(stderr, "error: %s: it is there and no regular file\n", path);
		return false;
	}
	if (fs_mkdirs(arena_strndup(&gen->arena, dir.p, dir.n)) == 0 && fs_write(path, text, 0644) != FS_FAILED)
		return true;
	fprintf(stderr, "error: %s: %s\n", path, strerror(errno));
	return false;
}

int gen_put(struct gen *gen, const char *path, struct str text)
{
	if (!path)
		return gen_print(text);
	return put_file(gen, path, text) ? 0 : 1;
}

void gen_json(struct value v, struct buf *out)
{
	json_write(out, v, 2);
	buf_addc(out, '\n');
}
