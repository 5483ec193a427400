/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "base/arena.h"

#include <xxhash.h>

struct hasher {
	XXH3_state_t *state;
};

struct hasher *hasher_new(void)
{
	struct hasher *hasher = mem_alloc(sizeof *hasher);

	hasher->state = XXH3_createState();
	if (!hasher->state)
		mem_fail();
	hasher_reset(hasher);
	return hasher;
}

void hasher_free(struct hasher *hasher)
{
	if (!hasher)
		return;
	XXH3_freeState(hasher->state);
	mem_free(hasher);
}

void hasher_reset(struct hasher *hasher)
{
	XXH3_128bits_reset(hasher->state);
}

void hasher_add(struct hasher *hasher, const void *bytes, size_t n)
{
	if (n)
		XXH3_128bits_update(hasher->state, bytes, n);
}

void hasher_field(struct hasher *hasher, struct str field)
{
	unsigned char length[8];
	uint64_t n = field.n;

	for (unsigned i = 0; i < sizeof length; i++, n >>= 8)
		length[i] = (unsigned char)(n & 0xff);
	hasher_add(hasher, length, sizeof length);
	hasher_add(hasher, field.p, field.n);
}

static struct hash canonical(XXH128_hash_t value)
{
	XXH128_canonical_t canon;
	struct hash hash;

	XXH128_canonicalFromHash(&canon, value);
	memcpy(hash.bytes, canon.digest, sizeof hash.bytes);
	return hash;
}

struct hash hasher_end(const struct hasher *hasher)
{
	return canonical(XXH3_128bits_digest(hasher->state));
}

struct hash hash_of(struct str bytes)
{
	return canonical(XXH3_128bits(bytes.p, bytes.n));
}

void hash_text(struct hash hash, char text[HASH_TEXT])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof hash.bytes; i++) {
		text[2 * i] = digits[hash.bytes[i] >> 4];
		text[2 * i + 1] = digits[hash.bytes[i] & 15];
	}
	text[HASH_TEXT - 1] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool hash_parse(struct str text, struct hash *hash)
{
	if (text.n != HASH_TEXT - 1)
		return false;
	for (size_t i = 0; i < sizeof hash->bytes; i++) {
		int high = digit(text.p[2 * i]), low = digit(text.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hash->bytes[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool hash_eq(struct hash a, struct hash b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}
