/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_TAGS_H
#define DTK_MODEL_TAGS_H

#include "model/vars.h"

/*
 * Tags: ${...} expanded (vars.h), checked, and given to one image each.  The
 * first combination that claims a tag has it, unless tag_owner names another:
 * that one has it whether it is built or not.
 */
struct tags_template {
	struct vars_template text;
	bool told; /* that an expansion is no reference */
};

/* A claim that came too late. */
struct tags_loss {
	struct str tag; /* as the owner has it */
	uint32_t owner, loser;
};

struct tags {
	const struct matrix *matrix;
	const struct axes *axes;
	struct tags_template **layers; /* the templates of each layer */
	struct map claims;             /* normal form -> combination, and TAGS_RESERVED */
	struct map others;             /* the same for combinations that are not built; made when first needed */
	bool others_known;
	struct map repositories;       /* every repository of a claim */
	struct tags_loss *losses;
	size_t loss_count, loss_capacity;
};

/* The axes that the tags of LAYER name. */
uint32_t tags_axes(const struct matrix *matrix, uint32_t layer);

/* Reads the templates and tag_owner. False after diagnostics; release in any case. */
bool tags_init(struct tags *tags, const struct axes *axes);
void tags_release(struct tags *tags);

/*
 * Claims the tags of combination ID and stores in OWN (room for tags_room)
 * those that it has.  Returns how many.
 */
size_t tags_claim(struct tags *tags, uint32_t id, struct str *own);
/* The tags that ID would have now, without claiming them. */
size_t tags_peek(struct tags *tags, uint32_t id, struct str *own);
size_t tags_room(const struct tags *tags, uint32_t layer);

/*
 * The combination that has REF for a tag, or AXES_NONE.  BUILT says of each combination
 * whether it is in the plan; the others are looked through as well.
 */
uint32_t tags_find(struct tags *tags, struct str ref, const uint32_t *built);
/* True where the repository of REF is one that this matrix tags. */
bool tags_ours(struct tags *tags, struct str ref);

/* The combination with the short name NAME, or AXES_NONE. Looks through all of them. */
uint32_t tags_named(const struct axes *axes, struct str name, struct guess *guess);

#endif
