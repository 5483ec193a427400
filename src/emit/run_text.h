/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_EMIT_RUN_TEXT_H
#define DTK_EMIT_RUN_TEXT_H

/*
 * What all _run.NAME.sh have in common: how words are quoted and split, the options, and the command line that is
 * made of what stands above it, which is
 *
 *	dtk_up          the project's directory as seen from the script's, or its absolute path
 *	dtk_local       1: the image is of this plan, so no registry is asked for it; else empty
 *	settings        a function that sets the parts of the command line, with dtk_root for the project's directory:
 *	                dtk_line (the client), dtk_name, dtk_image, dtk_interactive, dtk_environment, dtk_gpu,
 *	                dtk_network, dtk_volumes, dtk_ports, dtk_command
 *	needs           a function that says which variables are not set, dtk_missing=1 then; dtk_other_network and
 *	                dtk_other_command are set where options took the place of what run.cfg says
 *
 * Variables have names with dtk_, as the environment is the user's.
 */
extern const char *const run_text[]; /* NULL-terminated */

#endif
