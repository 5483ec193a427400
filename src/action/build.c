/* SPDX-License-Identifier: Apache-2.0 */
#include "action/build.h"

#include "action/pin.h"
#include "action/pull.h"
#include "action/reuse.h"
#include "base/fs.h"
#include "client/engine.h"
#include "client/levels.h"
#include "client/log.h"
#include "client/show.h"
#include "client/wish.h"
#include "stamp/base.h"
#include "stamp/edge.h"
#include "stamp/epoch.h"
#include "stamp/fresh.h"
#include "stamp/history.h"
#include "stamp/holder.h"
#include "stamp/ledger.h"
#include "stamp/progress.h"
#include "stamp/ran.h"
#include "stamp/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BUILD_TRIES = 5 };

/* An image on its way from the decision to build it to its seal. */
struct building {
	struct fresh *fresh;
	const struct wish *wish;
	const struct build_image *order;
	struct hooks hooks;
	const char *why;  /* it is built */
	struct log log;
	int lock, spool;
	const char *iid, *metadata; /* where the client writes the IDs */
	struct levels levels;
	struct pin pin;
	const char *archive; /* where the client writes the image, for it to be loaded; NULL: it does not */
	struct scan scan;
	struct key key; /* of the snapshot */
	struct str image, engine;
	struct timespec begun;
	long long when, took, size; /* history.h has the units */
	size_t told[2];     /* the client's part of the log; both 0 where it was not called */
	const char *failed; /* the script that did, or NULL */
};

/* Writes the tar that the engine gets and hashes exactly that. */
static enum key_result write_tar(struct building *building, const struct scan_spec *spec)
{
	struct fresh *fresh = building->fresh;
	struct snapshot snapshot;
	enum key_result result;

	if (lseek(building->spool, 0, SEEK_SET) != 0 || ftruncate(building->spool, 0) != 0)
		return KEY_FAILED;
	snapshot_begin(&snapshot, building->spool);
	if (!scan_take(fresh->arena, fresh->diag, &fresh->place, spec, &building->scan))
		return KEY_FAILED;
	result = key_make(fresh->arena, fresh->diag, &building->scan, NULL, &snapshot, &building->key);
	if (snapshot_end(&snapshot) != 0 || lseek(building->spool, 0, SEEK_SET) != 0) {
		diag_error(fresh->diag, SPAN_NONE, "cannot write the context of %.*s in %s: %s",
		           STR_ARG(fresh->place.name), fresh->place.stamps, strerror(errno));
		return KEY_FAILED;
	}
	return result;
}

static bool take_snapshot(struct building *building)
{
	struct fresh *fresh = building->fresh;
	struct scan_spec spec = {
		.context = fresh->key.context, .dockerfile = fresh->key.dockerfile,
		.onbuild = fresh->key.onbuild, .onbuild_count = fresh->key.onbuild_count,
		.hooks = building->hooks, .command = &fresh->command, .whole = fresh_triggers(fresh),
	};
	enum key_result result = KEY_MOVED;

	building->spool = snapshot_spool(place_stamp(fresh->arena, &fresh->place, ".tar"));
	if (building->spool < 0) {
		diag_error(fresh->diag, SPAN_NONE, "cannot write in %s: %s", fresh->place.stamps, strerror(errno));
		return false;
	}
	for (unsigned tries = 0; tries < BUILD_TRIES && result == KEY_MOVED; tries++)
		result = write_tar(building, &spec);
	if (result == KEY_MOVED)
		diag_error(fresh->diag, SPAN_NONE, "%s: files come and go while they are read", spec.context);
	return result == KEY_MADE;
}

/* The edge's command with the context on standard input. */
static const char *const *build_words(const struct building *building)
{
	const struct fresh *fresh = building->fresh;
	const struct command *command = &fresh->command;
	size_t room = command->verb_count + 2 * (command->option_count + command->tag_count) + 10, n = 0;
	const char **words = ARENA_ARRAY(fresh->arena, room + building->levels.count + building->pin.count, const char *);
	const char *no_buildkit = "DOCKER_BUILDKIT=0";
	bool plain = !command_is_podman(command);

	for (size_t i = 0; i < command->verb_count; i++)
		words[n++] = command->verb[i];
	if (building->wish->no_cache)
		words[n++] = "--no-cache";
	for (size_t i = 0; i < command->option_count; i++) {
		if (building->pin.tagged && str_is(command->options[i].name, "--pull"))
			continue;
		words[n++] = command->options[i].name.p;
		if (command->options[i].value.p)
			words[n++] = epoch_value(fresh->arena, &command->options[i], building->archive);
	}
	for (size_t i = 0; i < building->levels.count; i++)
		words[n++] = building->levels.words[i];
	for (size_t i = 0; i < building->pin.count; i++)
		words[n++] = building->pin.words[i];
	for (size_t i = 0; i < command->tag_count; i++) {
		words[n++] = "-t";
		words[n++] = command->tags[i].p;
	}
	for (size_t i = 0; i < command->env_count; i++)
		plain = plain && strcmp(command->env[i], no_buildkit) != 0;
	words[n++] = "-f";
	words[n++] = building->scan.inner;
	words[n++] = "--iidfile";
	words[n++] = building->iid;
	if (building->metadata) {
		words[n++] = "--metadata-file";
		words[n++] = building->metadata;
	}
	if (plain)
		words[n++] = "--progress=plain";
	words[n++] = "-";
	return engine_words(fresh->arena, command, words);
}

/* The configuration's digest in buildx's metadata. */
static struct str config_digest(struct arena *arena, const char *path)
{
	static const char key[] = "\"containerimage.config.digest\"";
	struct str text;
	const char *at;
	size_t from, to;

	if (!path || fs_read_arena(path, arena, &text) != 0 || !(at = strstr(text.p, key)))
		return STR("");
	from = str_find(text, '"', (size_t)(at - text.p) + sizeof key - 1);
	to = str_find(text, '"', from + 1);
	return str_slice(text, from + 1, to);
}

static bool read_ids(struct building *building)
{
	struct fresh *fresh = building->fresh;
	struct str text = STR("");

	if (fs_read_arena(building->iid, fresh->arena, &text) != 0 || str_trim(text).n == 0) {
		diag_error(fresh->diag, SPAN_NONE, "%s did not say which image it built", fresh->command.client[0]);
		return false;
	}
	building->engine = ask_normal(fresh->arena, str_trim(text), fresh->answer.podman);
	building->image = config_digest(fresh->arena, building->metadata);
	if (building->image.n == 0)
		building->image = building->engine;
	unlink(building->iid);
	if (building->metadata)
		unlink(building->metadata);
	return true;
}

/*
 * Asks for the image's size.  With the containerd store a tag is answered with the digest of a manifest, of which
 * the log tells; the client may have said the configuration's.
 */
static bool read_engine_id(struct building *building)
{
	struct fresh *fresh = building->fresh;
	const struct str *name = fresh->command.tag_count ? fresh->command.tags : &building->engine;
	const struct ask_image *image;
	struct ask_answer answer;
	struct str text;
	bool fine = ask_engine(fresh->arena, fresh->diag, &fresh->command, name, 1, &answer);

	image = fine ? ask_find(fresh->arena, &answer, *name) : NULL;
	if (image)
		building->size = (long long)image->size;
	if (image && fs_read_arena(building->log.path, fresh->arena, &text) == 0
	    && strstr(text.p, " exporting manifest "))
		building->engine = image->id;
	ask_forget(&answer);
	return fine;
}

/* What a failed build says where it is the engine that lacks something, and what that is. */
static const struct {
	const char *words, *lacks;
} lacking[] = {
	{"exec format error", "the engine's machine does not run that platform's programs: install qemu-user-static"
	                      " (binfmt) there, or build on a machine of that platform"},
	{"unknown flag: --load", "the client has no buildx: install docker-buildx (docker-buildx-plugin)"},
	{"unknown flag: --build-context", "this buildx is too old: several platforms need 0.8 or later"},
	{"unsupported frontend capability", "the engine is too old: several platforms need docker 23 or later"},
};

static void explain(const struct building *building)
{
	struct fresh *fresh = building->fresh;
	struct str text;

	if (command_option(&fresh->command, "--platform").n == 0
	    || fs_read_arena(building->log.path, fresh->arena, &text) != 0)
		return;
	for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++)
		if (strstr(text.p, lacking[i].words)) {
			diag_hint(fresh->diag, "%s", lacking[i].lacks);
			return;
		}
}

/* Whether the build under way failed for want of a layer that the engine had when it began. */
static bool lost_layer(const struct building *building)
{
	struct str log;

	if (fs_read_arena(building->log.path, building->fresh->arena, &log) != 0 || log.n < building->told[0])
		return false;
	return strstr(log.p + building->told[0], "failed to prepare extraction snapshot")
		&& strstr(log.p + building->told[0], "does not exist: not found");
}

/*
 * docker with the containerd store may use a layer in a build whose files a prune has just taken, and fails; asked once
 * more, it makes the layer anew.
 */
static int run_client(struct building *building, const struct engine_call *call)
{
	int status;

	for (unsigned tries = 2; tries > 0; tries--) {
		building->told[0] = log_size(&building->log);
		status = engine_run(call);
		building->told[1] = log_size(&building->log);
		if (status == 0 || !lost_layer(building) || lseek(building->spool, 0, SEEK_SET) != 0)
			break;
	}
	return status;
}

static bool call_client(struct building *building)
{
	struct fresh *fresh = building->fresh;
	struct engine_call call;
	int status;

	if (!pin_give(fresh, &building->pin) || !epoch_begin(fresh, &building->archive))
		return false;
	building->iid = place_stamp(fresh->arena, &fresh->place, ".iid");
	if (fresh->command.verb_count == 2 && strcmp(fresh->command.verb[0], "buildx") == 0)
		building->metadata = place_stamp(fresh->arena, &fresh->place, ".metadata");
	unlink(building->iid);
	call = ENGINE_CALL(build_words(building), fresh->command.env);
	call.in = building->spool;
	call.out = call.err = building->log.fd;
	call.keep = building->lock;
	if (building->wish->show)
		show_build(&fresh->command, building->order->words, building->wish->no_cache);
	status = run_client(building, &call);
	if (status != 0)
		diag_error(fresh->diag, SPAN_NONE, "%.*s: the build failed with status %d",
		           STR_ARG(fresh->place.name),
		           status);
	if (status != 0)
		explain(building);
	if (building->archive && !epoch_end(fresh, building->archive, building->log.path, status))
		return false;
	return status == 0 && pin_held(fresh, &building->pin) && read_ids(building) && read_engine_id(building);
}

static bool run_hook(struct building *building, enum hook hook, bool fine)
{
	const char *own = hook_command(hook, &building->hooks), *failed;

	if (own && building->wish->show)
		printf("%s\n", own);
	failed = hook_run(hook, &building->hooks, building->log.fd, building->fresh->diag);
	if (failed && fine)
		building->failed = failed;
	return !failed;
}

/* The client's call, with caches beside the engine's own. */
static bool call_cached(struct building *building)
{
	struct levels *levels = &building->levels;
	const struct fresh *fresh = building->fresh;
	bool fine;

	levels_begin(levels, &building->order->caches, fresh->key.context);
	clock_gettime(CLOCK_MONOTONIC, &building->begun);
	fine = call_client(building);
	building->took = engine_milliseconds(building->begun);
	levels_end(levels, fine ? building->engine : STR(""), building->log.path);
	return fine;
}

/* The hooks around the snapshot and the client's call; the last one always runs. */
static bool make_image(struct building *building)
{
	bool fine = run_hook(building, HOOK_PRE, true) && take_snapshot(building);

	building->when = history_now();
	fine = fine && call_cached(building);
	fine = run_hook(building, fine ? HOOK_SUCCESS : HOOK_FAILED, fine) && fine;
	return run_hook(building, HOOK_POST, fine) && fine;
}

static void fill_seal(const struct building *building, struct seal *seal)
{
	fresh_fill(building->fresh, building->scan.files[0].text, seal);
	seal->image = building->image;
	seal->engine = building->engine;
	seal->took = building->took;
	seal->key = building->key;
}

/* Bases that the engine pulled for itself and keeps under no tag are in its log. */
static void name_bases(const struct building *building, struct seal *seal)
{
	struct arena *arena = building->fresh->arena;
	struct str log = STR("");

	for (size_t i = 0; i < seal->parent_count; i++) {
		struct seal_parent *base = &seal->parents[i];
		struct str digest;

		if (base->name.n || !str_is(base->id, "-"))
			continue;
		if (log.n == 0 && fs_read_arena(building->log.path, arena, &log) != 0)
			return;
		digest = base_in_log(arena, log, base->ref);
		base->id = digest.n ? digest : base->id;
	}
}

/* Seals what was built. Where more is known to be reached than the key's edge knew, it has to look again. */
static bool seal_image_built(struct building *building)
{
	struct fresh *fresh = building->fresh;
	struct seal seal;
	bool fine;

	fill_seal(building, &seal);
	name_bases(building, &seal);
	fine = hash_eq(fresh->key.hash, building->key.hash)
		|| keyfile_replace(&fresh->place, fresh->key.hash, &building->key, fresh->diag) >= 0;
	fine = fine && fresh_save(fresh, &seal);
	if (fine && building->key.whole != edge_whole(&fresh->place)) {
		edge_set_whole(&fresh->place, building->key.whole);
		unlink(place_stamp(fresh->arena, &fresh->place, ".key"));
	}
	return fine;
}

/* What the client told of its steps; of a failure that is its own, the last one. */
static void read_progress(struct building *building, struct history_run *run)
{
	struct progress progress;
	struct str log;

	if (building->told[1] == 0 || fs_read_arena(building->log.path, building->fresh->arena, &log) != 0)
		return;
	progress_read(str_slice(log, building->told[0], building->told[1]), &progress);
	run->steps = progress.steps;
	run->cached = progress.cached;
	if (run->result == HISTORY_FAILED && building->image.n == 0)
		run->why = progress.last;
}

static void remember(struct building *building, bool fine)
{
	struct history_run run = {
		fine ? HISTORY_BUILT : HISTORY_FAILED, building->when, building->took, -1, -1, building->size,
		fine ? building->image : STR(""), str_of(fine ? building->why : ""),
	};

	read_progress(building, &run);
	if (building->failed)
		run.why = str_of(building->failed);
	history_add(&building->fresh->place, &run, building->fresh->diag);
	if (fine)
		ran_add(&building->fresh->place, &run);
}

static bool build(struct fresh *fresh, const struct wish *wish, const struct build_image *order, int lock,
                  const char *why)
{
	struct building building = {
		.fresh = fresh, .wish = wish, .order = order, .hooks = order->hooks, .why = why,
		.lock = lock, .spool = -1, .size = -1,
		.levels = {.arena = fresh->arena, .diag = fresh->diag, .place = &fresh->place, .command = &fresh->command},
	};
	bool fine;

	building.hooks.env = place_env(fresh->arena, &fresh->place, order->hooks.env);
	if (!log_open(&building.log, fresh->arena, &fresh->place, ".log", fresh->diag))
		return false;
	fine = make_image(&building);
	if (!fine)
		log_show(&building.log, fresh->place.name);
	fine = fine && seal_image_built(&building);
	if (fine)
		printf("%.*s: built %.12s in %lld.%lld s\n", STR_ARG(fresh->place.name),
		       building.image.p + str_find(building.image, ':', 0) + 1, building.took / 1000,
		       building.took % 1000 / 100);
	remember(&building, fine);
	if (building.spool >= 0)
		close(building.spool);
	log_close(&building.log);
	return fine;
}

static void remember_tags(const struct fresh *fresh, long long begun, struct timespec clock)
{
	const struct ask_image *image = ask_find(fresh->arena, &fresh->answer, fresh->seal.engine);
	struct history_run run = {
		HISTORY_TAGGED, begun, engine_milliseconds(clock), -1, -1, image ? (long long)image->size : -1,
		fresh->seal.image, STR(""),
	};

	history_add(&fresh->place, &run, fresh->diag);
	ran_add(&fresh->place, &run);
}

/* The image is there: gives it the tags that it lacks and brings its stamps up to date. */
static bool retag(struct fresh *fresh)
{
	const struct command *command = &fresh->command;
	struct seal seal = fresh->seal;
	long long begun = history_now();
	struct timespec clock;
	size_t tagged = 0;
	bool same = seal.aside.n == 0 && seal.tag_count == command->tag_count;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	for (size_t i = 0; i < command->tag_count; i++) {
		const struct ask_image *image = ask_find(fresh->arena, &fresh->answer, command->tags[i]);

		same = same && str_eq(seal.tags[i], command->tags[i]);
		if (image && str_eq(image->id, seal.engine))
			continue;
		if (!engine_tag(fresh->diag, command, seal.engine, command->tags[i]))
			return false;
		tagged++;
	}
	if (tagged) {
		printf("%.*s: %zu tag%s applied\n", STR_ARG(fresh->place.name), tagged, tagged == 1 ? "" : "s");
		remember_tags(fresh, begun, clock);
	} else {
		ran_kept(&fresh->place);
	}
	seal.tags = command->tags;
	seal.tag_count = seal.tag_capacity = command->tag_count;
	same = !fresh_name_pins(fresh, &seal) && same && holder_held(&fresh->place, &seal);
	if (!same && (holder_claim(&fresh->place, &seal, &fresh->seal, fresh->diag) != 0
	              || seal_save(&fresh->place, &seal, fresh->diag) != 0))
		return false;
	return seal_save_image(&fresh->place, seal.image, fresh->diag) == 0;
}

static bool is_forced(const struct fresh *fresh, const struct wish *wish)
{
	return wish->force || str_is(fresh->seal.aside, SEAL_FORCED);
}

/* What the registry has under the image's key tag need not be built. */
static bool make(struct fresh *fresh, const struct wish *wish, const struct build_image *order, int lock,
                 const char *why)
{
	if (order->reuse && !is_forced(fresh, wish))
		switch (reuse_image(fresh, why, order->registry, order->repository)) {
		case REUSE_DONE:
			return true;
		case REUSE_FAILED:
			return false;
		case REUSE_NOT:
			break;
		}
	return build(fresh, wish, order, lock, why);
}

/* The tag that was wished for, once the image is as it is to be. */
static bool tag_besides(struct fresh *fresh, const struct wish *wish)
{
	struct str first = fresh->command.tag_count ? fresh->command.tags[0] : STR("");
	struct str tag = wish_tag(fresh->arena, wish, first);
	struct seal seal;

	if (!tag.n)
		return true;
	if (seal_load(&fresh->place, fresh->arena, fresh->diag, &seal) != RECORD_FINE)
		return false;
	if (wish->show)
		show_tag(&fresh->command, first.n ? first : seal.engine, tag);
	return engine_tag(fresh->diag, &fresh->command, seal.engine, tag);
}

/* Why the image is to be built, or NULL. */
static const char *why_build(const struct fresh *fresh, const struct wish *wish)
{
	const char *why = fresh_stale(fresh);

	return why || !wish->force ? why : "a build was forced";
}

static bool decide(struct fresh *fresh, const struct wish *wish, const struct build_image *order, int lock)
{
	const char *why;
	bool fine;

	if ((wish->pull || (order->pull && is_forced(fresh, wish))) && !pull_bases(fresh, wish->show))
		return false;
	fine = fresh_ask(fresh) && fresh_restore_parents(fresh);
	why = fine ? why_build(fresh, wish) : NULL;
	if (fine)
		fine = why ? make(fresh, wish, order, lock, why) : retag(fresh);
	ask_forget(&fresh->answer);
	return fine && tag_besides(fresh, wish);
}

int build_image(const struct build_image *order, struct diag *diag)
{
	struct arena arena;
	struct fresh fresh = {.arena = &arena, .diag = diag};
	struct wish wish;
	const char *path;
	bool fine;
	int lock;

	arena_init(&arena);
	fresh.place = place_of(&arena, order->out);
	wish = wish_take(&arena, fresh.place.name);
	path = place_stamp(&arena, &fresh.place, ".lock");
	lock = place_lock(path);
	if (lock < 0)
		diag_error(diag, SPAN_NONE, "cannot lock %s: %s", path, strerror(errno));
	fine = lock >= 0 && fresh_load(&fresh, order->out, order->parents, order->words)
		&& decide(&fresh, &wish, order, lock);
	if (fine && order->ledger)
		ledger_publish(&arena, &fresh.place, order->ledger, diag);
	if (lock >= 0)
		close(lock);
	if (!fine)
		ran_failed(&fresh.place);
	tally_report(&fresh.place);
	arena_release(&arena);
	return fine ? 0 : -1;
}
