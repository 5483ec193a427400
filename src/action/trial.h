/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_TRIAL_H
#define DTK_ACTION_TRIAL_H

#include "base/diag.h"

/*
 * The test of an image, in a container that is thrown away.  Where the image
 * has a health check, or one is given, the container is started as it is and
 * has to become healthy; then the test runs in it.  Otherwise the test is
 * what the container runs.  X.test says what was tested how:
 *
 *	dtk-test 1
 *	image ID
 *	hash HASH       of the ID and of the words of the test
 *	took MILLISECONDS
 *	sum HASH
 */
struct trial {
	const char *out;          /* generated/stamps/X.test */
	const char *health;       /* for the image's shell; NULL: the image's own check, if it has one */
	const char *shell;        /* the test, for the image's shell; or NULL */
	const char *const *exec;  /* the test as words, where there is no shell; NULL-terminated */
	unsigned limit;           /* seconds for the test, and for becoming healthy */
	const char *const *words; /* the client; NULL-terminated */
};

/*
 * Does nothing where X.test says that just this was done.  Returns 0, or -1
 * after an error was said and the log's tail shown, with X.test as it was.
 * Signals that end the process remove the container first; one that SIGKILL
 * left is removed by the next trial.
 */
int trial_run(const struct trial *trial, struct diag *diag);

#endif
