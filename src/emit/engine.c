/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/engine.h"

#include "base/fs.h"
#include "base/quote.h"
#include "model/name.h"

const char *const engine_names[ENGINE_KINDS] = {"docker", "buildx", "podman"};

static const char *const engine_verbs[ENGINE_KINDS] = {"build", "buildx build --load", "build --layers"};
static const char *const engine_programs[ENGINE_KINDS] = {"docker", "docker", "podman"};
static const char *const engine_hosts[ENGINE_KINDS] = {"--host", "--host", "--url"};

static bool find_kind(const struct engine_options *options, enum engine_kind *kind)
{
	struct str program = path_base(str_of(options->program ? options->program : ""));

	*kind = str_starts(program, STR("podman")) ? ENGINE_PODMAN : ENGINE_DOCKER;
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
static void add_environment(const struct engine *engine, bool buildkit, struct buf *out)
{
	if (engine->kind == ENGINE_DOCKER)
		buf_addf(out, "DOCKER_BUILDKIT=%d ", buildkit);
	if (engine->kind != ENGINE_PODMAN)
		buf_adds(out, "DOCKER_DEFAULT_PLATFORM= BUILDX_NO_DEFAULT_ATTESTATIONS=1 ");
}

bool engine_init(struct engine *engine, struct arena *arena, const struct engine_options *options,
                 const struct plan *plan)
{
	struct buf client = BUF_INIT;

	*engine = (struct engine){.platform = str_of(options->platform ? options->platform : ""),
	                          .cache = plan->cache_inline, .cache_registry = plan->cache_registry};
	if (!find_kind(options, &engine->kind))
		return false;
	engine->verb = engine_verbs[engine->kind];
	add_environment(engine, plan->buildkit, &client);
	quote_shell(&client, str_of(options->program ? options->program : engine_programs[engine->kind]));
	if (options->host) {
		buf_addf(&client, " %s ", engine_hosts[engine->kind]);
		quote_shell(&client, str_of(options->host));
	}
	engine->client = (struct str){arena_strndup(arena, client.p, client.n), client.n};
	buf_release(&client);
	return true;
}

static void add_option(struct buf *out, const char *option, struct str value)
{
	buf_addf(out, "%s%s ", out->n ? " " : "", option);
	quote_shell(out, value);
}

/* The first tag, where the cache's registry has it. */
static void add_cache(const struct engine *engine, const struct plan_image *image, struct buf *out)
{
	struct buf ref = BUF_INIT;
	struct str tag = image->tag_count ? image->tags[0] : STR("");
	size_t slash = str_find(tag, '/', 0);

	add_option(out, "--build-arg", STR("BUILDKIT_INLINE_CACHE=1"));
	if (engine->cache_registry.n) {
		buf_addstr(&ref, engine->cache_registry);
		buf_addc(&ref, '/');
		if (slash < tag.n && name_is_host(str_slice(tag, 0, slash)))
			tag = str_slice(tag, slash + 1, tag.n);
	}
	buf_addstr(&ref, tag);
	if (tag.n)
		add_option(out, "--cache-from", buf_str(&ref));
	buf_release(&ref);
}

void engine_arguments(const struct engine *engine, const struct plan_image *image, struct buf *out)
{
	struct buf pair = BUF_INIT, all = BUF_INIT;

	for (size_t i = 0; i < image->arg_count; i++) {
		buf_clear(&pair);
		buf_addstr(&pair, image->args[i].name);
		buf_addc(&pair, '=');
		buf_addstr(&pair, image->args[i].value);
		add_option(&all, "--build-arg", buf_str(&pair));
	}
	if (image->target.n)
		add_option(&all, "--target", image->target);
	if (engine->platform.n)
		add_option(&all, "--platform", engine->platform);
	if (engine->cache && engine->kind != ENGINE_PODMAN)
		add_cache(engine, image, &all);
	buf_addstr(out, buf_str(&all));
	buf_release(&all);
	buf_release(&pair);
}

void engine_place(const struct plan_image *image, struct buf *out)
{
	for (size_t i = 0; i < image->tag_count; i++) {
		buf_adds(out, " -t ");
		quote_shell(out, image->tags[i]);
	}
	buf_adds(out, " -f ");
	quote_shell(out, image->dockerfile);
	buf_addc(out, ' ');
	quote_shell(out, image->context);
}
