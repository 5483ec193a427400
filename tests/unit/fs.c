/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

static struct arena arena;

static unsigned entries_in(const char *dir, const char *prefix)
{
	DIR *stream = opendir(dir);
	unsigned count = 0;

	for (struct dirent *entry; stream && (entry = readdir(stream));)
		count += str_starts(str_of(entry->d_name), str_of(prefix)) && entry->d_name[0] != '\0'
				 && strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (stream)
		closedir(stream);
	return count;
}

static bool holds(const char *path, struct str bytes)
{
	struct str text;

	return fs_read_arena(path, &arena, &text) == 0 && str_eq(text, bytes) && text.p[text.n] == '\0';
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void test_write(void)
{
	struct buf large = BUF_INIT;
	struct stat before, after;

	umask(077);
	CHECK("a new file is a change", fs_write("f", STR("one"), 0644) == FS_CHANGED && holds("f", STR("one")));
	CHECK("its mode is exact whatever the umask", mode_of("f") == 0644);
	stat("f", &before);
	CHECK("equal bytes are the same", fs_write("f", STR("one"), 0644) == FS_SAME);
	stat("f", &after);
	CHECK("and nothing was written",
		  before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
	CHECK("other bytes of the same length",
		  fs_write("f", STR("two"), 0644) == FS_CHANGED && holds("f", STR("two")));
	CHECK("a prefix", fs_write("f", STR("tw"), 0644) == FS_CHANGED && holds("f", STR("tw")));
	CHECK("longer",
		  fs_write("f", STR("two and more"), 0644) == FS_CHANGED && holds("f", STR("two and more")));
	CHECK("nothing", fs_write("f", STR(""), 0644) == FS_CHANGED && holds("f", STR("")));
	CHECK("nothing again", fs_write("f", STR(""), 0644) == FS_SAME);
	CHECK("another mode is a change", fs_write("f", STR(""), 0755) == FS_CHANGED && mode_of("f") == 0755);
	CHECK("bytes may be NUL", fs_write("f", STR("a\0b"), 0600) == FS_CHANGED && holds("f", STR("a\0b")));
	for (int i = 0; i < 200000; i++)
		buf_addc(&large, (char)i);
	CHECK("a large file",
		  fs_write("large", buf_str(&large), 0644) == FS_CHANGED && holds("large", buf_str(&large)));
	CHECK("is the same", fs_write("large", buf_str(&large), 0644) == FS_SAME);
	large.p[199999] ^= 1;
	CHECK("is not with another last byte", !fs_same("large", buf_str(&large), 0644));
	CHECK("no temporary file is left", entries_in(".", FS_TEMP_PREFIX) == 0);
	buf_release(&large);
	umask(022);
}

static void test_odd_places(void)
{
	struct stat st;

	fs_write("real", STR("real"), 0644);
	CHECK("a link", symlink("real", "link") == 0 && fs_write("link", STR("real"), 0644) == FS_CHANGED);
	CHECK("is replaced, not followed",
		  lstat("link", &st) == 0 && S_ISREG(st.st_mode) && holds("real", STR("real")));
	CHECK("a pipe", mkfifo("pipe", 0644) == 0 && fs_write("pipe", STR("x"), 0644) == FS_CHANGED);
	CHECK("is replaced without waiting", holds("pipe", STR("x")));
	mkdir("dir", 0755);
	CHECK("a directory is none to write to", fs_write("dir", STR("x"), 0644) == FS_FAILED && errno == EISDIR);
	CHECK("no directory", fs_write("no/f", STR("x"), 0644) == FS_FAILED && errno == ENOENT);
	CHECK("below a file", fs_write("real/f", STR("x"), 0644) == FS_FAILED && errno == ENOTDIR);
	CHECK("the empty name", fs_write("", STR("x"), 0644) == FS_FAILED);
	CHECK("reading what is not there",
		  fs_read_arena("no", &arena, &(struct str){0}) == -1 && errno == ENOENT);
	CHECK("reading a directory", fs_read_arena("dir", &arena, &(struct str){0}) == -1 && errno == EISDIR);
	CHECK("no temporary file is left", entries_in(".", FS_TEMP_PREFIX) == 0);
}

static void test_unwritable(void)
{
	mkdir("locked", 0555);
	if (geteuid() == 0) {
		CHECK("a read-only file system", fs_write("/proc/dtk-test", STR("x"), 0644) == FS_FAILED);
		return;
	}
	CHECK("an unwritable directory", fs_write("locked/f", STR("x"), 0644) == FS_FAILED && errno == EACCES);
	CHECK("keeps nothing", entries_in("locked", "") == 0);
}

static void test_limit(void)
{
	struct rlimit limit, old;
	struct buf large = BUF_INIT;

	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 1000;
	for (int i = 0; i < 5000; i++)
		buf_addc(&large, 'x');
	fs_write("limited", STR("old"), 0644);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	enum fs_written written = fs_write("limited", buf_str(&large), 0644);
	int saved = errno;
	setrlimit(RLIMIT_FSIZE, &old);
	CHECK("a write that fails half-way", written == FS_FAILED && saved == EFBIG);
	CHECK("leaves the old file", holds("limited", STR("old")));
	CHECK("and no temporary file", entries_in(".", FS_TEMP_PREFIX) == 0);
	buf_release(&large);
}

static void test_read(void)
{
	struct buf out = BUF_INIT;
	int ends[2], old = dup(0);

	buf_adds(&out, "before ");
	fs_write("r", STR("text"), 0644);
	CHECK("read appends", fs_read("r", &out) == 0 && str_is(buf_str(&out), "before text"));
	if (pipe(ends) != 0 || write(ends[1], "piped", 5) != 5)
		abort();
	close(ends[1]);
	dup2(ends[0], 0);
	buf_clear(&out);
	CHECK("- is standard input", fs_read("-", &out) == 0 && str_is(buf_str(&out), "piped"));
	dup2(old, 0);
	close(old);
	close(ends[0]);
	buf_clear(&out);
	CHECK("a file that says it is empty", fs_read("/proc/self/status", &out) == 0 && out.n > 100);
	CHECK("an empty file", fs_read_arena("/dev/null", &arena, &(struct str){0}) == 0);
	buf_release(&out);
}

static void test_dirs(void)
{
	struct stat st;

	CHECK("mkdirs", fs_mkdirs("a/b//c/") == 0 && stat("a/b/c", &st) == 0 && S_ISDIR(st.st_mode));
	CHECK("mkdirs again", fs_mkdirs("a/b/c") == 0 && fs_mkdirs("/") == 0 && fs_mkdirs(".") == 0);
	fs_write("a/file", STR(""), 0644);
	CHECK("mkdirs over a file", fs_mkdirs("a/file") == -1 && errno == ENOTDIR);
	CHECK("mkdirs below a file", fs_mkdirs("a/file/x") == -1 && errno == ENOTDIR);
	CHECK("mkdirs of nothing", fs_mkdirs("") == -1);
	CHECK("mkdirs through a link",
		  symlink("a", "to-a") == 0 && fs_mkdirs("to-a/z") == 0 && stat("a/z", &st) == 0);
}

static void test_link(void)
{
	char target[20] = {0};

	CHECK("a new link", fs_link("..", "root") == 0 && readlink("root", target, 9) == 2);
	CHECK("the same link", fs_link("..", "root") == 0);
	CHECK("another target", fs_link("../..", "root") == 0 && readlink("root", target, 9) == 5);
	CHECK("a shorter target",
		  fs_link(".", "root") == 0 && readlink("root", target, 9) == 1 && target[0] == '.');
	fs_write("plain", STR("x"), 0644);
	CHECK("never over a file", fs_link("..", "plain") == -1 && errno == EEXIST && holds("plain", STR("x")));
	CHECK("no directory for it", fs_link("..", "no/root") == -1 && errno == ENOENT);
	CHECK("no temporary link is left", entries_in(".", FS_TEMP_PREFIX) == 0);
}

static void test_temp(void)
{
	struct fs_temp temp, many[65];
	unsigned opened = 0;

	mkdir("t", 0755);
	CHECK("open", fs_temp_open(&temp, "t/out") == 0 && mode_of(temp.path) == 0600);
	CHECK("its name is known", str_starts(path_base(str_of(temp.path)), STR(FS_TEMP_PREFIX)));
	CHECK("it can be written and read back", write(temp.fd, "abc", 3) == 3 && lseek(temp.fd, 0, SEEK_SET) == 0
												 && read(temp.fd, (char[4]){0}, 4) == 3);
	CHECK("keep", fs_temp_keep(&temp, "t/out", 0640, true) == 0 && holds("t/out", STR("abc")));
	CHECK("its mode", mode_of("t/out") == 0640 && entries_in("t", FS_TEMP_PREFIX) == 0);
	fs_temp_open(&temp, "t/out");
	fs_temp_drop(&temp);
	fs_temp_drop(&temp);
	CHECK("drop", entries_in("t", FS_TEMP_PREFIX) == 0 && holds("t/out", STR("abc")));
	fs_temp_open(&temp, "t/x");
	CHECK("keep that fails drops", fs_temp_keep(&temp, "no/x", 0644, false) == -1 && errno == ENOENT);
	CHECK("and leaves nothing", entries_in("t", FS_TEMP_PREFIX) == 0);
	while (opened < 65 && fs_temp_open(&many[opened], "t/many") == 0)
		opened++;
	CHECK("64 at once", opened == 64 && errno == EMFILE && entries_in("t", FS_TEMP_PREFIX) == 64);
	while (opened)
		fs_temp_drop(&many[--opened]);
	CHECK("all dropped", entries_in("t", FS_TEMP_PREFIX) == 0);
}

/* Opens temporary files in a child, which ends as END says (0: by exit); its status. */
static int child_status(int end, void (*before)(int))
{
	struct fs_temp one, two;
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (before)
			before(end);
		fs_temp_open(&one, "s/one");
		fs_temp_open(&two, "s/two");
		if (entries_in("s", FS_TEMP_PREFIX) != 2)
			_exit(99);
		if (end)
			raise(end);
		exit(5);
	}
	waitpid(child, &status, 0);
	return status;
}

static void ignore(int number)
{
	signal(number, SIG_IGN);
}

static void test_end_of_process(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct fs_temp ours;
	int status;

	mkdir("s", 0755);
	status = child_status(0, NULL);
	CHECK("exit removes temporary files", WEXITSTATUS(status) == 5 && entries_in("s", "") == 0);
	for (size_t i = 0; i < 3; i++) {
		status = child_status(signals[i], NULL);
		CHECK("a signal ends the process", WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
		CHECK("and removes temporary files", entries_in("s", "") == 0);
	}
	status = child_status(SIGHUP, ignore);
	CHECK("an ignored signal stays ignored", WIFEXITED(status) && WEXITSTATUS(status) == 5);
	status = child_status(SIGKILL, NULL);
	CHECK("SIGKILL leaves names that can be known", entries_in("s", FS_TEMP_PREFIX) == 2);
	fs_temp_open(&ours, "s/ours");
	fflush(stdout);
	if (fork() == 0)
		exit(0);
	wait(&status);
	CHECK("a child's exit leaves our files", access(ours.path, F_OK) == 0);
	fs_temp_drop(&ours);
}

static void check_clean(const char *path, const char *expected)
{
	CHECK_STR(path, path_clean(&arena, str_of(path)), expected);
}

static void test_clean(void)
{
	static const char *const cases[][2] = {
		{"", "."}, {".", "."}, {"./", "."}, {"/", "/"}, {"//", "/"}, {"///a//", "/a"}, {"a/", "a"},
		{"a//b", "a/b"}, {"./a/./b/.", "a/b"}, {"a/..", "."}, {"a/../b", "b"}, {"a/../..", ".."},
		{"../a", "../a"}, {"../a/..", ".."}, {"../../a/../b", "../../b"}, {"/..", "/"}, {"/../a", "/a"},
		{"/a/../..", "/"}, {"a/b/../../c", "c"}, {"...", "..."}, {"a..b", "a..b"}, {"..a/b", "..a/b"},
		{"a/.../b", "a/.../b"}, {".a", ".a"}, {"..", ".."}, {"a/b/..", "a"}, {"/a/b/../c", "/a/c"},
		{"../..", "../.."}, {"..//../", "../.."}, {"a b/ c", "a b/ c"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check_clean(cases[i][0], cases[i][1]);
}

static void test_parts(void)
{
	CHECK_STR("join", path_join(&arena, STR("a"), STR("b/c")), "a/b/c");
	CHECK_STR("join absolute", path_join(&arena, STR("a"), STR("/b/../c")), "/c");
	CHECK_STR("join .", path_join(&arena, STR("."), STR("b")), "b");
	CHECK_STR("join to .", path_join(&arena, STR("a/"), STR(".")), "a");
	CHECK_STR("join up", path_join(&arena, STR("a/b"), STR("../../../c")), "../c");
	CHECK_STR("join nothing", path_join(&arena, STR(""), STR("")), ".");
	CHECK_STR("join to nothing", path_join(&arena, STR("a"), STR("")), "a");
	CHECK_STR("join from nothing", path_join(&arena, STR(""), STR("a")), "a");
	CHECK_STR("join to the root", path_join(&arena, STR("/"), STR("a")), "/a");
	CHECK_BYTES("dir", path_dir(STR("a/b/c")), STR("a/b"));
	CHECK_BYTES("dir of a name", path_dir(STR("a")), STR("."));
	CHECK_BYTES("dir below the root", path_dir(STR("/a")), STR("/"));
	CHECK_BYTES("dir of the root", path_dir(STR("/")), STR("/"));
	CHECK_BYTES("dir with two slashes", path_dir(STR("a//b")), STR("a"));
	CHECK_BYTES("dir of nothing", path_dir(STR("")), STR("."));
	CHECK_BYTES("base", path_base(STR("a/b.c")), STR("b.c"));
	CHECK_BYTES("base of a name", path_base(STR("a")), STR("a"));
	CHECK_BYTES("base after a slash", path_base(STR("a/")), STR(""));
}

static void test_relative(void)
{
	CHECK_STR("below", path_relative(&arena, "a", "a/b"), "b");
	CHECK_STR("beside", path_relative(&arena, "a/b", "a/c"), "../c");
	CHECK_STR("itself", path_relative(&arena, "a/b", "a/b/"), ".");
	CHECK_STR("above", path_relative(&arena, "a/b", "."), "../..");
	CHECK_STR("from here", path_relative(&arena, ".", "a/b"), "a/b");
	CHECK_STR("not by prefix of a name", path_relative(&arena, "ab", "abc"), "../abc");
	CHECK_STR("absolute", path_relative(&arena, "/a/b", "/a/c/d"), "../c/d");
	CHECK_STR("to the root", path_relative(&arena, "/a/b", "/"), "../..");
	CHECK_STR("from the root", path_relative(&arena, "/", "/a"), "a");
	CHECK_STR("further up", path_relative(&arena, "a", "../b"), "../../b");
	CHECK_STR("both above", path_relative(&arena, "../a", "../b"), "../b");
	CHECK_STR("up from up", path_relative(&arena, "..", "../x"), "x");
	CHECK("cannot be told", !path_relative(&arena, "..", "a") && !path_relative(&arena, "../a", "b"));
	CHECK("mixed", !path_relative(&arena, "/a", "b") && !path_relative(&arena, "a", "/b"));
}

static char *random_path(uint64_t *seed)
{
	static const char *const parts[] = {"a", "b", ".", "..", "", "..a", "cc"};
	struct buf path = BUF_INIT;
	char *copy;

	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	uint64_t bits = *seed >> 20;
	if (bits & 1)
		buf_addc(&path, '/');
	for (unsigned n = (unsigned)(bits >> 1 & 7); n; n--) {
		bits = bits / 7 + (*seed << 7 & 0xffff);
		buf_adds(&path, parts[bits % 7]);
		if (n > 1)
			buf_addc(&path, '/');
	}
	copy = arena_strndup(&arena, buf_str(&path).p, path.n);
	buf_release(&path);
	return copy;
}

/* Laws that hold for any path. */
static void test_laws(void)
{
	bool again = true, tidy = true, back = true;
	uint64_t seed = 1;

	for (unsigned i = 0; i < 100000; i++) {
		const char *a = random_path(&seed), *b = random_path(&seed);
		char *clean = path_clean(&arena, str_of(a)), *relative = path_relative(&arena, a, b);

		again &= strcmp(path_clean(&arena, str_of(clean)), clean) == 0;
		tidy &=
			clean[0] && !strstr(clean, "//") && !strstr(clean, "/./") && (clean[0] == '/') == (a[0] == '/');
		if (relative)
			back &= strcmp(path_join(&arena, str_of(clean), str_of(relative)), path_clean(&arena, str_of(b)))
					== 0;
		if (i % 1000 == 0)
			arena_clear(&arena);
	}
	CHECK("clean twice is clean", again);
	CHECK("clean is tidy", tidy);
	CHECK("relative leads back", back);
}

int main(void)
{
	arena_init(&arena);
	test_write();
	test_odd_places();
	test_unwritable();
	test_limit();
	test_read();
	test_dirs();
	test_link();
	test_temp();
	test_end_of_process();
	test_clean();
	test_parts();
	test_relative();
	test_laws();
	arena_release(&arena);
	return test_end();
}
