/* SPDX-License-Identifier: Apache-2.0 */
#include "base/human.h"
#include "cli/gen_state.h"
#include "data/json.h"
#include "stamp/brief.h"
#include "stamp/history.h"
#include "stamp/seal.h"

#include <sys/ioctl.h>
#include <unistd.h>

/* --- What is told of each image --- */

enum status { STATUS_FRESH, STATUS_STALE, STATUS_MISSING, STATUS_FAILED, STATUS_UNKNOWN, STATUS_COUNT };

static const char *const status_words[STATUS_COUNT] = {"fresh", "stale", "missing", "failed", "unknown"};

struct row {
	const struct plan_image *image;
	enum status status;
	struct str why;      /* in three words; of a failure the step */
	struct str reasons;  /* lines of why_image */
	struct history history;
	struct history_run last; /* the last run but of tags; begun is -1 where there is none */
	long long size;
};

struct report {
	struct state state;
	struct row *rows;
	size_t count;
};

/* An image that was sealed when there was no history has told when and how long. */
static struct history_run sealed_run(const struct place *place, struct arena *arena)
{
	struct history_run run = {HISTORY_BUILT, -1, -1, -1, -1, -1, STR(""), STR("")};
	struct seal seal;

	if (seal_load(place, arena, NULL, &seal) != RECORD_FINE)
		return run;
	run.begun = seal.when * 1000 - seal.took;
	run.took = seal.took;
	run.image = seal.image;
	return run;
}

static enum status status_of(const struct row *row, enum why why, bool gone)
{
	bool failed = row->last.begun >= 0 && row->last.result == HISTORY_FAILED;

	switch (why) {
	case WHY_FRESH:
		return STATUS_FRESH;
	case WHY_NEW:
		return failed ? STATUS_FAILED : STATUS_MISSING;
	case WHY_CHANGED:
		return failed ? STATUS_FAILED : gone ? STATUS_MISSING : STATUS_STALE;
	case WHY_FAILED:
		return STATUS_UNKNOWN;
	case WHY_RETAG:
	case WHY_PARENT:
		break;
	}
	return STATUS_STALE;
}

static void fill(struct report *report, size_t number, struct row *row)
{
	const struct state *state = &report->state;
	struct arena *arena = &state->gen->arena;
	const struct plan_image *image = &state->plan->images[number];
	const char *stamps = path_join(arena, state->plan->output, STR("stamps"));
	struct place place = {stamps, state->plan->output.p, image->name};
	struct brief brief;
	const struct history_run *last;

	row->image = image;
	row->reasons = buf_str(&state->reasons[number]);
	brief = brief_of(row->reasons);
	history_load(&place, arena, &row->history);
	last = history_last(&row->history);
	row->last = last ? *last : sealed_run(&place, arena);
	row->size = history_size(&row->history);
	row->status = status_of(row, state->why[number], brief.gone);
	row->why = str_of(brief.words);
	if (row->status == STATUS_FAILED)
		row->why = row->last.why.n ? row->last.why : STR("build failed");
	else if (row->status == STATUS_STALE && row->why.n == 0)
		row->why = STR("to be checked");
}

static void fill_all(struct report *report)
{
	const struct state *state = &report->state;

	report->rows = ARENA_ARRAY(&state->gen->arena, state->plan->image_count + 1, struct row);
	for (size_t i = 0; i < state->plan->image_count; i++)
		if (state->shown[i])
			fill(report, i, &report->rows[report->count++]);
}

/* --- Sums --- */

struct sums {
	unsigned images[STATUS_COUNT];
	unsigned last_steps, last_cached, steps, cached, builds;
	long long took, size;
};

static bool has_steps(const struct history_run *run)
{
	return run->begun >= 0 && run->steps > 0;
}

static struct sums sums_of(const struct report *report)
{
	struct sums sums = {.size = -1};

	for (size_t i = 0; i < report->count; i++) {
		const struct row *row = &report->rows[i];

		sums.images[row->status]++;
		sums.took += row->last.begun >= 0 ? row->last.took : 0;
		if (row->size >= 0)
			sums.size = (sums.size < 0 ? 0 : sums.size) + row->size;
		if (has_steps(&row->last)) {
			sums.last_steps += (unsigned)row->last.steps;
			sums.last_cached += (unsigned)row->last.cached;
		}
		for (size_t j = 0; j < row->history.count; j++) {
			if (!has_steps(&row->history.runs[j]))
				continue;
			sums.builds++;
			sums.steps += (unsigned)row->history.runs[j].steps;
			sums.cached += (unsigned)row->history.runs[j].cached;
		}
	}
	return sums;
}

static unsigned percent(unsigned part, unsigned whole)
{
	return (unsigned)((100ULL * part + whole / 2) / whole);
}

/* --- The table --- */

enum column { COLUMN_NAME, COLUMN_STATE, COLUMN_LAST, COLUMN_TOOK, COLUMN_CACHED, COLUMN_SIZE, COLUMN_COUNT };

static const struct {
	const char *title;
	bool right;
	size_t least;
} columns[COLUMN_COUNT] = {
	{"IMAGE", false, 5}, {"STATE", false, 7}, {"LAST BUILD", false, 16}, {"TOOK", true, 6}, {"CACHED", true, 9},
	{"SIZE", true, 6},
};
enum { NAME_LEAST = 16, GAP = 2 };

/* What there is room for; 0 where the output is no terminal. */
static size_t terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

static void add_cell(const struct row *row, enum column column, struct buf *out)
{
	const struct history_run *last = &row->last;

	if (column == COLUMN_NAME)
		buf_addstr(out, row->image->name);
	else if (column == COLUMN_STATE)
		buf_adds(out, status_words[row->status]);
	else if (column == COLUMN_LAST)
		human_moment(out, last->begun < 0 ? -1 : last->begun + last->took);
	else if (column == COLUMN_TOOK)
		human_duration(out, last->took);
	else if (column == COLUMN_SIZE)
		human_size(out, row->size);
	else if (has_steps(last))
		buf_addf(out, "%lld/%lld %3u%%", last->cached, last->steps,
		         percent((unsigned)last->cached, (unsigned)last->steps));
	else
		buf_adds(out, last->begun >= 0 && last->result == HISTORY_PULLED ? "pulled" : "-");
}

/* TEXT in WIDTH columns: its end where it is a name that does not fit. */
static void pad(struct str text, size_t width, bool right, struct buf *out)
{
	size_t n = utf8_count(text);

	if (n > width) {
		buf_adds(out, "..");
		for (; n > width - 2; n--)
			do
				text = str_slice(text, 1, text.n);
			while (text.n && ((unsigned char)text.p[0] & 0xc0) == 0x80);
		n = width;
	}
	for (size_t i = n; right && i < width; i++)
		buf_addc(out, ' ');
	buf_addstr(out, text);
	for (size_t i = n; !right && i < width; i++)
		buf_addc(out, ' ');
}

static size_t row_width(const size_t widths[COLUMN_COUNT])
{
	size_t all = 0;

	for (size_t i = 0; i < COLUMN_COUNT; i++)
		all += widths[i] + (i ? GAP : 0);
	return all;
}

static void measure(const struct report *report, size_t width, size_t widths[COLUMN_COUNT])
{
	struct buf cell = BUF_INIT;
	size_t all;

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		widths[i] = columns[i].least;
		for (size_t j = 0; j < report->count; j++) {
			buf_clear(&cell);
			add_cell(&report->rows[j], (enum column)i, &cell);
			if (utf8_count(buf_str(&cell)) > widths[i])
				widths[i] = utf8_count(buf_str(&cell));
		}
	}
	all = row_width(widths);
	if (width && all > width) {
		size_t rest = all - widths[COLUMN_NAME];

		widths[COLUMN_NAME] = width > rest + NAME_LEAST ? width - rest : NAME_LEAST;
	}
	buf_release(&cell);
}

static void print_line(const struct row *row, const size_t widths[COLUMN_COUNT], struct buf *out)
{
	struct buf cell = BUF_INIT;

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		buf_clear(&cell);
		if (row)
			add_cell(row, (enum column)i, &cell);
		else
			buf_adds(&cell, columns[i].title);
		buf_adds(out, i ? "  " : "");
		pad(buf_str(&cell), widths[i], columns[i].right, out);
	}
	buf_release(&cell);
}

/* What a step says may hold anything; a terminal must not take it for a command. */
static void print_plain(struct str text, size_t most, struct buf *out)
{
	for (size_t i = 0; i < text.n && i < most; i++)
		buf_addc(out, (unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f ? ' ' : text.p[i]);
}

/* Beside the row, or where a terminal has no room for that below it. */
static void print_why(const struct row *row, size_t used, size_t width, struct buf *out)
{
	enum { INDENT = 4 };

	if (row->why.n && (width == 0 || used + GAP + row->why.n <= width)) {
		buf_adds(out, "  ");
		print_plain(row->why, row->why.n, out);
	} else if (row->why.n) {
		buf_addf(out, "\n%*s", INDENT, "");
		print_plain(row->why, width > 2 * INDENT ? width - INDENT : INDENT, out);
	}
	buf_addc(out, '\n');
}

static void print_efficiency(const struct sums *sums, struct buf *out)
{
	if (sums->builds == 0)
		return;
	buf_adds(out, "cache efficiency: ");
	if (sums->last_steps) {
		buf_addf(out, "%u%% of the last builds (%u of %u steps, ", percent(sums->last_cached, sums->last_steps),
		         sums->last_cached, sums->last_steps);
		human_duration(out, sums->took);
		buf_adds(out, "), ");
	}
	buf_addf(out, "%u%% of all %u\n", percent(sums->cached, sums->steps), sums->builds);
}

static void print_sums(const struct report *report, struct buf *out)
{
	struct sums sums = sums_of(report);
	const char *between = ": ";

	buf_addf(out, "\n%zu image%s", report->count, report->count == 1 ? "" : "s");
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (!sums.images[i])
			continue;
		buf_addf(out, "%s%u %s", between, sums.images[i], status_words[i]);
		between = ", ";
	}
	buf_addc(out, '\n');
	if (sums.size >= 0) {
		buf_adds(out, "sizes: ");
		human_size(out, sums.size);
		buf_adds(out, ", layers that images share counted for each\n");
	}
	print_efficiency(&sums, out);
}

static void print_table(const struct report *report, struct buf *out)
{
	size_t widths[COLUMN_COUNT], width = terminal_width(), used;

	measure(report, width, widths);
	used = row_width(widths);
	print_line(NULL, widths, out);
	buf_adds(out, width == 0 || used + GAP + 3 <= width ? "  WHY\n" : "\n");
	for (size_t i = 0; i < report->count; i++) {
		print_line(&report->rows[i], widths, out);
		print_why(&report->rows[i], used, width, out);
	}
	print_sums(report, out);
}

/* --- JSON --- */

static void set(struct arena *arena, struct value dict, const char *key, struct value value)
{
	dict_set(dict.as.dict, value_borrow(arena, str_of(key)), value);
}

/* null where it is not known */
static struct value known(long long number)
{
	return number < 0 ? value_none() : value_int(number);
}

static struct value text_or_null(struct arena *arena, struct str text)
{
	return text.n ? value_borrow(arena, text) : value_none();
}

static struct value json_run(struct arena *arena, const struct history_run *run)
{
	struct value dict = value_dict(arena);
	struct buf when = BUF_INIT;

	human_moment_utc(&when, run->begun);
	set(arena, dict, "result", value_borrow(arena, str_of(history_results[run->result])));
	set(arena, dict, "begun", value_copy(arena, buf_str(&when)));
	set(arena, dict, "begun_ms", known(run->begun));
	set(arena, dict, "took_ms", known(run->took));
	set(arena, dict, "steps", known(run->steps));
	set(arena, dict, "cached", known(run->cached));
	set(arena, dict, "size", known(run->size));
	set(arena, dict, "image", text_or_null(arena, run->image));
	set(arena, dict, "why", text_or_null(arena, run->why));
	buf_release(&when);
	return dict;
}

static struct value json_lines(struct arena *arena, struct str lines)
{
	struct value list = value_list(arena, 0);

	for (size_t at = 0, end; at < lines.n; at = end + 1) {
		end = str_find(lines, '\n', at);
		list_append(list.as.list, value_borrow(arena, str_slice(lines, at, end)));
	}
	return list;
}

static struct value json_row(struct arena *arena, const struct row *row)
{
	struct value dict = value_dict(arena), tags = value_list(arena, row->image->tag_count);
	struct value runs = value_list(arena, row->history.count);

	for (size_t i = 0; i < row->image->tag_count; i++)
		list_append(tags.as.list, value_borrow(arena, row->image->tags[i]));
	for (size_t i = row->history.count; i-- > 0;)
		list_append(runs.as.list, json_run(arena, &row->history.runs[i]));
	set(arena, dict, "name", value_borrow(arena, row->image->name));
	set(arena, dict, "tags", tags);
	set(arena, dict, "state", value_borrow(arena, str_of(status_words[row->status])));
	set(arena, dict, "why", text_or_null(arena, row->why));
	set(arena, dict, "reasons", json_lines(arena, row->reasons));
	set(arena, dict, "size", known(row->size));
	set(arena, dict, "last", row->last.begun >= 0 ? json_run(arena, &row->last) : value_none());
	set(arena, dict, "runs", runs);
	return dict;
}

static struct value json_sums(struct arena *arena, const struct report *report)
{
	struct sums sums = sums_of(report);
	struct value dict = value_dict(arena);

	set(arena, dict, "images", value_int((int64_t)report->count));
	for (size_t i = 0; i < STATUS_COUNT; i++)
		set(arena, dict, status_words[i], value_int(sums.images[i]));
	set(arena, dict, "took_ms", value_int(sums.took));
	set(arena, dict, "size", known(sums.size));
	set(arena, dict, "last_steps", value_int(sums.last_steps));
	set(arena, dict, "last_cached", value_int(sums.last_cached));
	set(arena, dict, "builds", value_int(sums.builds));
	set(arena, dict, "steps", value_int(sums.steps));
	set(arena, dict, "cached", value_int(sums.cached));
	return dict;
}

static void print_json(const struct report *report, struct buf *out)
{
	struct arena *arena = &report->state.gen->arena;
	struct value dict = value_dict(arena), images = value_list(arena, report->count);

	for (size_t i = 0; i < report->count; i++)
		list_append(images.as.list, json_row(arena, &report->rows[i]));
	set(arena, dict, "images", images);
	set(arena, dict, "total", json_sums(arena, report));
	json_write(out, dict, 2);
	buf_addc(out, '\n');
}

/* --- The tool --- */

struct status_options {
	bool json;
};

static const struct opt options_table[] = {
	{0, "json", NULL, "print JSON", OPT_FLAG, 0, offsetof(struct status_options, json)},
	OPT_HELP_ROW,
};

static int run_status(const struct opt_command *command, int argc, char **argv)
{
	struct status_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct report report = {.count = 0};
	struct buf out = BUF_INIT;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	fine = state_init(&report.state, gen_current)
	       && state_look(&report.state, args.operands, args.operand_count, true);
	if (report.state.plan)
		fill_all(&report);
	if (fine || report.count)
		(options.json ? print_json : print_table)(&report, &out);
	fine = gen_tell(gen_current) && fine;
	fine = gen_print(buf_str(&out)) == 0 && fine;
	state_release(&report.state);
	buf_release(&out);
	return fine ? 0 : 1;
}

const struct opt_command gen_status_tool = GEN_TOOL(
	"status", "[TARGET...]", "print what is there, and how its last builds went", options_table, run_status);
