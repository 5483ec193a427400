/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/snapshot.h"

#include "base/fs.h"

#include "test.h"

#include <fcntl.h>

/* tar's own list of an archive: mode, link target and name of each entry. */
static void list(const char *tar, struct buf *out)
{
	const char *words[] = {"tar", "--numeric-owner", "--full-time", "-tvf", tar, NULL};

	buf_clear(out);
	CHECK("tar reads the archive", test_run(out, words) == 0);
}

static struct fs_look entry(mode_t mode, uint64_t size)
{
	struct fs_look st;

	memset(&st, 0, sizeof st);
	st.mode = mode;
	st.size = size;
	return st;
}

static bool has(const struct buf *text, const char *wanted)
{
	return text->p && strstr(text->p, wanted);
}

static void add_file(struct snapshot *snapshot, struct str path, mode_t mode, const char *content)
{
	struct fs_look st = entry(S_IFREG | mode, strlen(content));

	snapshot_entry(snapshot, path, &st, STR(""));
	snapshot_content(snapshot, content, strlen(content));
	CHECK("the content is as long as was said", snapshot_close(snapshot));
}

static struct str repeated(struct buf *buf, const char *part, size_t count)
{
	buf_clear(buf);
	while (count--)
		buf_adds(buf, part);
	return buf_str(buf);
}

static void test_kinds(void)
{
	struct fs_look dir = entry(S_IFDIR | 0750, 0), link = entry(S_IFLNK | 0777, 0),
	    pipe_end = entry(S_IFIFO | 0600, 0);
	struct buf out = BUF_INIT;
	struct snapshot snapshot;

	snapshot_begin(&snapshot, open("kinds.tar", O_RDWR | O_CREAT | O_TRUNC, 0600));
	snapshot_entry(&snapshot, STR("d"), &dir, STR(""));
	add_file(&snapshot, STR("d/file"), 0644, "hello\n");
	add_file(&snapshot, STR("d/setuid"), 04755, "");
	snapshot_entry(&snapshot, STR("link"), &link, STR("d/file"));
	snapshot_entry(&snapshot, STR("pipe"), &pipe_end, STR(""));
	CHECK("it is written", snapshot_end(&snapshot) == 0);
	close(snapshot.fd);
	list("kinds.tar", &out);
	CHECK("a directory", has(&out, "drwxr-x--- 0/0") && has(&out, " d/\n"));
	CHECK("a file", has(&out, "-rw-r--r-- 0/0               6 1980-01-02 00:00:00 d/file\n"));
	CHECK("all permission bits", has(&out, "-rwsr-xr-x 0/0"));
	CHECK("a link", has(&out, "link -> d/file\n"));
	CHECK("a pipe", has(&out, "prw------- 0/0"));
	buf_release(&out);
}

static void test_names(void)
{
	static const char *const odd[] = {"a b", "\xc3\xbc", "back\\slash", "new\nline", "star*"};
	static const struct {
		const char *part;
		size_t count;
	} lengths[] = {{"x", 99}, {"x", 100}, {"x", 101}, {"x", 300}, {"0123456789/", 9}, {"0123456789/", 24},
	               {"0123456789/", 40}};
	struct buf name = BUF_INIT, out = BUF_INIT, all = BUF_INIT;
	struct fs_look link = entry(S_IFLNK | 0777, 0);
	struct snapshot snapshot;

	snapshot_begin(&snapshot, open("names.tar", O_RDWR | O_CREAT | O_TRUNC, 0600));
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		add_file(&snapshot, str_of(odd[i]), 0644, "x");
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		repeated(&name, lengths[i].part, lengths[i].count);
		buf_adds(&name, "end");
		add_file(&snapshot, buf_str(&name), 0644, "x");
	}
	snapshot_entry(&snapshot, STR("long-link"), &link, repeated(&name, "target/", 60));
	CHECK("it is written", snapshot_end(&snapshot) == 0);
	close(snapshot.fd);
	const char *words[] = {"tar", "--quoting-style=literal", "-tf", "names.tar", NULL};
	CHECK("tar reads it", test_run(&out, words) == 0);
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		CHECK(odd[i], has(&out, odd[i]));
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		repeated(&name, lengths[i].part, lengths[i].count);
		buf_adds(&name, "end\n");
		CHECK("a long name", has(&out, name.p));
	}
	list("names.tar", &all);
	repeated(&name, "target/", 60);
	CHECK("a long target", has(&all, name.p));
	buf_release(&name);
	buf_release(&out);
	buf_release(&all);
}

static void test_lengths(void)
{
	struct fs_look st = entry(S_IFREG | 0644, 10);
	struct snapshot snapshot;
	int fd = snapshot_spool("spool");

	CHECK("a spool has no name", fd >= 0 && access("spool", F_OK) != 0);
	snapshot_begin(&snapshot, fd);
	snapshot_entry(&snapshot, STR("short"), &st, STR(""));
	snapshot_content(&snapshot, "12345", 5);
	CHECK("a file that became shorter is told", !snapshot_close(&snapshot));
	snapshot_end(&snapshot);
	CHECK("and can be written over", lseek(fd, 0, SEEK_SET) == 0 && ftruncate(fd, 0) == 0);
	snapshot_begin(&snapshot, fd);
	snapshot_entry(&snapshot, STR("long"), &st, STR(""));
	snapshot_content(&snapshot, "1234567890more", 14);
	CHECK("what a file has more is left out", snapshot_close(&snapshot));
	CHECK("it ends", snapshot_end(&snapshot) == 0 && lseek(fd, 0, SEEK_END) == 2 * 512 + 2 * 512);
	close(fd);
	snapshot_begin(&snapshot, open("/dev/full", O_WRONLY));
	add_file(&snapshot, STR("x"), 0644, "x");
	CHECK("a full disk is told", snapshot_end(&snapshot) != 0);
	close(snapshot.fd);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	test_kinds();
	test_names();
	test_lengths();
	return test_end();
}
