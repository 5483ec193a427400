/* SPDX-License-Identifier: Apache-2.0 */
#include "action/archive.h"

#include "data/json.h"
#include "data/yaml.h"
#include "stamp/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SMALL = 8 << 20, /* bytes; configurations and manifests are far below it */
	EVERY = 3        /* seconds between two lines of progress */
};

struct passing {
	struct arena *arena;
	struct diag *diag;
	const struct archive_order *order;
	struct archive *archive;
	struct tarball tarball;
	struct snapshot out;
	struct map digest_of; /* path of a small entry -> its digest, a string */
	struct buf manifest;  /* manifest.json */
	time_t told;
};

/* --- Which entry is what --- */

static char *prefixed(struct arena *arena, struct str digits)
{
	char *digest = arena_alloc(arena, digits.n + sizeof "sha256:");

	snprintf(digest, digits.n + sizeof "sha256:", "sha256:%.*s", STR_ARG(digits));
	return digest;
}

/* The digest that PATH says to be its content's, or n = 0. */
static struct str named_digest(struct arena *arena, struct str path)
{
	struct str digits = {NULL, 0};

	if (str_starts(path, STR("blobs/sha256/")))
		digits = str_slice(path, strlen("blobs/sha256/"), path.n);
	else if (str_ends(path, STR(".tar")))
		digits = str_slice(path, 0, path.n - strlen(".tar"));
	return digits.n == SHA256_TEXT - 1 ? str_of(prefixed(arena, digits)) : STR("");
}

static bool is_thinned(const struct passing *passing)
{
	return passing->order->left_out && passing->order->left_out->count;
}

static bool may_go(const struct passing *passing, struct str digest)
{
	return is_thinned(passing) && digest.n && map_get(passing->order->left_out, digest);
}

static bool is_nameless_layer(struct str path)
{
	return str_ends(path, STR("/layer.tar"));
}

/* --- Passing on --- */

static void tell(struct passing *passing)
{
	const struct archive_order *order = passing->order;
	struct timespec now;

	if (!order->progress)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!passing->told)
		passing->told = now.tv_sec;
	if (now.tv_sec < passing->told + EVERY)
		return;
	passing->told = now.tv_sec;
	fprintf(stderr, "%s: %llu MB", order->name, (unsigned long long)(passing->out.written / 1000000));
	if (order->expected > passing->out.written)
		fprintf(stderr, " of %llu", (unsigned long long)(order->expected / 1000000));
	putc('\n', stderr);
}

/* False after an error was said. */
static bool wrote(struct passing *passing)
{
	if (!passing->out.failure)
		return true;
	diag_error(passing->diag, SPAN_NONE, "%s: cannot be written: %s", passing->order->name,
	           strerror(passing->out.failure));
	return false;
}

static void begin_entry(struct passing *passing)
{
	const struct tarball *tarball = &passing->tarball;

	snapshot_entry(&passing->out, tarball->path, &tarball->look, tarball->target);
}

/* The content of the present entry; to DIGEST and TEXT as well where they are given. */
static bool pass_content(struct passing *passing, struct sha256 *digest, struct buf *text)
{
	struct str piece;

	begin_entry(passing);
	do {
		if (!tarball_piece(&passing->tarball, &piece))
			return false;
		if (digest)
			sha256_add(digest, piece.p, piece.n);
		if (text)
			buf_addstr(text, piece);
		snapshot_content(&passing->out, piece.p, piece.n);
		tell(passing);
	} while (passing->tarball.left && wrote(passing));
	return snapshot_close(&passing->out) && wrote(passing);
}

/* --- A layer whose digest is not in its name --- */

static bool spool_content(struct passing *passing, int fd, char text[SHA256_TEXT])
{
	struct sha256 digest;
	struct str piece;

	sha256_init(&digest);
	do {
		if (!tarball_piece(&passing->tarball, &piece))
			return false;
		sha256_add(&digest, piece.p, piece.n);
		if (fs_write_all(fd, piece) != 0) {
			diag_error(passing->diag, SPAN_NONE, "no room for a layer beside %s: %s", passing->order->spool,
			           strerror(errno));
			return false;
		}
	} while (passing->tarball.left);
	sha256_end(&digest, text);
	return true;
}

static bool pass_spool(struct passing *passing, int fd)
{
	char *bytes = passing->tarball.bytes;
	ssize_t got;

	begin_entry(passing);
	if (lseek(fd, 0, SEEK_SET) != 0)
		return false;
	while ((got = read(fd, bytes, TARBALL_PIECE)) > 0 && wrote(passing)) {
		snapshot_content(&passing->out, bytes, (size_t)got);
		tell(passing);
	}
	return snapshot_close(&passing->out) && wrote(passing);
}

static bool pass_layer(struct passing *passing)
{
	int fd = snapshot_spool(passing->order->spool);
	char text[SHA256_TEXT];
	bool fine;

	if (fd < 0) {
		diag_error(passing->diag, SPAN_NONE, "cannot write beside %s: %s", passing->order->spool,
		           strerror(errno));
		return false;
	}
	fine = spool_content(passing, fd, text);
	if (fine && may_go(passing, str_of(prefixed(passing->arena, str_of(text)))))
		passing->archive->left_out++;
	else
		fine = fine && pass_spool(passing, fd);
	close(fd);
	return fine;
}

/* --- Small entries --- */

static bool pass_small(struct passing *passing)
{
	struct str path = passing->tarball.path;
	char *kept = arena_strndup(passing->arena, path.p, path.n), *name;
	struct sha256 digest;
	char text[SHA256_TEXT];

	sha256_init(&digest);
	if (!pass_content(passing, &digest, NULL))
		return false;
	sha256_end(&digest, text);
	name = prefixed(passing->arena, str_of(text));
	map_put(&passing->digest_of, str_of(kept), NULL)->value.pointer = name;
	map_put(&passing->archive->digests, str_of(name), NULL);
	return true;
}

/* manifest.json waits until all is known. */
static bool take_manifest(struct passing *passing)
{
	struct str piece;

	do {
		if (!tarball_piece(&passing->tarball, &piece))
			return false;
		buf_addstr(&passing->manifest, piece);
	} while (passing->tarball.left);
	return true;
}

static bool pass_entry(struct passing *passing)
{
	const struct tarball *tarball = &passing->tarball;

	if (!S_ISREG(tarball->look.mode)) {
		begin_entry(passing);
		return snapshot_close(&passing->out) && wrote(passing);
	}
	if (str_is(tarball->path, "manifest.json") && tarball->look.size <= SMALL)
		return take_manifest(passing);
	if (may_go(passing, named_digest(passing->arena, tarball->path))) {
		passing->archive->left_out++;
		return true;
	}
	if (is_nameless_layer(tarball->path))
		return is_thinned(passing) ? pass_layer(passing) : pass_content(passing, NULL, NULL);
	return tarball->look.size <= SMALL ? pass_small(passing) : pass_content(passing, NULL, NULL);
}

/* --- manifest.json --- */

static int by_config(const void *a, const void *b)
{
	const struct value *left = dict_find(((const struct value *)a)->as.dict, STR("Config"));
	const struct value *right = dict_find(((const struct value *)b)->as.dict, STR("Config"));

	return str_cmp(value_str(*left), value_str(*right));
}

static int by_id(const void *a, const void *b)
{
	return str_cmp(((const struct archive_image *)a)->id, ((const struct archive_image *)b)->id);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(value_str(*(const struct value *)a), value_str(*(const struct value *)b));
}

static bool is_texts(struct value v)
{
	for (size_t i = 0; value_is(v, VALUE_LIST) && i < v.as.list->count; i++)
		if (!value_is(v.as.list->items[i], VALUE_STRING))
			return false;
	return value_is(v, VALUE_LIST) || value_is(v, VALUE_NONE);
}

/* False where ITEM is not what manifest.json has for an image. */
static bool take_image(struct passing *passing, struct value item, struct archive_image *image)
{
	const struct value *config = value_is(item, VALUE_DICT) ? dict_find(item.as.dict, STR("Config")) : NULL;
	const struct value *tags = config ? dict_find(item.as.dict, STR("RepoTags")) : NULL;
	const struct map_entry *entry;

	if (!config || !value_is(*config, VALUE_STRING) || (tags && !is_texts(*tags)))
		return false;
	entry = map_get(&passing->digest_of, value_str(*config));
	if (!entry)
		return false;
	*image = (struct archive_image){.id = str_of(entry->value.pointer)};
	if (!tags || !value_is(*tags, VALUE_LIST) || !tags->as.list->count)
		return true;
	qsort(tags->as.list->items, tags->as.list->count, sizeof *tags->as.list->items, by_text);
	image->tags = ARENA_ARRAY(passing->arena, tags->as.list->count, struct str);
	for (; image->tag_count < tags->as.list->count; image->tag_count++)
		image->tags[image->tag_count] = value_str(tags->as.list->items[image->tag_count]);
	return true;
}

static bool take_images(struct passing *passing, struct value list)
{
	struct archive *archive = passing->archive;
	size_t count = value_is(list, VALUE_LIST) ? list.as.list->count : 0;

	archive->images = ARENA_ARRAY(passing->arena, count + 1, struct archive_image);
	for (; archive->image_count < count; archive->image_count++)
		if (!take_image(passing, list.as.list->items[archive->image_count],
		                &archive->images[archive->image_count]))
			return false;
	if (count == 0)
		return false;
	qsort(list.as.list->items, count, sizeof *list.as.list->items, by_config);
	qsort(archive->images, count, sizeof *archive->images, by_id);
	return true;
}

static void put_manifest(struct passing *passing, struct value list)
{
	struct fs_look look = {.mode = S_IFREG | 0644};
	struct buf text = BUF_INIT;

	json_write(&text, list, 0);
	look.size = text.n;
	snapshot_entry(&passing->out, STR("manifest.json"), &look, STR(""));
	snapshot_content(&passing->out, text.p, text.n);
	snapshot_close(&passing->out);
	buf_release(&text);
}

static bool end(struct passing *passing)
{
	struct str text = {arena_strndup(passing->arena, buf_str(&passing->manifest).p, passing->manifest.n),
	                   passing->manifest.n};
	uint32_t source = diag_source(passing->diag, "manifest.json", text);
	struct value list;
	bool fine = yaml_read(passing->arena, passing->diag, source, text, YAML_TYPED, &list);

	diag_forget(passing->diag, source);
	if (fine && !(fine = take_images(passing, list)))
		diag_error(passing->diag, SPAN_NONE, "%s: this is no archive of images", passing->order->name);
	if (fine)
		put_manifest(passing, list);
	return fine;
}

bool archive_pass(struct arena *arena, struct diag *diag, const struct archive_order *order, struct archive *archive)
{
	struct passing passing = {.arena = arena, .diag = diag, .order = order, .archive = archive};
	enum tarball_read found = TARBALL_BROKEN;
	struct sha256 digest;
	bool fine = true;

	*archive = (struct archive){.image_count = 0};
	map_init(&archive->digests);
	map_init(&passing.digest_of);
	sha256_init(&digest);
	tarball_begin(&passing.tarball, order->from, order->name, diag);
	snapshot_begin(&passing.out, order->to);
	passing.out.digest = &digest;
	while (fine && (found = tarball_next(&passing.tarball)) == TARBALL_ENTRY)
		fine = pass_entry(&passing);
	fine = fine && found == TARBALL_END && end(&passing);
	if (snapshot_end(&passing.out) != 0)
		fine = fine && wrote(&passing);
	archive->written = passing.out.written;
	sha256_end(&digest, archive->digest);
	tarball_release(&passing.tarball);
	buf_release(&passing.manifest);
	map_release(&passing.digest_of);
	return fine;
}

void archive_forget(struct archive *archive)
{
	map_release(&archive->digests);
}
