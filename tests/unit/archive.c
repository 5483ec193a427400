/* SPDX-License-Identifier: Apache-2.0 */
#include "action/archive.h"

#include "test.h"

#include <fcntl.h>

/*
 * Archives as three kinds of engines write them, made by tar.  $A, $B, $C are digests of three layers; the layer b is
 * on a in one image and alone in the other.
 */
static const char prepare[] =
	"set -e; rm -rf t out.tar in.tar; mkdir t; cd t\n"
	"printf aaaa >a; printf bbbb >b; head -c 3000000 /dev/zero >c; printf '{\"one\":1}' >one; printf '{\"two\":2}' >two\n"
	"d() { sha256sum <$1 | cut -d ' ' -f 1; }\n"
	"A=$(d a) B=$(d b) C=$(d c) ONE=$(d one) TWO=$(d two)\n";

static const char old_docker[] =
	"mkdir x1 x2 x3; cp a x1/layer.tar; cp b x2/layer.tar; cp c x3/layer.tar; echo 1.0 >x1/VERSION\n"
	"mv one $ONE.json; mv two $TWO.json; ln -s ../x2/layer.tar x1/again\n"
	"echo '[{\"Config\":\"'$TWO'.json\",\"RepoTags\":[\"z:2\",\"a:1\"],\"Layers\":[\"x1/layer.tar\",\"x2/layer.tar\"]},'"
	" '{\"Config\":\"'$ONE'.json\",\"RepoTags\":null,\"Layers\":[\"x3/layer.tar\"]}]' >manifest.json\n"
	"rm a b c; tar --sort=name -cf ../in.tar *\n";

static const char new_docker[] =
	"mkdir -p blobs/sha256; mv a blobs/sha256/$A; mv b blobs/sha256/$B; mv c blobs/sha256/$C\n"
	"mv one blobs/sha256/$ONE; rm two\n"
	"echo '[{\"Config\":\"blobs/sha256/'$ONE'\",\"RepoTags\":[\"r:1\"],\"Layers\":[\"blobs/sha256/'$A'\"]}]' >manifest.json\n"
	"tar --sort=name -cf ../in.tar *\n";

static const char podman[] =
	"mv a $A.tar; mv b $B.tar; mv c $C.tar; mv one $ONE.json; rm two\n"
	"echo '[{\"Config\":\"'$ONE'.json\",\"RepoTags\":[\"r:1\"],\"Layers\":[\"'$A'.tar\"]}]' >manifest.json\n"
	"tar --sort=name -cf ../in.tar *\n";

static struct diag diag;
static struct arena arena;

static void shell(const char *first, const char *then, struct buf *out)
{
	struct buf command = BUF_INIT;
	const char *words[] = {"sh", "-c", NULL, NULL};

	buf_adds(&command, first);
	buf_adds(&command, then);
	words[2] = command.p;
	buf_clear(out);
	CHECK("the shell does it", test_run(out, words) == 0);
	buf_release(&command);
}

static bool pass(const struct map *left_out, struct archive *archive)
{
	struct archive_order order = {.name = "in.tar", .left_out = left_out, .spool = "spool"};
	bool fine;

	order.from = open("in.tar", O_RDONLY);
	order.to = open("out.tar", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	fine = archive_pass(&arena, &diag, &order, archive);
	close(order.from);
	close(order.to);
	return fine;
}

/* Of the three contents those that out.tar still has, and whether its digest is what was said. */
static void check_out(const char *name, const struct archive *archive, const char *expected)
{
	struct buf out = BUF_INIT;

	shell("sha256sum <out.tar", "", &out);
	CHECK(name, str_starts(buf_str(&out), str_of(archive->digest)));
	shell("rm -rf o; mkdir o; tar -C o -xf out.tar; ",
	      "find o -type f -exec sh -c 'for f; do case $(wc -c <$f):$(head -c 4 $f | tr \"\\0\" c) in "
	      "4:aaaa) echo a;; 4:bbbb) echo b;; 3000000:cccc) echo c;; esac; done' sh {} + | sort | tr -d '\\n'", &out);
	CHECK_BYTES(name, buf_str(&out), str_of(expected));
	buf_release(&out);
}

static void leave_out(struct map *map, const char *digits)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "sha256:%s", digits);
	map_put(map, str_of(arena_strndup(&arena, text.p, text.n)), NULL);
	buf_release(&text);
}

static void test_kind(const char *name, const char *kind, size_t images)
{
	struct archive archive;
	struct buf out = BUF_INIT;
	struct map left_out;

	shell(prepare, kind, &out);
	map_init(&left_out);
	CHECK(name, pass(NULL, &archive));
	CHECK("all images", archive.image_count == images && archive.left_out == 0);
	check_out("all layers", &archive, "abc");
	archive_forget(&archive);
	leave_out(&left_out, "61be55a8e2f6b4e172338bddf184d6dbee29c98853e0a0485ecee7f27b9af0b4");
	leave_out(&left_out, "81cc5b17018674b401b42f35ba07bb79e211239c23bffe658da1577e3e646877");
	leave_out(&left_out, "0000000000000000000000000000000000000000000000000000000000000000");
	CHECK("with layers left out", pass(&left_out, &archive));
	CHECK("two are left out", archive.image_count == images && archive.left_out == 2);
	check_out("what is left", &archive, "c");
	archive_forget(&archive);
	map_release(&left_out);
	buf_release(&out);
}

/* Whatever the order of images and tags, and whatever the times. */
static void test_same_bytes(void)
{
	struct archive archive;
	struct buf out = BUF_INIT;
	char digest[SHA256_TEXT];

	shell(prepare, old_docker, &out);
	CHECK("once", pass(NULL, &archive));
	memcpy(digest, archive.digest, sizeof digest);
	CHECK("the images are sorted", archive.image_count == 2
	      && str_cmp(archive.images[0].id, archive.images[1].id) < 0);
	for (size_t i = 0; i < 2; i++)
		if (archive.images[i].tag_count)
			CHECK("and their tags", archive.images[i].tag_count == 2
			      && str_is(archive.images[i].tags[0], "a:1") && str_is(archive.images[i].tags[1], "z:2"));
	archive_forget(&archive);
	shell("rm -rf t; mkdir t; cd t; tar xf ../in.tar; sed 's/^\\[\\(.*\\)}, {\\(.*\\)]$/[{\\2, \\1}]/' manifest.json >m\n"
	      "touch x1 m; grep -q 'null.*a:1' m || exit 1; mv m manifest.json; rm -f ../in.tar; tar --sort=name -cf ../in.tar *",
	      "", &out);
	CHECK("again", pass(NULL, &archive));
	CHECK_STR("the same bytes", archive.digest, digest);
	archive_forget(&archive);
	buf_release(&out);
}

static void test_broken(void)
{
	static const char *const commands[] = {
		"head -c 20000 good.tar >in.tar",
		"head -c 1 good.tar >in.tar",
		"rm -rf t; mkdir t; tar -C t -xf good.tar; echo '[' >t/manifest.json; tar -C t -cf in.tar .",
		"echo '[]' >t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
		"echo '{}' >t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
		"echo '[{\"Config\":7}]' >t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
		"echo '[{\"Config\":\"none.json\"}]' >t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
		"echo '[1]' >t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
		"rm t/manifest.json; tar -C t --transform 's,^[.]/,,' -cf in.tar .",
	};
	struct archive archive;
	struct buf out = BUF_INIT;

	shell(prepare, old_docker, &out);
	shell("mv in.tar good.tar", "", &out);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		unsigned errors = diag.errors;

		shell(commands[i], "", &out);
		CHECK(commands[i], !pass(NULL, &archive));
		CHECK("it is said", diag.errors > errors);
		archive_forget(&archive);
	}
	buf_release(&out);
}

static void test_full(void)
{
	struct archive_order order = {.name = "full", .from = open("good.tar", O_RDONLY), .to = open("/dev/full", O_WRONLY)};
	struct archive archive;

	CHECK("a full disk", !archive_pass(&arena, &diag, &order, &archive));
	archive_forget(&archive);
	close(order.from);
	close(order.to);
}

int main(void)
{
	FILE *messages = tmpfile();

	arena_init(&arena);
	diag_init(&diag, messages);
	test_kind("docker until 24", old_docker, 2);
	test_kind("docker since 25", new_docker, 1);
	test_kind("podman", podman, 1);
	test_same_bytes();
	test_broken();
	test_full();
	diag_release(&diag);
	arena_release(&arena);
	fclose(messages);
	return test_end();
}
