/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/engine.h"

#include "base/fs.h"
#include "base/quote.h"
#include "data/ref.h"
#include "model/name.h"

const char *const engine_names[ENGINE_KINDS] = {"docker", "buildx", "podman"};

static const char *const engine_verbs[ENGINE_KINDS][4] = {
	{"build"}, {"buildx", "build", "--load"}, {"build", "--layers"}};
static const char *const engine_programs[ENGINE_KINDS] = {"docker", "docker", "podman"};
static const char *const engine_hosts[ENGINE_KINDS] = {"--host", "--host", "--url"};

/* Where words go: quoted for a shell with blanks between, or raw with a NUL after each. */
struct sink {
	struct buf *out;
	bool raw;
	bool first; /* no blank before the next word */
};

static void put(struct sink *sink, struct str word)
{
	if (sink->raw) {
		buf_addstr(sink->out, word);
		buf_addc(sink->out, '\0');
	} else {
		if (!sink->first)
			buf_addc(sink->out, ' ');
		quote_shell(sink->out, word);
	}
	sink->first = false;
}

static void put_option(struct sink *sink, const char *option, struct str value)
{
	put(sink, str_of(option));
	put(sink, value);
}

static bool find_kind(const struct engine_options *options, bool buildx, enum engine_kind *kind)
{
	struct str program = path_base(str_of(options->program ? options->program : ""));

	*kind = str_starts(program, STR("podman")) ? ENGINE_PODMAN : buildx ? ENGINE_BUILDX : ENGINE_DOCKER;
	if (!options->engine)
		return true;
	for (unsigned i = 0; i < ENGINE_KINDS; i++)
		if (strcmp(options->engine, engine_names[i]) == 0) {
			*kind = (enum engine_kind)i;
			return true;
		}
	return false;
}

/* What would change the image is fixed here, whatever the environment has. */
static void put_environment(const struct engine *engine, struct sink *sink)
{
	if (engine->kind == ENGINE_DOCKER)
		put(sink, engine->buildkit ? STR("DOCKER_BUILDKIT=1") : STR("DOCKER_BUILDKIT=0"));
	if (engine->kind != ENGINE_PODMAN) {
		put(sink, STR("DOCKER_DEFAULT_PLATFORM="));
		put(sink, STR("BUILDX_NO_DEFAULT_ATTESTATIONS=1"));
	}
}

static void put_program(const struct engine *engine, struct sink *sink)
{
	put(sink, engine->program);
	if (engine->host.n)
		put_option(sink, engine_hosts[engine->kind], engine->host);
}

static void put_client(const struct engine *engine, struct sink *sink)
{
	put_environment(engine, sink);
	put_program(engine, sink);
}

static void put_verb(const struct engine *engine, bool bare, struct sink *sink)
{
	for (const char *const *word = engine_verbs[engine->kind]; *word; word++)
		if (!bare || strcmp(*word, "--load") != 0)
			put(sink, str_of(*word));
}

bool engine_archives(const struct engine *engine, const struct plan_image *image)
{
	return image->epoch.n && engine->kind == ENGINE_BUILDX;
}

struct str engine_verb(const struct engine *engine, const struct plan_image *image)
{
	return engine_archives(engine, image) ? engine->bare_verb : engine->verb;
}

static struct str kept(struct arena *arena, struct buf *text)
{
	struct str copy = {arena_strndup(arena, buf_str(text).p, text->n), text->n};

	buf_clear(text);
	return copy;
}

bool engine_init(struct engine *engine, struct arena *arena, const struct engine_options *options,
                 const struct plan *plan)
{
	struct buf text = BUF_INIT;

	*engine = (struct engine){
		.buildkit = plan->buildkit, .cache = plan->cache_inline, .cache_registry = plan->cache_registry,
		.host = str_of(options->host ? options->host : ""),
	};
	if (!find_kind(options, plan->split || plan->reproducible, &engine->kind))
		return false;
	engine->program = str_of(options->program ? options->program : engine_programs[engine->kind]);
	put_client(engine, &(struct sink){&text, false, true});
	engine->client = kept(arena, &text);
	put_verb(engine, false, &(struct sink){&text, false, true});
	engine->verb = kept(arena, &text);
	put_verb(engine, true, &(struct sink){&text, false, true});
	engine->bare_verb = kept(arena, &text);
	buf_release(&text);
	return true;
}

/* The first tag, where the cache's registry has it. */
static void put_cache(const struct engine *engine, const struct plan_image *image, struct sink *sink)
{
	struct buf ref = BUF_INIT;
	struct str tag = image->tag_count ? image->tags[0] : STR("");
	size_t slash = str_find(tag, '/', 0);

	put_option(sink, "--build-arg", STR("BUILDKIT_INLINE_CACHE=1"));
	if (engine->cache_registry.n) {
		buf_addstr(&ref, engine->cache_registry);
		buf_addc(&ref, '/');
		if (slash < tag.n && name_is_host(str_slice(tag, 0, slash)))
			tag = str_slice(tag, slash + 1, tag.n);
	}
	buf_addstr(&ref, tag);
	if (tag.n)
		put_option(sink, "--cache-from", buf_str(&ref));
	buf_release(&ref);
}

static void put_pairs(struct sink *sink, const char *option, const struct plan_arg *pairs, size_t count)
{
	struct buf pair = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		buf_clear(&pair);
		buf_addstr(&pair, pairs[i].name);
		buf_addc(&pair, '=');
		buf_addstr(&pair, pairs[i].value);
		put_option(sink, option, buf_str(&pair));
	}
	buf_release(&pair);
}

static void put_each(struct sink *sink, const char *option, const struct str *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_option(sink, option, values[i]);
}

/* What the Dockerfile calls by the name of all platforms is the parent's image for this one. */
static void put_parents(const struct plan_image *image, struct sink *sink)
{
	struct buf pair = BUF_INIT;

	for (size_t i = 0; i < image->parent_count; i++) {
		if (!image->parents[i].local.n)
			continue;
		buf_clear(&pair);
		buf_addstr(&pair, image->parents[i].ref);
		buf_adds(&pair, "=docker-image://");
		buf_addstr(&pair, image->parents[i].local);
		put_option(sink, "--build-context", buf_str(&pair));
	}
	buf_release(&pair);
}

static void put_pins(const struct plan_image *image, struct sink *sink)
{
	struct arena arena;
	struct buf pair = BUF_INIT;

	arena_init(&arena);
	for (size_t i = 0; i < image->base_count; i++) {
		const struct plan_base *base = &image->bases[i];

		if (!base->pin.n)
			continue;
		buf_clear(&pair);
		buf_addstr(&pair, base->ref);
		buf_adds(&pair, "=docker-image://");
		buf_addstr(&pair, ref_at(&arena, base->ref, base->pin));
		put_option(sink, "--build-context", buf_str(&pair));
	}
	buf_release(&pair);
	arena_release(&arena);
}

/* podman's cache does not tell a step with the times of its build from one with these. */
static void put_epoch(const struct engine *engine, const struct plan_image *image, struct sink *sink)
{
	if (engine_archives(engine, image)) {
		put_option(sink, "--output", STR("type=docker,rewrite-timestamp=true,dest=-"));
	} else if (image->epoch.n && engine->kind == ENGINE_PODMAN) {
		put(sink, STR("--no-cache"));
		put_option(sink, "--timestamp", image->epoch);
	}
}

static void put_arguments(const struct engine *engine, const struct plan_image *image, struct sink *sink)
{
	put_pairs(sink, "--build-arg", image->args, image->arg_count);
	put_pairs(sink, "--label", image->labels, image->label_count);
	put_each(sink, "--secret", image->secrets, image->secret_count);
	put_each(sink, "--ssh", image->ssh, image->ssh_count);
	if (image->target.n)
		put_option(sink, "--target", image->target);
	if (image->platform_count)
		put_option(sink, "--platform", image->platforms[0]);
	put_epoch(engine, image, sink);
	put_parents(image, sink);
	if (engine->cache && engine->kind != ENGINE_PODMAN)
		put_cache(engine, image, sink);
}

static void put_place(const struct plan_image *image, struct sink *sink)
{
	for (size_t i = 0; i < image->tag_count; i++)
		put_option(sink, "-t", image->tags[i]);
	put_option(sink, "-f", image->dockerfile);
	put(sink, image->context);
}

void engine_arguments(const struct engine *engine, const struct plan_image *image, struct buf *out)
{
	put_arguments(engine, image, &(struct sink){out, false, true});
}

void engine_program(const struct engine *engine, struct buf *out)
{
	put_program(engine, &(struct sink){out, false, true});
}

void engine_pins(const struct plan_image *image, struct buf *out)
{
	put_pins(image, &(struct sink){out, false, false});
}

void engine_place(const struct plan_image *image, struct buf *out)
{
	put_place(image, &(struct sink){out, false, false});
}

const char **engine_command(const struct engine *engine, const struct plan_image *image, struct arena *arena)
{
	struct buf text = BUF_INIT;
	struct sink sink = {&text, true, true};
	const char **words;
	size_t count = 0, length;
	struct str all;

	put_client(engine, &sink);
	put_verb(engine, engine_archives(engine, image), &sink);
	put_arguments(engine, image, &sink);
	put_pins(image, &sink);
	put_place(image, &sink);
	length = text.n;
	all = kept(arena, &text);
	buf_release(&text);
	words = ARENA_ARRAY(arena, length + 1, const char *);
	for (const char *p = all.p; p < all.p + length; p += strlen(p) + 1)
		words[count++] = p;
	return words;
}
