/* SPDX-License-Identifier: Apache-2.0 */
#include "client/levels.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/quote.h"
#include "client/able.h"
#include "client/engine.h"

#include <errno.h>
#include <stdlib.h>

enum { SCOPE_NAME = 80, SCOPE_DIGITS = 16, LEVEL_WORDS = 16 };

/* What order and environment say; n = 0: nothing. */
struct settings {
	struct str local, endpoint, bucket, region, registry, mode;
	struct buf told; /* what cannot be done, a line each */
};

/* --- Settings --- */

static struct str pick(const char *variable, const char *given)
{
	const char *value = getenv(variable);

	return str_of(value ? value : given ? given : "");
}

bool levels_untrusted(void)
{
	return str_starts(pick("GITHUB_EVENT_NAME", NULL), STR("pull_request")) || pick("CI_MERGE_REQUEST_IID", NULL).n;
}

static struct str joined(struct arena *arena, const char *a, struct str b)
{
	char *text = arena_alloc(arena, strlen(a) + b.n + 1);

	memcpy(text, a, strlen(a));
	memcpy(text + strlen(a), b.p, b.n);
	text[strlen(a) + b.n] = '\0';
	return (struct str){text, strlen(a) + b.n};
}

static bool has_control(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return true;
	return false;
}

/* The namespace as ghcr.io has it: in lower case. */
static struct str ghcr(struct arena *arena, struct settings *settings, const char *given)
{
	struct str space = str_of(given);
	char *name = arena_strndup(arena, given, space.n);

	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
		if ((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || (c > name && strchr("._-/", *c)))
			continue;
		buf_adds(&settings->told, "GHCR_NAMESPACE is no name of a namespace: no cache there\n");
		return STR("");
	}
	return space.n ? joined(arena, "ghcr.io/", str_of(name)) : STR("");
}

static void read_s3(struct arena *arena, const struct levels_order *order, struct settings *settings)
{
	struct str region = pick("AWS_REGION", pick("AWS_DEFAULT_REGION", order->region).p);

	settings->endpoint = pick("MINIO_ENDPOINT", order->endpoint);
	settings->bucket = pick("MINIO_BUCKET", order->bucket);
	settings->region = region.n ? region : STR("us-east-1");
	if (settings->endpoint.n && !settings->bucket.n) {
		buf_adds(&settings->told, "MINIO_ENDPOINT without MINIO_BUCKET: no cache there\n");
	} else if (str_find(settings->endpoint, '@', 0) < settings->endpoint.n || has_control(settings->endpoint)
	           || has_control(settings->bucket) || has_control(settings->region)) {
		buf_adds(&settings->told, "MINIO_ENDPOINT is HOST:PORT or a URL without credentials: no cache there\n");
		settings->bucket = STR("");
	} else if (settings->endpoint.n && !strstr(settings->endpoint.p, "://")) {
		settings->endpoint = joined(arena, "http://", settings->endpoint);
	}
}

static void read_settings(struct arena *arena, const struct levels_order *order, struct settings *settings)
{
	const char *space = getenv("GHCR_NAMESPACE");

	*settings = (struct settings){.told = BUF_INIT};
	settings->local = pick("CACHE_LOCAL_PATH", order->local);
	settings->registry = space ? ghcr(arena, settings, space) : str_of(order->registry ? order->registry : "");
	while (settings->registry.n && settings->registry.p[settings->registry.n - 1] == '/')
		settings->registry.n--;
	settings->mode = str_of(order->mode ? order->mode : "max");
	read_s3(arena, order, settings);
	if (has_control(settings->local)) {
		buf_adds(&settings->told, "CACHE_LOCAL_PATH has a control character: no cache there\n");
		settings->local = STR("");
	}
}

/* --- Scopes --- */

static struct str scope_of(struct arena *arena, const struct place *place, const struct command *command)
{
	struct str name = command->tag_count ? command->tags[0] : place->name;
	struct str platform = command_option(command, "--platform");
	struct hasher *hasher = hasher_new();
	struct buf text = BUF_INIT;
	char digits[HASH_TEXT];
	struct str scope;

	hasher_field(hasher, name);
	hasher_field(hasher, platform);
	hash_text(hasher_end(hasher), digits);
	hasher_free(hasher);
	for (size_t i = 0; i < name.n && i < SCOPE_NAME; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		buf_addc(&text, letter || (i && (c == '.' || c == '_')) ? c : i ? '-' : '_');
	}
	buf_addf(&text, "-%.*s", SCOPE_DIGITS, digits);
	scope = (struct str){arena_strndup(arena, text.p, text.n), text.n};
	buf_release(&text);
	return scope;
}

/* --- Words --- */

static void add_word(struct levels *levels, struct str word)
{
	levels->words[levels->count++] = arena_strndup(levels->arena, word.p, word.n);
}

static void add_pair(struct levels *levels, const char *option, const struct buf *value)
{
	add_word(levels, str_of(option));
	add_word(levels, buf_str(value));
}

/* ",NAME=VALUE" of an option that is split at commas; nothing where there is no value. */
static void add_field(struct buf *out, const char *name, struct str value)
{
	struct buf field = BUF_INIT;

	if (!value.n)
		return;
	buf_addf(&field, "%s=", name);
	buf_addstr(&field, value);
	buf_addc(out, ',');
	quote_csv(out, buf_str(&field));
	buf_release(&field);
}

/* A cache is the same for reading and writing, but for MODE and that it need not succeed. */
static void add_level(struct levels *levels, const struct settings *settings, struct buf *value)
{
	add_pair(levels, "--cache-from", value);
	if (!levels->write)
		return;
	add_field(value, "mode", settings->mode);
	add_field(value, "ignore-error", STR("true"));
	add_pair(levels, "--cache-to", value);
}

static bool lies_in(struct arena *arena, const char *path, const char *context)
{
	char *real = realpath(context, NULL), *there = realpath(path, NULL);
	const char *seen = NULL;

	if (real && there)
		seen = path_relative(arena, real, there);
	free(real);
	free(there);
	return seen && strcmp(seen, "..") != 0 && strncmp(seen, "../", 3) != 0;
}

/* In a context a cache would change what it is a cache of; the stamps never are context. */
static bool may_lie_there(struct levels *levels, const char *root, const char *context)
{
	if (fs_mkdirs(root) != 0 || !lies_in(levels->arena, root, context)
	    || lies_in(levels->arena, root, levels->place->stamps))
		return true;
	diag_warning(levels->diag, SPAN_NONE, "%s lies in the build context of %.*s: no local cache", root,
	             STR_ARG(levels->place->name));
	diag_hint(levels->diag, "%s/cache is never part of one", levels->place->stamps);
	return false;
}

static void add_local(struct levels *levels, const struct settings *settings, const char *context)
{
	const char *root = arena_strndup(levels->arena, settings->local.p, settings->local.n);
	struct buf value = BUF_INIT;

	if (!may_lie_there(levels, root, context))
		return;
	levels->has_local = local_begin(&levels->local, levels->arena, root, levels->scope, levels->write);
	if (!levels->has_local) {
		diag_warning(levels->diag, SPAN_NONE, "no local cache in %s: %s", root, strerror(errno));
		return;
	}
	if (levels->local.from) {
		buf_adds(&value, "type=local");
		add_field(&value, "src", str_of(levels->local.from));
		add_pair(levels, "--cache-from", &value);
		buf_clear(&value);
	}
	if (levels->local.to) {
		buf_adds(&value, "type=local");
		add_field(&value, "dest", str_of(levels->local.to));
		add_field(&value, "mode", settings->mode);
		add_field(&value, "ignore-error", STR("true"));
		add_pair(levels, "--cache-to", &value);
	}
	buf_release(&value);
}

static void add_s3(struct levels *levels, const struct settings *settings)
{
	struct buf value = BUF_INIT;

	buf_adds(&value, "type=s3");
	add_field(&value, "endpoint_url", settings->endpoint);
	add_field(&value, "use_path_style", settings->endpoint.n ? STR("true") : STR(""));
	add_field(&value, "bucket", settings->bucket);
	add_field(&value, "region", settings->region);
	add_field(&value, "name", levels->scope);
	add_level(levels, settings, &value);
	buf_release(&value);
}

static struct str reference(struct levels *levels, const struct settings *settings)
{
	struct buf ref = BUF_INIT;
	struct str kept;

	buf_addf(&ref, "%.*s/dtk-cache:%.*s", STR_ARG(settings->registry), STR_ARG(levels->scope));
	kept = (struct str){arena_strndup(levels->arena, ref.p, ref.n), ref.n};
	buf_release(&ref);
	return kept;
}

static void add_registry(struct levels *levels, const struct settings *settings)
{
	struct buf value = BUF_INIT;

	buf_adds(&value, "type=registry");
	add_field(&value, "ref", reference(levels, settings));
	add_level(levels, settings, &value);
	buf_release(&value);
}

static void add_inline(struct levels *levels, const struct settings *settings)
{
	struct str ref = reference(levels, settings);

	add_word(levels, STR("--cache-from"));
	add_word(levels, ref);
	if (!levels->write || levels->command->tag_count == 0)
		return;
	add_word(levels, STR("--build-arg"));
	add_word(levels, STR("BUILDKIT_INLINE_CACHE=1"));
	levels->carrier = ref.p;
}

/* --- What the engine cannot do --- */

static void tell(const struct levels *levels, struct settings *settings, const struct able *able)
{
	struct buf *told = &settings->told;
	struct str text, line;

	if (settings->local.n && !(able->kinds & ABLE_LOCAL))
		buf_addf(told, "no local cache: %.*s\n", STR_ARG(able->why));
	if (settings->bucket.n && !(able->kinds & ABLE_S3))
		buf_addf(told, "no cache in S3: %.*s\n", STR_ARG(able->why));
	if (settings->registry.n && (able->kinds & ABLE_INLINE))
		buf_addf(told, "the registry has the cache of what is in images only: %.*s\n", STR_ARG(able->why));
	else if (settings->registry.n && !(able->kinds & ABLE_REGISTRY))
		buf_addf(told, "no cache in a registry: %.*s\n", STR_ARG(able->why));
	if (able->kinds && !levels->write)
		buf_adds(told, "in a pull request caches are read and not written\n");
	text = buf_str(told);
	if (!able_news(levels->place, text))
		return;
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		line = str_slice(text, at, end = str_find(text, '\n', at));
		diag_warning(levels->diag, SPAN_NONE, "%.*s", STR_ARG(line));
	}
}

void levels_begin(struct levels *levels, const struct levels_order *order, const char *context)
{
	struct settings settings;
	struct able able = {0, STR("")};

	if (order->off)
		return;
	read_settings(levels->arena, order, &settings);
	levels->words = ARENA_ARRAY(levels->arena, LEVEL_WORDS, const char *);
	levels->on = settings.local.n || settings.bucket.n || settings.registry.n;
	levels->write = !levels_untrusted();
	levels->scope = scope_of(levels->arena, levels->place, levels->command);
	if (levels->on)
		able = able_of(levels->arena, levels->place, levels->command);
	if (levels->on || settings.told.n)
		tell(levels, &settings, &able);
	if (settings.local.n && (able.kinds & ABLE_LOCAL))
		add_local(levels, &settings, context);
	if (settings.bucket.n && (able.kinds & ABLE_S3))
		add_s3(levels, &settings);
	if (settings.registry.n && (able.kinds & ABLE_REGISTRY))
		add_registry(levels, &settings);
	else if (settings.registry.n && (able.kinds & ABLE_INLINE))
		add_inline(levels, &settings);
	buf_release(&settings.told);
}

/* --- Afterwards --- */

static bool run(const struct levels *levels, const char *verb, const char *what, const char *more)
{
	const char *const words[] = {verb, what, more, NULL};
	struct engine_call call = ENGINE_CALL(engine_words(levels->arena, levels->command, words), levels->command->env);
	struct buf text = BUF_INIT;
	int status;

	call.out_text = call.err_text = &text;
	status = engine_run(&call);
	if (status != 0)
		diag_warning(levels->diag, SPAN_NONE, "%.*s: its cache was not written: %.*s",
		             STR_ARG(levels->place->name), STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	return status == 0;
}

/* The image has the cache in it; its tag there is taken away again, as it has others. */
static void push_carrier(const struct levels *levels, struct str id)
{
	if (!run(levels, "tag", arena_strndup(levels->arena, id.p, id.n), levels->carrier))
		return;
	run(levels, "push", levels->carrier, NULL);
	run(levels, "rmi", levels->carrier, NULL);
}

static void check_exports(const struct levels *levels, const char *log)
{
	struct buf text = BUF_INIT;

	if (levels->count && fs_read(log, &text) == 0 && strstr(buf_str(&text).p, "\n > exporting cache to "))
		diag_warning(levels->diag, SPAN_NONE, "%.*s: its cache was not written: see %s",
		             STR_ARG(levels->place->name), log);
	buf_release(&text);
}

void levels_end(struct levels *levels, struct str id, const char *log)
{
	if (levels->has_local)
		local_end(&levels->local, levels->arena, id.n > 0);
	if (!levels->on)
		return;
	if (!id.n) {
		able_forget(levels->place);
		return;
	}
	check_exports(levels, log);
	if (levels->carrier)
		push_carrier(levels, id);
}
