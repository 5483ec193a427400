/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/keyfile.h"

#include "action/push.h"
#include "base/fs.h"
#include "client/ask.h"
#include "stamp/edge.h"
#include "stamp/why.h"

#include "test.h"

#include <fcntl.h>

static struct diag diag;

/* --- The build command --- */

static void test_command(void)
{
	static const char *const words[] = {
		"DOCKER_BUILDKIT=1", "EMPTY=", "/usr/bin/docker", "--host", "unix:///a=b", "buildx", "build",
		"--load",		"--build-arg", "A=-t", "-tone:1", "--label=x=y", "-t", "two", "--no-cache", "-f", "dir/Dockerfile",
		"--progress=plain", "--iidfile", "x", "-q", "context", NULL,
	};
	static const char *const client[] = {"docker", "-H", "build", NULL};
	static const char *const alone[] = {"--build-arg", "A=-t", "--label", "x=y", "--no-cache", NULL};
	struct command command, key;
	struct arena arena;
	size_t count;

	arena_init(&arena);
	CHECK("a command", command_parse(&arena, &diag, words, &command));
	CHECK("its environment", command.env_count == 2);
	CHECK("its client", command.client_count == 3 && strcmp(command.client[2], "unix:///a=b") == 0);
	CHECK("its verb", command.verb_count == 2);
	CHECK("tags are told apart", command.tag_count == 2 && str_is(command.tags[0], "one:1")
	                             && str_is(command.tags[1], "two"));
	CHECK("the Dockerfile", strcmp(command.dockerfile, "dir/Dockerfile") == 0);
	CHECK("the context", strcmp(command.context, "context") == 0);
	CHECK("the rest", command.option_count == 4 && command.options[0].apart && !command.options[1].apart);
	CHECK_BYTES("the last value of an option", command_option(&command, "--label"), STR("x=y"));
	command_build_args(&arena, &command, &count);
	CHECK("build arguments", count == 1);
	CHECK("options alone", command_parse_options(&arena, &diag, alone, &key) && key.option_count == 3);
	for (size_t i = 0; i < 3; i++) {
		struct key_input one = key_of_option(&arena, &key.options[i]);
		struct key_input two = key_of_option(&arena, &command.options[i + 1]);

		CHECK("are the same in the key", str_eq(one.name, two.name) && hash_eq(one.hash, two.hash));
	}
	CHECK("a client without a verb", command_parse(&arena, &diag, client, &command)
	                                 && command.client_count == 3 && !command.context);
	arena_release(&arena);
}

/* --- References --- */

static void test_references(void)
{
	static const struct {
		const char *name, *normal;
		bool podman;
	} names[] = {
		{"busybox", "busybox:latest", false},
		{"busybox:1", "busybox:1", false},
		{"docker.io/library/busybox", "busybox:latest", false},
		{"index.docker.io/a/b:1", "a/b:1", false},
		{"localhost:5000/a", "localhost:5000/a:latest", false},
		{"localhost/a:1", "localhost/a:1", false},
		{"localhost/a:1", "a:1", true},
		{"a:1@sha256:00", "a@sha256:00", false},
		{"sha256:00", "sha256:00", false},
		{"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		 "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true},
	};
	static const struct {
		const char *tag, *registry, *repository, *version, *name;
	} pushed[] = {
		{"a/b:1", NULL, NULL, NULL, "a/b:1"},
		{"a/b:1", "r.example/x/", NULL, NULL, "r.example/x/a/b:1"},
		{"ghcr.io/a/b:1", "127.0.0.1:5000", NULL, NULL, "127.0.0.1:5000/a/b:1"},
		{"localhost/b", "r.example", NULL, NULL, "r.example/b"},
		{"localhost:5000/b", NULL, NULL, "2", "localhost:5000/b"},
		{"a/b:latest", "r.example", NULL, "2.5", "r.example/a/b:2.5"},
		{"clm-b:latest", "user", NULL, "0.3.0", "user/clm-b:0.3.0"},
		{"ghcr.io/a/a/b:latest", "ghcr.io/fork", "ghcr.io/a/a", NULL, "ghcr.io/fork/b:latest"},
		{"ghcr.io/a/ab/b:1", "ghcr.io/fork", "ghcr.io/a/a", NULL, "ghcr.io/fork/a/ab/b:1"},
		{"a/b:1", "", "a", NULL, "a/b:1"},
	};
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		CHECK_BYTES(names[i].name, ask_normal(&arena, str_of(names[i].name), names[i].podman),
		            str_of(names[i].normal));
	for (size_t i = 0; i < sizeof pushed / sizeof pushed[0]; i++)
		CHECK_BYTES(pushed[i].tag,
		            push_name(&arena, str_of(pushed[i].tag),
		                      &(struct push){.registry = pushed[i].registry, .repository = pushed[i].repository},
		                      pushed[i].version),
		            str_of(pushed[i].name));
	arena_release(&arena);
}

/* --- The stat cache --- */

static void test_cache(void)
{
	struct cache cache;
	struct stat stat_a;
	struct fs_look a, b;
	struct timespec late, soon;
	struct hash hash, found;

	fs_write("cached", STR("a"), 0644);
	stat("cached", &stat_a);
	a = fs_look_of(&stat_a);
	late = soon = stat_a.st_ctim;
	late.tv_sec += 1;
	soon.tv_nsec += 1000;
	hash = hash_of(STR("a"));
	cache_open(&cache, "none");
	cache_add(&cache, STR("a"), &a, hash, late);
	cache_add(&cache, STR("b"), &a, hash, soon);
	cache_add(&cache, STR("c"), &a, hash, late);
	cache_save(&cache, "stat");
	cache_release(&cache);
	cache_open(&cache, "stat");
	CHECK("what was added is found", cache_find(&cache, STR("a"), &a, &found) && hash_eq(hash, found));
	CHECK("but not what was too young", !cache_find(&cache, STR("b"), &a, &found));
	b = a;
	b.changed ^= 1;
	CHECK("nor what looks different", !cache_find(&cache, STR("c"), &b, &found));
	CHECK("nor what comes after all", !cache_find(&cache, STR("d"), &a, &found));
	cache_turn(&cache);
	CHECK("a turned cache has what was added since", cache.count == 0);
	cache_release(&cache);
	fs_write("stat", STR("dtkstat\001garbage"), 0644);
	cache_open(&cache, "stat");
	CHECK("a damaged one is empty", cache.count == 0 && !cache_find(&cache, STR("a"), &a, &found));
	cache_release(&cache);
}

/* A cache of the files named by the letters of NAMES, beside what FROM held. */
static void keep(const char *from, const char *names, const char *changed, const char *to)
{
	struct fs_look look = {.size = 1, .mode = S_IFREG};
	struct timespec moment = {1, 0};
	struct cache cache;
	struct hash hash;

	cache_open(&cache, from);
	for (; *names; names++) {
		struct str name = {names, 1};

		look.inode = strchr(changed, *names) ? 2 : 1;
		if (!cache_find(&cache, name, &look, &hash))
			hash = hash_of(name);
		cache_add(&cache, name, &look, hash, moment);
	}
	cache_save(&cache, to);
	cache_release(&cache);
}

static void test_cache_changes(void)
{
	static const struct {
		const char *names, *changed;
	} cases[] = {{"abcd", ""}, {"abcde", ""}, {"abc", ""}, {"bcd", ""}, {"abd", ""}, {"abbcd", ""},
	             {"xyz", ""}, {"abcd", "a"}, {"abcd", "d"}, {"abcd", "abcd"}, {"abxcd", "c"}};

	keep("none", "abcd", "", "four");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf fresh = BUF_INIT, renewed = BUF_INIT;

		unlink("fresh");
		unlink("renewed");
		keep("none", cases[i].names, cases[i].changed, "fresh");
		keep("four", cases[i].names, cases[i].changed, "renewed");
		fs_read("fresh", &fresh);
		if (fs_read("renewed", &renewed) == 0)
			CHECK_BYTES(cases[i].names, buf_str(&renewed), buf_str(&fresh));
		CHECK("what is the same is not written", (i == 0) == (access("renewed", F_OK) != 0));
		buf_release(&fresh);
		buf_release(&renewed);
	}
}

/* --- Keys --- */

static const char *const no_words[] = {NULL};
static const char *args[] = {"--build-arg", "A=1", NULL};

static struct hash key_now(void)
{
	struct edge_key order = {"g/stamps/X.key", ".", "g/Dockerfile.X", no_words, {NULL, NULL, NULL}, args};
	struct place place;
	struct arena arena;
	struct key key;
	struct hash hash;

	arena_init(&arena);
	place = place_of(&arena, order.out);
	CHECK("a key", edge_key(&order, &diag) == 0);
	CHECK("that can be read", keyfile_load(&place, &arena, &diag, &key) == RECORD_FINE);
	hash = key.hash;
	arena_release(&arena);
	return hash;
}

static void expect(const char *what, bool changes, struct hash *last)
{
	struct stat before, after;
	struct hash now;

	stat("g/stamps/X.key", &before);
	now = key_now();
	stat("g/stamps/X.key", &after);
	CHECK(what, hash_eq(now, *last) != changes);
	CHECK("the key is written only where it changes", (before.st_ino == after.st_ino) != changes);
	*last = now;
}

static void test_changes(void)
{
	struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
	struct hash last;

	fs_mkdirs("g/stamps");
	fs_mkdirs("app/sub");
	fs_write("g/Dockerfile.X", STR("FROM scratch\nCOPY app /app\n"), 0644);
	fs_write("app/a", STR("a"), 0644);
	fs_write("app/sub/b", STR("b"), 0644);
	fs_write("other", STR("x"), 0644);
	last = key_now();
	expect("nothing", false, &last);
	utimensat(AT_FDCWD, "app/a", old, 0);
	expect("a time", false, &last);
	fs_write("other", STR("y"), 0644);
	expect("a file that is not reached", false, &last);
	fs_write("app/a", STR("A"), 0644);
	expect("content of the same size", true, &last);
	utimensat(AT_FDCWD, "app/a", old, 0);
	expect("a time again", false, &last);
	chmod("app/a", 0600);
	expect("a mode", true, &last);
	chmod("app/sub", 0700);
	expect("a directory's mode", true, &last);
	rename("app/a", "app/c");
	expect("a name", true, &last);
	CHECK("a link is made", symlink("c", "app/link") == 0);
	expect("a link", true, &last);
	unlink("app/link");
	CHECK("a link is made", symlink("d", "app/link") == 0);
	expect("its target", true, &last);
	mkdir("app/empty", 0755);
	expect("an empty directory", true, &last);
	args[1] = "A=2";
	expect("an argument", true, &last);
	fs_write("dkbuildprebuildscript.sh", STR(":"), 0644);
	expect("a hook", true, &last);
	fs_write("g/_env.X.sh", STR("x=1"), 0644);
	expect("its environment", true, &last);
	unlink("dkbuildprebuildscript.sh");
	expect("no hook", true, &last);
	fs_write("g/_env.X.sh", STR("x=2"), 0644);
	expect("the environment of no hook", false, &last);
	fs_write("app.sh", STR(""), 0644);
	fs_write(".dockerignore", STR("app/sub"), 0644);
	expect("an ignore file", true, &last);
	fs_write("app/sub/new", STR(""), 0644);
	expect("an ignored file", false, &last);
	fs_write("g/Dockerfile.X", STR("FROM scratch\nCOPY app /app\n#\n"), 0644);
	expect("a comment", true, &last);
	unlink("g/stamps/X.stat");
	expect("no stat cache", false, &last);
	fs_write("g/stamps/X.key", STR(""), 0644);
	key_now();
	CHECK("an emptied key is written anew", hash_eq(last, key_now()));
}

/* What is hashed is what the engine gets: the same key with and without a snapshot. */
static void test_snapshot(void)
{
	struct arena arena;
	struct place place;
	struct command command;
	struct scan_spec spec = {.context = ".", .dockerfile = "g/Dockerfile.X", .onbuild = no_words, .command = &command};
	struct snapshot snapshot;
	struct buf out = BUF_INIT;
	struct scan scan;
	struct key key;

	arena_init(&arena);
	place = place_of(&arena, "g/stamps/X.key");
	command_parse_options(&arena, &diag, args, &command);
	CHECK("a scan", scan_take(&arena, &diag, &place, &spec, &scan));
	snapshot_begin(&snapshot, open("g/stamps/x.tar", O_RDWR | O_CREAT | O_TRUNC, 0600));
	CHECK("a snapshot", key_make(&arena, &diag, &scan, NULL, &snapshot, &key) == KEY_MADE);
	CHECK("is written", snapshot_end(&snapshot) == 0);
	close(snapshot.fd);
	CHECK("and has the key's hash", hash_eq(key.hash, key_now()));
	const char *words[] = {"tar", "-tf", "g/stamps/x.tar", NULL};
	test_run(&out, words);
	CHECK_STR("it holds what is reached, and the Dockerfile", out.p,
	          "app/\napp/c\napp/empty/\napp/link\ng/Dockerfile.X\n");
	CHECK("nothing moved meanwhile", !scan_moved(&place, &scan));
	fs_write("app/c", STR("changed"), 0644);
	CHECK("now it did", scan_moved(&place, &scan));
	buf_release(&out);
	arena_release(&arena);
}

/* --- Explaining --- */

static void test_why(void)
{
	static struct key_input before[] = {
		{KEY_DOCKERFILE, 0, {{1}}, {"Dockerfile", 10}}, {KEY_ARG, 0, {{1}}, {"--build-arg B=1", 15}},
		{KEY_ARG, 0, {{1}}, {"--build-arg A=1", 15}}, {KEY_FILE, 0644, {{1}}, {"a", 1}},
		{KEY_FILE, 0644, {{1}}, {"b", 1}}, {KEY_FILE, 0644, {{1}}, {"c", 1}}, {KEY_FILE, 0644, {{1}}, {"d",
		                                                                                               1}},
	};
	static struct key_input after[] = {
		{KEY_DOCKERFILE, 0, {{2}}, {"Dockerfile", 10}}, {KEY_ARG, 0, {{1}}, {"--build-arg A=1", 15}},
		{KEY_ARG, 0, {{2}}, {"--build-arg C=1", 15}}, {KEY_FILE, 0755, {{2}}, {"a", 1}},
		{KEY_LINK, 0, {{1}}, {"c", 1}}, {KEY_FILE, 0644, {{1}}, {"d", 1}}, {KEY_FILE, 0644, {{1}}, {"e\n",
		                                                                                            2}},
	};
	struct key old = {.inputs = before, .input_count = 7}, now = {.inputs = after, .input_count = 7};
	struct str one[] = {STR("FROM a"), STR("RUN x"), STR("RUN y")};
	struct str two[] = {STR("FROM a"), STR("RUN z"), STR("RUN w"), STR("RUN y")};
	struct buf out = BUF_INIT;

	CHECK("how many differences", why_inputs(&old, &now, &out) == 8);
	CHECK_STR("which", out.p,
	          "argument removed: --build-arg B=1\nargument added: --build-arg C=1\n"
	          "mode 0644 -> 0755: a\nfile changed: a\nfile removed: b\ntype file -> link: c\n"
	          "file added: e\\n\n");
	buf_clear(&out);
	CHECK("none", why_inputs(&old, &old, &out) == 0 && out.n == 0);
	why_lines(one, 3, two, 4, &out);
	CHECK_STR("lines", out.p, "Dockerfile:2: -RUN x\nDockerfile:2: +RUN z\nDockerfile:3: +RUN w\n");
	buf_release(&out);
}

int main(void)
{
	FILE *nowhere = fopen("/dev/null", "w");

	diag_init(&diag, nowhere);
	test_command();
	test_references();
	test_cache();
	test_cache_changes();
	test_changes();
	test_snapshot();
	test_why();
	diag_release(&diag);
	fclose(nowhere);
	return test_end();
}
