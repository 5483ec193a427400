/* SPDX-License-Identifier: Apache-2.0 */
#include "action/reuse.h"

#include "action/keytag.h"
#include "base/fs.h"
#include "client/able.h"
#include "client/engine.h"
#include "stamp/history.h"
#include "stamp/ran.h"

#include <stdio.h>

static bool run(struct fresh *fresh, const char *const *words, struct buf *text)
{
	struct engine_call call = ENGINE_CALL(engine_words(fresh->arena, &fresh->command, words), fresh->command.env);

	buf_clear(text);
	call.out_text = call.err_text = text;
	return engine_run(&call) == 0;
}

static bool pull(struct fresh *fresh, struct str ref, struct buf *text)
{
	struct str platform = command_option(&fresh->command, "--platform");
	const char *words[] = {"pull", arena_strndup(fresh->arena, ref.p, ref.n), NULL, NULL, NULL};

	if (platform.n) {
		words[3] = words[1];
		words[1] = "--platform";
		words[2] = platform.p;
	}
	return run(fresh, words, text);
}

/* --- What decides --- */

/* Where a tag is of one platform only, pulling for one takes it from the other. */
static bool may_pull(struct fresh *fresh)
{
	return command_option(&fresh->command, "--platform").n == 0
		|| (able_of(fresh->arena, &fresh->place, &fresh->command).kinds & ABLE_PLATFORMS);
}

/* False after an error was said. */
static bool pull_bases(struct fresh *fresh)
{
	struct buf text = BUF_INIT;
	bool some = false;

	for (size_t i = 0; i < fresh->base_count; i++)
		if (str_is(fresh_base(fresh, fresh->bases[i]), "-") && may_pull(fresh))
			some = pull(fresh, fresh->bases[i], &text) || some;
	buf_release(&text);
	if (!some)
		return true;
	ask_forget(&fresh->answer);
	return fresh_ask(fresh);
}

/* OS/ARCHITECTURE of what is built here; n = 0 where the engine does not say. */
static struct str platform_of(struct fresh *fresh)
{
	const char *words[] = {"version", "--format", fresh->answer.podman ? "{{.Client.OsArch}}"
	                       : "{{.Server.Os}}/{{.Server.Arch}}", NULL};
	struct str given = command_option(&fresh->command, "--platform");
	struct buf text = BUF_INIT;

	if (given.n)
		return str_slice(given, 0, str_find(given, '/', str_find(given, '/', 0) + 1));
	if (run(fresh, words, &text))
		given = str_trim(buf_str(&text));
	given = (struct str){arena_strndup(fresh->arena, given.n ? given.p : "", given.n), given.n};
	buf_release(&text);
	return given;
}

/* --- What was pulled --- */

/* The configuration's digest in what the client says of a manifest; n = 0 where there is none. */
static struct str config_in(struct arena *arena, struct str text)
{
	const char *at = text.n ? strstr(text.p, "\"config\":") : NULL;
	const char *digest = at ? strstr(at, "\"sha256:") : NULL;
	size_t from = digest ? (size_t)(digest - text.p) + 1 : 0, to = str_find(text, '"', from);

	if (!digest || to == text.n)
		return STR("");
	return (struct str){arena_strndup(arena, text.p + from, to - from), to - from};
}

/* With containerd's store an image's ID is its manifest's digest, and the registry knows the configuration's. */
static struct str config_of(struct fresh *fresh, const struct ask_image *image)
{
	const char *words[] = {"manifest", "inspect", "-v", NULL, NULL, NULL};
	struct buf text = BUF_INIT;
	struct str config = image->id;

	for (size_t i = 0; i < image->digest_count; i++) {
		struct str digest = image->digests[i];

		if (!str_ends(digest, image->id))
			continue;
		words[3] = push_is_loopback(digest) ? "--insecure" : NULL;
		words[words[3] ? 4 : 3] = arena_strndup(fresh->arena, digest.p, digest.n);
		config = run(fresh, words, &text) ? config_in(fresh->arena, buf_str(&text)) : STR("");
		if (config.n)
			break;
	}
	buf_release(&text);
	return config;
}

static bool apply_tags(struct fresh *fresh, struct str ref)
{
	const char *untag[] = {"rmi", ref.p, NULL};
	struct buf text = BUF_INIT;
	bool fine = true;

	for (size_t i = 0; i < fresh->command.tag_count && fine; i++)
		fine = engine_tag(fresh->diag, &fresh->command, ref, fresh->command.tags[i]);
	if (fine)
		run(fresh, untag, &text);
	buf_release(&text);
	return fine;
}

/* The image that the engine has as REF now; REUSE_NOT where it is not what was to be expected. */
static enum reused take(struct fresh *fresh, struct str ref, struct str platform, struct seal *seal,
                        struct history_run *run)
{
	const struct ask_image *image;
	struct ask_answer answer;
	enum reused result = REUSE_FAILED;

	if (!ask_engine(fresh->arena, fresh->diag, &fresh->command, &ref, 1, &answer))
		return REUSE_FAILED;
	image = ask_find(fresh->arena, &answer, ref);
	seal->engine = image ? image->id : STR("");
	seal->image = image ? config_of(fresh, image) : STR("");
	if (!seal->image.n || !str_eq(image->platform, platform)) {
		diag_warning(fresh->diag, SPAN_NONE, "%.*s is not an image for %.*s: %.*s is built", STR_ARG(ref),
		             STR_ARG(platform), STR_ARG(fresh->place.name));
		result = REUSE_NOT;
	} else if (apply_tags(fresh, ref) && fresh_save(fresh, seal)) {
		run->size = (long long)image->size;
		run->image = seal->image;
		result = REUSE_DONE;
	}
	ask_forget(&answer);
	return result;
}

/* True where the client says no more than that there is nothing of that name. */
static bool is_absent(struct str said)
{
	static const char *const phrases[] = {
		"not found", "manifest unknown", "name unknown", "does not exist", "no such manifest",
	};

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (said.n && strstr(said.p, phrases[i]))
			return true;
	return false;
}

static bool fetch(struct fresh *fresh, struct str ref)
{
	struct buf text = BUF_INIT;
	bool fine = pull(fresh, ref, &text);

	if (!fine && !is_absent(buf_str(&text)))
		diag_warning(fresh->diag, SPAN_NONE, "cannot look for %.*s, so it is built: %.*s", STR_ARG(ref),
		             STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	return fine;
}

/* Where and as what the image is looked for, in SEAL and PLATFORM too; n = 0: nowhere. */
static struct str wanted(struct fresh *fresh, const char *registry, const char *repository, struct seal *seal,
                         struct str *platform)
{
	struct str text;

	if (fresh_triggers(fresh) != fresh->key.whole || fs_read_arena(fresh->key.dockerfile, fresh->arena, &text) != 0)
		return STR("");
	fresh_fill(fresh, text, seal);
	seal->key = fresh->key;
	*platform = platform_of(fresh);
	return platform->n ? keytag_of(fresh->arena, seal, *platform, registry, repository) : STR("");
}

enum reused reuse_image(struct fresh *fresh, const char *why, const char *registry, const char *repository)
{
	struct history_run run = {HISTORY_PULLED, history_now(), 0, -1, -1, -1, STR(""), str_of(why)};
	struct timespec begun;
	struct str platform, ref;
	struct seal seal;
	enum reused result;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	if (!pull_bases(fresh))
		return REUSE_FAILED;
	ref = wanted(fresh, registry, repository, &seal, &platform);
	if (!ref.n || !fetch(fresh, ref))
		return REUSE_NOT;
	result = take(fresh, ref, platform, &seal, &run);
	if (result != REUSE_DONE)
		return result;
	run.took = engine_milliseconds(begun);
	history_add(&fresh->place, &run, fresh->diag);
	ran_add(&fresh->place, &run);
	printf("%.*s: pulled %.12s in %lld.%lld s\n", STR_ARG(fresh->place.name),
	       seal.image.p + str_find(seal.image, ':', 0) + 1, run.took / 1000, run.took % 1000 / 100);
	return REUSE_DONE;
}
