/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/again.h"

#include "client/words.h"
#include "stamp/seal.h"

struct again {
	bool force;
};

static bool take(void *context, struct str word)
{
	const struct again *again = context;
	struct arena arena;
	struct place place;

	if (words_besides(word))
		return true;
	arena_init(&arena);
	place = place_of(&arena, arena_strndup(&arena, word.p, word.n));
	if (again->force)
		seal_force(&place);
	else
		seal_set_aside(&place, SEAL_LOOK);
	arena_release(&arena);
	return true;
}

int again_all(const char *const *stamps, bool force, struct diag *diag)
{
	struct again again = {force};

	return words_each(stamps, diag, take, &again) ? 0 : -1;
}
