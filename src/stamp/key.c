/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/key.h"

#include "base/crew.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHUNK = 1 << 18, KEY_STEP = 64 };
#define KEY_MAGIC "dtk-key 1"

/* What was found of a file of the context before the inputs are put together. */
struct known {
	struct hash hash;
	bool hashed;
	int failure; /* errno, 0 */
	bool cut;    /* its content ended early */
};

/* What key_make works with. */
struct making {
	struct arena *arena;
	struct diag *diag;
	const struct scan *scan;
	struct cache *cache;
	struct snapshot *snapshot; /* or NULL */
	struct key *key;
	struct known *known; /* of each entry of the context; NULL with a snapshot */
	struct hasher *hasher;
	char *chunk;
	int root; /* the context's directory, -1 if it is not needed */
};

/* key_make made room for all. */
static void add_input(struct key *key, struct key_input input)
{
	key->inputs[key->input_count++] = input;
}

/* Of a secret or an agent its id counts; where it comes from is the machine's. */
static struct str what_counts(const struct command_option *option)
{
	struct str value = option->value.p ? option->value : STR(""), field;

	if (str_is(option->name, "--ssh"))
		return str_slice(value, 0, str_find(value, '=', 0));
	for (size_t at = 0, end; str_is(option->name, "--secret") && at < value.n; at = end + 1) {
		end = str_find(value, ',', at);
		field = str_slice(value, at, end);
		if (str_starts(field, STR("id=")))
			return field;
	}
	return value;
}

struct key_input key_of_option(struct arena *arena, const struct command_option *option)
{
	struct str value = what_counts(option);
	struct buf name = BUF_INIT;
	struct key_input input = {KEY_ARG, 0, hash_of(value), {NULL, 0}};
	const char *given = NULL;

	if (str_is(option->name, "--build-arg") && str_find(value, '=', 0) == value.n) {
		given = getenv(arena_strndup(arena, value.p, value.n));
		input.hash = hash_of(given ? str_of(given) : STR("\n"));
	}
	buf_addstr(&name, option->name);
	if (option->value.p) {
		buf_addc(&name, ' ');
		buf_addstr(&name, value);
	}
	input.name = (struct str){arena_strndup(arena, name.p, name.n), name.n};
	buf_release(&name);
	return input;
}

/* Reads N bytes, or less where the file ends; -1 with errno. */
static ssize_t read_full(int fd, char *to, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t more = read(fd, to + got, n - got);

		if (more == 0)
			break;
		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return -1;
		got += (size_t)more;
	}
	return (ssize_t)got;
}

/* The hash of SIZE bytes of FD, which SNAPSHOT (may be NULL) gets; *GOT is how many there were. */
static bool hash_content(struct hasher *hasher, char *chunk, struct snapshot *snapshot, int fd, uint64_t size,
                         struct hash *hash, uint64_t *got)
{
	bool small = size <= CHUNK;
	uint64_t left = size;

	if (!small)
		hasher_reset(hasher);
	do {
		size_t want = left < CHUNK ? (size_t)left : CHUNK;
		ssize_t n = read_full(fd, chunk, want);

		if (n < 0)
			return false;
		if (snapshot)
			snapshot_content(snapshot, chunk, (size_t)n);
		if (small)
			*hash = hash_of((struct str){chunk, (size_t)n});
		else
			hasher_add(hasher, chunk, (size_t)n);
		left -= (uint64_t)n;
		if ((size_t)n < want)
			break;
	} while (left);
	if (!small)
		*hash = hasher_end(hasher);
	*got = size - left;
	return true;
}

static enum key_result unreadable(struct making *making, const struct context_entry *entry, int failure)
{
	if (failure == ENOENT || failure == ENOTDIR || failure == ELOOP)
		return KEY_MOVED;
	diag_error(making->diag, SPAN_NONE, "cannot read %s/%.*s: %s", making->scan->spec->context,
	           STR_ARG(entry->path), strerror(failure));
	return KEY_FAILED;
}

static int open_entry(const struct making *making, const struct context_entry *entry)
{
	return openat(making->root, entry->path.p, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
}

/* A file for the snapshot: what is open counts, not what was seen before. */
static enum key_result snap_file(struct making *making, const struct context_entry *entry,
                                 struct key_input *input)
{
	struct stat stat;
	struct fs_look seen;
	uint64_t got = 0;
	bool fine;
	int fd = open_entry(making, entry), failure = errno;

	if (fd < 0)
		return unreadable(making, entry, failure);
	if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		close(fd);
		return KEY_MOVED;
	}
	seen = fs_look_of(&stat);
	input->mode = seen.mode & 07777;
	snapshot_entry(making->snapshot, entry->path, &seen, STR(""));
	fine = hash_content(making->hasher, making->chunk, making->snapshot, fd, seen.size,
	                    &input->hash, &got);
	failure = errno;
	close(fd);
	if (!fine)
		return unreadable(making, entry, failure);
	return snapshot_close(making->snapshot) ? KEY_MADE : KEY_MOVED;
}

/* Reads what the cache did not vouch for; called by several threads. */
static void hash_some(struct crew *crew, void *context)
{
	struct making *making = context;
	struct hasher *hasher = hasher_new();
	char *chunk = mem_alloc(CHUNK);
	size_t from, to;

	while (crew_next(crew, &from, &to))
		for (size_t i = from; i < to; i++) {
			const struct context_entry *entry = making->scan->list.entries[i];
			struct known *known = &making->known[i];
			uint64_t size = entry->look.size, got = 0;
			int fd;

			if (known->hashed || !S_ISREG(entry->look.mode))
				continue;
			fd = open_entry(making, entry);
			if (fd < 0 || !hash_content(hasher, chunk, NULL, fd, size, &known->hash, &got))
				known->failure = errno;
			known->cut = got != size;
			if (fd >= 0)
				close(fd);
		}
	mem_free(chunk);
	hasher_free(hasher);
}

/* The hashes of all files, from the cache or their contents. */
static void hash_files(struct making *making)
{
	const struct context_list *list = &making->scan->list;
	size_t unknown = 0;

	making->known = ARENA_ARRAY(making->arena, list->count + 1, struct known);
	for (size_t i = 0; i < list->count; i++) {
		const struct context_entry *entry = list->entries[i];
		struct known *known = &making->known[i];

		if (!S_ISREG(entry->look.mode))
			continue;
		known->hashed = str_is(entry->path, making->scan->inner)
			|| (making->cache && cache_find(making->cache, entry->path, &entry->look, &known->hash));
		unknown += !known->hashed;
	}
	if (unknown)
		crew_run(list->count, KEY_STEP, hash_some, making);
}

static enum key_result take_file(struct making *making, const struct context_entry *entry,
                                 const struct known *known, struct key_input *input)
{
	if (known->failure)
		return unreadable(making, entry, known->failure);
	if (known->cut)
		return KEY_MOVED;
	input->hash = known->hash;
	if (making->cache)
		cache_add(making->cache, entry->path, &entry->look, input->hash, making->scan->moment);
	return KEY_MADE;
}

/* The Dockerfile is read once: what is hashed as Dockerfile is what the context has under its name. */
static void add_dockerfile_content(struct making *making, struct str path, const struct fs_look *look,
                                   struct hash *hash)
{
	struct fs_look told = *look;
	struct str text = making->scan->files[0].text;

	told.size = text.n;
	*hash = hash_of(text);
	if (!making->snapshot)
		return;
	snapshot_entry(making->snapshot, path, &told, STR(""));
	snapshot_content(making->snapshot, text.p, text.n);
	snapshot_close(making->snapshot);
}

static char kind_of(mode_t mode)
{
	return S_ISREG(mode) ? KEY_FILE : S_ISDIR(mode) ? KEY_DIR : S_ISLNK(mode) ? KEY_LINK
	       : S_ISFIFO(mode) ? KEY_FIFO : S_ISCHR(mode) ? KEY_CHAR : S_ISBLK(mode) ? KEY_BLOCK : '\0';
}

static enum key_result hash_entry(struct making *making, size_t at)
{
	const struct context_entry *entry = making->scan->list.entries[at];
	struct key_input input = {kind_of(entry->look.mode), entry->look.mode & 07777, {{0}}, entry->path};
	enum key_result result = KEY_MADE;

	if (!input.kind)
		return KEY_MADE;
	if (input.kind == KEY_LINK) {
		input.mode = 0;
		input.hash = hash_of(entry->link);
	} else if (input.kind == KEY_CHAR || input.kind == KEY_BLOCK) {
		uint64_t device = entry->look.device;

		input.hash = hash_of((struct str){(const char *)&device, sizeof device});
	}
	if (input.kind != KEY_FILE) {
		if (making->snapshot)
			snapshot_entry(making->snapshot, entry->path, &entry->look, entry->link);
	} else if (str_is(entry->path, making->scan->inner)) {
		add_dockerfile_content(making, entry->path, &entry->look, &input.hash);
	} else if (making->snapshot) {
		result = snap_file(making, entry, &input);
	} else {
		result = take_file(making, entry, &making->known[at], &input);
	}
	add_input(making->key, input);
	return result;
}

static void add_command(struct making *making, char kind, const char *text)
{
	if (text)
		add_input(making->key, (struct key_input){kind, 0, hash_of(str_of(text)), str_of(text)});
}

static void add_files(struct making *making)
{
	const struct scan *scan = making->scan;
	const struct command *command = scan->spec->command;

	for (size_t i = 0; i < scan->file_count; i++) {
		const struct scan_file *file = &scan->files[i];
		struct key_input input = {file->kind, 0, hash_of(file->text), path_base(str_of(file->path))};

		if (file->kind == KEY_SCRIPT)
			input.name = str_of(file->path);
		if (file->kind == KEY_DOCKERFILE)
			input.name = scan->whole ? str_of(scan->inner) : STR("Dockerfile");
		if (file->kind != KEY_TRIGGER)
			add_input(making->key, input);
		if (file->kind == KEY_ENV)
			making->key->env = file->path;
	}
	add_command(making, KEY_BEFORE, scan->spec->hooks.before);
	add_command(making, KEY_AFTER, scan->spec->hooks.after);
	for (size_t i = 0; i < command->option_count; i++)
		if (!command->options[i].apart)
			add_input(making->key, key_of_option(making->arena, &command->options[i]));
}

/* Everything in frames, so that no two lists of inputs run together. */
static struct hash total(const struct key *key, struct hasher *hasher)
{
	struct buf frames = BUF_INIT;
	struct hash hash;

	hasher_reset(hasher);
	hasher_field(hasher, STR(KEY_MAGIC));
	for (size_t i = 0; i < key->input_count; i++) {
		const struct key_input *input = &key->inputs[i];
		unsigned char head[1 + 4 + 16 + 8];
		uint64_t length = input->name.n;

		head[0] = (unsigned char)input->kind;
		for (unsigned at = 0; at < 4; at++)
			head[1 + at] = (unsigned char)(input->mode >> 8 * at & 0xff);
		memcpy(head + 5, input->hash.bytes, 16);
		for (unsigned at = 0; at < 8; at++)
			head[21 + at] = (unsigned char)(length >> 8 * at & 0xff);
		buf_add(&frames, head, sizeof head);
		buf_addstr(&frames, input->name);
		if (frames.n >= CHUNK) {
			hasher_add(hasher, frames.p, frames.n);
			buf_clear(&frames);
		}
	}
	hasher_add(hasher, frames.p, frames.n);
	hash = hasher_end(hasher);
	buf_release(&frames);
	return hash;
}

static enum key_result make(struct making *making)
{
	const struct scan *scan = making->scan;
	struct hash unused;

	add_files(making);
	if (!making->snapshot)
		hash_files(making);
	for (size_t i = 0; i < scan->list.count; i++) {
		enum key_result result = hash_entry(making, i);

		if (result != KEY_MADE)
			return result;
	}
	if (scan->outer && making->snapshot) {
		struct fs_look told = scan->files[0].look;

		told.mode = S_IFREG | 0644;
		add_dockerfile_content(making, str_of(scan->inner), &told, &unused);
	}
	making->key->hash = total(making->key, making->hasher);
	return KEY_MADE;
}

enum key_result key_make(struct arena *arena, struct diag *diag, const struct scan *scan, struct cache *cache,
                         struct snapshot *snapshot, struct key *key)
{
	struct making making = {arena, diag, scan, cache, snapshot, key, NULL, hasher_new(), mem_alloc(CHUNK),
	                        -1};
	enum key_result result = KEY_FAILED;

	memset(key, 0, sizeof *key);
	key->context = scan->spec->context;
	key->dockerfile = scan->spec->dockerfile;
	key->onbuild = ARENA_ARRAY(arena, scan->spec->onbuild_count + 1, const char *);
	for (size_t i = 0; i < scan->spec->onbuild_count; i++)
		key->onbuild[key->onbuild_count++] = scan->spec->onbuild[i];
	key->whole = scan->spec->whole;
	key->input_capacity = 2 + scan->file_count + scan->spec->command->option_count + scan->list.count;
	key->inputs = arena_alloc(arena, (key->input_capacity + 1) * sizeof *key->inputs);
	if (scan->list.count)
		making.root = open(scan->spec->context, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scan->list.count && making.root < 0)
		diag_error(diag, SPAN_NONE, "cannot read %s: %s", scan->spec->context, strerror(errno));
	else
		result = make(&making);
	if (making.root >= 0)
		close(making.root);
	hasher_free(making.hasher);
	mem_free(making.chunk);
	return result;
}
