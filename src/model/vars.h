/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_VARS_H
#define DTK_MODEL_VARS_H

#include "model/axes.h"

/*
 * Texts of a matrix with ${...} in them: tags, build arguments, labels.
 *
 * A variable is os_version, os_major, python_version, the name of a declared
 * axis, a scalar of build_config (plain or as build_config.NAME), or, where that has none of the name,
 * name (of the layer or image), version, git or date.  $${ is ${.
 */
struct vars_part {
	struct str text;       /* literal, or what a variable stands for whatever the combination */
	uint32_t axis;         /* of a variable that varies, else MATRIX_NONE */
	bool major;            /* only what stands before the first dot */
	size_t offset, length; /* in the template */
};

struct vars_template {
	struct vars_part *parts;
	size_t count;
	struct keys_text source;
};

/* The axes that TEXT names, OS and Python among them. */
uint32_t vars_axes(const struct matrix *matrix, struct str text);

/* Splits template->source, a WHAT ("tag") of LAYER, into parts. False after diagnostics. In the matrix's arena. */
bool vars_compile(const struct axes *axes, uint32_t layer, const char *what, struct vars_template *template);
/* Appends what it is at POINT. */
void vars_expand(const struct axes *axes, const struct vars_template *template, const struct axes_point *point,
                 struct buf *out);
/* The place of the part that makes byte AT of what it is at POINT. */
struct span vars_blame(const struct axes *axes, const struct vars_template *template,
                       const struct axes_point *point, size_t at);

#endif
