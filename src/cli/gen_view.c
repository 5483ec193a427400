/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen_row.h"

#include "emit/export.h"
#include "emit/page.h"
#include "emit/tree.h"
#include "stamp/ran.h"

#include <stdlib.h>

/* --- From rows to a view --- */

static struct view_run run_of(const struct row *row, const struct history_run *run)
{
	static const enum view_result results[] = {
		[HISTORY_BUILT] = VIEW_BUILT, [HISTORY_FAILED] = VIEW_BROKEN, [HISTORY_PULLED] = VIEW_PULLED,
		[HISTORY_TAGGED] = VIEW_TAGGED,
	};

	return (struct view_run){
		(uint32_t)row->number, results[run->result], run->begun, run->took, run->steps, run->cached, run->why,
	};
}

static void see_images(const struct rows *rows, struct view *view)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];

		view->images[row->number] = (struct view_image){
			row->state, row->why, row->reasons, run_of(row, &row->last), row->size,
		};
	}
}

static int by_begin(const void *a, const void *b)
{
	const struct view_run *x = a, *y = b;

	if (x->begun != y->begun)
		return x->begun < y->begun ? -1 : 1;
	return x->image < y->image ? -1 : x->image > y->image;
}

/* Each image's runs, the oldest first. */
static size_t all_runs(const struct rows *rows, struct view_run *runs)
{
	size_t count = 0;

	for (size_t i = 0; i < rows->count; i++)
		for (size_t j = 0; j < rows->rows[i].history.count; j++)
			if (rows->rows[i].history.runs[j].begun >= 0)
				runs[count++] = run_of(&rows->rows[i], &rows->rows[i].history.runs[j]);
	qsort(runs, count, sizeof *runs, by_begin);
	return count;
}

/* Those of the last run of Ninja; all of them where it left no notes. */
static void see_runs(const struct rows *rows, struct view *view)
{
	struct arena *arena = &rows->state.gen->arena;
	struct view_run *runs = ARENA_ARRAY(arena, rows->count * HISTORY_RUNS + 1, struct view_run);
	struct place place = {path_join(arena, view->plan->output, STR("stamps")), view->plan->output.p, STR("")};
	long long last = ran_last(&place, arena);
	size_t count = all_runs(rows, runs), first = 0;

	while (first < count && runs[first].begun < last)
		first++;
	view->runs = runs + first;
	view->run_count = count - first;
}

static void view_init(struct view *view, const struct rows *rows)
{
	struct gen *gen = rows->state.gen;

	*view = (struct view){.plan = gen->plan, .title = gen_source(gen), .sums = rows_sums(rows)};
	view->images = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, struct view_image);
	see_images(rows, view);
	see_runs(rows, view);
}

/* --- The tools --- */

enum format { FORMAT_DOT, FORMAT_MERMAID, FORMAT_TEXT, FORMAT_COUNT };

static const char *const formats[FORMAT_COUNT] = {"dot", "mermaid", "text"};

struct view_options {
	const char *format, *file;
};

/* What WRITE makes of the images that ARGS names; there is something to see even where one cannot be looked at. */
static int show(const struct opt_command *command, const struct view_options *options, const struct opt_args *args,
                void (*write)(const struct view *view, const bool *shown, struct buf *out))
{
	struct gen *gen = gen_current;
	struct buf out = BUF_INIT;
	struct rows rows;
	struct view view;
	bool fine, some;

	if (options->file && !options->file[0])
		return opt_wrong(command, "-o: the name of a file is needed");
	fine = rows_make(&rows, gen, args, true);
	some = fine || rows.count;
	if (some) {
		view_init(&view, &rows);
		write(&view, rows.state.wanted, &out);
	}
	fine = gen_tell(gen) && fine;
	fine = (!some || gen_put(gen, options->file, buf_str(&out)) == 0) && fine;
	rows_release(&rows);
	buf_release(&out);
	return fine ? 0 : 1;
}

static const struct opt graph_options[] = {
	{0, "format", "dot|mermaid|text", "the language (default: dot)", OPT_TEXT, 0,
	 offsetof(struct view_options, format)},
	{'o', "output", "FILE", "write it there", OPT_TEXT, 0, offsetof(struct view_options, file)},
	OPT_HELP_ROW,
};

static enum format format_of(const char *name)
{
	enum format format = FORMAT_DOT;

	while (format < FORMAT_COUNT && strcmp(formats[format], name) != 0)
		format++;
	return format;
}

static int run_graph(const struct opt_command *command, int argc, char **argv)
{
	struct view_options options = {.format = formats[FORMAT_DOT]};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	switch (format_of(options.format)) {
	case FORMAT_DOT:
		return show(command, &options, &args, export_dot);
	case FORMAT_MERMAID:
		return show(command, &options, &args, export_mermaid);
	case FORMAT_TEXT:
		return show(command, &options, &args, tree_write);
	case FORMAT_COUNT:
		break;
	}
	return opt_wrong(command, "--format is dot, mermaid or text, not '%s'", options.format);
}

const struct opt_command gen_graph_tool = GEN_TOOL(
	"graph", "[TARGET...]", "print the layer DAG, images only, with their states", graph_options, run_graph);

static const struct opt report_options[] = {
	{'o', "output", "FILE", "write it there", OPT_TEXT, 0, offsetof(struct view_options, file)},
	OPT_HELP_ROW,
};

static void write_page(const struct view *view, const bool *shown, struct buf *out)
{
	(void)shown;
	page_write(view, out);
}

static int run_report(const struct opt_command *command, int argc, char **argv)
{
	struct view_options options = {.file = NULL};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	return show(command, &options, &args, write_page);
}

const struct opt_command gen_report_tool = GEN_TOOL(
	"report", NULL, "print a page about the images: picture, states, last run, tags, bases", report_options,
	run_report);
