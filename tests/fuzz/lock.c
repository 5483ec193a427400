/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: any bytes as a matrix.lock; what is written of it reads back as the same. */
#include "data/lock.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_text(struct lock *lock, struct arena *arena, struct diag *diag, struct str text)
{
	unsigned before = diag->errors;
	bool fine;

	lock_init(lock, arena);
	fine = lock_read(lock, diag, diag_source(diag, "l", text), text);
	if (fine == (diag->errors > before))
		abort();
	return fine;
}

static void check_again(const struct lock *lock, struct arena *arena, struct diag *diag)
{
	struct buf text = BUF_INIT, twice = BUF_INIT;
	struct lock again;

	lock_write(lock, &text);
	if (!read_text(&again, arena, diag, buf_str(&text)) || again.count != lock->count)
		abort();
	lock_write(&again, &twice);
	if (!str_eq(buf_str(&text), buf_str(&twice)))
		abort();
	for (size_t i = 0; i < lock->count; i++)
		if (!str_eq(lock_find(&again, lock->pins[i].name), lock->pins[i].digest))
			abort();
	lock_release(&again);
	buf_release(&text);
	buf_release(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct str text = {(const char *)data, size};
	struct arena arena;
	struct diag diag;
	struct lock lock;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	arena_init(&arena);
	diag_init(&diag, nowhere);
	if (read_text(&lock, &arena, &diag, text) && size)
		check_again(&lock, &arena, &diag);
	lock_release(&lock);
	diag_release(&diag);
	arena_release(&arena);
	return 0;
}
