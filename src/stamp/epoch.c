/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/epoch.h"

#include "base/fs.h"
#include "client/engine.h"

#include <stdlib.h>
#include <unistd.h>

enum { EPOCH_DOCKER = 26 }; /* the first docker whose BuildKit, 0.13, changes times */
static const char standard_output[] = ",dest=-";

static bool is_archived(const struct command_option *option)
{
	return str_is(option->name, "--output") && str_ends(option->value, STR(standard_output));
}

/* What the client says to WORDS; false where it fails. */
static bool said(const struct fresh *fresh, const char *const *words, struct buf *text)
{
	struct engine_call call = ENGINE_CALL(engine_words(fresh->arena, &fresh->command, words), fresh->command.env);

	buf_clear(text);
	call.out_text = call.err_text = text;
	return engine_run(&call) == 0;
}

static bool cannot(const struct fresh *fresh, const char *why, struct str version)
{
	diag_error(fresh->diag, SPAN_NONE, "%.*s is to be reproducible, and %s%.*s", STR_ARG(fresh->place.name), why,
	           STR_ARG(version));
	diag_hint(fresh->diag, "docker %d or later with buildx can build it, and podman", EPOCH_DOCKER);
	return false;
}

/* Of a builder that is not the daemon's own nothing is known: what it cannot do it will say. */
static bool check_engine(const struct fresh *fresh)
{
	static const char *const inspect[] = {"buildx", "inspect", NULL};
	static const char *const version[] = {"version", "--format", "{{.Server.Version}}", NULL};
	struct buf text = BUF_INIT;
	bool fine = true;

	if (!said(fresh, inspect, &text))
		fine = cannot(fresh, "this client has no buildx", STR(""));
	else if (strstr(text.p, "docker\n") && said(fresh, version, &text) && strtol(text.p, NULL, 10) < EPOCH_DOCKER)
		fine = cannot(fresh, "the engine is docker ", str_trim(buf_str(&text)));
	buf_release(&text);
	return fine;
}

bool epoch_begin(const struct fresh *fresh, const char **path)
{
	bool wanted = false;

	for (size_t i = 0; i < fresh->command.option_count; i++)
		wanted = wanted || is_archived(&fresh->command.options[i]);
	*path = wanted ? place_stamp(fresh->arena, &fresh->place, ".archive") : NULL;
	return !wanted || check_engine(fresh);
}

const char *epoch_value(struct arena *arena, const struct command_option *option, const char *path)
{
	struct buf value = BUF_INIT;
	const char *kept;

	if (!path || !is_archived(option))
		return option->value.p;
	buf_addstr(&value, str_slice(option->value, 0, option->value.n - 1));
	buf_adds(&value, path);
	kept = arena_strndup(arena, value.p, value.n);
	buf_release(&value);
	return kept;
}

static void explain(const struct fresh *fresh, const char *log)
{
	struct str text;

	if (fs_read_arena(log, fresh->arena, &text) == 0
	    && strstr(text.p, "exporter is not supported for the docker driver"))
		diag_hint(fresh->diag, "the daemon has to keep images in containerd's store: "
		          "\"features\": {\"containerd-snapshotter\": true} in its configuration");
}

bool epoch_end(const struct fresh *fresh, const char *path, const char *log, int status)
{
	const char *words[] = {"load", "-q", "-i", path, NULL};
	struct buf text = BUF_INIT;
	bool fine = status == 0;

	if (!fine)
		explain(fresh, log);
	if (fine && !said(fresh, words, &text)) {
		diag_error(fresh->diag, SPAN_NONE, "%.*s: cannot load what was built: %.*s", STR_ARG(fresh->place.name),
		           STR_ARG(str_trim(buf_str(&text))));
		fine = false;
	}
	unlink(path);
	buf_release(&text);
	return fine;
}
