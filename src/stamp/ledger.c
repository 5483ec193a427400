/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/ledger.h"

#include "base/fs.h"

#include <errno.h>

void ledger_publish(struct arena *arena, const struct place *place, const char *file, struct diag *diag)
{
	static const struct str mark = {"#: ", 3};
	struct buf text = BUF_INIT;
	struct seal seal;

	if (seal_load(place, arena, NULL, &seal) != RECORD_FINE)
		return;
	for (size_t i = 0; i < seal.line_count; i++) {
		if (!str_starts(seal.lines[i], mark))
			continue;
		buf_addstr(&text, str_slice(seal.lines[i], mark.n, seal.lines[i].n));
		buf_addc(&text, '\n');
	}
	if (text.n && fs_write(file, buf_str(&text), 0644) == FS_FAILED)
		diag_warning(diag, SPAN_NONE, "%s: the order of the stages cannot be written: %s", file, strerror(errno));
	buf_release(&text);
}
