/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RENDER_H
#define DTK_MODEL_RENDER_H

#include "jinja/jinja.h"
#include "model/axes.h"

/*
 * Dockerfiles from templates.  A template sees os_version, os_major,
 * python_version, python_config, build_config, layer_config, the declared axes that its layer
 * varies over, image (name, tags), parent (name, tags, ref: its main tag) and
 * rootfs.  What does not apply to an image is undefined: Python's variables
 * where the layer does not vary over Python, parent without depends_on, rootfs
 * where the OS has none.
 */
enum render_name {
	RENDER_OS_VERSION,
	RENDER_OS_MAJOR,
	RENDER_PYTHON_VERSION,
	RENDER_PYTHON_CONFIG,
	RENDER_BUILD_CONFIG,
	RENDER_LAYER_CONFIG,
	RENDER_IMAGE,
	RENDER_PARENT,
	RENDER_ROOTFS,
	RENDER_NAME,
	RENDER_TAGS,
	RENDER_REF,
	RENDER_NAMES
};

struct render {
	const struct matrix *matrix;
	struct jinja *jinja;
	struct jinja_options options;
	const struct jinja_template **templates; /* by layer; NULL where it could not be read */
	struct value names[RENDER_NAMES]; /* the variables' names, hashed once */
	struct arena scratch;             /* of one rendering's variables */
};

/* An image as its own template sees it and those that build on it. */
struct render_image {
	struct str name;
	const struct str *tags;
	size_t tag_count;
};

struct render_input {
	const struct axes *axes;
	struct axes_point point;
	struct render_image image;
	const struct render_image *parent; /* NULL if none */
	struct str rootfs;                 /* n = 0 if none */
};

/*
 * Reads the template of every layer from DIRS (NULL-terminated); NULL is left, after diagnostics,
 * where that fails. Release in any case.
 */
void render_init(struct render *render, const struct matrix *matrix, const char *const *dirs, bool strict);
void render_release(struct render *render);

/* The declared axes that the template of LAYER reads. */
uint32_t render_axes(struct render *render, uint32_t layer);

/* Appends the Dockerfile to OUT; false after diagnostics. */
bool render_dockerfile(struct render *render, const struct render_input *input, struct buf *out);

#endif
