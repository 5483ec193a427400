/* SPDX-License-Identifier: Apache-2.0 */
#include "client/registry.h"

#include "client/engine.h"
#include "data/ref.h"

/* One question under way. */
struct asking {
	struct arena *arena;
	const struct command *client;
	const char *ref;
	struct buf out, err;
	struct buf *why;
	struct str digest;
};

/* The last line of what was said; skopeo puts words of a log around it. */
static struct str last_words(struct asking *asking)
{
	static const char key[] = " msg=\"";
	struct str said = str_trim(buf_str(&asking->err));
	struct buf bare = BUF_INIT;
	size_t from = said.n;
	const char *at;

	while (from > 0 && said.p[from - 1] != '\n')
		from--;
	said = str_slice(said, from, said.n);
	at = said.n ? strstr(said.p, key) : NULL;
	if (!at || !str_ends(said, STR("\"")))
		return said.n ? said : STR("failed");
	for (at += sizeof key - 1; at < said.p + said.n - 1; at++)
		if (*at != '\\')
			buf_addc(&bare, *at);
	said = (struct str){arena_strndup(asking->arena, buf_str(&bare).p, bare.n), bare.n};
	buf_release(&bare);
	return said;
}

static bool add_why(struct asking *asking, const char *who)
{
	struct str words = last_words(asking);

	buf_addf(asking->why, "%s%s: %.*s", asking->why->n ? "; " : "", who, STR_ARG(words));
	return false;
}

/* The status of ARGV. */
static int run(struct asking *asking, const char *const *argv)
{
	struct engine_call call = ENGINE_CALL(argv, asking->client->env);

	buf_clear(&asking->out);
	buf_clear(&asking->err);
	call.out_text = &asking->out;
	call.err_text = &asking->err;
	return engine_run(&call);
}

static void keep(struct asking *asking, struct str digest)
{
	asking->digest = (struct str){arena_strndup(asking->arena, digest.p, digest.n), digest.n};
}

/* A manifest or index, byte by byte: its hash is its digest. */
static bool take_manifest(struct asking *asking, const char *who)
{
	char digest[REF_DIGEST];

	if (asking->out.n == 0 || asking->out.p[0] != '{')
		return add_why(asking, who);
	ref_digest(buf_str(&asking->out), digest);
	keep(asking, str_of(digest));
	return true;
}

static bool ask_skopeo(struct asking *asking)
{
	const char *argv[] = {"skopeo", "--command-timeout=60s", "inspect", "--raw", NULL, NULL, NULL};
	struct buf name = BUF_INIT;
	size_t n = 4;
	int status;

	buf_addf(&name, "docker://%s", asking->ref);
	if (ref_is_loopback(str_of(asking->ref)))
		argv[n++] = "--tls-verify=false";
	argv[n] = name.p;
	status = run(asking, argv);
	buf_release(&name);
	if (status == 127)
		return false;
	return status == 0 ? take_manifest(asking, "skopeo") : add_why(asking, "skopeo");
}

static bool lacks_buildx(struct str said)
{
	return said.n && (strstr(said.p, "is not a docker command") || strstr(said.p, "unknown flag")
	                  || strstr(said.p, "unknown command"));
}

static bool ask_buildx(struct asking *asking)
{
	const char *words[] = {"buildx", "imagetools", "inspect", "--raw", asking->ref, NULL};

	if (run(asking, engine_words(asking->arena, asking->client, words)) == 0)
		return take_manifest(asking, "buildx");
	return !lacks_buildx(buf_str(&asking->err)) && add_why(asking, "buildx");
}

static bool ask_pull(struct asking *asking)
{
	static const char key[] = "Digest: ";
	const char *words[] = {"pull", asking->ref, NULL}, *at;
	struct str digest;

	if (run(asking, engine_words(asking->arena, asking->client, words)) != 0)
		return add_why(asking, "pull");
	buf_addc(&asking->out, '\0');
	at = strstr(asking->out.p, key);
	digest = at ? str_of(at + sizeof key - 1) : STR("");
	digest = str_slice(digest, 0, REF_DIGEST - 1);
	if (!ref_is_digest(digest))
		return add_why(asking, "pull");
	keep(asking, digest);
	return true;
}

bool registry_digest(struct arena *arena, const struct command *client, struct str ref, struct str *digest,
                     struct buf *why)
{
	struct asking asking = {.arena = arena, .client = client, .ref = arena_strndup(arena, ref.p, ref.n), .why = why};
	bool found, podman = command_is_podman(client);

	buf_clear(why);
	found = ask_skopeo(&asking) || (!podman && (ask_buildx(&asking) || ask_pull(&asking)));
	if (!found && why->n == 0)
		buf_adds(why, "podman needs skopeo for that, which is not installed");
	*digest = asking.digest;
	buf_release(&asking.out);
	buf_release(&asking.err);
	return found;
}
