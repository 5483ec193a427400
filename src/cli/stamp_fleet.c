/* SPDX-License-Identifier: Apache-2.0 */
#include "action/audit.h"
#include "action/bases.h"
#include "action/keytag.h"
#include "action/push.h"
#include "action/save.h"
#include "action/stream.h"
#include "action/verify.h"
#include "base/human.h"
#include "cli/stamp_commands.h"
#include "client/review.h"
#include "client/usage.h"
#include "stamp/again.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof (array)[0])

static const struct opt push_table[] = {
	{0, "registry", "REGISTRY", "where to push to, instead of where the tags say", OPT_TEXT, 0,
	 offsetof(struct push, registry)},
	{0, "repository", "PREFIX", "what of a tag the registry takes the place of", OPT_TEXT, 0,
	 offsetof(struct push, repository)},
	{0, "release", "VERSION", "a tag to push beside each tag latest", OPT_TEXT, 0,
	 offsetof(struct push, release)},
	{0, "keys", NULL, "push by key tags as well", OPT_FLAG, 0, offsetof(struct push, keys)},
	OPT_HELP_ROW,
};

static int run_push(const struct opt_command *command, int argc, char **argv)
{
	struct push options = {0};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 2, SIZE_MAX);
	struct diag diag;

	if (status >= 0)
		return status;
	options.out = args.operands[0];
	options.stamps = (const char *const *)args.operands + 1;
	options.words = stamp_rest(&args);
	diag_init(&diag, stderr);
	status = keytag_only() ? 0 : push_all(&options, &diag);
	if (status == 0 && keytag_wanted(&options))
		status = keytag_push(&options, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

static const struct opt scan_table[] = {
	{0, "scanner", "COMMAND", "for sh, with IMAGE and REPORT set (default: trivy)", OPT_TEXT, 0,
	 offsetof(struct audit, scanner)},
	OPT_HELP_ROW,
};

static int run_scan(const struct opt_command *command, int argc, char **argv)
{
	struct audit options = {.scanner = AUDIT_SCANNER};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, SIZE_MAX);
	struct diag diag;

	if (status >= 0)
		return status;
	options.stamps = (const char *const *)args.operands;
	options.words = stamp_rest(&args);
	diag_init(&diag, stderr);
	status = audit_all(&options, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}


static int run_save(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 2, SIZE_MAX);
	struct save save;
	struct diag diag;

	if (status >= 0)
		return status;
	save = (struct save){args.operands[0], (const char *const *)args.operands + 1, stamp_rest(&args)};
	diag_init(&diag, stderr);
	status = save_images(&save, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

struct stream_options {
	struct stream stream;
	struct opt_list refs;
};

static const struct opt stream_table[] = {
	{0, "image", "REF", "an image of the engine's, beside those of the stamps", OPT_LIST, 0,
	 offsetof(struct stream_options, refs)},
	{0, "there", "FILE", "what the other side has: its layers are left out", OPT_TEXT, 0,
	 offsetof(struct stream_options, stream.there)},
	{0, "alike", NULL, "an image of the same date and layers is the same", OPT_FLAG, 0,
	 offsetof(struct stream_options, stream.alike)},
	{'n', "dry-run", NULL, "say what would be written", OPT_FLAG, 0, offsetof(struct stream_options, stream.dry)},
	{0, "progress", NULL, "say every few seconds how much it is", OPT_FLAG, 0,
	 offsetof(struct stream_options, stream.progress)},
	{0, "loader", "FILE", "gets the script that checks and loads it", OPT_TEXT, 0,
	 offsetof(struct stream_options, stream.loader)},
	OPT_HELP_ROW,
};

static int run_stream(const struct opt_command *command, int argc, char **argv)
{
	struct stream_options options = {.stream.there = NULL};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 0, SIZE_MAX);
	struct diag diag;

	if (status < 0 && args.operand_count + options.refs.count == 0)
		status = opt_wrong(command, "an image is needed");
	if (status < 0) {
		options.stream.stamps = (const char *const *)args.operands;
		options.stream.refs = stamp_list(&options.refs);
		options.stream.words = stamp_rest(&args);
		diag_init(&diag, stderr);
		status = stream_images(&options.stream, &diag) == 0 ? 0 : 1;
		diag_release(&diag);
	}
	opt_list_free(&options.refs);
	return status;
}

static int run_lint(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 1, SIZE_MAX);
	struct review review;
	struct diag diag;

	if (status >= 0)
		return status;
	review = (struct review){(const char *const *)args.operands, stamp_rest(&args)};
	diag_init(&diag, stderr);
	status = review_all(&review, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

struct again_options {
	bool force;
};

static const struct opt again_table[] = {
	{'f', "force", NULL, "they are built, whatever they were made of", OPT_FLAG, 0,
	 offsetof(struct again_options, force)},
	OPT_HELP_ROW,
};

static int run_again(const struct opt_command *command, int argc, char **argv)
{
	struct again_options options = {0};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, SIZE_MAX);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	status = again_all((const char *const *)args.operands, options.force, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

struct verify_options {
	const char *lock;
};

static const struct opt verify_table[] = {
	{0, "lock", "FILE", "pins to compare bases with: matrix.lock", OPT_TEXT, 0,
	 offsetof(struct verify_options, lock)},
	OPT_HELP_ROW,
};

static int run_verify(const struct opt_command *command, int argc, char **argv)
{
	struct verify_options options = {NULL};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, 1);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	status = verify_all(args.operands[0], options.lock, stamp_rest(&args), &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

static const struct opt bases_table[] = {
	{0, "part", NULL, "the list is not all that the matrix has", OPT_FLAG, 0, offsetof(struct bases, part)},
	OPT_HELP_ROW,
};

static int run_bases(const struct opt_command *command, int argc, char **argv)
{
	struct bases options = {0};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 2, 2);
	struct diag diag;

	if (status >= 0)
		return status;
	options.lock = args.operands[0];
	options.list = args.operands[1];
	options.words = stamp_rest(&args);
	diag_init(&diag, stderr);
	status = bases_update(&options, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

static int run_clean(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 1, 1);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	status = verify_clean(args.operands[0], stamp_rest(&args), &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

static int run_cache_usage(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 0, 0);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	status = usage_show(stamp_rest(&args), &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

struct prune_options {
	const char *age, *keep;
};

static const struct opt prune_table[] = {
	{0, "age", "TIME", "remove what was not used for so long (default: " USAGE_AGE ", unless --keep is given)",
	 OPT_TEXT, 0, offsetof(struct prune_options, age)},
	{0, "keep", "SIZE", "remove what is beyond, what was used last stays", OPT_TEXT, 0,
	 offsetof(struct prune_options, keep)},
	OPT_HELP_ROW,
};

/* An option's value, or the variable's where that is set to more than nothing. */
static const char *given(const char *option, const char *variable)
{
	const char *value = getenv(variable);

	return option ? option : value && *value ? value : NULL;
}

static int read_bounds(const struct opt_command *command, const struct prune_options *options,
                       struct usage_prune *order)
{
	const char *age = given(options->age, "DTK_PRUNE_AGE"), *keep = given(options->keep, "DTK_PRUNE_KEEP");

	order->age = order->keep = -1;
	if (!age && !keep)
		age = USAGE_AGE;
	if (age && !human_read_duration(str_of(age), &order->age))
		return opt_wrong(command, "'%s' is no time such as 168h or 7d", age);
	if (keep && !human_read_size(str_of(keep), &order->keep))
		return opt_wrong(command, "'%s' is no size such as 10GB", keep);
	return -1;
}

static int run_cache_prune(const struct opt_command *command, int argc, char **argv)
{
	struct prune_options options = {0};
	struct usage_prune order;
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 0, 0);
	struct diag diag;

	if (status < 0)
		status = read_bounds(command, &options, &order);
	if (status >= 0)
		return status;
	order.words = stamp_rest(&args);
	diag_init(&diag, stderr);
	status = usage_prune(&order, &diag);
	diag_release(&diag);
	return status == 0 ? 0 : 1;
}

const struct opt_command stamp_fleet_commands[] = {
	{"dtk-stamp again", "again", "X.image...", "have Ninja look at images again, or build them", again_table,
	 COUNT(again_table), false, run_again},
	{"dtk-stamp push", "push", "OUT X.image... [+X=TAG]... -- [NAME=VALUE...] docker [--host H]",
	 "publish images, all or none of them ready", push_table, COUNT(push_table), true, run_push},
	{"dtk-stamp scan", "scan", "X.image... -- [NAME=VALUE...] docker [--host H]",
	 "scan images, and keep the reports", scan_table, COUNT(scan_table), true, run_scan},
	{"dtk-stamp save", "save", "OUT X.image... -- [NAME=VALUE...] docker [--host H]",
	 "save images to an archive, with the script that loads it", opt_help_only, COUNT(opt_help_only), true, run_save},
	{"dtk-stamp stream", "stream", "[X.image...] -- [NAME=VALUE...] docker [--host H]",
	 "write an archive of images to standard output", stream_table, COUNT(stream_table), true, run_stream},
	{"dtk-stamp lint", "lint", "DOCKERFILE... -- [NAME=VALUE...] docker [--host H] build",
	 "have the engine check Dockerfiles, where it can", opt_help_only, COUNT(opt_help_only), true, run_lint},
	{"dtk-stamp verify", "verify", "STAMPS -- [NAME=VALUE...] docker [--host H]",
	 "compare all stamps with the engine and the inputs", verify_table, COUNT(verify_table), true, run_verify},
	{"dtk-stamp update-bases", "update-bases", "LOCK LIST -- [NAME=VALUE...] docker [--host H]",
	 "move the pins of base images to what the registries have", bases_table, COUNT(bases_table), true, run_bases},
	{"dtk-stamp clean-images", "clean-images", "STAMPS -- [NAME=VALUE...] docker [--host H]",
	 "remove the images' tags and stamps", opt_help_only, COUNT(opt_help_only), true, run_clean},
	{"dtk-stamp cache-usage", "cache-usage", "-- [NAME=VALUE...] docker [--host H] build .",
	 "print what builds left in the engine", opt_help_only, COUNT(opt_help_only), true, run_cache_usage},
	{"dtk-stamp cache-prune", "cache-prune", "-- [NAME=VALUE...] docker [--host H] build .",
	 "remove what builds left in the engine, by age and size", prune_table, COUNT(prune_table), true,
	 run_cache_prune},
};
