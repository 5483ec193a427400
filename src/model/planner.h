/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_PLANNER_H
#define DTK_MODEL_PLANNER_H

#include "docker/file.h"
#include "model/graph.h"
#include "model/order.h"
#include "model/pins.h"
#include "model/plan.h"
#include "model/render.h"
#include "model/tags.h"

/*
 * A plan in the making: what plan.c, link.c and target.c share.  Until the
 * graph is sorted images are numbered in the matrix's order, those that only a FROM asked for last.
 */
struct planner_edge {
	uint32_t child, parent;
	enum docker_ref_kind kind;
	struct str ref;   /* as the child's Dockerfile has it */
	struct span span; /* there */
};

/* A reference to a repository of the matrix that is no tag of it; told once a layer. */
struct planner_stray {
	uint32_t layer, image;
	struct str ref;
	struct span span;
	uint32_t more; /* images of the layer that have it too */
};

/* A hand-written Dockerfile, read once. */
struct planner_source {
	struct str text; /* p is NULL where it could not be read */
	uint32_t source; /* diag's number */
};

struct planner {
	struct plan *plan;
	const struct plan_options *options;
	struct diag *diag;
	struct matrix matrix;
	struct axes axes;
	struct tags tags;
	struct render render;
	struct arena scratch; /* of one Dockerfile */
	size_t image_room; /* of images in the plan and of the next three, which are mem_alloc'd */
	uint32_t *ids;     /* image -> combination */
	bool *triggers;    /* image -> its Dockerfile has ONBUILD */
	bool *astray;      /* image -> a FROM of it is a stray */
	uint32_t *built; /* combination -> 1 + image, or 0 */
	bool *failed;    /* layer -> an image of it could not be made: no more are tried */
	bool *warned;    /* layer -> its Dockerfiles' warnings were told */
	uint32_t *rootfs_of; /* OS -> 1 + number of its rootfs, or 0 */
	struct planner_edge *edges; /* by child */
	size_t edge_count, edge_room;
	struct planner_stray *strays;
	size_t stray_count, stray_room;
	struct map stray_index; /* layer and reference -> 1 + stray */
	struct image_texts *texts; /* by layer; see image.c */
	struct map files;          /* path of a hand-written Dockerfile -> number in sources */
	struct planner_source *sources; /* mem_alloc'd */
	size_t source_count, source_room;
	struct order order;
	struct pins pins;
	struct graph graph;
};

/*
 * From the matrix and the templates to images with parents, in order.  SEQUENCES
 * (MATRIX_NONE alone: everything) say which.  False after diagnostics.
 */
bool planner_run(struct planner *planner, const uint32_t *sequences, size_t sequence_count);
void planner_release(struct planner *planner);

/* --sequence: only a part of the matrix is there. */
bool planner_is_part(const struct planner *planner);
/* The layers as a graph of depends_on; the caller releases it. */
void planner_layers(const struct planner *planner, struct graph *layers);
/*
 * Which axes each layer varies over: those that its tags or template name, and those of its parents. False after
 * diagnostics: layers that depend on each other.
 */
bool planner_vary(struct planner *planner, uint32_t *vary);
/* TEXT from FROM on, for as long as the plan lives. */
struct str planner_keep(struct planner *planner, const struct buf *text, size_t from);
/* Room for SELECTED images and every base that a base_os may imply, so that images seldom move. */
void planner_reserve(struct planner *planner, size_t selected);
/* The image of combination ID, added to the plan (name, files, tags) where it is not there yet. */
uint32_t planner_add(struct planner *planner, uint32_t id);

/* Compiles the build arguments and labels of all layers. False after diagnostics. */
bool image_init(struct planner *planner);
/* Labels, secrets, platforms, version and commands of IMAGE, which is at POINT. */
void image_fill(struct planner *planner, const struct axes_point *point, struct plan_image *image);
/* What the image that is made of stages begins with. */
struct str image_base(struct planner *planner, const struct axes_point *point);
/* The arguments that IMAGE's build could be given, those without a value left out. In planner->scratch. */
struct docker_arg *image_args(struct planner *planner, uint32_t image, size_t *count);
/* Gives IMAGE those of ARGS that FILE declares; one that its own layer names and FILE does not is told. */
void image_declared(struct planner *planner, uint32_t image, const struct docker_file *file,
                    const struct docker_arg *args, size_t count);

/*
 * Reads the Dockerfile of IMAGE, rendered or hand-written: build arguments, rootfs, and an edge
 * for each reference that is a tag of the matrix; images that are so implied are added.  False after errors.
 */
bool link_image(struct planner *planner, uint32_t image);
/* Tells the strays: warnings, or with --strict errors. */
void link_tell_strays(struct planner *planner);
/* Tells, once a layer, where depends_on and the graph differ. */
void link_check_depends(struct planner *planner);
/* An error that shows the cycle as a closed path with the line of each step. False where there is none. */
bool link_tell_cycle(struct planner *planner);

/* Adds the groups to the plan's targets, which have room for group_most. False after diagnostics. */
bool group_make(struct planner *planner);
size_t group_most(const struct planner *planner);

/*
 * Marks the images whose context _version.py.bld of the project's directory enters, where the Dockerfile of any
 * names it: a COPY of everything alone asks for no version.
 */
void versioned_mark(struct planner *planner);

/* Makes one image each of those for several platforms, last of all. False after diagnostics. */
bool platform_split(struct planner *planner);

/* True where NAME is that of a target of dtk's own, so that nothing else can be called so. */
bool target_is_reserved(struct str name);
/* Fills in the targets and checks the one space of names. False after diagnostics. */
bool target_make(struct planner *planner, const uint32_t *sequences, size_t sequence_count);

#endif
