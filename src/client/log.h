/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_LOG_H
#define DTK_CLIENT_LOG_H

#include "base/diag.h"
#include "client/place.h"

/* What an edge's commands say: generated/logs/X ENDING. */
struct log {
	const char *path; /* in the arena of log_open */
	int fd;           /* for appending, closed on exec; -1: not open */
};

/* Begins it anew. False after an error was said. */
bool log_open(struct log *log, struct arena *arena, const struct place *place, const char *ending,
              struct diag *diag);
/* Its bytes so far. */
size_t log_size(const struct log *log);
/* Its last lines, as they are, and where the whole of it is: to standard error. */
void log_show(const struct log *log, struct str name);
void log_close(struct log *log);

#endif
