/* SPDX-License-Identifier: Apache-2.0 */
#include "client/words.h"

#include "base/fs.h"

#include <errno.h>

static bool is_between(char c)
{
	return c != '\0' && strchr(" \t\n;|&()<>", c);
}

/* Skips what is between two words. */
static void skip(struct str text, size_t *at, char *between)
{
	char last = '\0';

	for (; *at < text.n && is_between(text.p[*at]); ++*at)
		if (text.p[*at] != ' ' && text.p[*at] != '\t')
			last = text.p[*at];
	if (between)
		*between = last;
}

bool words_next(struct str text, size_t *at, struct buf *word, char *between)
{
	char quote = '\0';
	size_t from;

	buf_clear(word);
	skip(text, at, between);
	for (from = *at; *at < text.n; ++*at) {
		char c = text.p[*at];

		if (!quote && is_between(c))
			break;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? '\0' : c;
			continue;
		}
		if (quote != '\'' && c == '\\' && *at + 1 < text.n)
			c = text.p[++*at];
		buf_addc(word, c);
	}
	return *at > from;
}

static bool each_of_file(const char *path, struct diag *diag, bool (*take)(void *context, struct str word),
                         void *context)
{
	struct buf text = BUF_INIT, word = BUF_INIT;
	bool fine = fs_read(path, &text) == 0;
	size_t at = 0;

	if (!fine)
		diag_error(diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
	while (text.n && words_next(buf_str(&text), &at, &word, NULL))
		fine = take(context, buf_str(&word)) && fine;
	buf_release(&word);
	buf_release(&text);
	return fine;
}

bool words_each(const char *const *given, struct diag *diag, bool (*take)(void *context, struct str word),
                void *context)
{
	bool fine = true;

	for (; *given; given++)
		fine = (**given == '@' ? each_of_file(*given + 1, diag, take, context)
		                       : take(context, str_of(*given))) && fine;
	return fine;
}

bool words_besides(struct str word)
{
	return word.n && memchr("+%=", word.p[0], 3);
}
