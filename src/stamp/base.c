/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/base.h"

#include "base/fs.h"
#include "data/ref.h"

#include <errno.h>

bool base_moved(struct arena *arena, const struct ask_answer *answer, const struct seal_parent *sealed,
                struct str pin)
{
	struct str name = pin.n ? ref_at(arena, sealed->ref, pin) : sealed->ref;
	const struct ask_image *now = ask_find(arena, answer, name);

	if (pin.n && str_eq(sealed->id, pin))
		return false;
	if (!now)
		return pin.n > 0;
	return !str_eq(sealed->id, now->id)
		&& !(ref_is_digest(sealed->id)
		     && ask_same(now, ask_find(arena, answer, ref_at(arena, sealed->ref, sealed->id))));
}

struct str base_in_log(struct arena *arena, struct str log, struct str ref)
{
	static const char from[] = " FROM ";
	const char *at = log.n ? log.p : "";
	struct str wanted = ref_normal(arena, ref);

	while ((at = strstr(at, from)) != NULL) {
		size_t begin = (size_t)(at - log.p) + sizeof from - 1, end = begin, middle;
		struct str word;

		while (end < log.n && log.p[end] != ' ' && log.p[end] != '\n')
			end++;
		word = str_slice(log, begin, end);
		middle = str_find(word, '@', 0);
		at = log.p + end;
		if (ref_is_digest(str_slice(word, middle + 1, word.n))
		    && str_eq(ref_normal(arena, str_slice(word, 0, middle)), wanted))
			return str_slice(word, middle + 1, word.n);
	}
	return STR("");
}

bool base_pins(const char *path, struct lock *lock, struct diag *diag)
{
	struct str text;
	uint32_t source;
	bool fine;

	if (fs_read_arena(path, lock->arena, &text) != 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return true;
		diag_error(diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	source = diag_source(diag, path, text);
	fine = lock_read(lock, diag, source, text);
	diag_forget(diag, source);
	return fine;
}
