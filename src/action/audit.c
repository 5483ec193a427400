/* SPDX-License-Identifier: Apache-2.0 */
#include "action/audit.h"

#include "base/fs.h"
#include "client/engine.h"
#include "client/log.h"
#include "client/words.h"
#include "stamp/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static bool add_word(void *context, struct str word)
{
	struct fleet *fleet = context;

	return words_besides(word) || fleet_add(fleet, arena_strndup(&fleet->arena, word.p, word.n));
}

static const char *assignment(struct arena *arena, const char *name, const char *value)
{
	struct buf text = BUF_INIT;
	const char *kept;

	buf_addf(&text, "%s=%s", name, value);
	kept = arena_strndup(arena, text.p, text.n);
	buf_release(&text);
	return kept;
}

/* The value of the client's --host or -H, or NULL. */
static const char *host_of(const struct command *command)
{
	for (size_t i = 1; i < command->client_count; i++) {
		const char *word = command->client[i];

		if (strncmp(word, "--host=", 7) == 0)
			return word + 7;
		if ((strcmp(word, "--host") == 0 || strcmp(word, "-H") == 0) && i + 1 < command->client_count)
			return command->client[i + 1];
	}
	return NULL;
}

static int run_scanner(struct fleet *fleet, const struct audit *audit, const struct seal *seal, const char *report,
                       const struct log *log)
{
	struct arena *arena = &fleet->arena;
	const char *const words[] = {"sh", "-c", audit->scanner, NULL};
	const char *host = host_of(&fleet->command);
	const char *env[4] = {assignment(arena, "IMAGE", arena_strndup(arena, seal->engine.p, seal->engine.n)),
	                      assignment(arena, "REPORT", report)};
	struct engine_call call = ENGINE_CALL(words, env);

	if (host)
		env[2] = assignment(arena, "DOCKER_HOST", host);
	call.out = call.err = log->fd;
	return engine_run(&call);
}

/* Puts the new report in the place of the old one; false after an error was said. */
static bool keep_report(struct fleet *fleet, const char *fresh, const char *report)
{
	if (access(fresh, F_OK) != 0)
		return true;
	if (rename(fresh, report) == 0)
		return true;
	diag_error(fleet->diag, SPAN_NONE, "cannot write %s: %s", report, strerror(errno));
	return false;
}

static bool scan_image(struct fleet *fleet, const struct audit *audit, const struct fleet_image *image)
{
	struct arena *arena = &fleet->arena;
	const char *dir = place_tree(arena, &image->place, "reports");
	struct place reports = {dir, image->place.tree, image->place.name};
	const char *report = place_stamp(arena, &reports, ".json"), *fresh = place_stamp(arena, &reports, ".new.json");
	struct log log;
	int status;

	if (fs_mkdirs(dir) != 0) {
		diag_error(fleet->diag, SPAN_NONE, "cannot make %s: %s", dir, strerror(errno));
		return false;
	}
	if (!log_open(&log, arena, &image->place, ".scan.log", fleet->diag))
		return false;
	unlink(fresh);
	status = run_scanner(fleet, audit, &image->seal, fresh, &log);
	if (status != 0) {
		diag_error(fleet->diag, SPAN_NONE, "%.*s: the scanner ended with status %d", STR_ARG(image->place.name),
		           status);
		log_show(&log, image->place.name);
	}
	log_close(&log);
	if (!keep_report(fleet, fresh, report))
		return false;
	if (status == 0)
		printf("%.*s: %s\n", STR_ARG(image->place.name), access(report, F_OK) == 0 ? report : "scanned");
	fflush(stdout);
	return status == 0;
}

static bool is_built(struct fleet *fleet, const struct fleet_image *image)
{
	if (image->sealed && image->seal.aside.n == 0)
		return true;
	diag_error(fleet->diag, SPAN_NONE, "%.*s is not built: run ninja again", STR_ARG(image->place.name));
	return false;
}

int audit_all(const struct audit *audit, struct diag *diag)
{
	struct fleet fleet;
	bool fine = fleet_init(&fleet, diag, audit->words) && words_each(audit->stamps, diag, add_word, &fleet);

	for (size_t i = 0; i < fleet.count; i++)
		fine = is_built(&fleet, &fleet.images[i]) && scan_image(&fleet, audit, &fleet.images[i]) && fine;
	fleet_release(&fleet);
	return fine ? 0 : -1;
}
