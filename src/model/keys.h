/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_KEYS_H
#define DTK_MODEL_KEYS_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "data/value.h"

/*
 * The keys of a matrix.  One table says what may stand where and of what type
 * it is; it drives the reader, the suggestions for a misspelt key and the JSON
 * Schema (emit/schema.h).  A key whose value is null counts as not given.
 */
enum { KEYS_AXES = 8 }; /* axes of a matrix: 0 is the OS, 1 is Python, then the declared ones */

enum keys_section {
	KEYS_TOP = 1,
	KEYS_PYTHON = 2,    /* an entry of python_versions; other keys are the user's */
	KEYS_LAYER = 4,     /* an entry of build_layers */
	KEYS_IMAGE = 8,     /* an entry of images */
	KEYS_DISCOVER = 16, /* an entry of discover */
	KEYS_SEQUENCE = 32, /* an entry of build_sequences; names of declared axes as well */
	KEYS_CONFIG = 64,   /* build_config; other keys are custom variables */
	KEYS_EXCLUDE = 128, /* an entry of exclude or include; names of declared axes as well */
	KEYS_ROOTFS = 256,  /* an entry of rootfs */
	KEYS_STAGE = 512,   /* an entry of stages */
	KEYS_CACHES = 1024, /* cache */
	KEYS_S3 = 2048,     /* cache.s3 */
	KEYS_GITHUB = 4096, /* github */
	KEYS_GITLAB = 8192  /* gitlab */
};
enum { KEYS_SECTIONS = 14 }; /* their number, 16 at most */

/* What a key is, beside the sections that it stands in. */
enum {
	KEYS_STAGED = 1 << 28,   /* with it an image, or the matrix, is made of stages */
	KEYS_UNSTAGED = 1 << 29, /* cannot stand beside such a one */
	KEYS_SINGLE = 1 << 30    /* stands beside such a one only */
};

enum keys_kind {
	KEYS_TEXT,  /* struct keys_text: any scalar, as it stands in the file */
	KEYS_TEXTS, /* struct keys_texts: a scalar or a list of scalars */
	KEYS_FLAG,  /* struct keys_switch: a boolean */
	KEYS_JOBS,  /* struct keys_switch: a boolean or a number from 1 to KEYS_MOST_JOBS */
	KEYS_CACHE, /* struct keys_switch: a boolean or a text */
	KEYS_EPOCH, /* struct keys_switch: a boolean or seconds since 1970, which are its text */
	KEYS_PAIRS, /* struct keys_pairs: a dict of scalars */
	KEYS_DICT,  /* struct keys_part: a dict of another section */
	KEYS_DICTS, /* struct keys_part: a dict of such dicts, or nulls */
	KEYS_LIST,  /* struct keys_part: a list of such dicts */
	KEYS_MIXED, /* struct keys_part: the same, and a text is short for one */
	KEYS_FOUND, /* struct keys_part: the same, or a single one */
	KEYS_LISTS, /* struct keys_part: a dict whose values are scalars or lists of them */
	KEYS_ANY    /* struct value */
};

/* What a text may be, and of dicts what their names may be. */
enum keys_form {
	KEYS_FREE,
	KEYS_NAME,     /* name_check */
	KEYS_PLATFORM, /* name_is_platform */
	KEYS_TAG,      /* name_check_version */
	KEYS_VARIABLE, /* letters, digits, _ */
	KEYS_LABEL,    /* no blank and no '=' */
	KEYS_SECRET,   /* id=ID,src=FILE ... */
	KEYS_AGENT,    /* default or ID=PATH */
	KEYS_CHECKOUT, /* of GitHub: actions/checkout@COMMIT */
	KEYS_MODE,     /* one of the words of keys_word, as those that follow */
	KEYS_RULE,
	KEYS_FORMS /* their number */
};

/* Text and where it stands; text.p is NULL where it was not given. */
struct keys_text {
	struct str text;
	struct span span;
};

struct keys_texts {
	struct keys_text *items;
	size_t count;
	struct span span;
	bool given;
	bool list; /* it was written as a list */
};

/* A dict of scalars in its order; a name whose value is null is left out. */
struct keys_pair {
	struct keys_text name, value;
};

struct keys_pairs {
	struct keys_pair *items;
	size_t count;
	bool given;
};

struct keys_switch {
	struct span span;
	bool given, on;
	unsigned number; /* 0: none */
	struct str text; /* n is 0: none */
};

/* Another section, or what else the reader leaves to the owner of the key; value is undefined where not given. */
struct keys_part {
	struct value value;
	enum keys_section of;
};

/* How many items its list has; 0 where it is none. */
static inline size_t keys_items(const struct keys_part *part)
{
	return part->value.kind == VALUE_LIST ? part->value.as.list->count : 0;
}

struct keys_type {
	enum keys_kind kind;
	enum keys_section of; /* the section of the dicts in it */
	enum keys_form form;
};

struct keys_entry {
	const char *name;
	unsigned sections; /* where it may stand, a bit for each enum keys_section, and what it is */
	struct keys_type type;
	size_t offset;     /* into the section's structure below */
	unsigned required; /* likewise: where it must; KEYS_ONE_OF: where one of those so marked must */
	const char *help;
};
#define KEYS_ONE_OF(section) ((section) << 16)

enum { KEYS_MOST_JOBS = 100000 };

extern const struct keys_entry keys_table[];
extern const size_t keys_count;

/* What is to be known of a section. */
struct keys_room {
	enum keys_section section;
	const char *name;
	const char *help;
	const char *open; /* what the names of the user's own keys begin with; NULL where there are none */
	bool axes;        /* the names of declared axes are keys, KEYS_TEXTS of their values */
};
extern const struct keys_room keys_rooms[KEYS_SECTIONS];

/* How texts of a form look; the function that reads them has the last word. */
struct keys_shape {
	const char *name;
	const char *pattern; /* a regular expression of ECMA-262; NULL where any will do, or there are words */
	bool number;         /* what YAML takes for a number, or a boolean, can be one */
	bool negative;       /* likewise below zero */
};
extern const struct keys_shape keys_shapes[KEYS_FORMS];

/* The words that FORM allows, by number; NULL behind the last one. */
const char *keys_word(enum keys_form form, size_t number);

/* What the reader fills: a structure for each section. */

/* Entries of build_layers, images and discover; not every key may stand in each. */
struct keys_image {
	struct keys_text name, template, dockerfile, files;
	struct keys_text context, target, description, version;
	struct keys_texts depends_on, tags, tag, axes, groups, group, platforms;
	struct keys_texts secrets, ssh, health, test;
	struct keys_switch cache;
	struct keys_pairs args, labels;
	struct keys_switch reproducible;
	struct keys_text base, from, user; /* from here on: of an image without a Dockerfile */
	struct keys_switch sudo;
	struct keys_texts apt_packages, yum_packages, env_scripts;
	struct keys_part stages;
	struct keys_pairs copy;
};

struct keys_top {
	struct keys_texts os_versions;
	struct keys_part python_versions, build_layers, build_sequences, build_config;
	struct keys_part images, discover, groups;
	struct keys_part axes, exclude, include, rootfs, cache, github, gitlab;
	struct keys_text registry, repository, version, scanner;
	struct keys_pairs args, labels, tag_owner;
	struct keys_texts platforms, lint_off;
	struct keys_switch reproducible;
	struct keys_image image; /* a matrix that is one image without a Dockerfile */
};

struct keys_python {
	struct keys_text version, bump, method, base_os;
};

struct keys_sequence {
	struct keys_texts picks[KEYS_AXES]; /* by axis */
	struct keys_text name, description;
	struct keys_texts layers;
};

struct keys_exclude {
	struct keys_texts picks[KEYS_AXES];
};

struct keys_config {
	struct keys_text timezone, registry;
	struct keys_switch buildkit, parallel, cache;
	struct value cache_mounts;
};

struct keys_rootfs {
	struct keys_text suite, variant, epoch;
	struct keys_texts packages;
};

struct keys_stage {
	struct keys_text name;
	struct keys_texts dependencies, commands;
};

struct keys_caches {
	struct keys_text local, registry, mode;
	struct keys_part s3;
};

struct keys_s3 {
	struct keys_text endpoint, bucket, region;
};

struct keys_github {
	struct keys_text checkout, branch, setup;
	struct keys_texts runner;
};

struct keys_gitlab {
	struct keys_text image, setup;
	struct keys_texts services, runner;
};

struct keys_reader {
	struct arena *arena; /* of all that is read */
	struct diag *diag;
	const struct map *axes; /* declared axis -> its number; may be empty */
};

/*
 * Fills OUT, zeroed before, with the dict V of SECTION; WHAT names it in
 * messages ("layer").  False after diagnostics; what could be read is in OUT.
 */
bool keys_read(const struct keys_reader *reader, enum keys_section section, struct value v, const char *what,
               void *out);
/* Whether the key of TYPE that was read to READ was given. */
bool keys_given(const struct keys_type *type, const void *read);
/* A scalar or a list of scalars; WHAT names it. */
bool keys_read_texts(const struct keys_reader *reader, struct value v, const char *what,
                     struct keys_texts *out);
/* A dict of scalars. */
bool keys_read_pairs(const struct keys_reader *reader, struct value v, const char *what,
                     struct keys_pairs *out);
/* A scalar. */
bool keys_read_text(const struct keys_reader *reader, struct value v, const char *what,
                    struct keys_text *out);

#endif
