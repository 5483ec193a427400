/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libFuzzer target: any bytes as a ledger, and any lines as the steps of one.  What is a ledger is written as it was
 * read; where nothing is wanted, nothing of it is left.
 */
#include "base/hash.h"
#include "model/ledger.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line without the carriage return that a reader leaves out. */
static struct str plain(struct arena *arena, struct str text)
{
	char *bytes = arena_alloc(arena, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
			bytes[n++] = text.p[i];
	}
	return (struct str){bytes, n};
}

static void check_order(struct arena *arena, const struct ledger *ledger)
{
	const struct ledger_want nothing = {.stage_count = 0};
	struct ledger order;

	ledger_order(arena, ledger, &nothing, &order);
	if (order.count)
		abort();
}

static void try(struct str text)
{
	struct buf written = BUF_INIT;
	struct ledger_fault fault;
	struct ledger ledger;
	struct arena arena;

	arena_init(&arena);
	if (ledger_read(&arena, text, &ledger, &fault)) {
		ledger_write(&ledger, &written);
		if (!str_eq(buf_str(&written), plain(&arena, text)))
			abort();
		check_order(&arena, &ledger);
	} else if (!fault.why || fault.offset > text.n || fault.length > text.n - fault.offset) {
		abort();
	}
	buf_release(&written);
	arena_release(&arena);
}

/* TEXT with what a ledger has before its lines. */
static void try_steps(struct str text)
{
	struct buf ledger = BUF_INIT;
	char digits[HASH_TEXT];

	buf_adds(&ledger, LEDGER_MAGIC "\n");
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		end = str_find(text, '\n', at);
		hash_text(hash_of(str_slice(text, at, end)), digits);
		buf_add(&ledger, digits, 8);
		buf_addc(&ledger, ' ');
		buf_addstr(&ledger, str_slice(text, at, end));
		buf_addc(&ledger, '\n');
	}
	try(buf_str(&ledger));
	buf_release(&ledger);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};

	try(text);
	try_steps(text);
	return 0;
}
