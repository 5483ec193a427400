/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/scripts.h"

#include "base/fs.h"
#include "base/hash.h"
#include "base/moment.h"
#include "client/record.h"
#include "stamp/hook.h"
#include "stamp/watch.h"

#include <errno.h>

static bool describe(struct watch *watch, struct buf *text)
{
	struct arena arena;
	char digits[HASH_TEXT];
	struct str bytes;
	struct fs_look look;
	struct stat st;
	bool fine = true;

	arena_init(&arena);
	buf_adds(text, "dtk-hooks 1\n");
	for (size_t i = 0; i < HOOK_COUNT && fine; i++) {
		if (stat(hook_scripts[i], &st) != 0)
			continue;
		fine = fs_read_arena(hook_scripts[i], &arena, &bytes) == 0;
		if (!fine) {
			diag_error(watch->diag, SPAN_NONE, "cannot read %s: %s", hook_scripts[i], strerror(errno));
			continue;
		}
		look = fs_look_of(&st);
		watch_path(watch, hook_scripts[i], &look);
		hash_text(hash_of(bytes), digits);
		buf_addf(text, "%s %s\n", digits, hook_scripts[i]);
	}
	arena_release(&arena);
	return fine;
}

int scripts_stamp(const char *out, struct diag *diag)
{
	struct timespec moment = moment_now();
	struct buf text = BUF_INIT;
	struct arena arena;
	struct place place;
	struct watch watch;
	bool fine;
	int result = -1;

	arena_init(&arena);
	place = place_of(&arena, out);
	fine = watch_begin(&watch, &place, diag, out);
	watch_path(&watch, ".", NULL);
	fine = describe(&watch, &text) && fine;
	if (fine)
		result = record_write(out, &text, &moment, diag);
	if (!watch_end(&watch, out))
		result = -1;
	buf_release(&text);
	arena_release(&arena);
	return result < 0 ? -1 : 0;
}
