/* SPDX-License-Identifier: Apache-2.0 */
#include "client/local.h"

#include "base/fs.h"
#include "test.h"

#include <unistd.h>

#define SCOPE STR("s")
#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static struct arena arena;

static void put(const char *dir, const char *name, const char *text)
{
	const char *path = path_join(&arena, str_of(dir), str_of(name));
	struct str parent = path_dir(str_of(path));

	if (fs_mkdirs(arena_strndup(&arena, parent.p, parent.n)) != 0 || fs_write(path, str_of(text), 0644) == FS_FAILED)
		perror(path);
}

static bool has(const char *dir, const char *name)
{
	return access(path_join(&arena, str_of(dir), str_of(name)), F_OK) == 0;
}

/* How many directories there are for SCOPE. */
static size_t exports(void)
{
	struct str *names;
	size_t count, found = 0;

	if (fs_list("root/s", &arena, &names, &count) == 0)
		for (size_t i = 0; i < count; i++)
			found += names[i].p[0] != '.';
	return found;
}

/* What a client would: an index that names the manifest A, which names LAYER. */
static void export(const char *to, const char *layer)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "{\"layers\":[{\"digest\":\"sha256:%s\"}]}", layer);
	put(to, "index.json", "{\"manifests\":[{\"digest\":\"sha256:" A "\"}]}");
	put(to, "blobs/sha256/" A, text.p);
	buf_clear(&text);
	buf_addf(&text, "blobs/sha256/%s", layer);
	put(to, text.p, "sha256:" C);
	buf_release(&text);
}

static void test_generations(void)
{
	struct local local;

	CHECK("a first one", local_begin(&local, &arena, "root", SCOPE, true) && !local.from && local.to);
	export(local.to, B);
	put(local.to, "blobs/sha256/" C, "nobody needs it");
	local_end(&local, &arena, true);
	CHECK("is number 1", has("root/s/1", "index.json") && exports() == 1);
	CHECK("with what it needs", has("root/s/1", "blobs/sha256/" A) && has("root/s/1", "blobs/sha256/" B));
	CHECK("and nothing else", !has("root/s/1", "blobs/sha256/" C));
	CHECK("a second", local_begin(&local, &arena, "root", SCOPE, true) && str_ends(str_of(local.from), STR("/1")));
	CHECK("begins with the same blobs", has(local.to, "blobs/sha256/" B) && !has(local.to, "index.json"));
	unlink(path_join(&arena, str_of(local.to), STR("blobs/sha256/" A)));
	export(local.to, C);
	local_end(&local, &arena, true);
	CHECK("takes its place", has("root/s/2", "index.json") && exports() == 1);
	CHECK("without what it does not need", !has("root/s/2", "blobs/sha256/" B) && has("root/s/2", "blobs/sha256/" C));
}

static void test_ends(void)
{
	struct local local;

	CHECK("one that fails", local_begin(&local, &arena, "root", SCOPE, true));
	export(local.to, B);
	local_end(&local, &arena, false);
	CHECK("leaves the last", has("root/s/2", "blobs/sha256/" C) && exports() == 1);
	CHECK("one without an index", local_begin(&local, &arena, "root", SCOPE, true));
	put(local.to, "blobs/sha256/" B, "x");
	local_end(&local, &arena, true);
	CHECK("does so, too", has("root/s/2", "index.json") && exports() == 1);
	put("root/s/part-1-1", "index.json", "{}");
	put("root/s/1", "index.json", "{}");
	CHECK("reading alone", local_begin(&local, &arena, "root", SCOPE, false) && local.from && !local.to);
	local_end(&local, &arena, false);
	CHECK("removes what a killed one left", exports() == 1);
	CHECK("reading where there is nothing", local_begin(&local, &arena, "root", STR("t"), false) && !local.from);
	local_end(&local, &arena, false);
	CHECK("makes nothing", !has("root", "t"));
	CHECK("a place that cannot be", !local_begin(&local, &arena, "root/s/2/index.json", SCOPE, true));
}

static void test_together(void)
{
	struct local reader, one, two;

	CHECK("a reader", local_begin(&reader, &arena, "root", SCOPE, false) && reader.from);
	CHECK("and two writers", local_begin(&one, &arena, "root", SCOPE, true)
	      && local_begin(&two, &arena, "root", SCOPE, true) && strcmp(one.to, two.to) != 0);
	export(one.to, B);
	local_end(&one, &arena, true);
	CHECK("what is read stays", has(reader.from, "index.json"));
	CHECK("and what is written", has(two.to, "blobs"));
	export(two.to, C);
	local_end(&two, &arena, true);
	CHECK("the later one counts", has("root/s/4", "blobs/sha256/" C) && has(reader.from, "index.json"));
	local_end(&reader, &arena, false);
	CHECK("the last to leave tidies up", exports() == 1 && has("root/s/4", "index.json"));
}

int main(void)
{
	arena_init(&arena);
	test_generations();
	test_ends();
	test_together();
	arena_release(&arena);
	return test_end();
}
