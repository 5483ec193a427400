/* SPDX-License-Identifier: Apache-2.0 */
#include "action/bases.h"

#include "base/fs.h"
#include "client/registry.h"
#include "client/rootfs.h"
#include "client/words.h"
#include "data/ref.h"
#include "stamp/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* One run. */
struct updating {
	const struct bases *order;
	struct diag *diag;
	struct arena arena;
	struct command client;
	struct lock lock;
	struct buf why;
	struct buf failures;        /* a text each, with a NUL behind it */
	struct str name;            /* of the root file system whose words are being taken; n = 0: none is */
	struct rootfs rootfs;
	const char **value;         /* where the next word goes, or NULL */
	bool changed, fine;
};

/* --- What becomes of a pin --- */

/* The first digits of DIGEST. */
static const char *brief(struct updating *updating, struct str digest)
{
	enum { DIGITS = 12 };
	size_t from = str_find(digest, ':', 0) + 1;

	digest = str_slice(digest, from, from + DIGITS);
	return arena_strndup(&updating->arena, digest.p, digest.n);
}

static void settle(struct updating *updating, struct str name, struct str digest)
{
	struct str old = lock_find(&updating->lock, name);

	if (str_eq(old, digest))
		printf("%.*s: same\n", STR_ARG(name));
	else if (old.n)
		printf("%.*s: moved %s -> %s\n", STR_ARG(name), brief(updating, old), brief(updating, digest));
	else
		printf("%.*s: new %s\n", STR_ARG(name), brief(updating, digest));
	updating->changed = updating->changed || !str_eq(old, digest);
	lock_put(&updating->lock, name, digest)->used = true;
}

/* WHY is told at the end, unless it is NULL. */
static void fail(struct updating *updating, struct str name, const char *why)
{
	struct lock_pin *pin = lock_pin(&updating->lock, name);

	if (pin)
		printf("%.*s: not known, kept %s\n", STR_ARG(name), brief(updating, pin->digest));
	else
		printf("%.*s: not known\n", STR_ARG(name));
	if (pin)
		pin->used = true;
	if (why) {
		buf_addf(&updating->failures, "cannot ask for %.*s: %s", STR_ARG(name), why);
		buf_addc(&updating->failures, '\0');
	}
	updating->fine = false;
}

/* --- Asking --- */

static void ask_image(struct updating *updating, struct str ref)
{
	struct str digest;

	if (registry_digest(&updating->arena, &updating->client, ref, &digest, &updating->why))
		settle(updating, ref, digest);
	else
		fail(updating, ref, buf_str(&updating->why).p);
}

static void ask_rootfs(struct updating *updating)
{
	char digest[REF_DIGEST];
	int fd = -1;

	printf("%.*s: is made anew\n", STR_ARG(updating->name));
	updating->rootfs.pin = NULL;
	if (rootfs_make(&updating->rootfs, updating->diag) != 0) {
		fail(updating, updating->name, NULL);
	} else if ((fd = open(updating->rootfs.out, O_RDONLY | O_CLOEXEC)) < 0 || !ref_digest_file(fd, digest)) {
		fail(updating, updating->name, strerror(errno));
	} else {
		settle(updating, updating->name, str_of(digest));
	}
	if (fd >= 0)
		close(fd);
	updating->name = STR("");
}

/* A word of a root file system: an option, its value, or last of all the file. */
static bool take_rootfs(struct updating *updating, const char *word)
{
	struct {
		const char *name, **value;
	} options[] = {
		{"--suite", &updating->rootfs.suite}, {"--variant", &updating->rootfs.variant},
		{"--include", &updating->rootfs.include}, {"--epoch", &updating->rootfs.epoch},
		{"--pin", &updating->rootfs.pin},
	};

	if (updating->value) {
		*updating->value = word;
		updating->value = NULL;
		return true;
	}
	for (size_t i = 0; i < sizeof options / sizeof *options && !updating->value; i++)
		if (strcmp(word, options[i].name) == 0)
			updating->value = options[i].value;
	if (updating->value)
		return true;
	updating->rootfs.out = word;
	ask_rootfs(updating);
	return true;
}

static bool take_word(void *context, struct str word)
{
	struct updating *updating = context;

	word = (struct str){arena_strndup(&updating->arena, word.p, word.n), word.n};
	if (updating->name.n)
		return take_rootfs(updating, word.p);
	if (!str_starts(word, STR(LOCK_ROOTFS))) {
		ask_image(updating, word);
	} else {
		updating->name = word;
		updating->rootfs = (struct rootfs){.variant = "minbase", .epoch = ROOTFS_EPOCH};
	}
	fflush(stdout);
	return true;
}

/* --- What is left --- */

/* Several matrices in one directory share its file. */
static bool is_shared(struct updating *updating)
{
	static const char *const endings[] = {".yaml", ".yml", ".json"};
	struct str dir = path_dir(str_of(updating->order->lock)), *names;
	size_t count, matrices = 0;

	if (fs_list(arena_strndup(&updating->arena, dir.p, dir.n), &updating->arena, &names, &count) != 0)
		return true;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sizeof endings / sizeof *endings; j++)
			matrices += str_ends(names[i], str_of(endings[j]));
	return matrices > 1;
}

static void drop_unused(struct updating *updating)
{
	bool keep = updating->order->part || is_shared(updating);

	for (size_t i = 0; i < updating->lock.count; i++) {
		struct lock_pin *pin = &updating->lock.pins[i];

		if (pin->used)
			continue;
		printf("%.*s: %s\n", STR_ARG(pin->name), keep ? "unused" : "gone");
		if (!keep) {
			pin->digest = STR("");
			updating->changed = true;
		}
	}
}

/* What appears beside nothing that Ninja watches is found where the tree's directory has changed. */
static void wake_generator(const char *list)
{
	struct fs_temp temp;

	if (fs_temp_open(&temp, list) == 0)
		fs_temp_drop(&temp);
}

static bool write_lock(struct updating *updating)
{
	const char *path = updating->order->lock;
	bool fine, fresh = access(path, F_OK) != 0;
	struct buf text = BUF_INIT;

	if (!updating->changed)
		return true;
	lock_write(&updating->lock, &text);
	fine = fs_write(path, buf_str(&text), 0644) != FS_FAILED;
	if (!fine)
		diag_error(updating->diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	else if (fresh)
		wake_generator(updating->order->list);
	if (fine)
		printf("%s: written; run ninja to build what depends on it\n", path);
	buf_release(&text);
	return fine;
}

static void tell_failures(struct updating *updating)
{
	const char *at = buf_str(&updating->failures).p, *end = at + updating->failures.n;

	fflush(stdout);
	for (; at < end; at += strlen(at) + 1)
		diag_error(updating->diag, SPAN_NONE, "%s", at);
}

static bool update(struct updating *updating)
{
	struct buf word = BUF_INIT;
	bool fine;

	buf_addf(&word, "@%s", updating->order->list);
	fine = words_each((const char *const[]){word.p, NULL}, updating->diag, take_word, updating);
	buf_release(&word);
	if (!fine)
		return false;
	drop_unused(updating);
	fine = write_lock(updating);
	tell_failures(updating);
	return fine && updating->fine;
}

int bases_update(const struct bases *order, struct diag *diag)
{
	struct updating updating = {.order = order, .diag = diag, .name = STR(""), .fine = true};
	bool fine;

	arena_init(&updating.arena);
	lock_init(&updating.lock, &updating.arena);
	fine = command_parse(&updating.arena, diag, order->words, &updating.client)
		&& base_pins(order->lock, &updating.lock, diag) && update(&updating);
	buf_release(&updating.failures);
	buf_release(&updating.why);
	lock_release(&updating.lock);
	arena_release(&updating.arena);
	return fine ? 0 : -1;
}
