/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_GEN_ROW_H
#define DTK_CLI_GEN_ROW_H

#include "cli/gen_state.h"
#include "emit/view.h"
#include "stamp/history.h"

/* What is told of each image, from its stamps: by status in a table, by graph and report in pictures. */
struct row {
	size_t number; /* into the plan's images */
	const struct plan_image *image;
	enum view_state state;
	struct str why;          /* in three words; of a failure the step */
	struct str reasons;      /* lines of why_image */
	struct history history;
	struct history_run last; /* the last run but of tags; begun is -1 where there is none */
	long long size;
};

struct rows {
	struct state state;
	struct row *rows; /* in the plan's order */
	size_t count;
};

/*
 * Makes the plan and looks at the images that the operands NAMES name, images and sets (none: all), with PARENTS at
 * what they stand on as well.  False after diagnostics; there may be rows nevertheless.  Release with rows_release in
 * either case; what rows point to lives as long.
 */
bool rows_make(struct rows *rows, struct gen *gen, const struct opt_args *names, bool parents);
void rows_release(struct rows *rows);

/* Over all rows. */
struct view_sums rows_sums(const struct rows *rows);
/* Whether it is known how many steps RUN had. */
bool rows_has_steps(const struct history_run *run);

#endif
