/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_STAMP_SNAPSHOT_H
#define DTK_STAMP_SNAPSHOT_H

#include "base/fs.h"
#include "base/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A tar, of a context or of images: ustar, with pax headers (POSIX.1-2008, pax
 * Interchange Format) where a name, a link or a size does not fit.  Owners are
 * 0, all times are SNAPSHOT_TIME (no tool takes a date before 1980 amiss).
 */
enum { SNAPSHOT_TIME = 315619200 }; /* 1980-01-02 00:00:00 UTC */

struct snapshot {
	int fd;            /* of the spool; -1 where nothing is written */
	struct buf buffer; /* not yet written */
	uint64_t left;     /* of the file whose content is being added */
	uint64_t size;     /* of the file, for its padding */
	int failure;       /* errno of a write that failed, 0 */
	uint64_t written;
	struct sha256 *digest; /* of all that is written; NULL unless set after snapshot_begin */
};

/* An unnamed file beside PATH, that vanishes with the last process that has it open; -1 with errno. */
int snapshot_spool(const char *path);

void snapshot_begin(struct snapshot *snapshot, int fd);
/* Type, mode and device of LOOK; TARGET of a link. A regular file's content, of LOOK's size, is to follow. */
void snapshot_entry(struct snapshot *snapshot, struct str path, const struct fs_look *look, struct str target);
/* The next bytes of the content. */
void snapshot_content(struct snapshot *snapshot, const void *bytes, size_t n);
/* Pads the content. False where it was not as long as was said. */
bool snapshot_close(struct snapshot *snapshot);
/* The end of the archive; -1 with errno where any write failed. Frees the buffer. */
int snapshot_end(struct snapshot *snapshot);

#endif
