/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_COMPOSE_H
#define DTK_EMIT_COMPOSE_H

#include "model/plan.h"

/*
 * A compose file (the Compose Specification) that runs images as they were built, each a service with the health
 * check that the matrix gives it, or its own: `docker compose up --wait` ends once all of them are well.  Nothing is
 * pulled or built.  "$" begins a variable in values of a compose file and comes out doubled.
 */

/* Appends the file for the images that WANTED has: NULL: all that no other one stands on. */
void compose_write(const struct plan *plan, const bool *wanted, struct buf *out);

#endif
