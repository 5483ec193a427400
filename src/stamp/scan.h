/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_SCAN_H
#define DTK_STAMP_SCAN_H

#include "base/hash.h"
#include "client/command.h"
#include "client/place.h"
#include "docker/context.h"
#include "docker/file.h"
#include "stamp/hook.h"

#include <time.h>

/* What an image is made from, as its edges say. Strings are relative to the project; all is borrowed. */
struct scan_spec {
	const char *context;
	const char *dockerfile;
	const char *const *onbuild; /* Dockerfiles of parents whose ONBUILD triggers run first */
	size_t onbuild_count;
	struct hooks hooks;
	const struct command *command;  /* its options enter the image */
	bool whole; /* a base from elsewhere has ONBUILD triggers: anything may be reached */
};

/* An input that is no entry of the context. */
struct scan_file {
	char kind; /* enum key_kind, or KEY_TRIGGER where only what it reaches counts */
	const char *path;
	struct str text;
	struct fs_look look; /* taken before it was read */
};

/* One look at everything that enters an image; the contents of the context's files are not read. */
struct scan {
	struct timespec moment; /* before anything was looked at */
	const struct scan_spec *spec;
	struct docker_file *file;
	const char *inner;  /* the Dockerfile's path inside the context that is sent */
	bool outer;         /* that path is none of the context's own */
	size_t cut;         /* bytes of the Dockerfile up to the stages behind the target; 0: all. Those alone are sent, if
	                       outer */
	bool reaches;       /* the Dockerfile reaches something of the context */
	bool whole;         /* it reaches everything */
	const char *ignore; /* the ignore file that counts, or NULL */
	struct scan_file *files;
	size_t file_count;
	struct hook_files named; /* by the image's own commands */
	struct context_list list;
};

/* False after errors were said. Everything is in ARENA, which DIAG must not outlive. */
bool scan_take(struct arena *arena, struct diag *diag, const struct place *place,
               const struct scan_spec *spec, struct scan *scan);

/*
 * True where an input no longer looks as it did, or its time is not before
 * scan->moment (unless it lies in the future), so that Ninja would take it for changed later.
 */
bool scan_moved(const struct place *place, const struct scan *scan);

/* True where the directory NAME of the context is the generated tree or its rootfs/, whose own times say nothing. */
bool scan_is_tree(struct arena *arena, const struct place *place, const char *context, struct str name);

#endif
