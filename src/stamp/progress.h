/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_PROGRESS_H
#define DTK_STAMP_PROGRESS_H

#include "base/str.h"

/*
 * What a client told while it built.  Three ways of telling are known, the
 * first line that is of one decides:
 *
 *	#6 [tools 1/2] RUN make        BuildKit (20.10 to 28, buildx), plain
 *	#6 CACHED
 *	Step 4/14 : RUN make           docker without BuildKit
 *	 ---> Using cache
 *	[2/3] STEP 4/4: RUN make       podman, buildah
 *	--> Using cache 278c...
 *
 * BuildKit marks what a step itself prints.  The others do not, so lines that
 * could not come next are taken for output; a step that prints just what
 * would is believed.
 */
struct progress {
	unsigned steps;  /* instructions that were come to, FROM left out: it runs nothing */
	unsigned cached; /* of them those that the cache had */
	struct str last; /* the step that failed, in a log of a build that did; n = 0 where none is told */
};

/* LOG is borrowed by *PROGRESS. */
void progress_read(struct str log, struct progress *progress);

#endif
