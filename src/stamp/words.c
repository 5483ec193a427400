/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/words.h"

#include "base/fs.h"

#include <errno.h>

/* Takes the next word of TEXT, from *AT on, to WORD; false where there is none. */
static bool next(struct str text, size_t *at, struct buf *word)
{
	bool quoted = false, some = false;

	buf_clear(word);
	for (; *at < text.n; ++*at) {
		char c = text.p[*at];

		if (c == '\'') {
			quoted = !quoted;
		} else if (!quoted && (c == ' ' || c == '\n')) {
			if (some)
				return true;
			continue;
		} else {
			if (!quoted && c == '\\' && *at + 1 < text.n)
				c = text.p[++*at];
			buf_addc(word, c);
		}
		some = true;
	}
	return some;
}

static bool each_of_file(const char *path, struct diag *diag, bool (*take)(void *context, struct str word),
                         void *context)
{
	struct buf text = BUF_INIT, word = BUF_INIT;
	bool fine = fs_read(path, &text) == 0;
	size_t at = 0;

	if (!fine)
		diag_error(diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
	while (text.n && next(buf_str(&text), &at, &word))
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
