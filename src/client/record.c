/* SPDX-License-Identifier: Apache-2.0 */
#include "client/record.h"

#include "base/fs.h"
#include "base/hash.h"

#include <errno.h>
#include <unistd.h>

enum { SUM_LENGTH = 4 + HASH_TEXT }; /* "sum ", the digits, a line break */

void record_escape(struct buf *out, struct str value)
{
	size_t from = 0;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] != '\\' && value.p[i] != '\n')
			continue;
		buf_addstr(out, str_slice(value, from, i));
		buf_adds(out, value.p[i] == '\n' ? "\\n" : "\\\\");
		from = i + 1;
	}
	buf_addstr(out, str_slice(value, from, value.n));
}

struct str record_unescape(struct arena *arena, struct str value)
{
	char *out;
	size_t n = 0;

	if (str_find(value, '\\', 0) == value.n)
		return value;
	out = arena_alloc(arena, value.n);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\\' && i + 1 < value.n)
			c = value.p[++i] == 'n' ? '\n' : value.p[i];
		out[n++] = c;
	}
	return (struct str){out, n};
}

void record_add(struct buf *out, const char *word, struct str value)
{
	buf_adds(out, word);
	buf_addc(out, ' ');
	record_escape(out, value);
	buf_addc(out, '\n');
}

static void sum_line(struct str body, char line[SUM_LENGTH + 1])
{
	memcpy(line, "sum ", 4);
	hash_text(hash_of(body), line + 4);
	line[SUM_LENGTH - 1] = '\n';
	line[SUM_LENGTH] = '\0';
}

static bool whole(struct str text, const char *magic, struct str *body)
{
	char sum[SUM_LENGTH + 1];
	struct str first;

	if (text.n < SUM_LENGTH)
		return false;
	*body = str_slice(text, 0, text.n - SUM_LENGTH);
	sum_line(*body, sum);
	if (memcmp(sum, text.p + body->n, SUM_LENGTH) != 0)
		return false;
	return !magic || (record_line(body, &first) && str_is(first, magic));
}

enum record record_read(const char *path, const char *magic, struct arena *arena, struct diag *diag,
                        struct str *body)
{
	struct str text;

	if (fs_read_arena(path, arena, &text) != 0) {
		if (errno == ENOENT)
			return RECORD_MISSING;
		if (diag)
			diag_error(diag, SPAN_NONE, "%s: %s", path, strerror(errno));
		return RECORD_BROKEN;
	}
	if (whole(text, magic, body))
		return RECORD_FINE;
	if (!diag)
		return RECORD_BROKEN;
	unlink(path);
	diag_error(diag, SPAN_NONE, "%s was damaged and has been removed: run ninja again", path);
	return RECORD_BROKEN;
}

static int replace(const char *path, struct str bytes, const struct timespec *time)
{
	struct timespec times[2] = {{0, UTIME_OMIT}, {0, 0}};
	struct fs_temp temp;

	if (fs_temp_open(&temp, path) != 0)
		return -1;
	if (time)
		times[1] = *time;
	while (bytes.n) {
		ssize_t put = write(temp.fd, bytes.p, bytes.n);

		if (put < 0 && errno != EINTR)
			break;
		if (put > 0)
			bytes = str_slice(bytes, (size_t)put, bytes.n);
	}
	if (bytes.n || (time && futimens(temp.fd, times) != 0)) {
		fs_temp_drop(&temp);
		return -1;
	}
	return fs_temp_keep(&temp, path, 0644, false);
}

int record_write(const char *path, struct buf *body, const struct timespec *time, struct diag *diag)
{
	char sum[SUM_LENGTH + 1];

	sum_line(buf_str(body), sum);
	buf_add(body, sum, SUM_LENGTH);
	if (fs_same(path, buf_str(body), 0644))
		return 0;
	if (replace(path, buf_str(body), time) == 0)
		return 1;
	if (diag)
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	return -1;
}

bool record_line(struct str *rest, struct str *line)
{
	size_t end;

	if (rest->n == 0)
		return false;
	end = str_find(*rest, '\n', 0);
	*line = str_slice(*rest, 0, end);
	*rest = str_slice(*rest, end + 1, rest->n);
	return true;
}

struct str record_word(struct str *line)
{
	size_t end = str_find(*line, ' ', 0);
	struct str word = str_slice(*line, 0, end);

	*line = str_slice(*line, end + 1, line->n);
	return word;
}
