/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLI_GEN_H
#define DTK_CLI_GEN_H

#include "base/hash.h"
#include "cli/complete.h"
#include "model/plan.h"

#include <time.h>

/* dtk-gen: what its parts share. */
struct gen_options {
	const char *directory, *config, *run_cfg, *templates, *output, *ninja, *tag;
	struct opt_list sequences;
	const char *engine, *host, *docker, *platform, *registry, *release;
	unsigned jobs;
	bool strict, reuse, locked, repack, summary, check, dry_run, verbose;
	const char *tool;
};

struct gen {
	struct gen_options options;
	const struct opt_command *command;
	struct arena arena;
	const char *self;      /* dtk-gen as the project calls it: "./dtk-gen", or "dtk-gen" from PATH */
	const char *stamp;     /* likewise */
	struct diag diag;
	FILE *messages;        /* where diag prints, shown by gen_tell */
	char *message_text;
	size_t message_size;
	struct plan *plan;     /* NULL until gen_load */
	struct timespec moment; /* before the inputs were read */
	struct str *inputs;    /* what regeneration watches: cleaned, each once */
	size_t input_count;
	bool always;           /* one of them cannot be watched */
	struct hash made;      /* the tree as it was written */
};

/* The whole of dtk-gen's work without -t; exit status. */
int gen_generate(struct gen *gen);

/* Reads the project's inputs into gen->plan; false after diagnostics. */
bool gen_load(struct gen *gen);
/* True where an input is younger than gen->moment or gone. */
bool gen_stale(const struct gen *gen);
/*
 * FILE, cleaned; instead of one that is not there the nearest directory that is; n = 0 where that is the
 * project's own, which changes with every run.
 */
struct str gen_watched_path(struct gen *gen, struct str file);
/* Below zero where A is the earlier one. */
int gen_by_time(struct timespec a, struct timespec b);

/* The absolute path without links in gen's arena; NULL where there is none. */
const char *gen_real_path(struct gen *gen, const char *path);
/* The directory of a program that was called by the path WORD; NULL for one from PATH. */
const char *gen_program_dir(struct gen *gen, const char *word);
/* How the project calls the programs of DIR: those below its directory by path, others by name. */
void gen_find_programs(struct gen *gen, const char *dir);
/* dtk-gen's own command line as it is recorded; whether it runs in a configured directory. */
struct str gen_generator(struct gen *gen);
bool gen_configured(const struct gen *gen);

/*
 * Where nothing has changed since a run that had nothing to say, reading all there is tells so: no plan is
 * made.  gen_record notes what was read and what was MADE of it (seen_made); gen_seen is true where that and
 * what there is now agree.  gen->moment is a time before.
 */
void gen_record(struct gen *gen, const char *tree, const char *root, struct hash made);
bool gen_seen(struct gen *gen, const char *tree, const char *root);

/*
 * Sets in CHOSEN, a flag an image, those that NAMES name: images, with TARGETS sets as well; all without any.
 * False after diagnostics: an unknown name.
 */
bool gen_choose(struct gen *gen, char *const *names, size_t count, bool targets, bool *chosen);

/* Prints the diagnostics so far; false where there are errors among them. */
bool gen_tell(struct gen *gen);
/* Frees what gen_load made, diagnostics included. */
void gen_unload(struct gen *gen);

/* Prints what --summary prints. */
void gen_summary(const struct plan *plan, FILE *out);

/* The tools of -t; those of one table see dtk-gen's own options through gen_current. */
int gen_tool(struct gen *gen, int argc, char **argv);
extern struct gen *gen_current;
extern const struct opt_command *const gen_tools[];
extern const size_t gen_tool_count;

/* Answers the shells' completion of COMMAND, dtk-gen itself. */
void gen_complete(const struct opt_command *command, int argc, char **argv);
/* The list of targets as it was written last, in OUT; -1 with errno where there is none. */
int gen_written(const struct gen_options *options, struct buf *out);

/* A tool: its words on the command line, its OPTIONS (an array) and the function that runs it. */
#define GEN_TOOL(name, operands, summary, options, run) \
	{"dtk-gen -t " name, name, operands, summary, options, sizeof(options) / sizeof *(options), false, run}
extern const struct opt_command gen_render_tool, gen_parse_tool, gen_context_tool, gen_lint_tool, gen_targets_tool,
	gen_graph_tool, gen_bake_tool, gen_github_tool, gen_gitlab_tool, gen_compose_tool, gen_plan_tool, gen_why_tool,
	gen_status_tool, gen_report_tool, gen_schema_tool, gen_init_tool, gen_clean_tool;

struct docker_file;
/* The Dockerfile at PATH, read and parsed in ARENA; NULL after diagnostics. */
struct docker_file *gen_dockerfile(struct arena *arena, struct diag *diag, const char *path);
/* Appends V to OUT as the tools print it with --json. */
void gen_json(struct value v, struct buf *out);
/* Writes TEXT to standard output; the exit status (1 after a message where it cannot be written). */
int gen_print(struct str text);
/* The same to PATH, a regular file that is replaced as a whole, with its directory; NULL: standard output. */
int gen_put(struct gen *gen, const char *path, struct str text);
/* What the matrix, run.cfg or a Dockerfile is called that all is made from. */
struct str gen_source(const struct gen *gen);

#endif
