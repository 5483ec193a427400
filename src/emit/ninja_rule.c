/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"
#include "data/lock.h"
#include "emit/writer.h"

/* Of what is asked for by name: it has the terminal. */
#define CONSOLE(words) "  description = " words "\n  pool = console\n"

/* Without the shell in between an edge is Ninja's own child, by which it knows the run that it belongs to. */
static void __attribute__((format(printf, 4, 5)))
stamp_rule(struct writer *writer, const char *name, const char *more, const char *format, ...)
{
	struct buf command = BUF_INIT;
	va_list args;

	buf_addf(&command, "exec %s ", writer->ninja->stamp);
	va_start(args, format);
	buf_vaddf(&command, format, args);
	va_end(args);
	writer_rule(writer, name, buf_str(&command), more);
	buf_release(&command);
}

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
	writer_rule(writer, "regen", buf_str(&escaped),
	     "  description = dtk-gen\n  generator = 1\n  restat = 1\n  depfile = ");
	quote_ninja_value(writer->out, ninja->tree);
	buf_adds(writer->out, "/.dep\n");
	buf_release(&escaped);
	buf_release(&command);
}

/* Where pushes go. */
static void registry_options(const struct plan *plan, struct buf *words)
{
	writer_option(words, "--registry ", plan->registry);
	if (plan->registry.n)
		writer_option(words, "--repository ", plan->repository);
}

/* The options of pushes, with a blank behind. */
static void push_options(struct writer *writer, struct buf *out)
{
	const struct plan *plan = writer->plan;
	struct buf words = BUF_INIT;

	registry_options(plan, &words);
	writer_option(&words, "--release ", plan->version);
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

	writer_option(&words, "--cache-local ", cache->local);
	writer_option(&words, "--cache-endpoint ", cache->endpoint);
	writer_option(&words, "--cache-bucket ", cache->bucket);
	writer_option(&words, "--cache-region ", cache->region);
	writer_option(&words, "--cache-registry ", cache->registry);
	if (!str_is(cache->mode, "max"))
		writer_option(&words, "--cache-mode ", cache->mode);
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

	writer_option(&words, "--scanner ", writer->plan->scanner);
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
	stamp_rule(writer, "hooks", "  description = look for build scripts\n  depfile = $out.d\n  deps = gcc\n"
	           "  restat = 1\n", "hooks $out");
	stamp_rule(writer, "key", "  description = hash $in\n  depfile = $out.d\n  deps = gcc\n  restat = 1\n",
	           "key -f $in $out $a");
	stamp_rule(writer, "image", more, "build %s$out $v", buf_str(&options).p);
	buf_release(&options);
	stamp_rule(writer, "tally", "  description = sum up\n  generator = 1\n", "tally $out");
	stamp_rule(writer, "test", "  description = test $out\n  restat = 1\n", "test $o$out -- %.*s", STR_ARG(client));
	if (ninja->plan->rootfs_count)
		stamp_rule(writer, "rootfs", "  description = make $out\n  restat = 1\n", "rootfs $o");
}

/* What compares images with the pins, and what moves those; TREE and CLIENT are escaped. */
static void lock_rules(struct writer *writer, const char *tree, struct str client)
{
	const struct plan *plan = writer->plan;
	struct buf word = BUF_INIT, lock = BUF_INIT;

	quote_shell(&word, plan->lock);
	writer_check(writer, buf_str(&word), SPAN_NONE, "the path of " LOCK_FILE);
	quote_ninja_value(&lock, buf_str(&word));
	stamp_rule(writer, "verify", CONSOLE("ask the engine about all images"), "verify --lock %s %s/stamps -- %.*s",
	           lock.p, tree, STR_ARG(client));
	stamp_rule(writer, "update-bases", CONSOLE("move the pins of base images"),
	           "update-bases %s%s %s/" NINJA_BASES " -- %.*s", plan->part ? "--part " : "", lock.p, tree,
	           STR_ARG(client));
	buf_release(&lock);
	buf_release(&word);
}

/* Those of actions, which name the client without a verb: on an image's stamp, on a list of stamps, on all. */
static void action_rules(struct writer *writer, struct str client)
{
	struct buf tree = BUF_INIT, escaped = BUF_INIT, push = BUF_INIT, scan = BUF_INIT;
	const char *options;

	push_options(writer, &push);
	options = buf_str(&push).p;
	stamp_rule(writer, "push", CONSOLE("push $in"), "push %s$out $in$t -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "push-list", CONSOLE("push all of $in"), "push %s$out @$in -- %.*s", options,
	           STR_ARG(client));
	scan_options(writer, &scan);
	options = buf_str(&scan).p;
	stamp_rule(writer, "scan", CONSOLE("scan $in"), "scan %s$in -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "scan-list", CONSOLE("scan all of $in"), "scan %s@$in -- %.*s", options, STR_ARG(client));
	stamp_rule(writer, "save", CONSOLE("save $in"), "save $out $in -- %.*s", STR_ARG(client));
	stamp_rule(writer, "save-list", CONSOLE("save all of $in"), "save $out @$in -- %.*s", STR_ARG(client));
	quote_shell(&tree, writer->ninja->tree);
	quote_ninja_value(&escaped, buf_str(&tree));
	lock_rules(writer, escaped.p, client);
	stamp_rule(writer, "clean-images", CONSOLE("remove the images"),
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
	writer_rule(writer, "lint", buf_str(&command), CONSOLE("check the Dockerfiles"));
	buf_release(&command);
	buf_release(&client);
	buf_release(&generator);
}

/* On what the client's builds leave behind; the verb tells whose. */
static void cache_rules(struct writer *writer, struct str client)
{
	struct str verb = writer->ninja->engine->verb;

	stamp_rule(writer, "cache-usage", CONSOLE("look at what builds left"), "cache-usage -- %.*s %.*s .",
	           STR_ARG(client), STR_ARG(verb));
	stamp_rule(writer, "cache-prune", CONSOLE("remove old build cache"), "cache-prune -- %.*s %.*s .",
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

/* A rule that prints what the shell's COMMAND says; MORE is its description and pool. */
static void print_rule(struct writer *writer, const char *name, const char *more, struct str command)
{
	struct buf escaped = BUF_INIT;

	quote_ninja_value(&escaped, command);
	writer_rule(writer, name, buf_str(&escaped), more);
	buf_release(&escaped);
}

/* A rule that makes something below TREE/reports, $d, with dtk-gen, and says where it is. */
static void __attribute__((format(printf, 4, 5)))
show_rule(struct writer *writer, const char *name, const char *more, const char *format, ...)
{
	struct buf command = BUF_INIT;
	va_list args;

	buf_adds(&command, "d=");
	quote_shell(&command, writer->ninja->tree);
	buf_adds(&command, "/reports; ");
	va_start(args, format);
	buf_vaddf(&command, format, args);
	va_end(args);
	print_rule(writer, name, more, buf_str(&command));
	buf_release(&command);
}

static void print_rules(struct writer *writer)
{
	const struct ninja *ninja = writer->ninja;
	struct str generator = ninja->generator;
	struct buf command = BUF_INIT;

	buf_adds(&command, "cat ");
	quote_shell(&command, ninja->tree);
	buf_adds(&command, "/" NINJA_HELP);
	print_rule(writer, "help", CONSOLE("list the targets"), buf_str(&command));
	buf_clear(&command);
	buf_addf(&command, "%.*s -t status", STR_ARG(generator));
	print_rule(writer, "status", CONSOLE("look at all images"), buf_str(&command));
	show_rule(writer, "report", CONSOLE("write a page about all images"),
	          "%.*s -t report -o \"$d/index.html\" && echo \"$d/index.html\"", STR_ARG(generator));
	show_rule(writer, "graph", CONSOLE("draw the graph"), "command -v dot >/dev/null || { echo \"error: there is "
	          "no dot, which draws the graph: install graphviz, or see 'ninja report', which draws it without\" >&2; "
	          "exit 1; }; "
	          "%.*s -t graph -o \"$d/graph.dot\" && dot -Tsvg -o \"$d/graph.new.svg\" \"$d/graph.dot\" && "
	          "mv \"$d/graph.new.svg\" \"$d/graph.svg\" && echo \"$d/graph.svg\"", STR_ARG(generator));
	if (ninja->plan->run_count)
		writer_rule(writer, "run", STR("sh $in"), CONSOLE("run $in"));
	buf_release(&command);
}

void writer_rules(struct writer *writer)
{
	regeneration_rule(writer);
	stamp_rules(writer);
	print_rules(writer);
}
