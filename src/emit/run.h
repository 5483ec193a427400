/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_RUN_H
#define DTK_EMIT_RUN_H

#include "emit/engine.h"

/* How containers of the plan's images are run. */

/*
 * Appends _run.NAME.sh, which needs a shell and the engine's client alone.  The command that it runs is one text,
 * put together of parts that are quoted here or by the script itself; it is printed on standard error and then
 * evaluated, so what is printed is what runs.  Only variables of the environment are expanded there, within
 * double quotes.  ROOT is as for script_build: there it works, so that relative paths mean the same wherever
 * it is called.
 */
void run_script(const struct plan *plan, const struct plan_run *run, const struct engine *engine, struct str root,
                struct buf *out);

/*
 * TREE/.runs, which share/lib/dtk.sh reads: a line for each run with its name, its reference and the target that
 * builds its image, for all platforms (nothing where the plan does not), tabs between.
 */
#define RUN_LIST ".runs"
void run_list(const struct plan *plan, struct buf *out);

/* The file's name within the tree: _run.NAME.sh. */
void run_name(const struct plan_run *run, struct buf *out);

#endif
