/* SPDX-License-Identifier: Apache-2.0 */
#include "data/lock.h"

#include "data/ref.h"

#include "test.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* A lock read from a text, and what was said. */
struct fixture {
	struct arena arena;
	struct diag diag;
	struct lock lock;
	FILE *stream;
	char *said;
	size_t said_size;
	bool fine;
};

static void begin(struct fixture *fixture, const char *text)
{
	arena_init(&fixture->arena);
	fixture->stream = open_memstream(&fixture->said, &fixture->said_size);
	diag_init(&fixture->diag, fixture->stream);
	lock_init(&fixture->lock, &fixture->arena);
	fixture->fine = lock_read(&fixture->lock, &fixture->diag, diag_source(&fixture->diag, "l", str_of(text)),
	                          str_of(text));
	fflush(fixture->stream);
}

static void end(struct fixture *fixture)
{
	lock_release(&fixture->lock);
	diag_release(&fixture->diag);
	fclose(fixture->stream);
	free(fixture->said);
	arena_release(&fixture->arena);
}

static void written(struct fixture *fixture, const char *name, const char *expected)
{
	struct buf text = BUF_INIT;

	lock_write(&fixture->lock, &text);
	CHECK_STR(name, buf_str(&text).p, expected);
	buf_release(&text);
}

static void test_find(void)
{
	struct fixture f;

	begin(&f, "debian " A "\n127.0.0.1:5000/x/y:1.2\t" B " # why\r\nrootfs=22.04  " C);
	CHECK("it is read", f.fine);
	CHECK_BYTES("as written", lock_find(&f.lock, STR("debian")), STR(A));
	CHECK_BYTES("with its tag", lock_find(&f.lock, STR("debian:latest")), STR(A));
	CHECK_BYTES("in full", lock_find(&f.lock, STR("docker.io/library/debian")), STR(A));
	CHECK_BYTES("of another registry", lock_find(&f.lock, STR("127.0.0.1:5000/x/y:1.2")), STR(B));
	CHECK_BYTES("a root file system", lock_find(&f.lock, STR("rootfs=22.04")), STR(C));
	CHECK("another tag has none", lock_find(&f.lock, STR("debian:12")).n == 0);
	CHECK("nor has an image of that name", lock_find(&f.lock, STR("rootfs:22.04")).n == 0);
	end(&f);
	begin(&f, "");
	CHECK("nothing is fine", f.fine && f.lock.count == 0);
	end(&f);
}

static void test_write(void)
{
	struct fixture f;

	begin(&f, "# top\n\nz " A "\n# about y\n# more\ny:1 " B " # note\n\n# between\n\nx " C "\n# end\n");
	written(&f, "sorted, comments with their pins", "# top\n\n# between\n\nx " C "\n# about y\n# more\ny:1 " B
	        " # note\nz " A "\n# end\n");
	lock_put(&f.lock, STR("docker.io/library/z:latest"), STR(B));
	lock_put(&f.lock, STR("w"), STR(A));
	lock_put(&f.lock, STR("x"), STR(""));
	written(&f, "moved, new and dropped", "# top\n\n# between\n\nw:latest " A "\n# about y\n# more\ny:1 " B
	        " # note\nz " B "\n# end\n");
	end(&f);
	begin(&f, "");
	lock_put(&f.lock, STR("b:1"), STR(A));
	lock_put(&f.lock, STR("a:1"), STR(B));
	written(&f, "a new one", "# Which images the references of FROM mean here; `ninja update-bases` keeps it. "
	        "To be committed.\n\na:1 " B "\nb:1 " A "\n");
	end(&f);
}

/* What is written reads back as the same. */
static void test_again(void)
{
	struct fixture f, again;
	struct buf text = BUF_INIT, twice = BUF_INIT;

	begin(&f, "\n\n# a\n#b\n\n#c\nq " A " #d\n \t\nq:latest " A "\n\n\n#e");
	lock_write(&f.lock, &text);
	begin(&again, text.p);
	lock_write(&again.lock, &twice);
	CHECK("it is understood", f.fine && again.fine);
	CHECK_STR("and the same", twice.p, text.p);
	CHECK("twice the same is once", again.lock.count == 1);
	buf_release(&text);
	buf_release(&twice);
	end(&again);
	end(&f);
}

static void test_wrong(void)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{"debian\n", "l:1:1: error: no digest follows this reference\n"},
		{"debian # soon\n", "l:1:1: error: no digest follows this reference\n"},
		{"\n  debian sha256:12\n", "l:2:10: error: a digest is sha256: and 64 digits of 0-9 and a-f\n"},
		{"debian " A " and more\n", "and more\n"},
		{"a@b " A "\n", "l:1:1: error: a reference with a digest of its own needs no pin\n"},
		{"-v " A "\n", "l:1:1: error: no reference begins with '-'\n"},
		{"a\x01 " A "\n", "l:1:2: error: no reference has this character\n"},
		{"a " A "\nb " B "\na:latest " B "\n",
		 "l:3:1: error: this reference is pinned twice, to different images\n"},
		{"a " A "\n<<<<<<< HEAD\nb " A "\n=======\nb " B "\n>>>>>>> x\nc " C "\n",
		 "l:2:1: error: a merge left a conflict here\n"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture f;

		begin(&f, cases[i].text);
		CHECK(cases[i].text, !f.fine && f.diag.errors == 1 && strstr(f.said, cases[i].said));
		end(&f);
	}
}

static void test_all_told(void)
{
	struct fixture f;

	begin(&f, "a\nb x\nc " A "\n<<<<<<< a\n>>>>>>> b\nd\n");
	CHECK("every error is told", !f.fine && f.diag.errors == 4);
	CHECK_BYTES("the others are read", lock_find(&f.lock, STR("c")), STR(A));
	end(&f);
}

static void test_ref(void)
{
	char digest[REF_DIGEST];
	struct arena arena;

	arena_init(&arena);
	CHECK_BYTES("at a digest", ref_at(&arena, STR("h:1/a/b:2"), STR(A)), STR("h:1/a/b@" A));
	CHECK_BYTES("without a tag", ref_at(&arena, STR("debian"), STR(A)), STR("debian@" A));
	ref_digest(STR("abc"), digest);
	CHECK_STR("a digest", digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK("is one", ref_is_digest(str_of(digest)) && ref_is_digest(STR(A)));
	CHECK("too short", !ref_is_digest(str_slice(str_of(digest), 0, REF_DIGEST - 2)));
	CHECK("digits alone", !ref_is_digest(str_slice(str_of(digest), 7, REF_DIGEST)));
	digest[9] = 'A';
	CHECK("upper case", !ref_is_digest(str_of(digest)));
	CHECK("loopback", ref_is_loopback(STR("127.0.0.1:5000/x")) && ref_is_loopback(STR("localhost:5000/x")));
	CHECK("the Hub", !ref_is_loopback(STR("localhostess")) && !ref_is_loopback(STR("debian:12")));
	arena_release(&arena);
}

int main(void)
{
	test_find();
	test_write();
	test_again();
	test_wrong();
	test_all_told();
	test_ref();
	return test_end();
}
