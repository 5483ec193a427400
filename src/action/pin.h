/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_PIN_H
#define DTK_ACTION_PIN_H

#include "stamp/fresh.h"

/*
 * How the pins of a build command reach the engine: as named contexts where the client takes --build-context, which
 * leaves tags alone.  Any other engine is given each image by its digest under the tag that the Dockerfile names.
 */
struct pin {
	const char **words; /* for the client's build; NULL-terminated; what contexts are needed */
	size_t count;
	bool tagged;        /* tags were given: --pull must not look for them elsewhere, and pin_held has to be asked */
};

/* Before the build. FRESH knows afterwards of images that were pulled. False after an error was said. */
bool pin_give(struct fresh *fresh, struct pin *pin);
/* After the build: the tags still are the pins' images. False after an error was said. */
bool pin_held(const struct fresh *fresh, const struct pin *pin);

#endif
