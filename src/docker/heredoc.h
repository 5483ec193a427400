/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DOCKER_HEREDOC_H
#define DTK_DOCKER_HEREDOC_H

#include "docker/file.h"
#include "docker/text.h"

/* Here-documents: <<NAME, <<-NAME, quoted or not, with a descriptor in front or not. */

/* True where the word of a COPY or ADD is one. */
bool heredoc_is(struct arena *arena, struct str word);
/*
 * The here-documents that LINE announces, in order, without their contents.
 * Allocated in ARENA.
 */
struct docker_heredoc *heredoc_find(struct arena *arena, struct str line, size_t *count);
/*
 * Takes the contents of DOC off the front of *REST (whole lines), *LINES is
 * how many lines that were; false where no line ends it.
 */
bool heredoc_read(struct docker_heredoc *doc, struct str *rest, unsigned *lines);

#endif
