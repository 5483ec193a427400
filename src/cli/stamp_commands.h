/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_STAMP_COMMANDS_H
#define DTK_CLI_STAMP_COMMANDS_H

#include "cli/opt.h"

/* The sub-commands of dtk-stamp; dtk-stamp(1) says what each does. */
extern const struct opt_command stamp_edge_commands[];  /* key, build, test, hooks, tally, rootfs: edges of a build */
extern const struct opt_command stamp_fleet_commands[]; /* again, push, scan, save, lint, verify, ...: of many */
enum { STAMP_EDGE_COMMANDS = 6, STAMP_FLEET_COMMANDS = 11 };

/*
 * Parses a sub-command's words into OPTIONS and checks that there are LEAST to
 * MOST operands. -1: go on; else the exit status.
 */
int stamp_parse(const struct opt_command *command, int argc, char **argv, void *options,
                struct opt_args *args,
                size_t least, size_t most);
/* NULL-terminated, never NULL. */
const char *const *stamp_list(const struct opt_list *list);
const char *const *stamp_rest(const struct opt_args *args);

#endif
