/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RUNCFG_H
#define DTK_MODEL_RUNCFG_H

#include "model/keys.h"
#include "model/runword.h"
#include "model/version.h"

/*
 * run.cfg as it was declared, and docker/, of whose sub-directories it speaks: keys are known and their values
 * read; what a section stands for depends on the images of the plan and is settled by runs.h.
 */
enum runcfg_key {
	RUNCFG_NAME,
	RUNCFG_TAG,
	RUNCFG_PREFIX,
	RUNCFG_BUILD_ARGS,
	RUNCFG_BEFORE,
	RUNCFG_AFTER,
	RUNCFG_PULL,
	RUNCFG_REPOSITORY,
	RUNCFG_PUBLICATION,
	RUNCFG_ENVIRONMENT,
	RUNCFG_INTERACTIVE,
	RUNCFG_GPU,
	RUNCFG_NETWORK,
	RUNCFG_VOLUMES,
	RUNCFG_PORTS,
	RUNCFG_CMD,
	RUNCFG_SYNTHETIC,
	RUNCFG_KEYS
};

struct runcfg_section {
	struct str name;
	struct span span;
	const struct ini_entry *entries[RUNCFG_KEYS]; /* NULL where not given */
	struct str own_name, tag; /* p is NULL where not given */
	bool prefix, pull, aws;
	struct keys_pairs args;
	struct plan_words words[RUNCFG_KEYS]; /* those that are words */
};

/* A sub-directory of docker/ with a Dockerfile. */
struct runcfg_dir {
	struct str name, dockerfile;
	struct span span; /* of its section, else of its Dockerfile, of which nothing is shown */
};

struct runcfg {
	struct arena *arena;
	struct diag *diag;
	struct str path; /* n = 0: there is none */
	bool strict;
	struct runword_names names;
	bool project_told, user_told; /* that they cannot be part of a reference */
	struct runcfg_section *sections; /* without [run_image] and [run-image] */
	const struct runcfg_section **by_name;
	size_t count;
	struct keys_texts synthetic; /* the names listed */
	struct runcfg_dir *dirs;     /* by name */
	size_t dir_count;
};

struct runcfg_from {
	struct arena *arena; /* of all that is read */
	struct diag *diag;
	const char *path;    /* NULL: docker/run.cfg, which need not be there */
	bool strict;         /* an unknown key is an error */
	bool search;         /* docker/ is looked through even without a run.cfg */
	struct version *world;
};

/* The file TEXT, called from->path, alone: docker/ is not looked at. False after diagnostics. */
bool runcfg_text(struct runcfg *runcfg, const struct runcfg_from *from, struct str text);
/* False after diagnostics. */
bool runcfg_read(struct runcfg *runcfg, const struct runcfg_from *from);

/* The section NAME, or NULL. */
const struct runcfg_section *runcfg_section(const struct runcfg *runcfg, struct str name);
const struct runcfg_dir *runcfg_dir(const struct runcfg *runcfg, struct str name);
bool runcfg_is_synthetic(const struct runcfg *runcfg, struct str name);

/* A value of KEY of SECTION, to be read for USE. */
struct runword runcfg_value(struct runcfg *runcfg, const struct runcfg_section *section, enum runcfg_key key,
                            enum runword_use use);

/* An error at the value of ENTRY (NULL: at the section) that names them; false. */
bool runcfg_wrong(const struct runcfg *runcfg, const struct runcfg_section *section, const struct ini_entry *entry,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
