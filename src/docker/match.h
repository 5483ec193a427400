/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_MATCH_H
#define DTK_DOCKER_MATCH_H

#include "base/str.h"

/* Go's filepath.Match, the pattern language of the sources of COPY and ADD. */

/* Whether all of NAME matches; '/' separates. */
bool match_go(struct str pattern, struct str name);
/* False where filepath.Match calls PATTERN malformed. */
bool match_go_valid(struct str pattern);
/* True where S holds an unescaped '*', '?' or '['. */
bool match_is_wild(struct str s);

#endif
