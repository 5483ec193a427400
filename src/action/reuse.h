/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_REUSE_H
#define DTK_ACTION_REUSE_H

#include "stamp/fresh.h"

/*
 * Has an image from where somebody pushed it by its key tag (keytag.h), instead of building it.  Parents are as they
 * are stamped; a base that the engine does not have is pulled first, since what is built on it, too, can only be
 * known by its ID.  What was pulled is sealed under its configuration's digest.  No hook runs.
 */
enum reused {
	REUSE_DONE, /* sealed, and said */
	REUSE_NOT,  /* it has to be built; FRESH knows of the bases that were pulled */
	REUSE_FAILED /* after an error was said */
};

/* WHY it is not fresh goes into its history; REGISTRY and REPOSITORY are as in push.h. */
enum reused reuse_image(struct fresh *fresh, const char *why, const char *registry, const char *repository);

#endif
