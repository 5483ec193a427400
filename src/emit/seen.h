/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_SEEN_H
#define DTK_EMIT_SEEN_H

#include "base/hash.h"
#include "emit/out.h"

/*
 * The digest of a generated tree: the list of its files, and of each whether
 * it is executable and what it holds.  seen_made and seen_found agree where
 * the tree is as out_commit left it.
 */
struct hash seen_made(const struct out *out);
/*
 * Reads the files of the list TREE/.files.  False where one is no regular
 * file or cannot be read, where a run was interrupted, or where something in
 * the tree is younger than its last file, the manifest: all of that
 * out_commit puts right.
 */
bool seen_found(const char *tree, struct hash *digest);

#endif
