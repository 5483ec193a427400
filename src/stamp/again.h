/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_AGAIN_H
#define DTK_STAMP_AGAIN_H

#include "base/diag.h"

#include <stdbool.h>

/*
 * Has Ninja run the edges of images again that it takes for done: their seals are set aside.  With FORCE a build
 * follows, and stays due until one has succeeded; else the edge asks the engine as ever, and finds most often that
 * nothing is to be done.  X.image stays, so that what stands on an image is built only if it comes out changed.
 *
 * STAMPS are X.image of each image, see words.h; what a push reads besides in a list of them is passed over, and
 * an image that has not been built is due anyway.  -1 after an error was said.
 */
int again_all(const char *const *stamps, bool force, struct diag *diag);

#endif
