/* SPDX-License-Identifier: Apache-2.0 */
#include "data/ref.h"

#include "base/sha256.h"

#include <unistd.h>

static const struct str scheme = {"sha256:", sizeof "sha256:" - 1};

struct str ref_repository(struct str ref)
{
	size_t end = str_find(ref, '@', 0), colon;

	for (colon = end; colon > 0 && ref.p[colon - 1] != ':' && ref.p[colon - 1] != '/'; colon--)
		;
	return str_slice(ref, 0, colon > 0 && ref.p[colon - 1] == ':' ? colon - 1 : end);
}

static struct str joined(struct arena *arena, struct str a, const char *between, struct str b)
{
	size_t n = strlen(between);
	char *text = arena_alloc(arena, a.n + n + b.n + 1);

	memcpy(text, a.p, a.n);
	memcpy(text + a.n, between, n);
	if (b.n)
		memcpy(text + a.n + n, b.p, b.n);
	text[a.n + n + b.n] = '\0';
	return (struct str){text, a.n + n + b.n};
}

struct str ref_normal(struct arena *arena, struct str ref)
{
	const struct str prefixes[] = {STR("docker.io/"), STR("index.docker.io/"), STR("library/")};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (str_starts(ref, prefixes[i]))
			ref = str_slice(ref, prefixes[i].n, ref.n);
	}
	if (ref_repository(ref).n < ref.n)
		return ref;
	return joined(arena, ref, ":latest", STR(""));
}

struct str ref_at(struct arena *arena, struct str ref, struct str digest)
{
	return joined(arena, ref_repository(ref), "@", digest);
}

bool ref_is_loopback(struct str ref)
{
	return str_starts(ref, STR("127.")) || str_starts(ref, STR("localhost:")) || str_starts(ref, STR("localhost/"));
}

static void end_digest(struct sha256 *sha256, char text[REF_DIGEST])
{
	memcpy(text, scheme.p, scheme.n);
	sha256_end(sha256, text + scheme.n);
}

void ref_digest(struct str bytes, char text[REF_DIGEST])
{
	struct sha256 sha256;

	sha256_init(&sha256);
	sha256_add(&sha256, bytes.p, bytes.n);
	end_digest(&sha256, text);
}

bool ref_digest_file(int fd, char text[REF_DIGEST])
{
	enum { CHUNK = 1 << 16 };
	char *chunk = mem_alloc(CHUNK);
	struct sha256 sha256;
	off_t at = 0;
	ssize_t n;

	sha256_init(&sha256);
	while ((n = pread(fd, chunk, CHUNK, at)) > 0) {
		sha256_add(&sha256, chunk, (size_t)n);
		at += n;
	}
	end_digest(&sha256, text);
	mem_free(chunk);
	return n == 0;
}

bool ref_is_digest(struct str text)
{
	if (text.n != REF_DIGEST - 1 || !str_starts(text, scheme))
		return false;
	for (size_t i = scheme.n; i < text.n; i++)
		if (!(text.p[i] >= '0' && text.p[i] <= '9') && !(text.p[i] >= 'a' && text.p[i] <= 'f'))
			return false;
	return true;
}
