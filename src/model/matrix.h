/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_MATRIX_H
#define DTK_MODEL_MATRIX_H

#include "model/keys.h"
#include "model/stages.h"
#include "model/version.h"

/*
 * A matrix as it was declared, checked: every name that it uses exists and is
 * there once.  What is made of it (combinations, tags, images) is not here.
 */
enum { MATRIX_OS, MATRIX_PYTHON }; /* numbers of the first two axes */
#define MATRIX_NONE UINT32_MAX

/*
 * Values of an axis in the order of the file.  The OS axis ends with those that
 * only a base_os names: they are beyond `listed`, and only layers that do not
 * vary over Python have them.
 */
struct matrix_axis {
	struct str name;
	struct keys_text *values;
	uint32_t count, listed;
	struct map index; /* value -> its number */
};

struct matrix_python {
	struct str bump;
	bool source;         /* compilation_method is source */
	uint32_t base_os;    /* in the OS axis, or MATRIX_NONE */
	struct value config; /* the entry as templates see it: versions are text */
};

/*
 * What images are made of: a template, or an entry of `images`: a Dockerfile that was written by hand, or stages.
 * The latter varies over what its tags, arguments, labels and base name; mostly over nothing.
 */
struct matrix_layer {
	struct keys_text name, template;
	bool written;                /* an entry of images: there is no template */
	const struct stages *stages; /* of a written one without a Dockerfile; else NULL */
	struct keys_text dockerfile; /* of a written one: cleaned, and where it was said */
	struct str context, target, description;
	struct keys_text version;
	struct keys_texts tags;      /* for a written one without any, one of its name */
	struct keys_texts secrets, ssh, platforms, groups, health, test;
	struct keys_pairs args, labels; /* its own; the last of a name counts */
	struct keys_switch reproducible;
	struct keys_texts depends_on;
	uint32_t *depends; /* the layers of depends_on */
	bool uncached;     /* `cache` is false */
	bool fixed;        /* `axes` says what it varies over */
	uint32_t vary;     /* a bit for each axis; without `axes`, OS and (but for "base") Python */
	struct value config;
	uint32_t builder;  /* 1 + the layer that is the stage `builder` of this one, 0: none */
	bool is_builder;
};

/* "layer" or "image", for messages. */
static inline const char *matrix_layer_word(const struct matrix_layer *layer)
{
	return layer->written ? "image" : "layer";
}

/* A group with its members where `groups` declares it. */
struct matrix_group {
	struct keys_text name;
	struct keys_texts members;
};

/* Chosen values of an axis; all where not given. */
struct matrix_pick {
	uint32_t *values;
	uint32_t count;
	bool given;
};

struct matrix_sequence {
	struct keys_text name;
	struct str description;
	struct matrix_pick picks[KEYS_AXES];
	uint32_t *layers;
	uint32_t layer_count;
};

struct matrix_exclude {
	struct matrix_pick picks[KEYS_AXES];
	struct span span;
};

struct matrix_owner {
	struct keys_text tag, image;
};

struct matrix_rootfs {
	struct keys_text os;
	struct keys_rootfs keys;
};

struct matrix {
	struct arena *arena;
	struct diag *diag;
	uint32_t source; /* 0: it is made of docker/, no file */
	struct str text;
	struct matrix_axis axes[KEYS_AXES];
	uint32_t axis_count; /* 2 at least */
	struct map axis_index; /* declared axis -> its number */
	struct matrix_python *pythons; /* by number in the Python axis */
	struct matrix_layer *layers; /* templates first, then what was written by hand */
	uint32_t layer_count, template_count;
	struct map layer_index;
	struct matrix_sequence *sequences;
	uint32_t sequence_count;
	struct map sequence_index;
	struct matrix_exclude *excludes;
	uint32_t exclude_count;
	struct matrix_exclude *includes;
	uint32_t include_count;
	struct matrix_group *groups;
	uint32_t group_count;
	struct map group_index;
	struct matrix_owner *owners;
	uint32_t owner_count;
	struct matrix_rootfs *rootfs;
	uint32_t rootfs_count;
	struct value build_config; /* a dict, empty where none is given */
	struct keys_config config;
	struct str scanner; /* n = 0: not given */
	struct keys_texts lint_off;
	struct keys_caches caches; /* `cache`, and what is in it for S3 */
	struct keys_s3 s3;
	struct keys_github github;
	struct keys_gitlab gitlab;
	struct str registry; /* where pushes go: `registry`, else build_config.registry where that is a host */
	struct str repository; /* what tags that nobody wrote begin with: `repository`, else `registry`; n = 0: nothing */
	struct str own_repository; /* `repository` in the form of name_normal: every name below it is the matrix's own */
	struct str version;  /* --release, else `version`; n = 0: none */
	struct str output;   /* where the tree goes */
	struct keys_pairs args, labels; /* of every image; args where they are declared */
	struct keys_texts platforms;    /* of those that say none */
	struct keys_switch reproducible; /* likewise */
	bool single;         /* it is one image, made of stages */
	struct version *world;
};

struct matrix_from {
	struct arena *arena; /* of all that is read */
	struct diag *diag;
	uint32_t source;     /* TEXT, registered */
	struct str text;
	struct str output;   /* where the tree goes: no Dockerfile is looked for there */
	const char *release; /* takes the place of `version`, or NULL */
	struct version *world;
};

/*
 * Reads FROM into MATRIX, which borrows from it.  Every directory that is searched for Dockerfiles is
 * told to from->world.  matrix_release gives the maps back (after a failure too).  False after
 * diagnostics; as many as can be told at once.
 */
bool matrix_read(struct matrix *matrix, const struct matrix_from *from);
/* The same where no file is one: of COUNT IMAGES, each with a name, a Dockerfile, a context and tags. */
bool matrix_make(struct matrix *matrix, const struct matrix_from *from, const struct keys_image *images, size_t count);
void matrix_release(struct matrix *matrix);

/* The place of byte OFFSET of a scalar that was read at SPAN, where it stands there unescaped; else SPAN. */
struct span matrix_inside(const struct matrix *matrix, struct keys_text scalar, size_t offset, size_t length);

/* The sequence NAME, or MATRIX_NONE after an error at SPAN and a suggestion. */
uint32_t matrix_sequence(const struct matrix *matrix, struct str name, struct span span);

#endif
