/* SPDX-License-Identifier: Apache-2.0 */
#include "action/save.h"

#include "action/loader.h"
#include "base/fs.h"
#include "client/engine.h"
#include "client/record.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define SAVE_MAGIC "dtk-save 1"

struct saving {
	const struct save *save;
	struct diag *diag;
	struct arena *arena; /* the cargo's */
	struct cargo cargo;
	struct str name;       /* T */
	const char *dir;       /* generated/saved */
	const char *files[3];  /* the archive, its digest, the script */
	struct buf images;     /* the record's lines before those of files */
};

static bool cannot(struct saving *saving, const char *path)
{
	diag_error(saving->diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	return false;
}

/* "DIR/BEFORE T AFTER" */
static const char *file_name(struct saving *saving, const char *before, const char *after)
{
	struct buf text = BUF_INIT;
	const char *path;

	buf_adds(&text, before);
	buf_addstr(&text, saving->name);
	buf_adds(&text, after);
	path = path_join(saving->arena, str_of(saving->dir), buf_str(&text));
	buf_release(&text);
	return path;
}

static void find_places(struct saving *saving)
{
	struct str out = str_of(saving->save->out), name = path_base(out);

	saving->name = str_starts(name, STR("save-")) ? str_slice(name, strlen("save-"), name.n) : name;
	saving->dir = path_join(saving->arena, path_dir(path_dir(out)), STR("saved"));
	saving->files[0] = file_name(saving, "", ".tar.gz");
	saving->files[1] = file_name(saving, "", ".sha256");
	saving->files[2] = file_name(saving, "load-", "");
}

/* --- Whether it has been done --- */

static void describe_images(struct saving *saving)
{
	char text[HASH_TEXT];

	hash_text(loader_version(), text);
	record_add(&saving->images, "loader", str_of(text));
	for (size_t i = 0; i < saving->cargo.count; i++) {
		const struct cargo_item *item = &saving->cargo.items[i];

		record_add(&saving->images, "image", item->id);
		for (size_t at = 0; at < item->tag_count; at++)
			record_add(&saving->images, "tag", item->tags[at]);
	}
}

/* False where one of the files is not there. */
static bool describe_files(const struct saving *saving, struct buf *out)
{
	struct stat st;

	for (size_t i = 0; i < sizeof saving->files / sizeof *saving->files; i++) {
		if (lstat(saving->files[i], &st) != 0 || !S_ISREG(st.st_mode))
			return false;
		buf_addf(out, "file %lld %lld ", (long long)st.st_size, (long long)fs_nanoseconds(st.st_mtim));
		record_escape(out, path_base(str_of(saving->files[i])));
		buf_addc(out, '\n');
	}
	return true;
}

static bool is_saved(struct saving *saving)
{
	struct buf now = BUF_INIT;
	struct str body;
	bool same = record_read(saving->save->out, SAVE_MAGIC, saving->arena, NULL, &body) == RECORD_FINE;

	buf_addstr(&now, buf_str(&saving->images));
	same = same && describe_files(saving, &now) && str_eq(body, buf_str(&now));
	buf_release(&now);
	return same;
}

static bool write_record(struct saving *saving)
{
	const struct timespec old = {1, 0};
	const char *path = saving->save->out;
	struct str dir = path_dir(str_of(path));
	struct buf text = BUF_INIT;
	bool fine;

	buf_adds(&text, SAVE_MAGIC "\n");
	buf_addstr(&text, buf_str(&saving->images));
	fine = fs_mkdirs(arena_strndup(saving->arena, dir.p, dir.n)) == 0 && describe_files(saving, &text);
	if (!fine)
		cannot(saving, path);
	fine = fine && record_write(path, &text, &old, saving->diag) >= 0;
	buf_release(&text);
	return fine;
}

/* --- Doing it --- */

/* Waits until nobody else writes there, and removes what a killed one left; a descriptor, or -1 after an error. */
static int enter(struct saving *saving)
{
	struct str *names;
	size_t count = 0;
	int lock = -1;

	if (fs_mkdirs(saving->dir) == 0)
		lock = place_lock_stamps(&(struct place){.stamps = saving->dir});
	if (lock < 0 || fs_list(saving->dir, saving->arena, &names, &count) != 0)
		cannot(saving, saving->dir);
	for (size_t i = 0; i < count; i++)
		if (str_starts(names[i], STR(FS_TEMP_PREFIX)))
			unlink(path_join(saving->arena, str_of(saving->dir), names[i]));
	return lock;
}

/* Has gzip write what is written to *TO into the file FD; its process, or -1 after an error was said. */
static pid_t start_gzip(struct saving *saving, int fd, int *to)
{
	static const char *const words[] = {"gzip", "-nc", NULL};
	struct engine_call call = ENGINE_CALL(words, NULL);
	int ends[2];
	pid_t child;

	if (!engine_pipe(ends)) {
		cannot(saving, saving->files[0]);
		return -1;
	}
	call.in = ends[0];
	call.out = fd;
	child = engine_start(&call);
	close(ends[0]);
	*to = ends[1];
	if (child < 0) {
		close(ends[1]);
		cannot(saving, saving->files[0]);
	}
	return child;
}

static bool write_archive(struct saving *saving, int fd, struct archive *archive)
{
	struct archive_order order = {.name = saving->files[0], .progress = isatty(STDERR_FILENO)};
	pid_t child = start_gzip(saving, fd, &order.to);
	bool fine;
	int status;

	if (child < 0)
		return false;
	for (size_t i = 0; i < saving->cargo.count; i++)
		order.expected += saving->cargo.layers[i].size;
	fine = cargo_pass(&saving->cargo, order, archive);
	close(order.to);
	status = engine_wait(child);
	if (status != 0)
		diag_error(saving->diag, SPAN_NONE, "%s: gzip ended with status %d", saving->files[0], status);
	return fine && status == 0;
}

static bool digest_file(struct saving *saving, int fd, char text[SHA256_TEXT])
{
	struct sha256 digest;
	char bytes[1 << 16];
	ssize_t got;

	sha256_init(&digest);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return cannot(saving, saving->files[0]);
	while ((got = read(fd, bytes, sizeof bytes)) > 0)
		sha256_add(&digest, bytes, (size_t)got);
	sha256_end(&digest, text);
	return got == 0 || cannot(saving, saving->files[0]);
}

/* The digest and the script of the archive that has been put in its place. */
static bool write_companions(struct saving *saving, const struct archive *archive, const char *digest)
{
	struct str file = path_base(str_of(saving->files[0])), script = path_base(str_of(saving->files[2]));
	const struct loader loader = {script.p, file.p, digest, "gzip -dc", &saving->cargo, archive};
	struct buf text = BUF_INIT;
	bool fine;

	buf_addf(&text, "%s  %s\n", digest, file.p);
	fine = fs_write(saving->files[1], buf_str(&text), 0644) != FS_FAILED || cannot(saving, saving->files[1]);
	buf_clear(&text);
	loader_write(&loader, &text);
	fine = fine && (fs_write(saving->files[2], buf_str(&text), 0755) != FS_FAILED || cannot(saving, saving->files[2]));
	buf_release(&text);
	return fine;
}

static bool save_all(struct saving *saving)
{
	char digest[SHA256_TEXT];
	struct archive archive;
	struct fs_temp temp;
	bool fine;

	if (fs_temp_open(&temp, saving->files[0]) != 0)
		return cannot(saving, saving->files[0]);
	archive = (struct archive){.image_count = 0};
	fine = write_archive(saving, temp.fd, &archive) && digest_file(saving, temp.fd, digest);
	if (!fine)
		fs_temp_drop(&temp);
	else
		fine = fs_temp_keep(&temp, saving->files[0], 0644, true) == 0 || cannot(saving, saving->files[0]);
	fine = fine && write_companions(saving, &archive, digest) && write_record(saving);
	archive_forget(&archive);
	return fine;
}

static void say(const struct saving *saving, const char *what)
{
	struct stat st;

	if (stat(saving->files[0], &st) == 0)
		printf("%s: %s, %lld bytes\n", saving->files[0], what, (long long)st.st_size);
}

int save_images(const struct save *save, struct diag *diag)
{
	struct saving saving = {.save = save, .diag = diag};
	static const char *const none[] = {NULL};
	int lock = -1;
	bool fine;

	saving.arena = &saving.cargo.fleet.arena;
	signal(SIGPIPE, SIG_IGN);
	fine = cargo_load(&saving.cargo, diag, save->stamps, none, save->words);
	if (fine) {
		find_places(&saving);
		describe_images(&saving);
		fine = (lock = enter(&saving)) >= 0;
	}
	if (fine && !saving.cargo.count)
		printf("%.*s: there is nothing to save\n", STR_ARG(saving.name));
	else if (fine && is_saved(&saving))
		say(&saving, "as it was saved");
	else if ((fine = fine && cargo_look(&saving.cargo) && save_all(&saving)))
		say(&saving, "saved");
	if (lock >= 0)
		close(lock);
	buf_release(&saving.images);
	cargo_release(&saving.cargo);
	return fine ? 0 : -1;
}
