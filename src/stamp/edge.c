/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/edge.h"

#include "base/fs.h"
#include "base/moment.h"
#include "stamp/keyfile.h"
#include "stamp/ran.h"
#include "stamp/tally.h"
#include "stamp/watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EDGE_TRIES = 4 };

bool edge_whole(const struct place *place)
{
	struct arena arena;
	bool whole;

	arena_init(&arena);
	whole = access(place_stamp(&arena, place, ".whole"), F_OK) == 0;
	arena_release(&arena);
	return whole;
}

void edge_set_whole(const struct place *place, bool whole)
{
	struct arena arena;
	const char *path;

	arena_init(&arena);
	path = place_stamp(&arena, place, ".whole");
	if (whole)
		fs_write(path, STR(""), 0644);
	else
		unlink(path);
	arena_release(&arena);
}

bool edge_hash(struct arena *arena, struct diag *diag, const struct place *place,
               const struct scan_spec *spec, struct cache *cache, struct scan *scan, struct key *key)
{
	for (unsigned tries = 0; tries < EDGE_TRIES; tries++) {
		if (!scan_take(arena, diag, place, spec, scan))
			return false;
		switch (key_make(arena, diag, scan, cache, NULL, key)) {
		case KEY_MADE:
			return true;
		case KEY_FAILED:
			return false;
		case KEY_MOVED:
			moment_wait(scan->moment);
			cache_turn(cache);
		}
	}
	diag_error(diag, SPAN_NONE, "%s: files come and go while they are read", spec->context);
	return false;
}

/* Writes the key, or gives what this run wrote before the later moment at which it still held. */
static bool save(const struct place *place, const struct key *key, const struct scan *scan, bool *written,
                 struct arena *arena, struct diag *diag)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, scan->moment};
	int result = keyfile_save(place, key, scan->moment, diag);

	if (result == 0 && *written)
		utimensat(AT_FDCWD, place_stamp(arena, place, ".key"), times, 0);
	*written = *written || result > 0;
	return result >= 0;
}

/* Hashes, writes, looks again; *MOVED: the inputs did not hold still to the end. */
static bool settle(struct arena *arena, struct diag *diag, const struct place *place,
                   const struct scan_spec *spec, struct scan *scan, bool *moved)
{
	const char *path = place_stamp(arena, place, ".stat");
	struct cache cache;
	struct key key;
	bool fine = false, written = false;

	cache_open(&cache, path);
	*moved = true;
	for (unsigned tries = 0; tries < EDGE_TRIES && *moved; tries++) {
		if (tries) {
			moment_wait(scan->moment);
			cache_turn(&cache);
		}
		fine = edge_hash(arena, diag, place, spec, &cache, scan, &key)
			&& save(place, &key, scan, &written, arena, diag);
		if (!fine)
			break;
		*moved = scan_moved(place, scan);
	}
	if (fine)
		cache_save(&cache, path);
	cache_release(&cache);
	return fine;
}

static bool write_depfile(const struct place *place, const struct scan *scan, const char *out, bool moved,
                          struct diag *diag)
{
	struct watch watch;
	bool fine = watch_begin(&watch, place, diag, out) && watch_scan(&watch, scan);

	if (moved)
		watch_always(&watch, place->name, "has inputs that did not hold still");
	return watch_end(&watch, out) && fine;
}

int edge_key(const struct edge_key *order, struct diag *diag)
{
	struct arena arena;
	struct place place;
	struct command command;
	struct scan_spec spec = {
		.context = order->context, .dockerfile = order->dockerfile, .onbuild = order->onbuild,
		.hooks = order->hooks, .command = &command,
	};
	struct scan scan;
	bool fine, moved;

	arena_init(&arena);
	place = place_of(&arena, order->out);
	spec.hooks.env = place_env(&arena, &place, order->hooks.env);
	spec.whole = edge_whole(&place);
	while (order->onbuild[spec.onbuild_count])
		spec.onbuild_count++;
	fine = command_parse_options(&arena, diag, order->words, &command)
		&& settle(&arena, diag, &place, &spec, &scan, &moved)
		&& write_depfile(&place, &scan, order->out, moved, diag);
	if (!fine) {
		ran_failed(&place);
		tally_report(&place);
	}
	arena_release(&arena);
	return fine ? 0 : -1;
}
