/* SPDX-License-Identifier: Apache-2.0 */
#include "client/able.h"

#include "base/fs.h"
#include "base/hash.h"
#include "client/engine.h"
#include "client/record.h"

#include <stdlib.h>
#include <unistd.h>

#define ABLE_MAGIC "dtk-able 1"
enum { ABLE_AGE = 600 };

/* What the client takes from the environment that decides which engine it calls. */
static const char *const deciding[] = {
	"BUILDX_BUILDER", "BUILDX_CONFIG", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_HOST", "CONTAINER_HOST",
};

static void hash_words(struct hasher *hasher, const char *const *words)
{
	for (; *words; words++)
		hasher_field(hasher, str_of(*words));
	hasher_field(hasher, STR(""));
}

static struct str identity(struct arena *arena, const struct command *command)
{
	struct hasher *hasher = hasher_new();
	char digits[HASH_TEXT];

	hash_words(hasher, command->env);
	hash_words(hasher, command->client);
	hash_words(hasher, command->verb);
	hasher_field(hasher, command_option(command, "--builder"));
	for (size_t i = 0; i < sizeof deciding / sizeof *deciding; i++) {
		const char *value = getenv(deciding[i]);

		hasher_field(hasher, str_of(value ? value : ""));
	}
	hash_text(hasher_end(hasher), digits);
	hasher_free(hasher);
	return str_of(arena_strndup(arena, digits, HASH_TEXT - 1));
}

/* --- Asking --- */

/* What ARGV says, in ARENA; "" where it fails. */
static struct str answer(struct arena *arena, const struct command *command, const char *const *argv)
{
	struct engine_call call = ENGINE_CALL(argv, command->env);
	struct buf out = BUF_INIT, err = BUF_INIT;
	struct str text = STR("");

	call.out_text = &out;
	call.err_text = &err;
	if (engine_run(&call) == 0)
		text = (struct str){arena_strndup(arena, buf_str(&out).p, out.n), out.n};
	buf_release(&out);
	buf_release(&err);
	return text;
}

static bool is_plain(const struct command *command)
{
	for (size_t i = 0; i < command->env_count; i++)
		if (strcmp(command->env[i], "DOCKER_BUILDKIT=0") == 0)
			return true;
	return false;
}

/* `docker build` is docker's own driver unless the environment names a builder. */
static bool has_own_driver(struct arena *arena, const struct command *command)
{
	const char *name = getenv("BUILDX_BUILDER");
	struct str given = command_option(command, "--builder");
	const char *const words[] = {"buildx", "inspect", given.n ? arena_strndup(arena, given.p, given.n) : NULL, NULL};
	struct str text;

	if (command->verb_count < 2 && !given.n && (!name || !*name))
		return true;
	text = answer(arena, command, engine_words(arena, command, words));
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		struct str line = str_slice(text, at, end = str_find(text, '\n', at));

		if (str_starts(line, STR("Driver:")))
			return str_is(str_trim(str_slice(line, strlen("Driver:"), line.n)), "docker");
	}
	return true;
}

static bool has_containerd(struct arena *arena, const struct command *command)
{
	const char *const words[] = {"info", "--format", "{{json .DriverStatus}}", NULL};

	return strstr(answer(arena, command, engine_words(arena, command, words)).p, "containerd.snapshotter") != NULL;
}

static struct able ask(struct arena *arena, const struct command *command)
{
	const char *const help[] = {"--help", NULL};

	if (command_is_podman(command))
		return (struct able){0, STR("podman exports none")};
	if (is_plain(command))
		return (struct able){0, STR("without BuildKit there is none")};
	if (!strstr(answer(arena, command, engine_verb_words(arena, command, help)).p, "--cache-to"))
		return (struct able){ABLE_INLINE, STR("the client has no buildx")};
	if (!has_own_driver(arena, command))
		return (struct able){ABLE_LOCAL | ABLE_S3 | ABLE_REGISTRY, STR("")};
	if (has_containerd(arena, command))
		return (struct able){ABLE_LOCAL | ABLE_REGISTRY | ABLE_PLATFORMS,
		                     STR("docker's own driver has none: a builder of another driver has")};
	return (struct able){ABLE_INLINE, STR("docker's own driver exports none without containerd's store of images")};
}

/* --- Remembering --- */

static bool recall(struct arena *arena, const char *path, struct str engine, struct able *able)
{
	struct str body, line, word;
	bool same = false, some = false;
	struct stat st;

	if (stat(path, &st) != 0 || time(NULL) - st.st_mtime > ABLE_AGE || st.st_mtime > time(NULL)
	    || record_read(path, ABLE_MAGIC, arena, NULL, &body) != RECORD_FINE)
		return false;
	able->why = STR("");
	while (record_line(&body, &line)) {
		word = record_word(&line);
		if (str_is(word, "engine")) {
			same = str_eq(line, engine);
		} else if (str_is(word, "kinds")) {
			able->kinds = (unsigned)strtoul(arena_strndup(arena, line.p, line.n), NULL, 10);
			some = true;
		} else if (str_is(word, "why")) {
			able->why = record_unescape(arena, line);
		}
	}
	return same && some;
}

static void remember(const char *path, struct str engine, const struct able *able)
{
	struct buf text = BUF_INIT;

	unlink(path);
	buf_adds(&text, ABLE_MAGIC "\n");
	record_add(&text, "engine", engine);
	buf_addf(&text, "kinds %u\n", able->kinds);
	record_add(&text, "why", able->why);
	record_write(path, &text, NULL, NULL);
	buf_release(&text);
}

static const char *stamp_of(struct arena *arena, const struct place *place, const char *name)
{
	struct place none = place_other(place, STR(""));

	return place_stamp(arena, &none, name);
}

struct able able_of(struct arena *arena, const struct place *place, const struct command *command)
{
	const char *path = stamp_of(arena, place, ".able");
	struct str engine = identity(arena, command);
	struct able able = {0, STR("")};
	int lock;

	if (recall(arena, path, engine, &able))
		return able;
	lock = place_lock(stamp_of(arena, place, ".able.lock"));
	if (!recall(arena, path, engine, &able)) {
		able = ask(arena, command);
		remember(path, engine, &able);
	}
	if (lock >= 0)
		close(lock);
	return able;
}

void able_forget(const struct place *place)
{
	struct arena arena;

	arena_init(&arena);
	unlink(stamp_of(&arena, place, ".able"));
	arena_release(&arena);
}

bool able_news(const struct place *place, struct str text)
{
	struct arena arena;
	const char *path;
	bool news;
	int lock;

	arena_init(&arena);
	path = stamp_of(&arena, place, ".told");
	news = text.n ? !fs_same(path, text, 0644) : access(path, F_OK) == 0;
	if (news) {
		lock = place_lock(stamp_of(&arena, place, ".able.lock"));
		if (text.n)
			news = fs_write(path, text, 0644) != FS_SAME;
		else
			unlink(path);
		if (lock >= 0)
			close(lock);
	}
	arena_release(&arena);
	return news && text.n > 0;
}
