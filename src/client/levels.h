/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_LEVELS_H
#define DTK_CLIENT_LEVELS_H

#include "base/diag.h"
#include "client/command.h"
#include "client/local.h"
#include "client/place.h"

/*
 * Caches beside the engine's own, in up to three levels that are tried in this order: a local directory, a bucket of
 * S3 or MinIO, a registry.  The matrix names them in options of `dtk-stamp build` (they stand in the rule of
 * build.ninja), the environment of the build in
 *
 *	CACHE_LOCAL_PATH            the directory
 *	MINIO_ENDPOINT MINIO_BUCKET AWS_REGION (or AWS_DEFAULT_REGION)
 *	GHCR_NAMESPACE              ghcr.io/GHCR_NAMESPACE
 *
 * of which each takes the place of the option and, if it is empty, turns that off.  Here alone both become
 * --cache-from and --cache-to, when an image is really built.  They do not change it: neither its key nor the
 * command after `--` has them.  Credentials are never looked at: the client takes S3's from AWS_* itself.
 *
 * The scope of an image is its main tag (its name, if it has none) and platform, with a hash for what a name of a
 * directory, of a manifest in a bucket, or a tag cannot hold:
 *
 *	DIR/SCOPE/   name=SCOPE   REGISTRY/dtk-cache:SCOPE
 *
 * An engine that cannot export to a registry pushes the image itself to that reference, with an inline cache.  What
 * an engine cannot do is told once, and the build goes on; so it does where a cache cannot be written.  A pull
 * request (GITHUB_EVENT_NAME, CI_MERGE_REQUEST_IID) reads caches and writes none.
 */
struct levels_order {
	const char *local, *endpoint, *bucket, *region, *registry, *mode; /* NULL: not given */
	bool off; /* whatever these and the environment say */
};

struct levels {
	struct arena *arena;
	struct diag *diag;
	const struct place *place;
	const struct command *command;
	const char **words; /* options of the build, NULL-terminated */
	size_t count;
	struct str scope;
	struct local local;
	bool on, write, has_local;
	const char *carrier; /* the reference to which the image itself is pushed; NULL: none */
};

/* Asks the engine where any level is on and its answer is not known yet. CONTEXT is where no cache may be kept. */
void levels_begin(struct levels *levels, const struct levels_order *order, const char *context);
/* ID is the image that was built, as the engine knows it; n = 0: the build failed. LOG is what the client said. */
void levels_end(struct levels *levels, struct str id, const char *log);

/* True in a pull request or merge request of a CI system. */
bool levels_untrusted(void);

#endif
