/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RUNREF_H
#define DTK_MODEL_RUNREF_H

#include "model/runcfg.h"

/*
 * The reference of the image that SECTION (NULL: none) is about: REPOSITORY or, where that is "",
 * <project>-NAME unless SECTION says otherwise, with SECTION's tag or the user.  n = 0 after an error at AT or
 * at a key.
 */
struct str runref_make(struct runcfg *runcfg, const struct runcfg_section *section, struct str name,
                       struct str repository, struct span at);

#endif
