/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_OUT_H
#define DTK_EMIT_OUT_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/fs.h"
#include "base/map.h"
#include "base/str.h"
#include "emit/staging.h"

#include <sys/stat.h>
#include <time.h>

/*
 * The generated tree, from bytes in memory to files.
 *
 * TREE/.files lists every file that dtk-gen wrote, a path a line; only those
 * are ever replaced or removed.  The order of writing makes any crash heal:
 * first the new names go to a journal (TREE/.dtk-files), then the files are
 * written, what is stale is removed, .files is written, the journal removed,
 * and last the manifest is written, which is older than its tree until then.
 * One dtk-gen writes at a time (TREE/.lock); readers never see half a file.
 * A tree that is not there yet is made whole in another place (staging.h).
 */
enum out_mode {
	OUT_WRITE,
	OUT_CHECK,  /* prints the files that differ, writes nothing */
	OUT_DRY_RUN /* prints what would be done, writes nothing */
};

enum {
	OUT_EXECUTABLE = 1,
	/*
	 * What Ninja watches for the manifest.  It is of this machine, so --check does not look at it.  Where it
	 * changes the manifest is written anew: Ninja 1.11 notes for an unchanged output of a restat rule the time
	 * of the newest dependency that it knew before.
	 */
	OUT_LOCAL = 2,
	OUT_LAST = 4 /* the manifest: written last */
};

struct out_file {
	struct str path;  /* relative to the working directory, NUL-terminated */
	struct str bytes;
	unsigned flags;
	bool changed, there;
};

struct out {
	struct diag *diag;
	const char *tree; /* "generated" */
	enum out_mode mode;
	bool verbose;
	struct out_file *files; /* those of OUT_LAST at the end */
	size_t count, capacity;
	struct timespec moment; /* the time that the manifest gets */
	struct arena arena;     /* of the old list */
	struct map old;         /* paths in TREE/.files as it was; filled where the lists differ */
	bool same_names;        /* the old list is the new one */
	unsigned differing;     /* files that differ or are stale */
	int lock;
	struct fs_temp temp; /* the name under which files are written */
	struct staging staging; /* of a tree that is not there yet */
};

/*
 * MOMENT is a time before anything was read from which the files are made
 * (out_now), so that an input that changes meanwhile is younger than the manifest.
 */
void out_init(struct out *out, struct diag *diag, const char *tree, enum out_mode mode, bool verbose,
              struct timespec moment);
void out_release(struct out *out);

/* PATH and BYTES are borrowed until out_commit; PATH ends in NUL. The manifest (OUT_LAST) comes last. */
void out_add(struct out *out, struct str path, struct str bytes, unsigned flags);

/* The list of all files as TREE/.files has it. */
void out_names(const struct out *out, struct buf *list);
/* Beside it in the tree while a run is under way. */
#define OUT_JOURNAL FS_TEMP_PREFIX "files"

/* The file systems' present tick, less a nanosecond: every later change of a file has a later time. */
struct timespec out_now(void);

/*
 * Where the tree is made, once all files are added: TREE itself, or where it is
 * not there yet the directory that out_commit makes it of.  NULL after diagnostics.
 */
const char *out_place(struct out *out);

/* Compares everything and writes what differs, or says what would be written. False after diagnostics. */
bool out_commit(struct out *out);

#endif
