/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_PULL_H
#define DTK_ACTION_PULL_H

#include "stamp/fresh.h"

/*
 * Has the engine fetch the images from elsewhere that FRESH is built from, each by its reference and for the
 * platform of the build.  An image of this matrix is never pulled, nor one for which the build command has another.
 * With SHOW the commands are printed.  False after an error was said.
 */
bool pull_bases(struct fresh *fresh, bool show);

#endif
