/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/script.h"

#include "base/fs.h"
#include "test.h"

static const char *const hostile[] = {
	"$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "\"; touch pwned #", "a b", "$HOME", "\\", "*", "", "-n",
	"\xff\xfe", "a\nb", "~", "!x", "{a,b}", "#x", "a\tb",
};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

/* What a shell makes of VARIABLE after the script. */
static void expect(const struct buf *script, const char *variable, const char *expected)
{
	struct buf text = BUF_INIT, out = BUF_INIT;

	buf_addstr(&text, buf_str(script));
	buf_addf(&text, "printf '%%s' \"$%s\"\n", variable);
	const char *const argv[] = {"/bin/sh", "-uc", text.p, NULL};
	CHECK("the shell reads it", test_run(&out, argv) == 0);
	CHECK_STR(variable, out.p, expected);
	buf_release(&out);
	buf_release(&text);
}

static void test_env(const char *value)
{
	struct str tags[] = {STR("host:5000/r/i:t")};
	struct plan_image image = {
		.os = str_of(value), .python = str_of(value), .python_bump = STR("7"), .timezone = str_of(value),
		.tags = tags, .tag_count = 1,
	};
	struct buf script = BUF_INIT, expected = BUF_INIT;

	script_env(&image, &script);
	expect(&script, "UBUNTU_VER", value);
	expect(&script, "TZ_NAME", value);
	expect(&script, "dockertag", "host:5000/r/i:t");
	expect(&script, "dockertag1", "host:5000/r/i");
	buf_addf(&expected, "host:5000/r/i:%s", value);
	expect(&script, "dockertag2", expected.p);
	/* The build arguments are words for a shell once more. */
	buf_adds(&script, "eval set -- \"$DK_BUILD_ARGS\"\nfourth=$4\n");
	buf_clear(&expected);
	buf_addf(&expected, "TZ_NAME=%s", value);
	expect(&script, "fourth", expected.p);
	buf_release(&expected);
	buf_release(&script);
}

static void test_plain(void)
{
	struct str tags[] = {STR("i:t")};
	struct plan_image image = {.os = STR("1.2.3"), .tags = tags, .tag_count = 1};
	struct buf script = BUF_INIT;

	script_env(&image, &script);
	expect(&script, "UBUNTU_VER_BASE", "1");
	expect(&script, "dockertag3", "i:latest");
	expect(&script, "dkbuildpostbuildscript", "dkbuildpostbuildscript.sh");
	CHECK("no Python", !strstr(script.p, "PY_VER") && !strstr(script.p, "dockertag4"));
	buf_clear(&script);
	image.tag_count = 0;
	script_env(&image, &script);
	CHECK("no tags", !strstr(script.p, "dockertag"));
	buf_clear(&script);
	image.python = STR("3.9");
	script_env(&image, &script);
	expect(&script, "PY_VER", "3.9");
	buf_release(&script);
}

/* build.sh grows with the number of images, not faster. */
static size_t size_of_build(size_t count)
{
	struct plan_image *images = mem_alloc(count * sizeof *images);
	struct plan_parent parent = {.image = 0, .ref = STR("r:0")};
	struct plan plan = {.images = images, .image_count = count, .buildkit = true};
	struct str tag = STR("r:t");
	struct engine engine;
	struct buf out = BUF_INIT;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < count; i++)
		images[i] = (struct plan_image){
			.name = STR("image"), .dockerfile = STR("g/Dockerfile.image"), .env_file = STR("g/_env.sh"),
			.context = STR("."), .tags = &tag, .tag_count = 1, .parents = &parent, .parent_count = i > 0};
	engine_init(&engine, &arena, &(struct engine_options){0}, &plan);
	script_build(&plan, &engine, STR(".."), &out);
	size_t size = out.n;
	buf_release(&out);
	arena_release(&arena);
	mem_free(images);
	return size;
}

int main(void)
{
	test_plain();
	for (size_t i = 0; i < HOSTILE; i++)
		test_env(hostile[i]);
	CHECK("nothing was run", access("pwned", F_OK) != 0);
	CHECK("build.sh is linear", size_of_build(4000) < 5 * size_of_build(1000));
	return test_end();
}
