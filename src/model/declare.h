/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_DECLARE_H
#define DTK_MODEL_DECLARE_H

#include "model/matrix.h"

/*
 * A matrix in the making: what its readers share.  matrix.c has what all of them need, matrix_read.c calls them; the
 * others read a part each.
 */

/* Empty, but for what FROM says. */
void matrix_init(struct matrix *matrix, const struct matrix_from *from);

struct keys_reader matrix_reader(const struct matrix *matrix);

/* The number of NAME in INDEX, or MATRIX_NONE after an error and a suggestion. */
uint32_t matrix_find(const struct matrix *matrix, const struct map *index, struct str name, struct span span,
                     const char *what);
/* The numbers of NAMES in INDEX, each once; unknown ones are told and left out. */
uint32_t *matrix_find_all(const struct matrix *matrix, const struct map *index, const struct keys_texts *names,
                          const char *what, uint32_t *count);
/* Enters NAME as NUMBER; a second one of that name is told, with the place of the first, FIRST. */
bool matrix_enter(struct matrix *matrix, struct map *index, struct keys_text name, uint32_t number,
                  const char *what, const struct keys_text *(*first)(const struct matrix *, uint32_t));

/* Says at SPAN where REGISTRY, to which things are pushed or where they are kept, cannot be one. */
void matrix_check_registry(const struct matrix *matrix, struct str registry, struct span span);

/* What an axis's values are called in diagnostics. */
const char *matrix_axis_what(uint32_t axis);
/* os_versions; room is left for MORE that only a base_os names. */
void matrix_read_os(struct matrix *matrix, const struct keys_texts *versions, size_t more);
void matrix_read_pythons(struct matrix *matrix, struct keys_part list);
void matrix_read_axes(struct matrix *matrix, struct value axes);
/* The values of each axis that something picks out. */
void matrix_read_picks(struct matrix *matrix, const struct keys_texts *texts, struct matrix_pick *picks);

void matrix_read_sequences(struct matrix *matrix, struct keys_part list);
/* The entries of exclude or include, of which WHAT is one; their number. */
uint32_t matrix_read_excludes(struct matrix *matrix, struct keys_part list, const char *what,
                              struct matrix_exclude **entries);
void matrix_read_groups(struct matrix *matrix, struct value dict);

/* build_layers, images and discover, into matrix->layers; the axes are there already. */
void layer_read_all(struct matrix *matrix, const struct keys_top *top);
/* COUNT images into matrix->layers; a template of theirs is none. */
void layer_read_images(struct matrix *matrix, const struct keys_image *images, size_t count);

/*
 * The images without a template: the matrix itself where it is one, entries of `images` in their order,
 * then what `discover` finds.  Name and dockerfile (unless it is made of stages) are set.  Returns how many.
 */
size_t written_read(struct matrix *matrix, const struct keys_top *top, struct keys_image **images);

/* A Dockerfile that was found: what its entry of `discover` says of it; name, dockerfile, context are set. */
struct discover_list {
	struct keys_image *found;
	size_t count, capacity; /* in the matrix's arena */
	struct map listed;      /* Dockerfiles that an entry of images names: they need no name from here */
};
/*
 * What the patterns of `discover` find, in the order of its entries and of the
 * bytes of paths, each file once.  No directory with a leading dot (unless the
 * pattern has it), not the output, no link below "**".
 */
void discover_read(struct matrix *matrix, const struct keys_part *discover, struct discover_list *list);

#endif
