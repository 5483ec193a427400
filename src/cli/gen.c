/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen.h"

#include "base/meter.h"
#include "base/quote.h"
#include "emit/engine.h"
#include "model/name.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct gen_options, name)

static const struct opt table[] = {
	{'C', "directory", "DIR", "work there: the project's directory", OPT_TEXT, OPT_PASSING, FIELD(directory)},
	{0, "config", "FILE", "the matrix (default: matrices/build-matrix.yaml)", OPT_TEXT, 0, FIELD(config)},
	{0, "run-cfg", "FILE", "how images are run (default: docker/run.cfg)", OPT_TEXT, 0, FIELD(run_cfg)},
	{0, "templates", "DIR", "where templates are looked for first (default: templates)", OPT_TEXT, 0,
	 FIELD(templates)},
	{0, "output", "DIR", "where the tree goes (default: generated)", OPT_TEXT, 0, FIELD(output)},
	{0, "ninja", "FILE", "the Ninja file (default: build.ninja)", OPT_TEXT, 0, FIELD(ninja)},
	{0, "sequence", "SEQUENCE", "only this sequence, and others so named", OPT_LIST, 0, FIELD(sequences)},
	{0, "tag", "REF", "tag of the one image that there is", OPT_TEXT, 0, FIELD(tag)},
	{0, "engine", "docker|buildx|podman", "what builds (default: docker)", OPT_TEXT, 0, FIELD(engine)},
	{0, "host", "URL", "the engine's daemon", OPT_TEXT, 0, FIELD(host)},
	{0, "docker", "PROGRAM", "the engine's client (default: docker on PATH)", OPT_TEXT, 0, FIELD(docker)},
	{0, "jobs", "N", "builds at a time", OPT_NUMBER, 0, FIELD(jobs)},
	{0, "platform", "LIST", "what to build for", OPT_TEXT, 0, FIELD(platform)},
	{0, "registry", "HOST[/PATH]", "where pushes go", OPT_TEXT, 0, FIELD(registry)},
	{0, "release", "V", "push with this version beside latest", OPT_TEXT, 0, FIELD(release)},
	{0, "strict", NULL, "undefined variables and strange FROMs are errors", OPT_FLAG, 0, FIELD(strict)},
	{0, "repack", NULL, "stages of images in a fresh order, whatever their ledgers say", OPT_FLAG, OPT_PASSING,
	 FIELD(repack)},
	{0, "reuse", NULL, "pull an image by its key tag instead of building it", OPT_FLAG, 0, FIELD(reuse)},
	{0, "locked", NULL, "a base image without a pin in matrix.lock is an error", OPT_FLAG, 0, FIELD(locked)},
	{0, "summary", NULL, "print what the matrix holds, write nothing", OPT_FLAG, OPT_PASSING, FIELD(summary)},
	{0, "check", NULL, "write nothing, exit 1 where files differ", OPT_FLAG, OPT_PASSING, FIELD(check)},
	{'n', "dry-run", NULL, "print what would be written, write nothing", OPT_FLAG, OPT_PASSING, FIELD(dry_run)},
	{'v', "verbose", NULL, "say what is written", OPT_FLAG, OPT_PASSING, FIELD(verbose)},
	{'t', NULL, "TOOL", "run a tool (-t list)", OPT_TEXT, OPT_PASSING | OPT_LAST, FIELD(tool)},
	{0, "version", NULL, "print the version", OPT_VERSION, OPT_PASSING, 0},
	OPT_HELP_ROW,
};

static const struct opt_command command = {
	"dtk-gen", NULL, NULL, "Makes Dockerfiles, scripts and a Ninja file from a matrix and templates.", table,
	sizeof table / sizeof *table, false, NULL};

/* Of these paths all others are made: what Ninja cannot read in them would be in every line. */
static int check_paths(const struct gen_options *options)
{
	if (options->output && !quote_ninja_watches(str_of(options->output)))
		return opt_wrong(&command, "--output: Ninja cannot work with this name of a directory");
	if (options->ninja && !quote_ninja_watches(str_of(options->ninja)))
		return opt_wrong(&command, "--ninja: Ninja cannot work with this name of a file");
	if (options->docker && !options->docker[0])
		return opt_wrong(&command, "--docker: the name of a program is needed");
	return 0;
}

static int check_platforms(const char *list)
{
	struct str text = str_of(list ? list : "");

	for (size_t at = 0, end; at < text.n; at = end + 1) {
		end = str_find(text, ',', at);
		if (!name_is_platform(str_slice(text, at, end)))
			return opt_wrong(&command, "--platform is a list such as linux/amd64,linux/arm64, not '%s'", list);
	}
	return 0;
}

static int check_pushes(const struct gen_options *options)
{
	const char *why = NULL;
	size_t at;

	if (options->registry && options->registry[0])
		why = name_check_registry(str_of(options->registry), &at);
	if (why)
		return opt_wrong(&command, "--registry: '%s' cannot be a registry: %s", options->registry, why);
	if (options->release)
		why = name_check_version(str_of(options->release), &at);
	if (why)
		return opt_wrong(&command, "--release: '%s' cannot be a tag: %s", options->release, why);
	return 0;
}

static int check_options(const struct gen_options *options)
{
	bool known = !options->engine;

	for (unsigned i = 0; i < ENGINE_KINDS && !known; i++)
		known = strcmp(options->engine, engine_names[i]) == 0;
	if (!known)
		return opt_wrong(&command, "--engine is docker, buildx or podman, not '%s'", options->engine);
	if (check_paths(options) != 0 || check_pushes(options) != 0 || check_platforms(options->platform) != 0)
		return 2;
	if (options->check + options->dry_run + options->summary > 1)
		return opt_wrong(&command, "--check, --dry-run and --summary exclude each other");
	return 0;
}

static int run(struct gen *gen, struct opt_args *args, const char *dir)
{
	if (check_options(&gen->options) != 0)
		return 2;
	if (gen->options.directory && chdir(gen->options.directory) != 0) {
		fprintf(stderr, "error: %s: %s\n", gen->options.directory, strerror(errno));
		return 1;
	}
	gen_find_programs(gen, dir);
	if (!gen->options.verbose)
		meter_open("dtk-gen", STDERR_FILENO);
	return gen->options.tool ? gen_tool(gen, (int)args->rest_count, args->rest) : gen_generate(gen);
}

int main(int argc, char **argv)
{
	struct gen gen = {.command = &command};
	struct opt_args args;
	enum opt_parsed parsed;
	int status;

	if (complete_asked(argc, argv)) {
		gen_complete(&command, argc, argv);
		return 0;
	}
	umask(022);
	signal(SIGXFSZ, SIG_IGN);
	arena_init(&gen.arena);
	parsed = opt_parse(&command, argc - (argc > 0), argv + (argc > 0), &gen.options, &args);
	if (parsed == OPT_OK)
		status = run(&gen, &args, gen_program_dir(&gen, argv[0]));
	else
		status = parsed == OPT_DONE ? 0 : 2;
	gen_unload(&gen);
	opt_list_free(&gen.options.sequences);
	arena_release(&gen.arena);
	if (fflush(stdout) != 0 && status == 0) {
		perror("error: standard output");
		status = 1;
	}
	return status;
}
