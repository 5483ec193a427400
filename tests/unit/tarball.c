/* SPDX-License-Identifier: Apache-2.0 */
#include "action/tarball.h"

#include "test.h"

#include <fcntl.h>

static struct diag diag;

static void shell(const char *command)
{
	const char *words[] = {"sh", "-c", command, NULL};
	struct buf out = BUF_INIT;

	CHECK(command, test_run(&out, words) == 0);
	buf_release(&out);
}

/* Each entry as "TYPE MODE PATH -> TARGET: BYTES SUM"; the end, or what is broken, last. */
static void list(const char *file, struct buf *out)
{
	struct tarball tarball;
	enum tarball_read found;
	struct str piece;
	int fd = open(file, O_RDONLY);

	buf_clear(out);
	CHECK("the archive can be read", fd >= 0);
	tarball_begin(&tarball, fd, file, &diag);
	while ((found = tarball_next(&tarball)) == TARBALL_ENTRY) {
		unsigned long long bytes = 0;
		unsigned sum = 0;

		buf_addf(out, "%c %o %.*s", S_ISREG(tarball.look.mode) ? 'f' : S_ISDIR(tarball.look.mode) ? 'd' : 'l',
		         (unsigned)tarball.look.mode & 07777, STR_ARG(tarball.path));
		if (tarball.target.n)
			buf_addf(out, " -> %.*s", STR_ARG(tarball.target));
		/* Every second file is gone over without reading it. */
		while (tarball.left && tarball.path.n % 2 && tarball_piece(&tarball, &piece)) {
			bytes += piece.n;
			for (size_t i = 0; i < piece.n; i++)
				sum += (unsigned char)piece.p[i];
		}
		buf_addf(out, ": %llu %u\n", bytes, sum);
	}
	buf_adds(out, found == TARBALL_END ? "end\n" : "broken\n");
	tarball_release(&tarball);
	close(fd);
}

static void test_formats(void)
{
	static const char *const formats[] = {"gnu", "pax", "ustar", "v7", "oldgnu"};
	struct buf got = BUF_INIT, command = BUF_INIT;

	shell("mkdir -p t/sub && cd t && printf abc >four && : >empty && head -c 100000 /dev/zero | tr '\\0' a >sub/f"
	      " && ln -s sub/f link && chmod 640 four && chmod 755 . sub && chmod 644 empty sub/f");
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		buf_clear(&command);
		buf_addf(&command, "cd t && tar --format=%s --sort=name -cf ../a.tar .", formats[i]);
		shell(command.p);
		list("a.tar", &got);
		CHECK_STR(formats[i], got.p,
		          "d 755 .: 0 0\nf 644 ./empty: 0 0\nf 640 ./four: 0 0\nl 777 ./link -> sub/f: 0 0\nd 755 ./sub: 0 0\n"
		          "f 644 ./sub/f: 100000 9700000\nend\n");
	}
	buf_release(&command);
	buf_release(&got);
}

/* Names that no header holds. */
static void test_long(void)
{
	static const char *const formats[] = {"gnu", "pax"};
	struct buf got = BUF_INIT, command = BUF_INIT, expected = BUF_INIT, name = BUF_INIT;

	while (name.n < 201)
		buf_adds(&name, "abc");
	buf_addf(&expected, "f 644 %s/%s: 3 198\nl 777 link -> %s/%s: 0 0\nend\n", name.p, name.p, name.p, name.p);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		buf_clear(&command);
		buf_addf(&command, "rm -rf l && mkdir -p l/%s && cd l && printf ABC >%s/%s && chmod 644 %s/%s && ln -s %s/%s link && "
		         "tar --format=%s -cf ../a.tar %s/%s link", name.p, name.p, name.p, name.p, name.p, name.p, name.p,
		         formats[i], name.p, name.p);
		shell(command.p);
		list("a.tar", &got);
		CHECK_STR(formats[i], got.p, expected.p);
	}
	buf_release(&name);
	buf_release(&expected);
	buf_release(&command);
	buf_release(&got);
}

/* Sizes above 8 GiB, of which nothing but the header is there. */
static void test_sizes(void)
{
	struct tarball tarball;
	int fd;

	for (unsigned i = 0; i < 2; i++) {
		shell(i ? "truncate -s 9000000001 big && tar --format=pax -cf - big | head -c 4096 >a.tar; rm big"
		        : "truncate -s 9000000001 big && tar --format=gnu -cf - big | head -c 4096 >a.tar; rm big");
		fd = open("a.tar", O_RDONLY);
		tarball_begin(&tarball, fd, "a.tar", &diag);
		CHECK("the header of a big file", tarball_next(&tarball) == TARBALL_ENTRY);
		CHECK("its size", tarball.look.size == 9000000001 && tarball.left == 9000000001);
		CHECK("which is not there", tarball_next(&tarball) == TARBALL_BROKEN);
		tarball_release(&tarball);
		close(fd);
	}
}

static void test_broken(void)
{
	static const char *const commands[] = {
		"head -c 0 good.tar >a.tar",
		"head -c 100 good.tar >a.tar",
		"head -c 1500 good.tar >a.tar",
		"head -c 2560 good.tar >a.tar", /* an entry's end, but not the archive's */
		"{ printf x; tail -c +2 good.tar; } >a.tar",
		"head -c 10240 /dev/urandom >a.tar",
		"gzip -c good.tar >a.tar",
		"mkfifo -m 600 pipe && tar -cf a.tar pipe && rm pipe",
		"rm -f h1 h2 && echo >h1 && ln h1 h2 && tar -cf a.tar h1 h2",
	};
	struct buf got = BUF_INIT;
	unsigned errors;

	shell("printf 1234 >one && head -c 700 /dev/zero >two && tar -cf good.tar one two");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		shell(commands[i]);
		errors = diag.errors;
		list("a.tar", &got);
		CHECK("it is said to be broken", str_ends(buf_str(&got), STR("broken\n")));
		CHECK("with one error", diag.errors == errors + 1);
	}
	buf_release(&got);
}

/* What follows the end is read, so that its writer can end. */
static void test_rest(void)
{
	struct tarball tarball;
	char byte;
	int fd;

	shell("{ cat good.tar; head -c 300000 /dev/urandom; } >a.tar");
	fd = open("a.tar", O_RDONLY);
	tarball_begin(&tarball, fd, "a.tar", &diag);
	CHECK("one", tarball_next(&tarball) == TARBALL_ENTRY);
	CHECK("two", tarball_next(&tarball) == TARBALL_ENTRY);
	CHECK("the end", tarball_next(&tarball) == TARBALL_END);
	CHECK("nothing is left", read(fd, &byte, 1) == 0);
	tarball_release(&tarball);
	close(fd);
}

int main(void)
{
	FILE *messages = tmpfile();

	diag_init(&diag, messages);
	test_formats();
	test_long();
	test_sizes();
	test_broken();
	test_rest();
	diag_release(&diag);
	fclose(messages);
	return test_end();
}
