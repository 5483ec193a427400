/* SPDX-License-Identifier: Apache-2.0 */
#include "action/build.h"
#include "action/trial.h"
#include "cli/stamp_commands.h"
#include "client/rootfs.h"
#include "stamp/edge.h"
#include "stamp/scripts.h"
#include "stamp/tally.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof (array)[0])

/* Ends a sub-command: the exit status. */
static int finish(struct diag *diag, int result)
{
	diag_release(diag);
	return result == 0 ? 0 : 1;
}

/* Lines that make one text, each an option of its own: no line of a Ninja file can hold a line break. */
static const char *joined(const struct opt_list *lines, struct buf *text)
{
	for (size_t i = 0; i < lines->count; i++) {
		buf_adds(text, i ? "\n" : "");
		buf_adds(text, lines->items[i]);
	}
	return lines->count ? buf_str(text).p : NULL;
}

/* What runs around a build of one image; the first member of the options that have it. */
struct hook_options {
	const char *env;
	struct opt_list before, after;
	struct buf before_text, after_text;
};

#define HOOK_OPTIONS(type) \
	{0, "env", "FILE", "the environment script of the hooks", OPT_TEXT, 0, offsetof(type, hooks.env)}, \
	{0, "before", "LINE", "of a command for sh before a build; may be repeated", OPT_LIST, 0, \
	 offsetof(type, hooks.before)}, \
	{0, "after", "LINE", "likewise, after a build that succeeded", OPT_LIST, 0, offsetof(type, hooks.after)}

/* Valid until hooks_free. */
static struct hooks hooks_of(struct hook_options *options)
{
	return (struct hooks){options->env, joined(&options->before, &options->before_text),
	                      joined(&options->after, &options->after_text)};
}

static void hooks_free(struct hook_options *options)
{
	opt_list_free(&options->before);
	opt_list_free(&options->after);
	buf_release(&options->before_text);
	buf_release(&options->after_text);
}

struct key_options {
	struct hook_options hooks;
	const char *context, *dockerfile;
	struct opt_list onbuild;
};

static const struct opt key_table[] = {
	{'C', "context", "DIR", "the directory of the build context", OPT_TEXT, 0,
	 offsetof(struct key_options, context)},
	{'f', "file", "FILE", "the Dockerfile", OPT_TEXT, 0, offsetof(struct key_options, dockerfile)},
	{0, "onbuild", "FILE", "a parent's Dockerfile that has ONBUILD", OPT_LIST, 0,
	 offsetof(struct key_options, onbuild)},
	HOOK_OPTIONS(struct key_options),
	OPT_HELP_ROW,
};

static int run_key(const struct opt_command *command, int argc, char **argv)
{
	struct key_options options = {.context = "."};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, 1);
	struct diag diag;

	if (status < 0 && !options.dockerfile)
		status = opt_wrong(command, "-f FILE is missing");
	if (status < 0) {
		struct edge_key order = {
			args.operands[0], options.context, options.dockerfile, stamp_list(&options.onbuild),
			hooks_of(&options.hooks), stamp_rest(&args),
		};

		diag_init(&diag, stderr);
		status = finish(&diag, edge_key(&order, &diag));
	}
	opt_list_free(&options.onbuild);
	hooks_free(&options.hooks);
	return status;
}

struct build_options {
	struct build_image order;
	struct hook_options hooks;
	struct opt_list parents;
};

#define ORDER(field) offsetof(struct build_options, order.field)

static const struct opt build_table[] = {
	{'p', "parent", "NAME=REF", "a parent of the same matrix, and how the Dockerfile names it", OPT_LIST, 0,
	 offsetof(struct build_options, parents)},
	{0, "pull-forced", NULL, "a forced build pulls images from elsewhere first", OPT_FLAG, 0, ORDER(pull)},
	{0, "ledger", "FILE", "write there in which order its stages were built", OPT_TEXT, 0, ORDER(ledger)},
	{0, "cache-local", "DIR", "a directory to keep caches in", OPT_TEXT, 0, ORDER(caches.local)},
	{0, "cache-endpoint", "HOST", "where the bucket is, if not at AWS", OPT_TEXT, 0, ORDER(caches.endpoint)},
	{0, "cache-bucket", "NAME", "a bucket of S3 to keep caches in", OPT_TEXT, 0, ORDER(caches.bucket)},
	{0, "cache-region", "NAME", "the bucket's region", OPT_TEXT, 0, ORDER(caches.region)},
	{0, "cache-registry", "REGISTRY", "a registry to keep caches in", OPT_TEXT, 0, ORDER(caches.registry)},
	{0, "cache-mode", "MODE", "max (default) or min: what is kept", OPT_TEXT, 0, ORDER(caches.mode)},
	{0, "cache-off", NULL, "keep no cache, whatever the environment says", OPT_FLAG, 0, ORDER(caches.off)},
	{0, "reuse", NULL, "pull the image by its key tag where a registry has it", OPT_FLAG, 0, ORDER(reuse)},
	{0, "registry", "REGISTRY", "where pushes go, and with them key tags", OPT_TEXT, 0, ORDER(registry)},
	{0, "repository", "PREFIX", "what of a tag the registry takes the place of", OPT_TEXT, 0, ORDER(repository)},
	HOOK_OPTIONS(struct build_options),
	OPT_HELP_ROW,
};

static int run_build(const struct opt_command *command, int argc, char **argv)
{
	struct build_options options = {0};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, 1);
	struct diag diag;

	for (size_t i = 0; status < 0 && i < options.parents.count; i++)
		if (!strchr(options.parents.items[i], '='))
			status = opt_wrong(command, "-p %s is not NAME=REF", options.parents.items[i]);
	if (status < 0) {
		options.order.out = args.operands[0];
		options.order.parents = stamp_list(&options.parents);
		options.order.hooks = hooks_of(&options.hooks);
		options.order.words = stamp_rest(&args);
		diag_init(&diag, stderr);
		status = finish(&diag, build_image(&options.order, &diag));
	}
	opt_list_free(&options.parents);
	hooks_free(&options.hooks);
	return status;
}


static int run_hooks(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 1, 1);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	return finish(&diag, scripts_stamp(args.operands[0], &diag));
}

static int run_tally(const struct opt_command *command, int argc, char **argv)
{
	struct opt_args args;
	char nothing;
	int status = stamp_parse(command, argc, argv, &nothing, &args, 1, 1);
	struct diag diag;

	if (status >= 0)
		return status;
	diag_init(&diag, stderr);
	return finish(&diag, tally_show(args.operands[0], &diag));
}

static const struct opt rootfs_table[] = {
	{0, "suite", "SUITE", "the release: bookworm, trixie, ...", OPT_TEXT, 0, offsetof(struct rootfs, suite)},
	{0, "variant", "VARIANT", "what mmdebstrap installs (default: minbase)", OPT_TEXT, 0,
	 offsetof(struct rootfs, variant)},
	{0, "include", "NAME,NAME", "packages besides", OPT_TEXT, 0, offsetof(struct rootfs, include)},
	{0, "pin", "DIGEST", "what the file has to be: sha256:...", OPT_TEXT, 0, offsetof(struct rootfs, pin)},
	{0, "epoch", "SECONDS", "no time in it is later (default: " ROOTFS_EPOCH ")", OPT_TEXT, 0,
	 offsetof(struct rootfs, epoch)},
	OPT_HELP_ROW,
};

static int run_rootfs(const struct opt_command *command, int argc, char **argv)
{
	struct rootfs options = {.variant = "minbase", .epoch = ROOTFS_EPOCH};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, 1);
	struct diag diag;

	if (status >= 0)
		return status;
	if (!options.suite)
		return opt_wrong(command, "--suite SUITE is missing");
	options.out = args.operands[0];
	diag_init(&diag, stderr);
	return finish(&diag, rootfs_make(&options, &diag));
}

struct test_options {
	const char *health, *shell;
	struct opt_list exec;
	unsigned limit;
};

static const struct opt test_table[] = {
	{0, "health", "COMMAND", "health check, instead of the image's own", OPT_TEXT, 0,
	 offsetof(struct test_options, health)},
	{0, "test", "COMMAND", "test, for the image's shell", OPT_TEXT, 0, offsetof(struct test_options, shell)},
	{0, "word", "WORD", "a word of the test where there is no shell", OPT_LIST, 0,
	 offsetof(struct test_options, exec)},
	{0, "limit", "SECONDS", "for the test, and for becoming healthy (default: 300)", OPT_NUMBER, 0,
	 offsetof(struct test_options, limit)},
	OPT_HELP_ROW,
};

static int run_test(const struct opt_command *command, int argc, char **argv)
{
	struct test_options options = {.limit = 300};
	struct opt_args args;
	int status = stamp_parse(command, argc, argv, &options, &args, 1, 1);
	struct diag diag;

	if (status < 0) {
		struct trial trial = {
			args.operands[0], options.health, options.shell, stamp_list(&options.exec), options.limit,
			stamp_rest(&args),
		};

		diag_init(&diag, stderr);
		status = finish(&diag, trial_run(&trial, &diag));
	}
	opt_list_free(&options.exec);
	return status;
}

const struct opt_command stamp_edge_commands[] = {
	{"dtk-stamp key", "key", "OUT [-- OPTION...]", "hash everything that enters an image", key_table,
	 COUNT(key_table), true, run_key},
	{"dtk-stamp build", "build", "OUT -- [NAME=VALUE...] docker [--host H] build OPTION... CONTEXT",
	 "build an image if it is not as it was sealed", build_table, COUNT(build_table), true, run_build},
	{"dtk-stamp test", "test", "OUT -- [NAME=VALUE...] docker [--host H]", "test an image in a container", test_table,
	 COUNT(test_table), true, run_test},
	{"dtk-stamp hooks", "hooks", "OUT", "say which hook scripts there are", opt_help_only, COUNT(opt_help_only),
	 false, run_hooks},
	{"dtk-stamp tally", "tally", "OUT", "say what the run of Ninja did to a set of images", opt_help_only,
	 COUNT(opt_help_only), false, run_tally},
	{"dtk-stamp rootfs", "rootfs", "OUT", "make a Debian root file system", rootfs_table, COUNT(rootfs_table),
	 false, run_rootfs},
};
