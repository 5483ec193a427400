/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_REF_H
#define DTK_DATA_REF_H

#include "base/arena.h"
#include "base/str.h"

/* References to images, as text: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. */

/* REF without its tag and digest. */
struct str ref_repository(struct str ref);
/*
 * The form under which two references are equal: without docker.io/library/
 * or docker.io/, and with :latest where neither tag nor digest is given.
 * Borrows from REF where it can, else is allocated in ARENA.
 */
struct str ref_normal(struct arena *arena, struct str ref);
/* REPOSITORY@DIGEST, NUL-terminated: the image of REF's repository that has DIGEST. */
struct str ref_at(struct arena *arena, struct str ref, struct str digest);
/* A digest as registries write it: "sha256:" and 64 hexadecimal digits, and a NUL. */
enum { REF_DIGEST = 7 + 64 + 1 };
/* Of BYTES, and of all that the file FD holds (false with errno). */
void ref_digest(struct str bytes, char text[REF_DIGEST]);
bool ref_digest_file(int fd, char text[REF_DIGEST]);
/* True where TEXT is one, in lower case. */
bool ref_is_digest(struct str text);
/* True where its registry is on this machine, with which engines speak without TLS. */
bool ref_is_loopback(struct str ref);

#endif
