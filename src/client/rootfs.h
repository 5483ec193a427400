/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_ROOTFS_H
#define DTK_CLIENT_ROOTFS_H

#include "base/diag.h"

/*
 * A Debian root file system as a tar, by mmdebstrap from the machine's own
 * mirror (apt-get indextargets), where no registry can be reached.  The times
 * in it are clamped to EPOCH, so that the same packages give the same bytes.
 */
struct rootfs {
	const char *out;
	const char *suite, *variant;
	const char *include; /* package names, comma-separated; or NULL */
	const char *epoch;   /* seconds since 1970 */
	const char *pin;     /* the digest that OUT has to have, or NULL */
};
#define ROOTFS_EPOCH "1704067200" /* 2024-01-01 00:00:00 UTC */

/*
 * OUT is replaced whole, and only where its bytes differ.  Nothing is made where OUT is what PIN says and was made by
 * the same order, which OUT.made tells.  Returns 0, or -1 after an error was said.
 */
int rootfs_make(const struct rootfs *order, struct diag *diag);

#endif
