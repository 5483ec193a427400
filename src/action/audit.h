/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_AUDIT_H
#define DTK_ACTION_AUDIT_H

#include "base/diag.h"

/*
 * Scans images with a program from elsewhere, and keeps what it reports as
 * generated/reports/X.json.  The program is a command for sh, which finds in
 * its environment
 *
 *	IMAGE        the image as the engine knows it
 *	REPORT       the file to write
 *	DOCKER_HOST  the engine, where the client was given one
 *
 * and says by its exit status whether the image is fit.  A report is replaced
 * only by a whole one.
 */
#define AUDIT_SCANNER "trivy image --quiet --format json --output \"$REPORT\" \"$IMAGE\""

struct audit {
	const char *const *stamps; /* words.h: X.image of each image, and what push takes besides, which is left out */
	const char *scanner;
	const char *const *words; /* the client; NULL-terminated */
};

/* Returns 0, or -1 after an error was said, when all were scanned. */
int audit_all(const struct audit *audit, struct diag *diag);

#endif
