/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_PUBLISH_H
#define DTK_EMIT_PUBLISH_H

#include "emit/engine.h"

/*
 * What a section of run.cfg has as publication_tag, and how it comes there: a script TREE/_publish.NAME.sh for
 * whoever has a POSIX shell and the engine's client.  Ninja's pushes call it too, once all is built and tested.
 */
#define PUBLISH_SCRIPT "_publish."

/*
 * Appends the script of RUN, which has a publication_tag.  It prints the commands that it runs; variables of
 * the environment are resolved when it runs and stay unresolved in what it prints.
 */
void publish_script(const struct plan *plan, const struct engine *engine, const struct plan_run *run,
                    struct buf *out);

#endif
