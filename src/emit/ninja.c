/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/ninja.h"

#include "base/quote.h"
#include "data/lock.h"
#include "emit/writer.h"

/* --- Pieces --- */

void writer_check(struct writer *writer, struct str value, struct span at, const char *what)
{
	if (quote_ninja_fits(value))
		return;
	diag_error(writer->ninja->diag, at, "%s has a line break, which no Ninja file can carry", what);
	writer->fine = false;
}

void writer_path(struct writer *writer, struct str value)
{
	quote_ninja_path(writer->out, value);
}

void writer_stamp(struct writer *writer, struct str name, const char *suffix)
{
	buf_addstr(writer->out, buf_str(&writer->stamps));
	writer_path(writer, name);
	buf_adds(writer->out, suffix);
}

static void rule(struct writer *writer, const char *name, struct str command, const char *more)
{
	buf_addf(writer->out, "rule %s\n  command = ", name);
	buf_addstr(writer->out, command);
	buf_addf(writer->out, "\n%s", more);
}

static void __attribute__((format(printf, 4, 5)))
stamp_rule(struct writer *writer, const char *name, const char *more, const char *format, ...)
{
	struct buf command = BUF_INIT;
	va_list args;

	buf_addf(&command, "%s ", writer->ninja->stamp);
	va_start(args, format);
	buf_vaddf(&command, format, args);
	va_end(args);
	rule(writer, name, buf_str(&command), more);
	buf_release(&command);
}

/* --- Rules --- */

/* Where dtk-gen is not installed a tree that was committed stays as it is. */
static void regeneration_rule(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf command = BUF_INIT, escaped = BUF_INIT;

	if (strchr(ninja->gen, '/'))
		buf_addstr(&command, ninja->generator);
	else
		buf_addf(&command, "if command -v %s >/dev/null; then %.*s; else echo 'no %s: nothing is generated'; fi",
		         ninja->gen, STR_ARG(ninja->generator), ninja->gen);
	writer_check(writer, buf_str(&command), SPAN_NONE, "the command line of dtk-gen");
	quote_ninja_value(&escaped, buf_str(&command));
	rule(writer, "regen", buf_str(&escaped),
	     "  description = dtk-gen\n  generator = 1\n  restat = 1\n  depfile = ");
	quote_ninja_value(writer->out, ninja->tree);
	buf_adds(writer->out, "/.dep\n");
	buf_release(&escaped);
	buf_release(&command);
}

static void add_option(struct buf *words, const char *option, struct str value)
{
	if (!value.n)
		return;
	buf_adds(words, option);
	quote_shell(words, value);
	buf_addc(words, ' ');
}

/* Where pushes go. */
static void registry_options(const struct plan *plan, struct buf *words)
{
	add_option(words, "--registry ", plan->registry);
	if (plan->registry.n)
		add_option(words, "--repository ", plan->repository);
}

/* The options of pushes, with a blank behind. */
static void push_options(struct writer *writer, struct buf *out)
{
	const struct plan *plan = writer->plan;
	struct buf words = BUF_INIT;

	registry_options(plan, &words);
	add_option(&words, "--release ", plan->version);
	writer_check(writer, buf_str(&words), SPAN_NONE, "the registry or release");
	quote_ninja_value(out, buf_str(&words));
	buf_release(&words);
}

/* The options of builds that are no image's own: caches, and where key tags are. A blank behind each. */
static void build_options(struct writer *writer, struct buf *out)
{
	const struct plan *plan = writer->plan;
	const struct plan_cache *cache = &plan->cache;
	struct buf words = BUF_INIT;

	add_option(&words, "--cache-local ", cache->local);
	add_option(&words, "--cache-endpoint ", cache->endpoint);
	add_option(&words, "--cache-bucket ", cache->bucket);
	add_option(&words, "--cache-region ", cache->region);
	add_option(&words, "--cache-registry ", cache->registry);
	if (!str_is(cache->mode, "max"))
		add_option(&words, "--cache-mode ", cache->mode);
	if (plan->reuse) {
		buf_adds(&words, "--reuse ");
		registry_options(plan, &words);
	}
	writer_check(writer, buf_str(&words), SPAN_NONE, "the path or name of a cache");
	quote_ninja_value(out, buf_str(&words));
	buf_release(&words);
}

static void scan_options(struct writer *writer, struct buf *out)
{
	struct buf words = BUF_INIT;

	add_option(&words, "--scanner ", writer->plan->scanner);
	writer_check(writer, buf_str(&words), SPAN_NONE, "the scanner's command");
	quote_ninja_value(out, buf_str(&words));
	buf_release(&words);
}

/*
 * Variables of the whole file are few: Ninja looks each name that it meets up among them, several times an
 * edge.  For that reason the key edge has one variable too, $a: options and what follows `--`.
 */
static void image_rules(struct writer *writer, struct str client)
{
	const struct ninja *ninja = writer->ninja;
	const char *pool = ninja->plan->parallel ? "  pool = build\n" : "";
	struct buf options = BUF_INIT;
	char more[96];

	build_options(writer, &options);
	snprintf(more, sizeof more, "  description = build $out\n  restat = 1\n%s", pool);
	buf_addf(writer->out, "docker = -- %.*s %.*s\n", STR_ARG(client), STR_ARG(ninja->engine->verb));
	stamp_rule(writer, "hooks", "  description = hooks\n  depfile = $out.d\n  deps = gcc\n  restat = 1\n",
	           "hooks $out");
	stamp_rule(writer, "key", "  description = hash $in\n  depfile = $out.d\n  deps = gcc\n  restat = 1\n",
	           "key -f $in $out $a");
	stamp_rule(writer, "image", more, "build %s$out $v", buf_str(&options).p);
	buf_release(&options);
	stamp_rule(writer, "test", "  description = test $out\n  restat = 1\n", "test $o$out -- %.*s", STR_ARG(client));
	if (ninja->plan->rootfs_count)
		stamp_rule(writer, "rootfs", "  description = rootfs $out\n  restat = 1\n", "rootfs $o");
}

/* What compares images with the pins, and what moves those; TREE and CLIENT are escaped. */
static void lock_rules(struct writer *writer, const char *tree, struct str client)
{
	const struct plan *plan = writer->plan;
	const char *more = "  description = $out\n  pool = console\n";
	struct buf word = BUF_INIT, lock = BUF_INIT;

	quote_shell(&word, plan->lock);
	writer_check(writer, buf_str(&word), SPAN_NONE, "the path of " LOCK_FILE);
	quote_ninja_value(&lock, buf_str(&word));
	stamp_rule(writer, "verify", "  description = verify\n  pool = console\n", "verify --lock %s %s/stamps -- %.*s",
	           lock.p, tree, STR_ARG(client));
	stamp_rule(writer, "update-bases", more, "update-bases %s%s %s/" NINJA_BASES " -- %.*s",
	           plan->part ? "--part " : "", lock.p, tree, STR_ARG(client));
	buf_release(&lock);
	buf_release(&word);
}

/* Those of actions, which name the client without a verb: on an image's stamp, on a list of stamps, on all. */
static void action_rules(struct writer *writer, struct str client)
{
	struct buf tree = BUF_INIT, escaped = BUF_INIT, push = BUF_INIT, scan = BUF_INIT;
	const char *console = "  description = $out\n  pool = console\n", *options;

	push_options(writer, &push);
	options = buf_str(&push).p;
	stamp_rule(writer, "push", console, "push %s$out $in$t -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "push-list", console, "push %s$out @$in -- %.*s", options, STR_ARG(client));
	scan_options(writer, &scan);
	options = buf_str(&scan).p;
	stamp_rule(writer, "scan", console, "scan %s$in -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "scan-list", console, "scan %s@$in -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "save", console, "save $out $in -- %.*s", STR_ARG(client));
	stamp_rule(writer, "save-list", console, "save $out @$in -- %.*s", STR_ARG(client));
	quote_shell(&tree, writer->ninja->tree);
	quote_ninja_value(&escaped, buf_str(&tree));
	lock_rules(writer, escaped.p, client);
	stamp_rule(writer, "clean-images", "  description = clean-images\n  pool = console\n",
	           "clean-images %s/stamps -- %.*s", escaped.p, STR_ARG(client));
	buf_release(&scan);
	buf_release(&push);
	buf_release(&escaped);
	buf_release(&tree);
}

/* Our own rules, then the engine's; both have their say. */
static void lint_rule(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf generator = BUF_INIT, client = BUF_INIT, command = BUF_INIT;

	quote_ninja_value(&generator, ninja->generator);
	quote_ninja_value(&client, ninja->engine->client);
	buf_addf(&command, "%s -t lint; own=$$?; %s lint $in -- %s %.*s && exit $$own", generator.p, ninja->stamp,
	         client.p, STR_ARG(ninja->engine->verb));
	rule(writer, "lint", buf_str(&command), "  description = lint\n  pool = console\n");
	buf_release(&command);
	buf_release(&client);
	buf_release(&generator);
}

/* On what the client's builds leave behind; the verb tells whose. */
static void cache_rules(struct writer *writer, struct str client)
{
	static const char *const names[] = {"cache-usage", "cache-prune"};
	struct str verb = writer->ninja->engine->verb;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		stamp_rule(writer, names[i], "  description = $out\n  pool = console\n", "%s -- %.*s %.*s .", names[i],
		           STR_ARG(client), STR_ARG(verb));
}

static void stamp_rules(struct writer *writer)
{
	struct buf client = BUF_INIT;

	writer_check(writer, writer->ninja->engine->client, SPAN_NONE, "the engine's command line");
	quote_ninja_value(&client, writer->ninja->engine->client);
	image_rules(writer, buf_str(&client));
	action_rules(writer, buf_str(&client));
	cache_rules(writer, buf_str(&client));
	lint_rule(writer);
	buf_release(&client);
}

/* A rule that prints what the shell's COMMAND says. */
static void print_rule(struct writer *writer, const char *name, struct str command)
{
	struct buf escaped = BUF_INIT;

	quote_ninja_value(&escaped, command);
	rule(writer, name, buf_str(&escaped), "  description = $out\n  pool = console\n");
	buf_release(&escaped);
}

static void print_rules(struct writer *writer)
{
	static const char *const tools[] = {"graph", "status"};
	const struct ninja *ninja = writer->ninja;
	struct buf command = BUF_INIT;

	buf_adds(&command, "cat ");
	quote_shell(&command, ninja->tree);
	buf_adds(&command, "/.help");
	print_rule(writer, "help", buf_str(&command));
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		buf_clear(&command);
		buf_addf(&command, "%.*s -t %s", STR_ARG(ninja->generator), tools[i]);
		print_rule(writer, tools[i], buf_str(&command));
	}
	if (ninja->plan->run_count)
		rule(writer, "run", STR("sh $in"), "  description = $out\n  pool = console\n");
	buf_release(&command);
}

/* --- Top --- */

static void header(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf *out = writer->out;

	buf_addf(out, "# Written by dtk-gen from %.*s; edits are lost.\n", STR_ARG(ninja->source));
	buf_adds(out, "ninja_required_version = 1.9\nbuilddir = ");
	quote_ninja_value(out, ninja->tree);
	buf_adds(out, "/stamps\n");
	if (ninja->configured)
		buf_adds(out, "include config.ninja\n");
	if (ninja->plan->parallel)
		buf_addf(out, "pool build\n  depth = %u\n", ninja->plan->parallel);
	regeneration_rule(writer);
	stamp_rules(writer);
	print_rules(writer);
}

static bool is_outside(struct str path)
{
	return str_starts(path, STR("/")) || str_starts(path, STR("../")) || str_is(path, "..");
}

/*
 * The name of a regeneration's dependency: through the link, so that it is no target's.  What lies outside
 * the project is none, and Ninja would fold the link away.
 */
static void watched(const struct ninja *ninja, struct str name, struct buf *out)
{
	if (!is_outside(name)) {
		buf_addstr(out, ninja->tree);
		buf_adds(out, "/.root/");
	}
	buf_addstr(out, name);
}

static void regeneration(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct buf *out = writer->out, *text = &writer->text;

	buf_adds(out, "build ");
	writer_path(writer, ninja->manifest);
	buf_adds(out, " | ");
	writer_path(writer, ninja->tree);
	buf_adds(out, "/.files: regen");
	if (ninja->configured)
		buf_adds(out, " | dtk-gen dtk-stamp");
	buf_addc(out, '\n');
	for (size_t i = 0; i < ninja->input_count; i++) {
		buf_clear(text);
		watched(ninja, ninja->inputs[i], text);
		buf_adds(out, "build ");
		writer_path(writer, buf_str(text));
		buf_adds(out, ": phony\n");
	}
	buf_adds(out, "build ");
	writer_path(writer, ninja->tree);
	buf_adds(out, "/.always: phony\n");
}

void ninja_depfile(const struct ninja *ninja, struct buf *out)
{
	struct buf name = BUF_INIT;

	quote_depfile(out, ninja->manifest);
	buf_adds(out, ":");
	for (size_t i = 0; i <= ninja->input_count; i++) {
		buf_clear(&name);
		watched(ninja, i < ninja->input_count ? ninja->inputs[i] : ninja->tree, &name);
		buf_adds(out, " \\\n ");
		quote_depfile(out, buf_str(&name));
	}
	if (ninja->always) {
		buf_adds(out, " \\\n ");
		quote_depfile(out, ninja->tree);
		buf_adds(out, "/.always");
	}
	buf_addc(out, '\n');
	buf_release(&name);
}

/* --- Images --- */

/* A line of a Ninja file holds no line break: a command is given line by line. */
static void command_words(const char *option, struct str command, struct buf *out)
{
	for (size_t at = 0, end; at < command.n; at = end + 1) {
		end = str_find(command, '\n', at);
		buf_adds(out, option);
		quote_shell(out, str_slice(command, at, end));
		buf_addc(out, ' ');
	}
}

/* What runs around a build of IMAGE alone: both of its edges know it. */
static void hook_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *text = &writer->text;
	size_t before = text->n;

	command_words("--before ", image->before, text);
	command_words("--after ", image->after, text);
	writer_check(writer, str_slice(buf_str(text), before, text->n), image->span, "a command around the build");
}

/* Where the key is looked for, a context of its own and parents' ONBUILD triggers; and what enters the image. */
static void key_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *text = &writer->text;
	size_t before;

	buf_clear(text);
	if (!str_is(image->context, ".")) {
		buf_adds(text, "-C ");
		quote_shell(text, image->context);
		buf_addc(text, ' ');
	}
	for (size_t i = 0; i < image->onbuild_count; i++) {
		buf_adds(text, "--onbuild ");
		quote_shell(text, image->onbuild[i]);
		buf_addc(text, ' ');
	}
	writer_check(writer, buf_str(text), image->span, "the context's path");
	hook_words(writer, image);
	buf_adds(text, "-- ");
	before = text->n;
	engine_arguments(writer->ninja->engine, image, text);
	if (text->n == strlen("-- "))
		return;
	writer_check(writer, str_slice(buf_str(text), before, text->n), image->span, "a build argument");
	buf_adds(writer->out, " a = ");
	quote_ninja_value(writer->out, buf_str(text));
	buf_addc(writer->out, '\n');
}

static void key_edge(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out;

	writer_check(writer, image->dockerfile, image->span, "the Dockerfile's path");
	buf_adds(out, "build ");
	writer_stamp(writer, image->name, ".key");
	buf_adds(out, ": key ");
	writer_path(writer, image->dockerfile);
	buf_adds(out, " | ");
	buf_addstr(out, buf_str(&writer->stamps));
	buf_adds(out, ".hooks");
	if (image->rootfs) {
		buf_addc(out, ' ');
		writer_path(writer, writer->plan->rootfs[image->rootfs - 1].file);
	}
	if (image->versioned)
		buf_adds(out, " " NINJA_VERSION);
	buf_addc(out, '\n');
	key_words(writer, image);
}

/* The ledger of stages, -p NAME=REF for each parent, then what follows `build`. */
static void image_words(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out, *text = &writer->text;

	buf_clear(text);
	buf_adds(text, image->uncached ? "--cache-off " : "");
	add_option(text, "--ledger ", image->ledger);
	for (size_t i = 0; i < image->parent_count; i++) {
		const struct plan_parent *parent = &image->parents[i];

		buf_adds(text, "-p ");
		quote_shell(text, writer->plan->images[parent->image].name);
		buf_addc(text, '=');
		quote_shell(text, parent->ref);
		buf_addc(text, ' ');
	}
	writer_check(writer, buf_str(text), image->span, "a parent's reference or a ledger's name");
	hook_words(writer, image);
	if (image->pull)
		buf_adds(text, "--pull-forced ");
	buf_adds(out, " v = ");
	quote_ninja_value(out, buf_str(text));
	buf_clear(text);
	if (engine_archives(writer->ninja->engine, image)) {
		buf_addf(text, "-- %.*s %.*s", STR_ARG(writer->ninja->engine->client),
		         STR_ARG(engine_verb(writer->ninja->engine, image)));
		quote_ninja_value(out, buf_str(text));
	} else {
		buf_adds(out, "$docker");
	}
	buf_addc(out, ' ');
	buf_clear(text);
	engine_arguments(writer->ninja->engine, image, text);
	quote_ninja_value(out, buf_str(text));
	buf_adds(out, text->n ? " " : "");
	buf_clear(text);
	engine_pins(image, text);
	engine_place(image, text);
	writer_check(writer, buf_str(text), image->span, "a tag or path");
	quote_ninja_value(out, str_slice(buf_str(text), 1, text->n));
	buf_addc(out, '\n');
}

static void image_edge(struct writer *writer, const struct plan_image *image)
{
	struct buf *out = writer->out;

	buf_adds(out, "build ");
	writer_stamp(writer, image->name, ".image");
	buf_adds(out, " | ");
	writer_stamp(writer, image->name, ".seal");
	buf_adds(out, ": image ");
	writer_stamp(writer, image->name, ".key");
	for (size_t i = 0; i < image->parent_count; i++) {
		buf_adds(out, i ? " " : " | ");
		writer_stamp(writer, writer->plan->images[image->parents[i].image].name, ".image");
	}
	buf_addc(out, '\n');
}

static bool any_versioned(const struct plan *plan)
{
	for (size_t i = 0; i < plan->image_count; i++)
		if (plan->images[i].versioned)
			return true;
	return false;
}

/*
 * The file is written where the version changed, and the keys that reach it wait for that.  They watch it under
 * another name, see watch.h, so that only a real dependency makes Ninja look at them in the same run.
 */
static void version_edge(struct writer *writer)
{
	struct buf tree = BUF_INIT, escaped = BUF_INIT, command = BUF_INIT;
	struct buf *out = writer->out;

	if (!any_versioned(writer->plan))
		return;
	quote_shell(&tree, writer->ninja->tree);
	quote_ninja_value(&escaped, buf_str(&tree));
	buf_addf(&command, "%s -C . -d %s/stamps/.version.d -o $out",
	         writer->ninja->configured ? "$genversion" : "genversion", escaped.p);
	rule(writer, "genversion", buf_str(&command), "  description = genversion\n  restat = 1\n  deps = gcc\n");
	buf_adds(out, "  depfile = ");
	quote_ninja_value(out, writer->ninja->tree);
	buf_adds(out, "/stamps/.version.d\nbuild " NINJA_VERSION ": genversion\n");
	buf_release(&command);
	buf_release(&escaped);
	buf_release(&tree);
}

static void images(struct writer *writer)
{
	version_edge(writer);
	buf_adds(writer->out, "build ");
	writer_stamp(writer, STR(".hooks"), ": hooks\n");
	for (size_t i = 0; i < writer->plan->image_count; i++) {
		key_edge(writer, &writer->plan->images[i]);
		image_edge(writer, &writer->plan->images[i]);
		image_words(writer, &writer->plan->images[i]);
	}
}

static void rootfs_edges(struct writer *writer)
{
	struct buf *text = &writer->text;

	for (size_t i = 0; i < writer->plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &writer->plan->rootfs[i];

		buf_clear(text);
		for (size_t j = 0; j < rootfs->command_count; j++) {
			buf_adds(text, j ? " " : "");
			quote_shell(text, rootfs->command[j]);
		}
		writer_check(writer, buf_str(text), SPAN_NONE, "a word of a rootfs");
		buf_adds(writer->out, "build ");
		writer_path(writer, rootfs->file);
		buf_adds(writer->out, ": rootfs\n o = ");
		quote_ninja_value(writer->out, buf_str(text));
		buf_addc(writer->out, '\n');
	}
}

static void writer_init(struct writer *writer, const struct ninja *ninja, struct buf *out)
{
	*writer = (struct writer){.ninja = ninja, .plan = ninja->plan, .out = out, .fine = true};
	map_init(&writer->names);
	quote_ninja_path(&writer->stamps, ninja->tree);
	buf_addstr(&writer->actions, buf_str(&writer->stamps));
	buf_adds(&writer->stamps, "/stamps/");
	buf_adds(&writer->actions, "/do/");
}

static void writer_release(struct writer *writer)
{
	buf_release(&writer->text);
	buf_release(&writer->actions);
	buf_release(&writer->stamps);
	map_release(&writer->names);
}

bool ninja_write(const struct ninja *ninja, struct buf *out)
{
	struct writer writer;

	writer_init(&writer, ninja, out);
	header(&writer);
	regeneration(&writer);
	rootfs_edges(&writer);
	images(&writer);
	writer_targets(&writer);
	writer_release(&writer);
	return writer.fine;
}
