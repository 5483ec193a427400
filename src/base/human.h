/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_HUMAN_H
#define DTK_BASE_HUMAN_H

#include "base/str.h"

/* Quantities as people read and write them; "-" stands for one below 0, which is not known. */

/* Bytes, in steps of 1000 as docker has them: 999B, 1.2kB, 12.3MB, 123MB, 1.2GB. */
void human_size(struct buf *out, long long bytes);
/* Milliseconds: 0.8s, 12s, 3m05s, 1h02m, 2d03h. */
void human_duration(struct buf *out, long long milliseconds);
/* Milliseconds since 1970 as YYYY-MM-DD HH:MM, local time. */
void human_moment(struct buf *out, long long milliseconds);
/* The same as YYYY-MM-DDTHH:MM:SSZ, which is UTC. */
void human_moment_utc(struct buf *out, long long milliseconds);

/* As above, "10GB", "1.5 GB", "10g", "512" (bytes); kB and KB are 1000, KiB 1024. False where it is none. */
bool human_read_size(struct str text, long long *bytes);
/* "168h", "7d", "1h30m", "90s"; a number alone is seconds. False where it is none. */
bool human_read_duration(struct str text, long long *milliseconds);

#endif
