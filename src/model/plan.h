/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_PLAN_H
#define DTK_MODEL_PLAN_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "data/value.h"

/*
 * The plan: what a matrix asks for, settled.  Images in build order, their
 * parents, tags and Dockerfiles, the targets that name them.  Made once by
 * plan_make, read-only afterwards.  Everything lives in the plan's arena.
 */
struct plan_arg {
	struct str name, value;
};

/* A parent in the same plan, and the reference by which the Dockerfile names it. */
struct plan_parent {
	uint32_t image; /* index into images */
	struct str ref;
	struct str local; /* the tag that it has here, where that is another: of one platform; else "" */
};

/* An image from elsewhere that a Dockerfile builds on. */
struct plan_base {
	struct str ref; /* as the Dockerfile has it, variables expanded */
	struct str pin; /* the digest that matrix.lock gives it, or "" */
};

/* A command to run in a container of an image. */
struct plan_command {
	struct str *words;
	size_t count; /* 0: none */
	bool shell;   /* the one word is for sh -c; else they are the program and its arguments */
};

/*
 * A text of run.cfg that is only whole when a script runs: what depends on the environment, on where the project
 * lies or on an account is resolved there.
 */
enum plan_piece_kind {
	PIECE_TEXT,     /* as it stands */
	PIECE_VARIABLE, /* of the environment, by its name: $NAME; an error where it is not set */
	PIECE_ROOT,     /* the project's directory */
	PIECE_IMAGE,    /* the image's name, which publish-image can be given */
	PIECE_ACCOUNT,  /* of the registry's owner */
	PIECE_REGION
};

struct plan_piece {
	enum plan_piece_kind kind;
	struct str text; /* of text, and a variable's name */
};

struct plan_word {
	struct plan_piece *pieces;
	size_t count;
};

/* The value of a key as words, quotes and backslashes resolved as a shell does. */
struct plan_words {
	struct plan_word *items;
	size_t count;
	struct str key; /* for messages, "" where it was not given */
};

/* A section of run.cfg, or a directory of docker/ without one: how a container of an image is run and published. */
struct plan_run {
	struct str name;  /* of the section or directory: run-NAME, _run.NAME.sh */
	struct str ref;   /* the image: NAME:TAG */
	uint32_t image;   /* index into images, PLAN_NO_IMAGE where the plan does not build it */
	bool synthetic;   /* a second way to run another one's image */
	struct plan_words environment, interactive, gpu, network, volumes, ports, cmd;
	struct plan_word publication_tag; /* count is 0: none */
	bool aws;         /* image_repo: aws; else docker_hub */
	bool pushed;      /* it has a publication_tag, and its name is no image's or set's: push-NAME is its own */
	uint32_t next;    /* 1 + the next run that publishes the image as its own, or 0 */
	struct span span;
};
#define PLAN_NO_IMAGE UINT32_MAX

struct plan_image {
	struct str name;       /* short name: what follows "Dockerfile."; then, where it is one of a family, .PLATFORM */
	struct str family;     /* of images that differ in their platform: their name without it; else "" */
	struct str layer;      /* its layer; "" for a hand-written one */
	struct str os, python; /* "" where it does not vary over them */
	struct str python_bump; /* `bump` of its Python, "" if none: PY_VER is python.bump, or python alone */
	struct str timezone;   /* build_config.timezone, "" if none */
	struct str dockerfile; /* relative to the project: generated/Dockerfile.NAME, or a hand-written file */
	struct str text;       /* the rendered Dockerfile; p is NULL for a hand-written one */
	struct str env_file;   /* generated/_env.….sh, relative to the project; p NULL if hand-written or of stages */
	struct str ledger;     /* where a build writes the order of its stages; "" where it is not made of stages */
	struct str context;    /* relative to the project, "." for its directory */
	struct str target;     /* stage, or "" */
	struct str *tags;      /* those it owns, as written, the first is its main one; may be none (all lost) */
	size_t tag_count;
	struct plan_arg *args; /* build arguments that the Dockerfile declares */
	size_t arg_count;
	struct plan_arg *labels; /* each name once */
	size_t label_count;
	struct str *secrets;   /* as the engine takes them, the id first: id=ID,src=FILE or id=ID,env=NAME */
	size_t secret_count;
	struct str *ssh;       /* likewise: default, or ID=PATH[,PATH] */
	size_t ssh_count;
	struct str epoch;      /* reproducible: no time in it is later than these seconds since 1970; else "" */
	struct str *platforms; /* OS/ARCHITECTURE[/VARIANT]; one, or none: as the engine has it */
	size_t platform_count;
	struct str version_tag; /* NAME-VERSION for its own version, pushed as well; "" if none */
	struct plan_command health, test;
	struct str before, after; /* commands for a shell around a build of this one, beside the hooks; "" if none */
	bool uncached;         /* no cache of it is kept beside the engine's */
	bool pull;             /* a forced build asks for new external bases */
	bool builder;          /* the stage `builder` of another one, kept under a tag: never pushed, saved, scanned */
	bool versioned;        /* _version.py.bld enters its context */
	uint32_t publication;  /* 1 + the first run that publishes it as its own, or 0 */
	struct plan_parent *parents;
	size_t parent_count;
	struct plan_base *bases; /* those that have no digest of their own */
	size_t base_count;
	struct str *onbuild;   /* Dockerfiles of the parents that it builds FROM and that have ONBUILD */
	size_t onbuild_count;
	uint32_t rootfs;       /* 1 + index into rootfs, 0: none */
	struct span span;      /* of the layer that made it */
};

enum target_kind { TARGET_SEQUENCE, TARGET_GROUP, TARGET_LAYER, TARGET_IMAGE };

/* A name that Ninja builds; several kinds may share a name where they mean the same images. */
struct plan_target {
	struct str name, description;
	enum target_kind kind;
	uint32_t *images; /* indices, ascending */
	size_t image_count;
	struct span span;
};

/* A root file system made by an edge of its own. */
struct plan_rootfs {
	struct str file;    /* generated/rootfs/NAME.tar */
	struct str *command; /* the arguments after `dtk-stamp rootfs` */
	size_t command_count;
	struct str name;    /* in matrix.lock: rootfs=NAME */
	struct str pin;     /* of its tar, or "" */
	struct span span;
};

/* A tag that several images asked for: who has it, who does not. */
struct plan_collision {
	struct str tag;
	uint32_t owner;
	uint32_t *losers;
	size_t loser_count;
};

/* Where builds keep their caches beside the engine's; "" where they do not. Their environment may say more. */
struct plan_cache {
	struct str local;            /* a directory, absolute or relative to the project */
	struct str endpoint, bucket, region; /* of S3 */
	struct str registry;         /* HOST[:PORT]/PATH */
	struct str mode;             /* max or min */
};

struct plan_list {
	struct str *items;
	size_t count;
};

/* What a workflow of GitHub is told beside the images. */
struct plan_github {
	struct str checkout; /* actions/checkout@REFERENCE, "" where the matrix does not say */
	struct str branch;   /* whose builds are pushed */
	struct str setup;    /* commands for sh that install dtk; "": it is in the project's directory */
	struct plan_list runner; /* labels, may be none */
};

/* Likewise a pipeline of GitLab. */
struct plan_gitlab {
	struct str image;    /* that jobs run in, "" none */
	struct str setup;
	struct plan_list services, runner;
};

struct plan_file {
	struct str path; /* relative to the project */
	bool found;      /* false: looked for in vain; its directory is what to watch */
};

struct plan {
	struct arena arena;
	struct plan_image *images; /* parents before children; otherwise in the matrix's order */
	size_t image_count;
	struct plan_target *targets; /* sequences, groups, layers; images are not repeated here */
	size_t target_count;
	struct plan_rootfs *rootfs;
	size_t rootfs_count;
	struct str lock;           /* matrix.lock, which need not be there */
	struct str *bases;         /* what images are built on from elsewhere, in normal form, sorted */
	size_t base_count;
	struct plan_collision *collisions;
	size_t collision_count;
	struct plan_run *runs; /* sections of run.cfg in its order, then directories without one by name */
	size_t run_count;
	struct str run_cfg;    /* its path, for messages; "" where there is none */
	struct str user;       /* who runs dtk-gen, where the plan depends on it; else "" */
	struct str project;    /* the name of the project's directory, in lower case; likewise */
	struct plan_file *inputs; /* every file and directory read: what regeneration watches */
	size_t input_count;
	struct str *os_versions, *python_versions, *layers; /* for the summary */
	size_t os_count, python_count, layer_count;
	struct str registry;      /* where pushes go, "" none */
	struct str repository;    /* of local tags, what the registry takes the place of when they are pushed, "" none */
	struct str version;       /* pushed beside latest, "" none: --release, else the matrix's version */
	struct str scanner;       /* command of scans, for a shell; "": trivy */
	struct str *lint_off;     /* names of rules of lint that do not count */
	size_t lint_off_count;
	struct str cache_registry; /* build_config.cache_registry where it is text, else "" */
	bool cache_inline;        /* build_config.cache_registry is true or text: inline cache */
	struct plan_cache cache;
	struct plan_github github;
	struct plan_gitlab gitlab;
	bool history;             /* something in it is what git describe says */
	struct str date;          /* "" unless the matrix asks for it; of the day on which the plan was made */
	struct str output;        /* "generated" */
	struct str repack;        /* ledgers that do not count until a build writes them, see order.h; "" none */
	bool reuse;               /* --reuse: images are pulled by key tags where a registry has them */
	bool part;                /* of a matrix, by --sequence */
	bool split;               /* there are families: only buildx can build them */
	bool reproducible;        /* some image is to be */
	bool buildkit;            /* build_config.buildkit_enabled */
	unsigned parallel;        /* depth of the build pool; 0: as the machine has it; 1: one at a time */
};

struct plan_options {
	const char *config;           /* the matrix, relative to the project; NULL: the default places */
	const char *run_cfg;          /* likewise; NULL: docker/run.cfg, which need not be there */
	const char *const *templates; /* directories; NULL-terminated */
	const char *output;           /* "generated" */
	const char *const *sequences; /* NULL-terminated: only these; NULL: all */
	const char *tag;              /* --tag, or NULL */
	const char *registry;         /* --registry, or NULL */
	const char *release;          /* --release, or NULL */
	const char *platform;         /* --platform, separated by commas, for images that do not say; or NULL */
	unsigned jobs;                /* --jobs; 0: not given */
	bool reuse;                   /* --reuse */
	bool strict;
	bool repack;                  /* --repack: stages in a fresh order */
	bool locked;                  /* a base without a pin is an error */
};

/* NULL after diagnostics. DIAG must outlive the plan. */
struct plan *plan_make(const struct plan_options *options, struct diag *diag);
void plan_free(struct plan *plan);

#endif
