/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/progress.h"

#include "base/fs.h"

#include "test.h"

/* Logs as the clients wrote them: a build from nothing, again, with a changed argument, and failures. */
static const struct {
	const char *log;
	unsigned steps, cached;
	const char *last; /* of one that failed, else NULL */
} recorded[] = {
	{"docker-20.10-cold", 7, 0, NULL},
	{"docker-20.10-cached", 7, 7, NULL},
	{"docker-20.10-edit", 7, 3, NULL},
	{"docker-20.10-child", 3, 0, NULL},
	{"docker-20.10-fail", 3, 2, "[3/3] RUN echo about to fail; false"},
	{"docker-20.10-gone", 0, 0, "[internal] load metadata for nosuch.invalid/image:latest"},
	{"docker-28.5-cold", 7, 0, NULL},
	{"docker-28.5-cached", 7, 7, NULL},
	{"docker-28.5-edit", 7, 3, NULL},
	{"docker-28.5-child", 3, 0, NULL},
	{"docker-28.5-here", 2, 0, NULL},
	{"docker-28.5-fail", 3, 2, "[3/3] RUN echo about to fail; false"},
	{"docker-28.5-gone", 0, 0, "[internal] load metadata for nosuch.invalid/image:latest"},
	{"buildx-0.29-cached", 7, 7, NULL},
	{"docker-classic-cold", 11, 0, NULL},
	{"docker-classic-cached", 11, 11, NULL},
	{"docker-classic-child", 3, 0, NULL},
	{"docker-classic-fail", 3, 2, "RUN echo about to fail; false"},
	{"docker-classic-copy", 2, 0, "COPY nothing /n"},
	{"docker-classic-gone", 0, 0, "FROM nosuch.invalid/image"},
	{"podman-4.3-cold", 10, 0, NULL},
	{"podman-4.3-cached", 10, 10, NULL},
	{"podman-4.3-edit", 10, 5, NULL},
	{"podman-4.3-child", 3, 0, NULL},
	{"podman-4.3-fail", 3, 2, "RUN echo about to fail; false"},
	{"podman-4.3-gone", 0, 0, "FROM nosuch.invalid/image"},
	{"buildah-1.28-cached", 10, 10, NULL},
};

static void test_recorded(void)
{
	const char *source = getenv("DTK_SRC");
	struct buf path = BUF_INIT, log = BUF_INIT;

	for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
		struct progress progress;

		buf_clear(&path);
		buf_clear(&log);
		buf_addf(&path, "%s/tests/fuzz/corpus/progress/%s", source ? source : ".", recorded[i].log);
		CHECK(recorded[i].log, fs_read(path.p, &log) == 0 && log.n);
		progress_read(buf_str(&log), &progress);
		printf("# %s: %u steps, %u cached\n", recorded[i].log, progress.steps, progress.cached);
		CHECK("its steps", progress.steps == recorded[i].steps);
		CHECK("those that were cached", progress.cached == recorded[i].cached);
		if (recorded[i].last)
			CHECK_BYTES("where it failed", progress.last, str_of(recorded[i].last));
	}
	buf_release(&path);
	buf_release(&log);
}

/* Every log that was recorded, cut after any line, never tells more than the whole. */
static void test_cuts(void)
{
	const char *source = getenv("DTK_SRC");
	struct buf path = BUF_INIT, log = BUF_INIT;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++) {
		buf_clear(&path);
		buf_clear(&log);
		buf_addf(&path, "%s/tests/fuzz/corpus/progress/%s", source ? source : ".", recorded[i].log);
		fs_read(path.p, &log);
		for (size_t n = 0; n < log.n; n++) {
			struct progress progress;

			if (n && log.p[n - 1] != '\n')
				continue;
			progress_read(str_slice(buf_str(&log), 0, n), &progress);
			wrong += progress.steps > recorded[i].steps || progress.cached > recorded[i].cached
				|| progress.cached > progress.steps;
		}
	}
	CHECK("a log that was cut", wrong == 0);
	buf_release(&path);
	buf_release(&log);
}

static void expect(const char *name, const char *log, unsigned steps, unsigned cached, const char *last)
{
	struct progress progress;

	progress_read(str_of(log), &progress);
	CHECK(name, progress.steps == steps && progress.cached == cached);
	CHECK_BYTES(name, progress.last, str_of(last));
}

static void test_lines(void)
{
	expect("nothing", "", 0, 0, "");
	expect("what is no log", "#\n#a\n# 1\nStep\nSTEP 1\n[\n[1\n[1/\n[1/2]\n#1\n#99999999999 [1/1] RUN a\n", 0, 0, "");
	expect("platforms in the brackets",
	       "#5 [linux/arm64 1/2] FROM a\n#5 CACHED\n#6 [linux/arm64 tools 2/2] RUN a\n#6 CACHED\n", 1, 1, "");
	expect("brackets without a number", "#5 [auth] token\n#5 CACHED\n#6 [internal] x\n#7 [] y\n#8 [ ] z\n", 0, 0, "");
	expect("a vertex that is named again", "#6 [1/1] RUN a\n#6 ...\n\n#6 [1/1] RUN a\n#6 DONE 1s\n", 1, 0, "");
	expect("the last line without its end", "#6 [1/1] RUN a\n#6 CACHED", 1, 1, "");
	expect("a client that ends lines otherwise", "#6 [1/1] RUN a\r\n#6 CACHED\r\n", 1, 1, "");
	expect("a number that is too large", "#65536 [1/1] RUN a\n#65535 [1/1] RUN b\n", 1, 0, "");
	expect("what was cancelled did not fail",
	       "#6 [1/2] RUN a\n#7 [2/2] RUN b\n#6 ERROR: context canceled\n#7 ERROR: exit code: 1\n", 2, 0,
	       "[2/2] RUN b");
	expect("the first failure", "#6 [1/2] RUN a\n#7 [2/2] RUN b\n#7 ERROR: x\n#6 ERROR: y\n", 2, 0, "[2/2] RUN b");
}

/* What a step prints is not taken for progress. */
static void test_forged(void)
{
	expect("a step of podman's that prints steps",
	       "STEP 1/3: FROM a\nSTEP 2/3: RUN x\nSTEP 9/9: RUN y\n[1/2] STEP 1/1: z\nStep 3/3 : z\n#1 CACHED\n"
	       "--> Using cache\n--> Using cache abc\n", 1, 0, "RUN x");
	expect("one of docker's", "Step 1/3 : FROM a\nStep 2/3 : RUN x\n ---> Running in a\n ---> Using cache\n"
	       "Step 2/3 : RUN x\nSTEP 3/3: RUN y\n#4 [1/1] RUN z\n", 1, 0, "RUN x");
	expect("one of BuildKit's", "#4 [2/2] RUN a\n#4 0.1 #4 CACHED\n#4 0.1 #5 [2/2] RUN b\nSTEP 1/1: RUN c\n", 1, 0, "");
}

int main(void)
{
	test_recorded();
	test_cuts();
	test_lines();
	test_forged();
	return test_end();
}
