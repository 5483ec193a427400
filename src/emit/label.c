/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/label.h"

#include <stdio.h>

enum { LABEL_NUMBER = 24 }; /* bytes of "_NUMBER" at most */

static bool is_plain(char c, const char *more)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(more, c));
}

struct str label_fresh(struct arena *arena, struct map *taken, struct str name, const char *more, size_t longest)
{
	size_t length = longest && name.n > longest ? longest : name.n;
	char *text = arena_alloc(arena, length + LABEL_NUMBER);
	struct str made = {text, length};
	bool fresh = false;

	for (size_t i = 0; i < length; i++)
		text[i] = is_plain(name.p[i], more) ? name.p[i] : '_';
	for (unsigned number = 2; map_put(taken, made, &fresh), !fresh; number++)
		made.n = length + (size_t)snprintf(text + length, LABEL_NUMBER, "_%u", number);
	return made;
}
