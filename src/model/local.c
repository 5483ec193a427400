/* SPDX-License-Identifier: Apache-2.0 */
#include "model/local.h"

#include "base/fs.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static struct str kept(struct arena *arena, const char *text)
{
	return str_of(arena_strndup(arena, text, strlen(text)));
}

struct str local_user(struct arena *arena)
{
	static const char *const variables[] = {"LOGNAME", "USER"};
	const struct passwd *entry;

	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return kept(arena, value);
	}
	entry = getpwuid(getuid());
	return entry && entry->pw_name ? kept(arena, entry->pw_name) : STR("");
}

struct str local_project(struct arena *arena)
{
	char *here = realpath(".", NULL);
	struct str name = here ? path_base(str_of(here)) : STR("");
	char *kept = arena_strndup(arena, name.p, name.n);

	free(here);
	for (size_t i = 0; i < name.n; i++)
		if (kept[i] >= 'A' && kept[i] <= 'Z')
			kept[i] = (char)(kept[i] - 'A' + 'a');
	return (struct str){kept, name.n};
}
