/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_HASH_H
#define DTK_BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

/* XXH3, 128 bits, canonical (big-endian) order; text is 32 hexadecimal digits. */
struct hash {
	unsigned char bytes[16];
};
#define HASH_TEXT 33 /* with the NUL */

struct hasher;
/* Owned by the caller; give back with hasher_free. */
struct hasher *hasher_new(void);
void hasher_free(struct hasher *hasher);
void hasher_reset(struct hasher *hasher);
/* Raw bytes, unframed: contents of one field in pieces. */
void hasher_add(struct hasher *hasher, const void *bytes, size_t n);
/* One field: its length (8 bytes, little-endian) and bytes, so that no two lists of fields run together. */
void hasher_field(struct hasher *hasher, struct str field);
struct hash hasher_end(const struct hasher *hasher);

struct hash hash_of(struct str bytes);
void hash_text(struct hash hash, char text[HASH_TEXT]);
/* Reads 32 digits; false if TEXT is anything else. */
bool hash_parse(struct str text, struct hash *hash);
bool hash_eq(struct hash a, struct hash b);

#endif
