/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_REVIEW_H
#define DTK_CLIENT_REVIEW_H

#include "base/diag.h"

/*
 * The engine's own check of Dockerfiles (docker build --check), where its
 * client has one; without one nothing is checked and nothing said.
 */
struct review {
	const char *const *dockerfiles; /* NULL-terminated */
	const char *const *words;       /* the client and its verb: docker build; NULL-terminated */
};

/* Returns 0, or -1 where a file is not as the engine wants it, which the engine has said. */
int review_all(const struct review *review, struct diag *diag);

#endif
