/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_CI_H
#define DTK_EMIT_CI_H

#include "base/diag.h"
#include "emit/engine.h"

/*
 * The images as jobs of another machine, whichever the file that describes them (github.h, gitlab.h).  Each job is a
 * fresh clone: it sets dtk up, generates with --reuse, so that what it stands on and what is there already is pulled by
 * key tag, builds and tests its image and pushes it by its key tag.  A last job moves the tags that people use.
 *
 * What the commands of a job take from the plan is either quoted for a shell or in a variable of its environment.
 */
struct ci_order {
	const struct plan *plan;
	const struct engine *engine; /* as a runner has it: neither program nor host are of this machine */
	const bool *wanted;          /* a flag an image; NULL: all */
	const struct str *targets;   /* whose tags the last job moves; none: of all */
	size_t target_count;
	struct str options;          /* of dtk-gen: quoted for a shell, a blank before each */
	struct str directory;        /* of the project in its repository, "" where that is the same */
};

struct ci_job {
	uint32_t image;
	uint32_t *needs; /* jobs that come before, ascending */
	size_t need_count;
	uint32_t level;  /* above all that it needs; from 0 */
	bool last;       /* no other one needs it */
};

struct ci {
	const struct ci_order *order;
	struct arena arena;
	const bool *wanted;  /* a flag an image: what the order wants, and what that stands on */
	struct ci_job *jobs; /* parents before children; stages that are kept by themselves have none */
	size_t job_count, level_count;
	struct str registry; /* host that is logged in to */
	bool tested;         /* there are targets test-X */
	bool platforms;      /* something is built for platforms that it names */
	bool history;        /* commits and tags count, not the tree alone */
};

/* False after diagnostics; ci_release in any case. */
bool ci_init(struct ci *ci, const struct ci_order *order, struct diag *diag);
void ci_release(struct ci *ci);

/* True where the image of JOB has a test or a health check. */
bool ci_is_tested(const struct ci *ci, const struct ci_job *job);
/* True where its image is built for a platform that it names. */
bool ci_has_platform(const struct ci *ci, const struct ci_job *job);

/*
 * The variables from which the builds of JOB's image and of all that it stands on take secrets (NULL: of all jobs),
 * each once; letters, digits and '_'.
 */
const struct str *ci_secrets(struct ci *ci, const struct ci_job *job, size_t *count);

/* --- Commands, for sh --- */

/* SETUP, or where it is "" what makes dtk in the directory that is its own source. */
struct str ci_setup(struct str setup);
/* Writes build.ninja with the dtk-gen that SETUP brought. */
struct str ci_generate(struct ci *ci, struct str setup);
/* With user and password in REGISTRY_USER and REGISTRY_PASSWORD. */
struct str ci_login(struct ci *ci);
struct str ci_logout(struct ci *ci);
/* "ninja VERB-TARGET..." for the order's targets. */
struct str ci_targets(struct ci *ci, const char *verb);
/* What the machine lacks: emulation of other platforms, and buildx. */
#define CI_AS_ROOT "as_root=\n[ \"$(id -u)\" = 0 ] || as_root=sudo\n$as_root apt-get update\n"
#define CI_INSTALL "$as_root apt-get install -y --no-install-recommends "
#define CI_PLATFORMS CI_AS_ROOT CI_INSTALL "qemu-user-static binfmt-support\n"
#define CI_BUILDX "if ! docker buildx version; then\n" CI_AS_ROOT CI_INSTALL "docker-buildx\nfi\n"
/* True where buildx is what builds. */
bool ci_needs_buildx(const struct ci *ci);
/* On the image in the variable IMAGE. */
#define CI_BUILD "ninja \"$IMAGE\""
#define CI_TEST "ninja \"test-$IMAGE\""
#define CI_PUSH "DTK_PUSH_KEYS=only ninja \"push-$IMAGE\""

#endif
