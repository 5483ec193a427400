/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/snapshot.h"

#include "base/fs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { BLOCK = 512, BUFFERED = 1 << 20 };

/* POSIX.1-2008, ustar Interchange Format. */
struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag, linkname[100];
	char magic[6], version[2], uname[32], gname[32], devmajor[8], devminor[8], prefix[155], pad[12];
};

int snapshot_spool(const char *path)
{
	struct fs_temp temp;
	int fd;

	if (fs_temp_open(&temp, path) != 0)
		return -1;
	fd = dup(temp.fd);
	fs_temp_drop(&temp);
	return fd;
}

void snapshot_begin(struct snapshot *snapshot, int fd)
{
	memset(snapshot, 0, sizeof *snapshot);
	snapshot->fd = fd;
}

static void flush(struct snapshot *snapshot)
{
	size_t at = 0;

	if (snapshot->digest)
		sha256_add(snapshot->digest, snapshot->buffer.p, snapshot->buffer.n);
	snapshot->written += snapshot->buffer.n;
	while (at < snapshot->buffer.n && !snapshot->failure) {
		ssize_t put = write(snapshot->fd, snapshot->buffer.p + at, snapshot->buffer.n - at);

		if (put >= 0)
			at += (size_t)put;
		else if (errno != EINTR)
			snapshot->failure = errno;
	}
	buf_clear(&snapshot->buffer);
}

static void put(struct snapshot *snapshot, const void *bytes, size_t n)
{
	buf_add(&snapshot->buffer, bytes, n);
	if (snapshot->buffer.n >= BUFFERED)
		flush(snapshot);
}

static void pad(struct snapshot *snapshot, uint64_t size)
{
	static const char zeros[BLOCK];

	if (size % BLOCK)
		put(snapshot, zeros, BLOCK - (size_t)(size % BLOCK));
}

/* Octal digits that fill the field but for a NUL; false where they do not fit. */
static bool octal(char *field, size_t n, uint64_t value)
{
	field[--n] = '\0';
	while (n) {
		field[--n] = (char)('0' + (value & 7));
		value >>= 3;
	}
	return value == 0;
}

static void put_header(struct snapshot *snapshot, struct ustar *header)
{
	unsigned sum = 0;
	unsigned char bytes[sizeof *header];

	memcpy(header->magic, "ustar", 6);
	memcpy(header->version, "00", 2);
	octal(header->uid, sizeof header->uid, 0);
	octal(header->gid, sizeof header->gid, 0);
	octal(header->mtime, sizeof header->mtime, SNAPSHOT_TIME);
	memset(header->chksum, ' ', sizeof header->chksum);
	memcpy(bytes, header, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		sum += bytes[i];
	octal(header->chksum, 7, sum);
	put(snapshot, header, sizeof *header);
}

/* PATH in name and prefix; false where it does not fit. */
static bool fill_name(struct ustar *header, struct str path)
{
	size_t slash;

	if (path.n <= sizeof header->name) {
		memcpy(header->name, path.p, path.n);
		return true;
	}
	for (slash = path.n - sizeof header->name - 1; slash < path.n && path.p[slash] != '/'; slash++)
		;
	if (slash == 0 || slash >= path.n || slash > sizeof header->prefix || path.n - slash - 1 == 0)
		return false;
	memcpy(header->prefix, path.p, slash);
	memcpy(header->name, path.p + slash + 1, path.n - slash - 1);
	return true;
}

/* "LENGTH KEY=VALUE\n", where LENGTH counts itself. */
static void pax_record(struct buf *out, const char *key, struct str value)
{
	size_t rest = strlen(key) + value.n + 3, length = rest + 1;
	char digits[24];

	while (rest + (size_t)snprintf(digits, sizeof digits, "%zu", length) != length)
		length = rest + strlen(digits);
	buf_addf(out, "%zu %s=", length, key);
	buf_addstr(out, value);
	buf_addc(out, '\n');
}

static void put_pax(struct snapshot *snapshot, const struct buf *records)
{
	struct ustar header;

	memset(&header, 0, sizeof header);
	memcpy(header.name, "pax", 3);
	octal(header.mode, sizeof header.mode, 0644);
	octal(header.size, sizeof header.size, records->n);
	header.typeflag = 'x';
	put_header(snapshot, &header);
	put(snapshot, records->p, records->n);
	pad(snapshot, records->n);
}

static char type_of(mode_t mode)
{
	return S_ISDIR(mode) ? '5' : S_ISLNK(mode) ? '2' : S_ISFIFO(mode) ? '6' : S_ISCHR(mode) ? '3'
	       : S_ISBLK(mode) ? '4' : '0';
}

static bool ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

void snapshot_entry(struct snapshot *snapshot, struct str path, const struct fs_look *look, struct str target)
{
	struct buf records = BUF_INIT, name = BUF_INIT;
	struct ustar header;
	char number[24];

	if (snapshot->fd < 0)
		return;
	memset(&header, 0, sizeof header);
	header.typeflag = type_of(look->mode);
	snapshot->size = snapshot->left = header.typeflag == '0' ? look->size : 0;
	buf_addstr(&name, path);
	if (header.typeflag == '5')
		buf_addc(&name, '/');
	if (!fill_name(&header, buf_str(&name)) || !ascii(path))
		pax_record(&records, "path", buf_str(&name));
	if (target.n > sizeof header.linkname || !ascii(target))
		pax_record(&records, "linkpath", target);
	memcpy(header.linkname, target.p ? target.p : "",
	       target.n < sizeof header.linkname ? target.n : sizeof header.linkname);
	octal(header.mode, sizeof header.mode, look->mode & 07777);
	if (!octal(header.size, sizeof header.size, snapshot->size)) {
		snprintf(number, sizeof number, "%llu", (unsigned long long)snapshot->size);
		pax_record(&records, "size", str_of(number));
	}
	if (header.typeflag == '3' || header.typeflag == '4') {
		octal(header.devmajor, sizeof header.devmajor, major(look->device));
		octal(header.devminor, sizeof header.devminor, minor(look->device));
	}
	if (records.n)
		put_pax(snapshot, &records);
	put_header(snapshot, &header);
	buf_release(&records);
	buf_release(&name);
}

void snapshot_content(struct snapshot *snapshot, const void *bytes, size_t n)
{
	if (snapshot->fd < 0)
		return;
	if (n > snapshot->left)
		n = (size_t)snapshot->left;
	put(snapshot, bytes, n);
	snapshot->left -= n;
}

bool snapshot_close(struct snapshot *snapshot)
{
	if (snapshot->fd < 0)
		return true;
	pad(snapshot, snapshot->size);
	return snapshot->left == 0;
}

int snapshot_end(struct snapshot *snapshot)
{
	static const char end[2 * BLOCK];

	put(snapshot, end, sizeof end);
	flush(snapshot);
	buf_release(&snapshot->buffer);
	errno = snapshot->failure;
	return snapshot->failure ? -1 : 0;
}
