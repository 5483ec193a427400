/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/ninja.h"

#include "base/fs.h"
#include "test.h"

#include <unistd.h>

/*
 * A plan by hand: base -> left, right -> top, in a tree whose name needs every kind of escape; and what a
 * real Ninja makes of the manifest.
 */
#define TREE "a $b: c"

#define S(literal) {(literal), sizeof(literal) - 1} /* STR, for static objects */

static struct str base_tags[] = {S("t:base")}, top_tags[] = {S("t:top"), S("t:$latest")};
static struct plan_arg arguments[] = {{S("A"), S("$x 'y' \"z\" : | #")}, {S("B"), S("")}};
static struct plan_parent on_base[] = {{.image = 0, .ref = S("t:base")}},
                          on_both[] = {{.image = 1, .ref = S("t:left")}, {.image = 2, .ref = S("t:ri'ght")}};
static struct str onbuild[] = {S(TREE "/Dockerfile.left")};
static struct plan_image images[] = {
	{.name = S("base"), .dockerfile = S(TREE "/Dockerfile.base"), .context = S("."), .tags = base_tags,
	 .tag_count = 1, .args = arguments, .arg_count = 2, .rootfs = 1},
	{.name = S("left"), .dockerfile = S(TREE "/Dockerfile.left"), .context = S("."), .parents = on_base,
	 .parent_count = 1, .args = arguments, .arg_count = 2, .before = S("a 'b'\n$c"), .after = S("d"), .pull = true,
	 .versioned = true},
	{.name = S("right"), .dockerfile = S("docker/my file"), .context = S("docker/my dir"),
	 .parents = on_base, .parent_count = 1},
	{.name = S("top"), .dockerfile = S(TREE "/Dockerfile.top"), .context = S("."), .tags = top_tags,
	 .tag_count = 2, .parents = on_both, .parent_count = 2, .onbuild = onbuild, .onbuild_count = 1},
};
static uint32_t sides[] = {1, 2}, everything[] = {0, 1, 2, 3}, just_top[] = {3};
static struct plan_target targets[] = {
	{.name = S("seq"), .kind = TARGET_SEQUENCE, .images = everything, .image_count = 4},
	{.name = S("side"), .kind = TARGET_LAYER, .images = sides, .image_count = 2},
	{.name = S("top"), .kind = TARGET_LAYER, .images = just_top, .image_count = 1},
};
static struct str rootfs_words[] = {S("--suite"), S("s p"), S(TREE "/rootfs/1.tar")};
static struct plan_rootfs rootfs = {.file = S(TREE "/rootfs/1.tar"), .command = rootfs_words, .command_count = 3};
static struct plan plan = {
	.images = images, .image_count = 4, .targets = targets, .target_count = 3, .rootfs = &rootfs,
	.rootfs_count = 1, .output = S(TREE), .buildkit = true, .parallel = 2,
	.version = S("1'2"),
};
static struct str inputs[] = {S("m x.yaml"), S("/bin/sh")};

static bool write_ninja(struct diag *diag, struct buf *out, struct buf *dep)
{
	struct engine engine;
	struct arena arena;
	struct ninja ninja = {
		.plan = &plan, .engine = &engine, .diag = diag, .manifest = STR("build.ninja"), .tree = STR(TREE),
		.source = STR("m x.yaml"), .generator = STR("./dtk-gen --output 'a $b: c'"), .gen = "./dtk-gen",
		.stamp = "./stamp", .inputs = inputs, .input_count = 2,
	};
	bool fine;

	arena_init(&arena);
	engine_init(&engine, &arena, &(struct engine_options){.host = "tcp://$h"}, &plan);
	fine = ninja_write(&ninja, out);
	ninja_depfile(&ninja, dep);
	arena_release(&arena);
	return fine;
}

static void put(const char *path, struct str bytes, mode_t mode)
{
	if (fs_write(path, bytes, mode) == FS_FAILED)
		perror(path);
}

/* The words that the edge of TARGET runs with, as the program got them; a line of its, or the start of one. */
static void expect_words(const char *target, const char *const *expected, bool whole)
{
	const char *const argv[] = {"ninja", target, NULL};
	struct buf out = BUF_INIT, calls = BUF_INIT, want = BUF_INIT;

	remove("calls");
	CHECK(target, test_run(&out, argv) == 0);
	for (; *expected; expected++)
		buf_addf(&want, "[%s]", *expected);
	buf_adds(&want, whole ? "\n" : "");
	fs_read("calls", &calls);
	CHECK("its words", strstr(buf_str(&calls).p, want.p));
	if (!strstr(buf_str(&calls).p, want.p))
		printf("# %s\n# wanted: %s# got: %s\n", out.p, want.p, buf_str(&calls).p);
	buf_release(&want);
	buf_release(&calls);
	buf_release(&out);
}

static void expect_call(const char *target, const char *const *expected)
{
	expect_words(target, expected, true);
}

static void expect_start(const char *target, const char *const *expected)
{
	expect_words(target, expected, false);
}

/* A stand-in that writes its words down and makes what it is asked for. */
static void make_project(const struct buf *manifest, const struct buf *dep)
{
	fs_mkdirs(TREE "/stamps");
	fs_mkdirs("docker/my dir");
	fs_link("..", TREE "/.root");
	put(TREE "/Dockerfile.base", STR("FROM scratch\n"), 0644);
	put(TREE "/Dockerfile.left", STR("FROM t:base\n"), 0644);
	put(TREE "/Dockerfile.top", STR("FROM t:left\n"), 0644);
	put("docker/my file", STR("FROM t:base\n"), 0644);
	put("m x.yaml", STR("x\n"), 0644);
	put(TREE "/.files", STR("x\n"), 0644);
	put(TREE "/.dep", buf_str(dep), 0644);
	put("dtk-gen", STR("#!/bin/sh\nexit 0\n"), 0755);
	put("stamp", STR("#!/bin/sh\n"
	                 "{ for word; do printf '[%s]' \"$word\"; done; echo; } >>calls\n"
	                 "for word; do case $word in\n"
	                 "*.key) : >\"$word\"; echo \"x:\" >\"$word.d\" ;;\n"
	                 "*.image) : >\"$word\"; : >\"${word%.image}.seal\" ;;\n"
	                 "*.hooks) : >\"$word\"; echo 'x:' >\"$word.d\" ;;\n"
	                 "*.bld) : >\"$word\"; echo 'x:' >'" TREE "/stamps/.version.d' ;;\n"
	                 "*.tar) : >\"$word\" ;;\n"
	                 "*.tally.*) touch -t 203501010000 \"$word\" ;;\n"
	                 "--) exit ;;\n"
	                 "esac; done\n"), 0755);
	put("build.ninja", buf_str(manifest), 0644);
	if (symlink("stamp", "genversion") != 0)
		perror("genversion");
}

static void test_calls(void)
{
	static const char *const key[] = {
		"key", "-f", TREE "/Dockerfile.base", TREE "/stamps/base.key", "--", "--build-arg",
		"A=$x 'y' \"z\" : | #", "--build-arg", "B=", NULL};
	static const char *const key_elsewhere[] = {
		"key", "-f", "docker/my file", TREE "/stamps/right.key", "-C", "docker/my dir", "--", NULL};
	static const char *const key_onbuild[] = {
		"key", "-f", TREE "/Dockerfile.top", TREE "/stamps/top.key", "--onbuild", TREE "/Dockerfile.left",
		"--", NULL};
	static const char *const image[] = {
		"build", TREE "/stamps/top.image", "-p", "left=t:left", "-p", "right=t:ri'ght", "--",
		"DOCKER_BUILDKIT=1", "DOCKER_DEFAULT_PLATFORM=", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker",
		"--host", "tcp://$h", "build", "-t", "t:top", "-t", "t:$latest", "-f", TREE "/Dockerfile.top", ".",
		NULL};
	static const char *const key_hooks[] = {
		"key", "-f", TREE "/Dockerfile.left", TREE "/stamps/left.key", "--before", "a 'b'", "--before", "$c",
		"--after", "d", "--", "--build-arg", "A=$x 'y' \"z\" : | #", "--build-arg", "B=", NULL};
	static const char *const version[] = {
		"-C", ".", "-d", TREE "/stamps/.version.d", "-o", "_version.py.bld", NULL};
	static const char *const image_hooks[] = {
		"build", TREE "/stamps/left.image", "-p", "base=t:base", "--before", "a 'b'", "--before", "$c", "--after",
		"d", "--pull-forced", "--", NULL};
	static const char *const tar[] = {"rootfs", "--suite", "s p", TREE "/rootfs/1.tar", NULL};

	expect_call(TREE "/stamps/base.key", key);
	expect_call(TREE "/stamps/right.key", key_elsewhere);
	expect_call(TREE "/stamps/left.key", version);
	remove(TREE "/stamps/left.key");
	expect_call(TREE "/stamps/left.key", key_hooks);
	expect_start("left", image_hooks);
	expect_call("top", image);
	remove(TREE "/stamps/top.key");
	expect_call("top", key_onbuild);
	remove(TREE "/rootfs/1.tar");
	expect_call("base", tar);
}

/* One image is named, of sets the list is. */
static void test_pushes(void)
{
	static const char *const one[] = {
		"push", "--release", "1'2", TREE "/do/push-right", TREE "/stamps/right.image", "--",
		"DOCKER_BUILDKIT=1", "DOCKER_DEFAULT_PLATFORM=", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker",
		"--host", "tcp://$h", NULL};
	static const char *const set[] = {
		"push", "--release", "1'2", TREE "/do/push-side", "@" TREE "/_images.side", "--",
		"DOCKER_BUILDKIT=1", "DOCKER_DEFAULT_PLATFORM=", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker",
		"--host", "tcp://$h", NULL};
	struct buf list = BUF_INIT;

	expect_call("push-right", one);
	ninja_list(&plan, &targets[1], &list);
	CHECK("its images", str_is(buf_str(&list), "'" TREE "/stamps/left.image'\n'" TREE "/stamps/right.image'\n"));
	put(TREE "/_images.side", buf_str(&list), 0644);
	remove(TREE "/stamps/left.image");
	expect_call("push-side", set);
	CHECK("they are made first", access(TREE "/stamps/left.image", F_OK) == 0);
	buf_clear(&list);
	ninja_list(&plan, NULL, &list);
	CHECK("all images", str_starts(buf_str(&list), STR("'" TREE "/stamps/base.image'\n")) &&
	                    str_ends(buf_str(&list), STR("'" TREE "/stamps/top.image'\n")));
	buf_release(&list);
}

static void test_saves(void)
{
	static const char *const one[] = {
		"save", TREE "/do/save-right", TREE "/stamps/right.image", "--", "DOCKER_BUILDKIT=1",
		"DOCKER_DEFAULT_PLATFORM=", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker", "--host", "tcp://$h", NULL};
	static const char *const set[] = {
		"save", TREE "/do/save-side", "@" TREE "/_images.side", "--", "DOCKER_BUILDKIT=1",
		"DOCKER_DEFAULT_PLATFORM=", "BUILDX_NO_DEFAULT_ATTESTATIONS=1", "docker", "--host", "tcp://$h", NULL};

	expect_call("save-right", one);
	remove(TREE "/stamps/right.image");
	expect_call("save-side", set);
	CHECK("they are made first", access(TREE "/stamps/right.image", F_OK) == 0);
}

/* A stage that is kept under a tag is an image like others, but is nobody else's business. */
static void test_builder(struct diag *diag)
{
	struct buf out = BUF_INIT, dep = BUF_INIT, list = BUF_INIT, help = BUF_INIT;

	images[1].builder = true;
	CHECK("with a builder", write_ninja(diag, &out, &dep));
	CHECK("it is built", strstr(out.p, "build left: phony"));
	CHECK("it is not saved", !strstr(out.p, "save-left") && strstr(out.p, "save-right"));
	ninja_list(&plan, NULL, &list);
	CHECK("sets are acted on without it", !strstr(list.p, "left") && strstr(list.p, "right"));
	ninja_help(&plan, &help);
	CHECK("help does not offer it", !strstr(help.p, "save-left") && strstr(help.p, "save-right"));
	images[1].builder = false;
	buf_release(&help);
	buf_release(&list);
	buf_release(&dep);
	buf_release(&out);
}

static void test_rest(void)
{
	static const char *const all[] = {"ninja", NULL}, *const graph[] = {"ninja", "-t", "graph", "seq", NULL};
	struct buf out = BUF_INIT;

	CHECK("everything", test_run(&out, all) == 0);
	buf_clear(&out);
	CHECK("again", test_run(&out, all) == 0 && strstr(out.p, "no work to do"));
	buf_clear(&out);
	CHECK("the graph", test_run(&out, graph) == 0 && strstr(out.p, "stamps/base.image"));
	CHECK("has no matrix", !strstr(out.p, "m x.yaml") && !strstr(out.p, "regen"));
	buf_release(&out);
}

static void test_refused(void)
{
	struct diag diag;
	struct buf out = BUF_INIT, dep = BUF_INIT;
	FILE *silence = fopen("/dev/null", "w");

	diag_init(&diag, silence);
	arguments[0].value = STR("a\nb");
	CHECK("a line break in a build argument of two images", !write_ninja(&diag, &out, &dep) && diag.errors == 2);
	arguments[0].value = STR("a");
	top_tags[1] = STR("a\rb");
	CHECK("and in a tag", !write_ninja(&diag, &out, &dep) && diag.errors == 3);
	diag_release(&diag);
	fclose(silence);
	buf_release(&out);
	buf_release(&dep);
}

int main(void)
{
	struct buf out = BUF_INIT, dep = BUF_INIT, help = BUF_INIT;
	struct diag diag;

	diag_init(&diag, stderr);
	buf_addf(&out, ".:%s", getenv("PATH"));
	setenv("PATH", out.p, 1);
	buf_clear(&out);
	CHECK("it is written", write_ninja(&diag, &out, &dep));
	make_project(&out, &dep);
	test_calls();
	test_pushes();
	test_saves();
	test_builder(&diag);
	test_rest();
	ninja_help(&plan, &help);
	CHECK("help", strstr(help.p, "push-seq ") && strstr(help.p, "verify ") && strstr(help.p, "right "));
	test_refused();
	diag_release(&diag);
	buf_release(&help);
	buf_release(&dep);
	buf_release(&out);
	return test_end();
}
