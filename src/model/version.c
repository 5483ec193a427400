/* SPDX-License-Identifier: Apache-2.0 */
#include "model/version.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- Where git keeps what its answer depends on --- */

/* "PREFIX: VALUE" in the first line of FILE; n = 0 if that is not there. */
static struct str pointer_in(struct version *version, const char *file, const char *prefix)
{
	struct str text;

	if (fs_read_arena(file, version->arena, &text) != 0 || !str_starts(text, str_of(prefix)))
		return STR("");
	return str_trim(str_slice(text, strlen(prefix), str_find(text, '\n', 0)));
}

static void watch(struct version *version, const char *dir, struct str name)
{
	const char *path = path_join(version->arena, str_of(dir), name);

	version->watch(version->context, path, access(path, F_OK) == 0);
}

/* PATH as seen from here: what is watched is written down, and should not name the machine's directories. */
static const char *near(struct version *version, const char *path)
{
	char here[4096];
	const char *relative = NULL;

	if (path[0] == '/' && getcwd(here, sizeof here))
		relative = path_relative(version->arena, here, path);
	return relative ? relative : path;
}

/* The nearest .git from here upwards; NULL where there is none. A worktree has a file that points to it. */
static const char *git_directory(struct version *version)
{
	struct str up = STR(".");
	struct stat root, st;

	if (stat("/", &root) != 0)
		return NULL;
	for (unsigned depth = 0; depth < 100; depth++) {
		const char *dir = path_join(version->arena, up, STR(".git"));

		if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
			return dir;
		if (stat(dir, &st) == 0) {
			struct str to = pointer_in(version, dir, "gitdir:");

			return to.n ? near(version, path_join(version->arena, up, to)) : NULL;
		}
		if (stat(up.p, &st) != 0 || (st.st_ino == root.st_ino && st.st_dev == root.st_dev))
			return NULL;
		up = str_of(path_join(version->arena, up, STR("..")));
	}
	return NULL;
}

static void watch_git(struct version *version, const char *dir)
{
	struct str head = pointer_in(version, path_join(version->arena, str_of(dir), STR("HEAD")), "ref:");
	struct str common = pointer_in(version, path_join(version->arena, str_of(dir), STR("commondir")), "");
	const char *shared = common.n ? path_join(version->arena, str_of(dir), common) : dir;

	watch(version, dir, STR("HEAD"));
	if (head.n)
		watch(version, shared, head);
	watch(version, shared, STR("packed-refs"));
	watch(version, shared, STR("refs/tags"));
}

/* --- Its answer --- */

static void describe_in_child(int to)
{
	static const char *const scrubbed[] = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"};

	for (size_t i = 0; i < sizeof scrubbed / sizeof *scrubbed; i++)
		unsetenv(scrubbed[i]);
	if (dup2(to, STDOUT_FILENO) >= 0)
		execlp("git", "git", "describe", "--tags", "--always", (char *)NULL);
	_exit(127);
}

static bool read_all(int fd, struct buf *out)
{
	ssize_t n;

	do {
		n = read(fd, buf_room(out, 256), 256);
		out->n += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0;
}

/* Runs git describe; its exit status, or -1. */
static int describe(struct buf *out)
{
	int pipe_ends[2], status = -1;
	pid_t child;

	if (pipe(pipe_ends) != 0)
		return -1;
	fflush(NULL);
	child = fork();
	if (child == 0)
		describe_in_child(pipe_ends[1]);
	close(pipe_ends[1]);
	bool fine = child > 0 && read_all(pipe_ends[0], out);
	close(pipe_ends[0]);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return fine && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool is_tag_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

bool version_git(struct version *version, struct span span, struct str *text)
{
	struct buf out = BUF_INIT;
	const char *dir;
	int status = -1;

	*text = version->git;
	if (text->n)
		return true;
	dir = git_directory(version);
	if (dir) {
		watch_git(version, dir);
		status = describe(&out);
	}
	if (status == 0 && str_trim(buf_str(&out)).n) {
		struct str answer = str_trim(buf_str(&out));
		char *kept = arena_strndup(version->arena, answer.p, answer.n);

		for (size_t i = 0; i < answer.n; i++)
			kept[i] = is_tag_character(kept[i]) ? kept[i] : '-';
		version->git = *text = (struct str){kept, answer.n};
	} else if (!dir) {
		diag_error(version->diag, span, "there is no git repository to describe");
	} else if (status == 127) {
		diag_error(version->diag, span, "there is no git on PATH");
	} else {
		diag_error(version->diag, span, "git describe failed");
	}
	buf_release(&out);
	return text->n > 0;
}

struct str version_date(struct version *version)
{
	time_t now = time(NULL);
	struct tm day;
	char text[32];

	if (version->date.n == 0 && gmtime_r(&now, &day)) {
		size_t n = strftime(text, sizeof text, "%Y-%m-%d", &day);

		version->date = (struct str){arena_strndup(version->arena, text, n), n};
	}
	return version->date;
}
