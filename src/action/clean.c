/* SPDX-License-Identifier: Apache-2.0 */
#include "action/clean.h"

#include "base/fs.h"
#include "base/human.h"
#include "client/local.h"
#include "stamp/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum room { ROOM_STAMPS, ROOM_LOGS, ROOM_REPORTS, ROOMS };

/* The directories of the tree, and how files that belong to an image end there; longer endings first. */
static const struct {
	const char *dir, *what;
	const char *endings[14];
} rooms[ROOMS] = {
	{"stamps", "stamp",
	 {".key.d", ".key", ".image", ".seal", ".aside", ".stat", ".whole", ".test", ".iid", ".metadata", ".history",
	  ".lock"}},
	{"logs", "log", {".test.log", ".scan.log", ".log"}},
	{"reports", "report", {".new.json", ".json"}},
};

struct file {
	const char *path;
	enum room room;
	long long size;
	time_t modified;
	struct file *next;
};

/* What there is of an image. */
struct owner {
	struct str name;
	struct file *files;
	time_t newest;
};

/* What goes together. */
struct item {
	struct str name; /* of the image; n = 0: of none */
	struct file *files;
	size_t count;
	long long size;
	bool whole; /* all of an image */
	bool cache; /* a scope of the local cache, whose path is the one file */
};

struct cleaning {
	const struct clean *order;
	struct diag *diag;
	struct arena arena;
	struct place place; /* of no image */
	time_t limit;       /* what is younger stays */
	struct map owners;
	struct item *items;
	size_t count, capacity;
	long long size;
	bool fine;
};

/* --- What there is --- */

static struct owner *owner_of(struct cleaning *cleaning, struct str name)
{
	bool fresh;
	struct map_entry *entry = map_put(&cleaning->owners, name, &fresh);

	if (fresh) {
		struct owner *owner = ARENA_NEW(&cleaning->arena, struct owner);

		owner->name = name;
		entry->value.pointer = owner;
	}
	return entry->value.pointer;
}

/* The image that a file NAME belongs to; n = 0: none. */
static struct str image_of(enum room room, struct str name)
{
	for (const char *const *ending = rooms[room].endings; *ending; ending++)
		if (str_ends(name, str_of(*ending)) && name.n > strlen(*ending) && name.p[0] != '.')
			return str_slice(name, 0, name.n - strlen(*ending));
	return STR("");
}

/* A regular file at DIR/NAME; NULL for anything else. */
static struct file *look(struct cleaning *cleaning, enum room room, const char *dir, struct str name)
{
	const char *path = path_join(&cleaning->arena, str_of(dir), name);
	struct file *file;
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	file = ARENA_NEW(&cleaning->arena, struct file);
	*file = (struct file){path, room, (long long)st.st_size, st.st_mtime, NULL};
	return file;
}

static void add_item(struct cleaning *cleaning, struct item item)
{
	for (const struct file *file = item.files; file; file = file->next) {
		item.count++;
		item.size += file->size;
	}
	cleaning->size += item.size;
	MEM_ROOM(cleaning->items, cleaning->count, cleaning->capacity);
	cleaning->items[cleaning->count++] = item;
}

static void collect(struct cleaning *cleaning, enum room room)
{
	const char *dir = place_tree(&cleaning->arena, &cleaning->place, rooms[room].dir);
	struct str *names;
	size_t count;

	if (fs_list(dir, &cleaning->arena, &names, &count) != 0) {
		if (errno != ENOENT) {
			diag_error(cleaning->diag, SPAN_NONE, "cannot read %s: %s", dir, strerror(errno));
			cleaning->fine = false;
		}
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct str image = image_of(room, names[i]);
		bool left = str_starts(names[i], STR(FS_TEMP_PREFIX));
		struct file *file = image.n || left ? look(cleaning, room, dir, names[i]) : NULL;

		if (file && left && file->modified <= cleaning->limit)
			add_item(cleaning, (struct item){.files = file});
		if (file && image.n) {
			struct owner *owner = owner_of(cleaning, image);

			file->next = owner->files;
			owner->files = file;
			owner->newest = file->modified > owner->newest ? file->modified : owner->newest;
		}
	}
}

static void collect_caches(struct cleaning *cleaning)
{
	const char *root = cleaning->order->cache;
	struct local_scope scope;
	struct str *names;
	size_t count;

	if (!root || fs_list(root, &cleaning->arena, &names, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		struct file *file;

		if (!local_look(&scope, &cleaning->arena, root, names[i]) || scope.written > cleaning->limit)
			continue;
		file = ARENA_NEW(&cleaning->arena, struct file);
		file->path = path_join(&cleaning->arena, str_of(root), names[i]);
		file->size = scope.size;
		add_item(cleaning, (struct item){.files = file, .cache = true});
	}
}

/* --- What goes --- */

/* True where a stamp of it is one that dtk wrote. */
static bool is_ours(struct cleaning *cleaning, const struct owner *owner)
{
	static const char *const records[] = {".key", ".seal", ".aside", ".image", ".history"};
	struct place place = place_other(&cleaning->place, owner->name);
	struct str body;

	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		if (record_read(place_stamp(&cleaning->arena, &place, records[i]), NULL, &cleaning->arena, NULL, &body)
		    == RECORD_FINE)
			return true;
	return false;
}

/* Of an image that stays its logs and reports, each for itself; the last build's log too. */
static void choose_old(struct cleaning *cleaning, const struct owner *owner)
{
	struct file *next;

	for (struct file *file = owner->files; file; file = next) {
		next = file->next;
		if (file->room == ROOM_STAMPS || file->modified > cleaning->limit)
			continue;
		file->next = NULL;
		add_item(cleaning, (struct item){.name = owner->name, .files = file});
	}
}

static void choose(struct cleaning *cleaning)
{
	for (size_t i = 0; i < cleaning->owners.count; i++) {
		const struct owner *owner = cleaning->owners.entries[i].value.pointer;

		if (map_get(cleaning->order->keep, owner->name))
			choose_old(cleaning, owner);
		else if (owner->newest <= cleaning->limit && is_ours(cleaning, owner))
			add_item(cleaning, (struct item){.name = owner->name, .files = owner->files, .whole = true});
	}
}

static int by_path(const void *a, const void *b)
{
	const struct item *one = a, *two = b;

	if (one->whole != two->whole)
		return one->whole ? -1 : 1;
	return one->whole ? str_cmp(one->name, two->name) : strcmp(one->files->path, two->files->path);
}

/* --- Telling --- */

static void print_size(long long size)
{
	struct buf text = BUF_INIT;

	human_size(&text, size);
	printf("%8s", text.p);
	buf_release(&text);
}

static void print_items(const struct cleaning *cleaning)
{
	struct buf size = BUF_INIT;

	for (size_t i = 0; i < cleaning->count; i++) {
		const struct item *item = &cleaning->items[i];

		print_size(item->size);
		if (item->whole)
			printf("  %.*s is gone: %zu file%s\n", STR_ARG(item->name), item->count, item->count == 1 ? "" : "s");
		else
			printf("  %s\n", item->files->path);
	}
	human_size(&size, cleaning->size);
	if (cleaning->count)
		printf("%s to be freed\n", size.p);
	else
		puts("nothing is that old");
	buf_release(&size);
}

/* --- Removing --- */

/* False where somebody builds the image. *LOCK is to be closed, -1 where there is none. */
static bool lock(struct cleaning *cleaning, const struct place *place, int *lock)
{
	*lock = open(place_stamp(&cleaning->arena, place, ".lock"), O_RDWR | O_CLOEXEC);
	if (*lock < 0 || flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	close(*lock);
	return false;
}

static void drop_tags(struct cleaning *cleaning, const struct place *place)
{
	struct seal seal;

	if (seal_load(place, &cleaning->arena, NULL, &seal) != RECORD_FINE)
		return;
	for (size_t i = 0; i < seal.tag_count; i++)
		if (str_eq(holder_of(place, &cleaning->arena, seal.tags[i]), place->name))
			holder_drop(place, seal.tags[i]);
}

static void remove_files(struct cleaning *cleaning, const struct file *files, long long *freed)
{
	for (const struct file *file = files; file; file = file->next) {
		if (unlink(file->path) == 0) {
			*freed += file->size;
		} else if (errno != ENOENT) {
			diag_error(cleaning->diag, SPAN_NONE, "cannot remove %s: %s", file->path, strerror(errno));
			cleaning->fine = false;
		}
	}
}

static void remove_cache(struct cleaning *cleaning, const struct file *file, long long *freed)
{
	if (local_remove(&cleaning->arena, cleaning->order->cache, path_base(str_of(file->path))))
		*freed += file->size;
	else
		printf("%s is in use and stays\n", file->path);
}

static void remove_item(struct cleaning *cleaning, const struct item *item, long long *freed)
{
	struct place place = place_other(&cleaning->place, item->name);
	int held = -1;

	if (item->cache) {
		remove_cache(cleaning, item->files, freed);
		return;
	}
	if (item->name.n && !lock(cleaning, &place, &held)) {
		printf("%.*s is being built and stays\n", STR_ARG(item->name));
		return;
	}
	if (item->whole)
		drop_tags(cleaning, &place);
	remove_files(cleaning, item->files, freed);
	if (held >= 0)
		close(held);
}

static void remove_items(struct cleaning *cleaning)
{
	struct buf text = BUF_INIT;
	long long freed = 0;

	for (size_t i = 0; i < cleaning->count; i++)
		remove_item(cleaning, &cleaning->items[i], &freed);
	human_size(&text, freed);
	printf("%s freed\n", text.p);
	buf_release(&text);
}

int clean_all(const struct clean *order, struct diag *diag)
{
	struct cleaning cleaning = {.order = order, .diag = diag, .limit = time(NULL) - (time_t)order->age, .fine = true};

	arena_init(&cleaning.arena);
	map_init(&cleaning.owners);
	cleaning.place.tree = order->tree;
	cleaning.place.stamps = place_tree(&cleaning.arena, &cleaning.place, "stamps");
	for (enum room room = 0; room < ROOMS; room++)
		collect(&cleaning, room);
	collect_caches(&cleaning);
	choose(&cleaning);
	if (cleaning.count)
		qsort(cleaning.items, cleaning.count, sizeof *cleaning.items, by_path);
	print_items(&cleaning);
	if (!order->dry && cleaning.count)
		remove_items(&cleaning);
	mem_free(cleaning.items);
	map_release(&cleaning.owners);
	arena_release(&cleaning.arena);
	return cleaning.fine ? 0 : -1;
}
