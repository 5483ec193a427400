/* SPDX-License-Identifier: Apache-2.0 */
#include "action/tarball.h"

#include <errno.h>
#include <unistd.h>

enum { BLOCK = 512, TEXT_MOST = 1 << 20 /* of a header's texts; names are shorter */ };

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag, linkname[100];
	char magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155], pad[12];
};

/* What headers before an entry say of it. */
struct extras {
	struct str path, target;
	bool has_path, has_target, has_size;
	uint64_t size;
};

void tarball_begin(struct tarball *tarball, int fd, const char *name, struct diag *diag)
{
	tarball->fd = fd;
	tarball->name = name;
	tarball->diag = diag;
	tarball->left = tarball->pad = tarball->offset = 0;
	arena_init(&tarball->arena);
}

void tarball_release(struct tarball *tarball)
{
	arena_release(&tarball->arena);
}

static bool broken(struct tarball *tarball, const char *how)
{
	diag_error(tarball->diag, SPAN_NONE, "%s: %s after %llu bytes", tarball->name, how,
	           (unsigned long long)tarball->offset);
	return false;
}

/* Up to N bytes, as many as there are; -1 after an error was said. */
static ssize_t fill(struct tarball *tarball, void *to, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(tarball->fd, (char *)to + have, n - have);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR) {
			broken(tarball, strerror(errno));
			return -1;
		}
		have += got > 0 ? (size_t)got : 0;
	}
	tarball->offset += have;
	return (ssize_t)have;
}

static bool fill_all(struct tarball *tarball, void *to, size_t n)
{
	ssize_t got = fill(tarball, to, n);

	return got == (ssize_t)n || (got >= 0 && broken(tarball, "it ends too early"));
}

static uint64_t padding(uint64_t size)
{
	return (BLOCK - size % BLOCK) % BLOCK;
}

bool tarball_piece(struct tarball *tarball, struct str *piece)
{
	size_t n = tarball->left < TARBALL_PIECE ? (size_t)tarball->left : TARBALL_PIECE;
	char rest[BLOCK];

	*piece = (struct str){tarball->bytes, n};
	if (!fill_all(tarball, tarball->bytes, n))
		return false;
	tarball->left -= n;
	if (tarball->left || !tarball->pad)
		return true;
	n = (size_t)tarball->pad;
	tarball->pad = 0;
	return fill_all(tarball, rest, n);
}

static bool skip(struct tarball *tarball)
{
	struct str piece;

	do
		if (!tarball_piece(tarball, &piece))
			return false;
	while (tarball->left);
	return true;
}

/* What follows the end of the archive, which its writer wants to get rid of. */
static enum tarball_read drain(struct tarball *tarball)
{
	ssize_t got;

	while ((got = fill(tarball, tarball->bytes, TARBALL_PIECE)) > 0)
		;
	return got < 0 ? TARBALL_BROKEN : TARBALL_END;
}

/* Octal digits, or GNU tar's 256 to the power; false where it is neither or does not fit. */
static bool number(const char *field, size_t n, uint64_t *value)
{
	const unsigned char *bytes = (const unsigned char *)field;
	size_t i = 0;

	*value = bytes[0] & 0x80 ? bytes[0] & 0x7f : 0;
	if (bytes[0] & 0x80) {
		for (i = 1; i < n && *value >> 55 == 0; i++)
			*value = *value << 8 | bytes[i];
		return i == n;
	}
	while (i < n && field[i] == ' ')
		i++;
	for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
		*value = *value << 3 | (uint64_t)(field[i] - '0');
	return i == n || field[i] == ' ' || field[i] == '\0';
}

static bool sum_fits(const struct header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	size_t field = offsetof(struct header, chksum);
	uint64_t sum = 0, said;

	for (size_t i = 0; i < sizeof *header; i++)
		sum += i >= field && i < field + sizeof header->chksum ? ' ' : bytes[i];
	return number(header->chksum, sizeof header->chksum, &said) && said == sum;
}

static struct str field_text(const char *field, size_t n)
{
	return str_slice((struct str){field, n}, 0, str_find((struct str){field, n}, '\0', 0));
}

/* The whole content of a header that carries texts, in the arena; p is NULL after an error was said. */
static struct str texts(struct tarball *tarball, uint64_t size)
{
	char *all, rest[BLOCK];

	if (size > TEXT_MOST) {
		broken(tarball, "a header is too long");
		return (struct str){NULL, 0};
	}
	all = arena_alloc(&tarball->arena, (size_t)size + 1);
	if (!fill_all(tarball, all, (size_t)size) || !fill_all(tarball, rest, (size_t)padding(size)))
		return (struct str){NULL, 0};
	return (struct str){all, (size_t)size};
}

/* Takes a decimal number off TEXT, up to END; false where there is none. */
static bool decimal(struct str *text, char end, uint64_t *value)
{
	size_t i = 0;

	for (*value = 0; i < text->n && text->p[i] >= '0' && text->p[i] <= '9' && *value < UINT64_MAX / 16; i++)
		*value = *value * 10 + (uint64_t)(text->p[i] - '0');
	if (i == 0 || i > text->n || (i == text->n ? end != '\0' : text->p[i] != end))
		return false;
	*text = str_slice(*text, i + (i < text->n), text->n);
	return true;
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
static bool take_pax(struct str text, struct extras *extras)
{
	while (text.n) {
		struct str rest = text, value;
		uint64_t length;
		size_t equals;

		if (!decimal(&rest, ' ', &length) || length > text.n || length <= text.n - rest.n)
			return false;
		rest = str_slice(rest, 0, (size_t)length - (text.n - rest.n) - 1);
		text = str_slice(text, (size_t)length, text.n);
		equals = str_find(rest, '=', 0);
		value = str_slice(rest, equals + 1, rest.n);
		rest = str_slice(rest, 0, equals);
		if (str_is(rest, "path")) {
			extras->path = value;
			extras->has_path = true;
		} else if (str_is(rest, "linkpath")) {
			extras->target = value;
			extras->has_target = true;
		} else if (str_is(rest, "size")) {
			extras->has_size = decimal(&value, '\0', &extras->size);
			if (!extras->has_size)
				return false;
		}
	}
	return true;
}

/* A header that is about the next one, or about all; false after an error was said. */
static bool take_extras(struct tarball *tarball, const struct header *header, uint64_t size, struct extras *extras)
{
	struct str text = texts(tarball, size);

	if (!text.p)
		return false;
	if (header->typeflag == 'x')
		return take_pax(text, extras) || broken(tarball, "a pax header is broken");
	text = field_text(text.p, text.n);
	if (header->typeflag == 'L') {
		extras->path = text;
		extras->has_path = true;
	} else if (header->typeflag == 'K') {
		extras->target = text;
		extras->has_target = true;
	}
	return true;
}

static struct str kept(struct tarball *tarball, struct str text)
{
	return (struct str){arena_strndup(&tarball->arena, text.p, text.n), text.n};
}

static struct str path_of(struct tarball *tarball, const struct header *header)
{
	struct str name = field_text(header->name, sizeof header->name);
	struct str prefix = field_text(header->prefix, sizeof header->prefix);
	char *whole;

	if (memcmp(header->magic, "ustar", 6) != 0 || !prefix.n)
		return kept(tarball, name);
	whole = arena_alloc(&tarball->arena, prefix.n + name.n + 1);
	memcpy(whole, prefix.p, prefix.n);
	whole[prefix.n] = '/';
	memcpy(whole + prefix.n + 1, name.p, name.n);
	return (struct str){whole, prefix.n + 1 + name.n};
}

static bool type_of(char flag, mode_t *type)
{
	static const struct {
		char flag;
		mode_t type;
	} types[] = {{'0', S_IFREG}, {'\0', S_IFREG}, {'5', S_IFDIR}, {'2', S_IFLNK}};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].flag == flag) {
			*type = types[i].type;
			return true;
		}
	return false;
}

/* The entry itself. */
static bool enter(struct tarball *tarball, const struct header *header, uint64_t size, const struct extras *extras)
{
	uint64_t mode;
	mode_t type;

	if (!type_of(header->typeflag, &type) || !number(header->mode, sizeof header->mode, &mode))
		return broken(tarball, "there is an entry of no known kind");
	tarball->path = extras->has_path ? extras->path : path_of(tarball, header);
	while (tarball->path.n > 1 && tarball->path.p[tarball->path.n - 1] == '/')
		tarball->path.n--;
	tarball->target = extras->has_target ? extras->target
	                                     : kept(tarball, field_text(header->linkname, sizeof header->linkname));
	size = S_ISREG(type) ? (extras->has_size ? extras->size : size) : 0;
	tarball->look = (struct fs_look){.mode = type | (mode_t)(mode & 07777), .size = size};
	tarball->left = size;
	tarball->pad = padding(size);
	return true;
}

enum tarball_read tarball_next(struct tarball *tarball)
{
	struct extras extras = {.has_path = false};
	struct header header;
	uint64_t size;

	if (!skip(tarball))
		return TARBALL_BROKEN;
	arena_clear(&tarball->arena);
	for (;;) {
		if (!fill_all(tarball, &header, sizeof header))
			return TARBALL_BROKEN;
		if (header.name[0] == '\0' && header.chksum[0] == '\0')
			return drain(tarball);
		if (!sum_fits(&header) || !number(header.size, sizeof header.size, &size)) {
			broken(tarball, "there is no header of a tar");
			return TARBALL_BROKEN;
		}
		if (!strchr("xgLK", header.typeflag) || !header.typeflag)
			return enter(tarball, &header, size, &extras) ? TARBALL_ENTRY : TARBALL_BROKEN;
		if (!take_extras(tarball, &header, size, &extras))
			return TARBALL_BROKEN;
	}
}
