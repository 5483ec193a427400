/* SPDX-License-Identifier: Apache-2.0 */
#include "action/stream.h"

#include "action/loader.h"
#include "base/fs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TARRED = 4096 }; /* about what each image takes besides its layers' files */

struct streaming {
	const struct stream *stream;
	struct diag *diag;
	struct cargo cargo;
	struct layers *there;
	size_t there_count;
	struct map left_out;
	size_t layer_count; /* different ones */
};

static bool read_there(struct streaming *streaming)
{
	const char *path = streaming->stream->there;
	struct arena *arena = &streaming->cargo.fleet.arena;
	struct str text = STR("");

	if (path && fs_read_arena(path, arena, &text) != 0) {
		diag_error(streaming->diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	streaming->there = layers_read(arena, text, false, &streaming->there_count);
	streaming->layer_count = layers_left_out(streaming->cargo.layers, streaming->cargo.count, streaming->there,
	                                         streaming->there_count, &streaming->left_out);
	return true;
}

/* About how many bytes there are to write; 0 where that is not known. */
static uint64_t expected(const struct streaming *streaming)
{
	const struct cargo *cargo = &streaming->cargo;
	uint64_t total = 0, shared;

	for (size_t i = 0; i < cargo->count; i++) {
		layers_shared(&cargo->layers[i], streaming->there, streaming->there_count, &shared);
		if (shared == UINT64_MAX)
			return 0;
		total += TARRED + (cargo->layers[i].size > shared ? cargo->layers[i].size - shared : 0);
	}
	return total;
}

static void print_plan(struct streaming *streaming)
{
	struct cargo *cargo = &streaming->cargo;
	uint64_t bytes = expected(streaming);

	for (size_t i = 0; i < cargo->count; i++) {
		const struct cargo_item *item = &cargo->items[i];
		const struct layers *same = layers_same(&cargo->layers[i], streaming->there, streaming->there_count,
		                                        streaming->stream->alike);

		printf("image %.*s", STR_ARG(item->id));
		for (size_t at = 0; at < item->tag_count; at++) {
			struct str tag = cargo_tag(cargo, item->tags[at]);

			printf(" %.*s", STR_ARG(tag));
		}
		putchar('\n');
		if (same)
			printf("there %.*s\n", STR_ARG(same->id));
	}
	printf("layers %zu %zu\n", streaming->layer_count - streaming->left_out.count, streaming->layer_count);
	if (bytes)
		printf("bytes %llu\n", (unsigned long long)bytes);
}

static bool write_loader(struct streaming *streaming, const struct archive *archive)
{
	const struct loader loader = {"load", "images.tar", archive->digest, "", &streaming->cargo, archive};
	const char *path = streaming->stream->loader;
	struct buf text = BUF_INIT;
	bool fine;

	loader_write(&loader, &text);
	fine = fs_write(path, buf_str(&text), 0755) != FS_FAILED;
	if (!fine)
		diag_error(streaming->diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	buf_release(&text);
	return fine;
}

static const char *spool_path(void)
{
	const char *dir = getenv("TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

static bool write_images(struct streaming *streaming)
{
	const struct stream *stream = streaming->stream;
	struct arena *arena = &streaming->cargo.fleet.arena;
	struct archive archive;
	struct archive_order order = {
		.to = STDOUT_FILENO, .name = "the archive", .left_out = &streaming->left_out,
		.spool = path_join(arena, str_of(spool_path()), STR("layer")), .expected = expected(streaming),
		.progress = stream->progress,
	};
	bool fine;

	fine = cargo_pass(&streaming->cargo, order, &archive) && (!stream->loader || write_loader(streaming, &archive));
	if (fine)
		fprintf(stderr, "dtk-stamp: %zu of %zu layers, %llu bytes\n", streaming->layer_count - archive.left_out,
		        streaming->layer_count, (unsigned long long)archive.written);
	archive_forget(&archive);
	return fine;
}

int stream_images(const struct stream *stream, struct diag *diag)
{
	struct streaming streaming = {.stream = stream, .diag = diag};
	bool fine;

	map_init(&streaming.left_out);
	fine = cargo_load(&streaming.cargo, diag, stream->stamps, stream->refs, stream->words)
		&& cargo_look(&streaming.cargo) && read_there(&streaming);
	if (fine && !stream->dry && isatty(STDOUT_FILENO)) {
		diag_error(diag, SPAN_NONE, "an archive is not for a terminal: name a file or a pipe");
		fine = false;
	}
	if (fine && stream->dry)
		print_plan(&streaming);
	else if (fine)
		fine = write_images(&streaming);
	map_release(&streaming.left_out);
	cargo_release(&streaming.cargo);
	return fine ? 0 : -1;
}
