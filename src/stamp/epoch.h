/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_EPOCH_H
#define DTK_STAMP_EPOCH_H

#include "stamp/fresh.h"

/*
 * Reproducible images.  buildx changes the times in an image only where it writes that as an archive, so the command
 * says --output type=docker,...,dest=- and the archive is loaded afterwards.
 */

/* *PATH becomes where the archive goes, NULL where the command writes none. False after an error: the engine cannot. */
bool epoch_begin(const struct fresh *fresh, const char **path);
/* OPTION's value for the client, with PATH (may be NULL) for its destination where that is standard output. */
const char *epoch_value(struct arena *arena, const struct command_option *option, const char *path);
/* After the client's build ended with STATUS, told in LOG: loads the archive and removes it. False after an error. */
bool epoch_end(const struct fresh *fresh, const char *path, const char *log, int status);

#endif
