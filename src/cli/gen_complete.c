/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "docker/lint.h"
#include "model/keys.h"

#include <unistd.h>

/* What the lines of the tree's list begin with, behind the name, where it is an image or a set of them. */
static const char *const sets[] = {"image ", "layer,", "group,", "sequence,", "every image", NULL};
static const char *const images[] = {"image ", NULL};
static const char *const sequences[] = {"sequence,", NULL};

static bool begins(struct str text, const char *const *words)
{
	for (; *words; words++)
		if (str_starts(text, str_of(*words)))
			return true;
	return false;
}

/* From the tree as it is: completion has no time for a matrix, and nobody reads its errors. */
static void offer_targets(struct complete *complete, const char *const *kinds)
{
	const struct gen_options *options = complete->into;
	struct buf text = BUF_INIT;
	struct str all;

	if ((options->directory && chdir(options->directory) != 0) || gen_written(options, &text) != 0)
		text.n = 0;
	all = buf_str(&text);
	for (size_t at = 0, end, name; at < all.n; at = end + 1) {
		struct str summary;

		end = str_find(all, '\n', at);
		name = str_find(str_slice(all, 0, end), ' ', at);
		summary = str_trim(str_slice(all, name, end));
		if (begins(summary, kinds))
			complete_offer(complete, str_slice(all, at, name), summary);
	}
	buf_release(&text);
}

static void offer_keys(struct complete *complete)
{
	for (size_t i = 0; i < keys_count; i++)
		if (keys_table[i].sections & KEYS_TOP)
			complete_offer(complete, str_of(keys_table[i].name), str_of(keys_table[i].help));
}

static void names(struct complete *complete, const char *kind)
{
	if (strcmp(kind, "TARGET") == 0)
		offer_targets(complete, sets);
	else if (strcmp(kind, "IMAGE") == 0)
		offer_targets(complete, images);
	else if (strcmp(kind, "SEQUENCE") == 0)
		offer_targets(complete, sequences);
	else if (strcmp(kind, "KEY") == 0)
		offer_keys(complete);
	else if (strcmp(kind, "RULE") == 0)
		for (size_t i = 0; i < LINT_RULES; i++)
			complete_offer(complete, str_of(lint_names[i].name), str_of(lint_names[i].summary));
}

void gen_complete(const struct opt_command *command, int argc, char **argv)
{
	struct gen_options options = {0};
	struct complete complete = {
		.program = command, .commands = gen_tools, .command_count = gen_tool_count, .into = &options,
		.names = names, .out = stdout,
	};

	complete_words(&complete, argc, argv);
}
