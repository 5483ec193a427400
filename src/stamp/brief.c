/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/brief.h"

/* How lines begin, longer beginnings first. */
static const struct {
	const char *start, *words;
	bool gone;
} kinds[] = {
	{"never built", "never built", false},
	{"its seal is damaged", "seal is damaged", false},
	{"the engine does not have it", "gone from engine", true},
	{"a base image changed", "base image changed", false},
	{"a build was forced", "build was forced", false},
	{"another image was given one of its tags", "tags to apply", false},
	{"inputs changed in order", "inputs changed", false},
	{"Dockerfile", "Dockerfile changed", false},
	{"argument", "arguments changed", false},
	{"hook", "hook scripts changed", false},
	{"script", "hook scripts changed", false},
	{"command", "hook commands changed", false},
	{"environment", "environment changed", false},
	{"base", "base image changed", false},
	{"tag", "tags to apply", false},
	{"file", "files changed", false},
	{"directory", "files changed", false},
	{"link", "files changed", false},
	{"pipe", "files changed", false},
	{"device", "files changed", false},
	{"mode", "files changed", false},
	{"type", "files changed", false},
};

struct brief brief_of(struct str lines)
{
	struct str line = str_slice(lines, 0, str_find(lines, '\n', 0));

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (str_starts(line, str_of(kinds[i].start)))
			return (struct brief){kinds[i].words, kinds[i].gone};
	if (str_starts(line, STR("parent ")))
		return (struct brief){str_ends(line, STR(" is built first")) ? "parent is stale" : "parent changed", false};
	return (struct brief){line.n ? "inputs changed" : "", false};
}
