/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_SHA256_H
#define DTK_BASE_SHA256_H

#include "base/str.h"

#include <stdint.h>

/*
 * SHA-256 (FIPS 180-4), where others have to agree on a digest: that of an
 * image's configuration, of a layer, of an archive that sha256sum checks.
 * What only dtk compares is hashed by base/hash.h, which is much faster.
 */
#define SHA256_TEXT 65 /* hexadecimal digits, with the NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* in bytes */
	unsigned char block[64];
};

void sha256_init(struct sha256 *sha256);
void sha256_add(struct sha256 *sha256, const void *bytes, size_t n);
/* The digest of all that was added; it takes nothing more afterwards. */
void sha256_end(struct sha256 *sha256, char text[SHA256_TEXT]);

#endif
