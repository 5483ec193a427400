/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_WRAP_H
#define DTK_JINJA_WRAP_H

#include "jinja/run.h"

struct wrap_options {
	size_t width;          /* at least 1 */
	bool break_words;      /* words longer than a line are cut */
	bool hyphens;          /* words may be broken behind hyphens */
	struct str separator;  /* between lines */
};

/* Each line of TEXT on its own, wrapped, to run->out. */
void wrap_text(struct run *r, struct str text, const struct wrap_options *options);

#endif
