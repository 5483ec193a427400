/* SPDX-License-Identifier: Apache-2.0 */
#include "client/rootfs.h"

#include "base/fs.h"
#include "client/engine.h"
#include "client/record.h"
#include "data/ref.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The machine's source for SUITE: one that has it, else any that ends in
 * /debian, as a mirror has all suites side by side. n = 0 if there is none.
 */
static struct str find_mirror(struct arena *arena, const char *suite)
{
	const char *words[] = {"apt-get", "indextargets", "--format", "$(CREATED_BY) $(RELEASE) $(REPO_URI)",
	                       NULL};
	struct engine_call call = ENGINE_CALL(words, NULL);
	struct str rest, line, found = STR("");
	struct buf text = BUF_INIT, errors = BUF_INIT;

	call.out_text = &text;
	call.err_text = &errors;
	if (engine_run(&call) != 0)
		buf_clear(&text);
	rest = (struct str){arena_strndup(arena, buf_str(&text).p, text.n), text.n};
	while (record_line(&rest, &line)) {
		struct str kind = record_word(&line), release = record_word(&line);

		if (!str_is(kind, "Packages"))
			continue;
		if (str_is(release, suite)) {
			found = line;
			break;
		}
		if (found.n == 0 && (str_ends(line, STR("/debian/")) || str_ends(line, STR("/debian"))))
			found = line;
	}
	buf_release(&text);
	buf_release(&errors);
	return found;
}

/* mmdebstrap copies these two from the machine, so that other machines would get other bytes. */
static const char forget_machine[] = "--customize-hook=rm -f \"$1/etc/hostname\" \"$1/etc/resolv.conf\"";

static bool run(struct arena *arena, const struct rootfs *order, struct str mirror, int out,
                struct diag *diag)
{
	const char *words[14] = {"mmdebstrap"}, *env[2] = {NULL, NULL};
	struct buf option = BUF_INIT, errors = BUF_INIT;
	struct engine_call call = ENGINE_CALL(words, env);
	size_t n = 1;
	int status;

	if (geteuid() == 0)
		words[n++] = "--mode=root";
	buf_addf(&option, "--variant=%s", order->variant);
	words[n++] = arena_strndup(arena, option.p, option.n);
	buf_clear(&option);
	if (order->include && order->include[0]) {
		buf_addf(&option, "--include=%s", order->include);
		words[n++] = arena_strndup(arena, option.p, option.n);
		buf_clear(&option);
	}
	buf_addf(&option, "SOURCE_DATE_EPOCH=%s", order->epoch);
	env[0] = arena_strndup(arena, option.p, option.n);
	words[n++] = forget_machine;
	words[n++] = order->suite;
	words[n++] = "-";
	words[n] = mirror.n ? arena_strndup(arena, mirror.p, mirror.n) : NULL;
	call.out = out;
	call.err_text = &errors;
	status = engine_run(&call);
	if (status != 0)
		diag_error(diag, SPAN_NONE, "mmdebstrap failed with status %d:\n%.*s", status,
		           STR_ARG(buf_str(&errors)));
	buf_release(&option);
	buf_release(&errors);
	return status == 0;
}

/* True where the file at PATH holds what FD does. */
static bool same_content(const char *path, int fd)
{
	static char one[65536], two[65536];
	int other = open(path, O_RDONLY | O_CLOEXEC);
	off_t at = 0;
	ssize_t n = -1;

	while (other >= 0 && (n = pread(fd, one, sizeof one, at)) > 0) {
		if (pread(other, two, sizeof two, at) != n || memcmp(one, two, (size_t)n) != 0)
			break;
		at += n;
	}
	if (n == 0 && pread(other, two, 1, at) != 0)
		n = -1;
	if (other >= 0)
		close(other);
	return n == 0;
}

/* The file that says what OUT was made of, and what it says of ORDER. */
static const char *made_of(struct arena *arena, const struct rootfs *order, struct buf *text)
{
	struct buf path = BUF_INIT;
	const char *kept;

	buf_addf(&path, "%s.made", order->out);
	kept = arena_strndup(arena, path.p, path.n);
	buf_release(&path);
	buf_addf(text, "suite %s\nvariant %s\ninclude %s\nepoch %s\n", order->suite, order->variant,
	         order->include ? order->include : "", order->epoch);
	return kept;
}

/* OUT is there, made of the same, and what is pinned. */
static bool is_pinned(struct arena *arena, const struct rootfs *order)
{
	char digest[REF_DIGEST];
	struct buf text = BUF_INIT;
	int fd = order->pin ? open(order->out, O_RDONLY | O_CLOEXEC) : -1;
	bool same = fd >= 0 && fs_same(made_of(arena, order, &text), buf_str(&text), 0644) && ref_digest_file(fd, digest)
		&& strcmp(digest, order->pin) == 0;

	if (fd >= 0)
		close(fd);
	buf_release(&text);
	return same;
}

static bool write_made(struct arena *arena, const struct rootfs *order)
{
	struct buf text = BUF_INIT;
	const char *path = made_of(arena, order, &text);
	bool fine = fs_write(path, buf_str(&text), 0644) != FS_FAILED;

	buf_release(&text);
	return fine;
}

/* What is in TEMP becomes OUT. */
static bool keep(struct arena *arena, const struct rootfs *order, struct fs_temp *temp, struct diag *diag)
{
	bool fine = true;

	if (same_content(order->out, temp->fd))
		fs_temp_drop(temp);
	else
		fine = fs_temp_keep(temp, order->out, 0644, false) == 0;
	fine = fine && write_made(arena, order);
	if (!fine)
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", order->out, strerror(errno));
	return fine;
}

static bool fits_pin(const struct rootfs *order, int fd, struct diag *diag)
{
	char digest[REF_DIGEST];

	if (!order->pin || (ref_digest_file(fd, digest) && strcmp(digest, order->pin) == 0))
		return true;
	diag_error(diag, SPAN_NONE, "%s: what was made is %s, and pinned is %s", order->out, digest, order->pin);
	diag_hint(diag, "the packages have changed since; `ninja update-bases` pins what they make now");
	return false;
}

int rootfs_make(const struct rootfs *order, struct diag *diag)
{
	struct arena arena;
	struct fs_temp temp;
	struct str dir = path_dir(str_of(order->out));
	bool fine;

	arena_init(&arena);
	if (is_pinned(&arena, order)) {
		arena_release(&arena);
		return 0;
	}
	fine = fs_mkdirs(arena_strndup(&arena, dir.p, dir.n)) == 0 && fs_temp_open(&temp, order->out) == 0;
	if (!fine) {
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", order->out, strerror(errno));
		arena_release(&arena);
		return -1;
	}
	fine = run(&arena, order, find_mirror(&arena, order->suite), temp.fd, diag)
		&& fits_pin(order, temp.fd, diag);
	if (fine)
		fine = keep(&arena, order, &temp, diag);
	else
		fs_temp_drop(&temp);
	arena_release(&arena);
	return fine ? 0 : -1;
}
