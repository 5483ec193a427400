/* SPDX-License-Identifier: Apache-2.0 */
#include "action/clean.h"
#include "base/fs.h"
#include "base/map.h"
#include "cli/gen.h"
#include "client/place.h"
#include "client/words.h"
#include "emit/ninja.h"

#include <stdlib.h>
#include <unistd.h>

enum { CLEAN_DAYS = 30, CLEAN_DIGITS = 6 };

struct clean_options {
	const char *max_age;
	bool dry;
};

static const struct opt options_table[] = {
	{0, "max-age", "DAYS", "what is younger stays (default: 30)", OPT_TEXT, 0, offsetof(struct clean_options, max_age)},
	{'n', "dry-run", NULL, "only print what would go", OPT_FLAG, 0, offsetof(struct clean_options, dry)},
	OPT_HELP_ROW,
};

static bool read_days(const char *text, long long *days)
{
	struct str digits = str_of(text);

	*days = 0;
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
		*days = *days * 10 + (digits.p[i] - '0');
	}
	return digits.n > 0 && digits.n <= CLEAN_DIGITS;
}

struct keeping {
	struct arena *arena;
	struct map *keep;
};

static bool keep_stamp(void *context, struct str word)
{
	const struct keeping *keeping = context;
	struct place place;

	if (word.p[0] == '+' || word.p[0] == '%')
		return true;
	place = place_of(keeping->arena, arena_strndup(keeping->arena, word.p, word.n));
	map_put(keeping->keep, (struct str){arena_strndup(keeping->arena, place.name.p, place.name.n), place.name.n}, NULL);
	return true;
}

/*
 * The images of the plan, and those that the tree was generated for: whoever forgets an option here must not lose
 * what it names.
 */
static bool keep_images(struct gen *gen, struct map *keep)
{
	const char *list = path_join(&gen->arena, gen->plan->output, STR(NINJA_LIST "all"));
	struct keeping keeping = {&gen->arena, keep};
	struct buf word = BUF_INIT;
	bool fine = true;

	for (size_t i = 0; i < gen->plan->image_count; i++)
		map_put(keep, gen->plan->images[i].name, NULL);
	if (access(list, F_OK) == 0) {
		buf_addf(&word, "@%s", list);
		fine = words_each((const char *const[]){word.p, NULL}, &gen->diag, keep_stamp, &keeping);
	}
	buf_release(&word);
	return fine;
}

/* As builds have it: the environment's takes the place of the matrix's, or turns it off. */
static const char *cache_of(struct arena *arena, const struct plan *plan)
{
	const char *given = getenv("CACHE_LOCAL_PATH");

	if (given)
		return *given ? given : NULL;
	return plan->cache.local.n ? arena_strndup(arena, plan->cache.local.p, plan->cache.local.n) : NULL;
}

static bool clean(struct gen *gen, const struct clean_options *options, long long days)
{
	struct clean order = {.age = days * 24 * 3600, .dry = options->dry};
	struct map keep;
	bool fine;

	if (!gen_load(gen))
		return false;
	map_init(&keep);
	order.tree = gen->plan->output.p;
	order.cache = cache_of(&gen->arena, gen->plan);
	order.keep = &keep;
	fine = keep_images(gen, &keep) && clean_all(&order, &gen->diag) == 0;
	map_release(&keep);
	return fine;
}

static int run_clean(const struct opt_command *command, int argc, char **argv)
{
	struct clean_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	long long days = CLEAN_DAYS;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (options.max_age && !read_days(options.max_age, &days))
		return opt_wrong(command, "--max-age is a number of days, not '%s'", options.max_age);
	fine = clean(gen_current, &options, days);
	return gen_tell(gen_current) && fine ? 0 : 1;
}

const struct opt_command gen_clean_tool = GEN_TOOL(
	"clean", NULL, "remove old logs, reports and caches, and what is left of images that are gone",
	options_table, run_clean);
