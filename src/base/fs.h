/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_FS_H
#define DTK_BASE_FS_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

/* Files: whole reads, atomic writes, paths.  Functions that can fail return 0, or -1 with errno. */

/* Appends the whole file (a regular one, a pipe or "-" for standard input) to OUT. */
int fs_read(const char *path, struct buf *out);
/* The whole file in ARENA, NUL-terminated. */
int fs_read_arena(const char *path, struct arena *arena, struct str *text);

/* Writes all of BYTES, however often it takes. */
int fs_write_all(int fd, struct str bytes);

enum fs_written { FS_SAME, FS_CHANGED, FS_FAILED };
/*
 * Makes PATH hold exactly BYTES: nothing is done where it already does, else a
 * temporary file beside it is written, flushed, closed (each checked) and
 * renamed.  MODE is set whatever the umask.  FS_FAILED leaves errno and no
 * temporary file.  Missing directories are not made.
 * A PATH that is no regular file (a link, a pipe) is replaced, never followed.
 */
enum fs_written fs_write(const char *path, struct str bytes, mode_t mode);
/* True where PATH is a regular file with exactly BYTES and the permission bits MODE. */
bool fs_same(const char *path, struct str bytes, mode_t mode);

/* The names in the directory PATH but "." and "..", sorted by bytes, in ARENA. */
int fs_list(const char *path, struct arena *arena, struct str **names, size_t *count);

/*
 * What lstat tells of a file, as far as it shows that the file is not what it
 * was.  Times are nanoseconds since 1970.
 */
struct fs_look {
	uint64_t size, inode, device; /* device: the number of a device file */
	int64_t modified, changed;
	mode_t mode;
};
struct fs_look fs_look_of(const struct stat *stat);
/* All but the device. */
bool fs_look_same(const struct fs_look *a, const struct fs_look *b);
int64_t fs_nanoseconds(struct timespec time);

/* mkdir -p. */
int fs_mkdirs(const char *path);
/* Removes PATH and all below it, as far as it can; links are not followed. 0 also where it was not there. */
int fs_remove_tree(const char *path);
/* Makes PATH a symbolic link to TARGET, replacing a link (never anything else) atomically. */
int fs_link(const char *target, const char *path);

/*
 * A temporary file beside PATH, open for reading and writing, mode 0600. It is removed at exit
 * and on SIGINT, SIGTERM and SIGHUP unless fs_temp_keep renamed it or
 * fs_temp_drop removed it before.  At most 64 at once (EMFILE).
 *
 * The handlers are set by the first fs_temp_open, where a signal has its
 * default action, and end the process by that signal.  A program that sets
 * its own before calls fs_temp_sweep in them.  A forked child neither removes
 * nor keeps its parent's files.
 *
 * Nothing can remove them after SIGKILL: their names begin with
 * FS_TEMP_PREFIX, by which a later run may know and remove them.
 */
#define FS_TEMP_PREFIX ".dtk-"
struct fs_temp {
	int fd;
	char *path; /* owned */
	size_t slot;
};
/* Removes the files (not the state) of all temporary files of this process; async-signal-safe. */
void fs_temp_sweep(void);
int fs_temp_open(struct fs_temp *temp, const char *path);
/* Flushes to the disk only if SYNC, closes and renames to PATH. On failure drops it. */
int fs_temp_keep(struct fs_temp *temp, const char *path, mode_t mode, bool sync);
void fs_temp_drop(struct fs_temp *temp);

/* Lexical: no "." or "//", ".." folded as far as it goes; "" becomes ".". */
char *path_clean(struct arena *arena, struct str path);
/* "a" and "b/c" give "a/b/c"; an absolute B stands alone; "." vanishes. Cleaned. */
char *path_join(struct arena *arena, struct str a, struct str b);
/* The directory part, "." if none. */
struct str path_dir(struct str path);
/* What follows the last slash. */
struct str path_base(struct str path);
/*
 * PATH as seen from the directory BASE (both absolute, or both relative to one
 * place): may begin with "../".  NULL where text cannot tell: one is absolute
 * and the other is not, or BASE begins with more ".." than PATH.
 */
char *path_relative(struct arena *arena, const char *base, const char *path);

#endif
