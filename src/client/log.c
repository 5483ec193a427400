/* SPDX-License-Identifier: Apache-2.0 */
#include "client/log.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LOG_TAIL = 40, LOG_TAIL_BYTES = 65536 };

bool log_open(struct log *log, struct arena *arena, const struct place *place, const char *ending,
              struct diag *diag)
{
	const char *dir = place_tree(arena, place, "logs");
	struct place logs = {dir, place->tree, place->name};

	*log = (struct log){place_stamp(arena, &logs, ending), -1};
	if (fs_mkdirs(dir) == 0)
		log->fd = open(log->path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	if (log->fd < 0)
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", log->path, strerror(errno));
	return log->fd >= 0;
}

size_t log_size(const struct log *log)
{
	struct stat st;

	return fstat(log->fd, &st) == 0 ? (size_t)st.st_size : 0;
}

static void show_tail(struct str text)
{
	size_t from = text.n, lines = 0;

	for (; from > 0 && text.n - from < LOG_TAIL_BYTES; from--)
		if (text.p[from - 1] == '\n' && from < text.n && ++lines == LOG_TAIL)
			break;
	fwrite(text.p + from, 1, text.n - from, stderr);
	if (text.n && text.p[text.n - 1] != '\n')
		putc('\n', stderr);
}

void log_show(const struct log *log, struct str name)
{
	struct buf text = BUF_INIT;

	if (fs_read(log->path, &text) == 0)
		show_tail(buf_str(&text));
	fprintf(stderr, "dtk: %.*s: the whole log is %s\n", STR_ARG(name), log->path);
	buf_release(&text);
}

void log_close(struct log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	log->fd = -1;
}
