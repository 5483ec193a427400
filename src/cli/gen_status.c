/* SPDX-License-Identifier: Apache-2.0 */
#include "base/human.h"
#include "cli/gen_row.h"

#include <sys/ioctl.h>
#include <unistd.h>

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
		buf_adds(out, view_states[row->state]);
	else if (column == COLUMN_LAST)
		human_moment(out, last->begun < 0 ? -1 : last->begun + last->took);
	else if (column == COLUMN_TOOK)
		human_duration(out, last->took);
	else if (column == COLUMN_SIZE)
		human_size(out, row->size);
	else if (rows_has_steps(last))
		buf_addf(out, "%lld/%lld %3u%%", last->cached, last->steps,
		         view_percent((unsigned)last->cached, (unsigned)last->steps));
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

static void measure(const struct rows *rows, size_t width, size_t widths[COLUMN_COUNT])
{
	struct buf cell = BUF_INIT;
	size_t all;

	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		widths[i] = columns[i].least;
		for (size_t j = 0; j < rows->count; j++) {
			buf_clear(&cell);
			add_cell(&rows->rows[j], (enum column)i, &cell);
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

static void print_efficiency(const struct view_sums *sums, struct buf *out)
{
	if (sums->builds == 0)
		return;
	buf_adds(out, "cache efficiency: ");
	if (sums->last_steps) {
		buf_addf(out, "%u%% of the last builds (%u of %u steps, ", view_percent(sums->last_cached, sums->last_steps),
		         sums->last_cached, sums->last_steps);
		human_duration(out, sums->took);
		buf_adds(out, "), ");
	}
	buf_addf(out, "%u%% of all %u\n", view_percent(sums->cached, sums->steps), sums->builds);
}

static void print_sums(const struct rows *rows, struct buf *out)
{
	struct view_sums sums = rows_sums(rows);
	const char *between = ": ";

	buf_addf(out, "\n%zu image%s", rows->count, rows->count == 1 ? "" : "s");
	for (size_t i = 0; i < VIEW_STATES; i++) {
		if (!sums.images[i])
			continue;
		buf_addf(out, "%s%u %s", between, sums.images[i], view_states[i]);
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

static void print_table(const struct rows *rows, struct buf *out)
{
	size_t widths[COLUMN_COUNT], width = terminal_width(), used;

	measure(rows, width, widths);
	used = row_width(widths);
	print_line(NULL, widths, out);
	buf_adds(out, width == 0 || used + GAP + 3 <= width ? "  WHY\n" : "\n");
	for (size_t i = 0; i < rows->count; i++) {
		print_line(&rows->rows[i], widths, out);
		print_why(&rows->rows[i], used, width, out);
	}
	print_sums(rows, out);
}

/* --- JSON --- */

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
	dict_put(dict, "result", value_borrow(arena, str_of(history_results[run->result])));
	dict_put(dict, "begun", value_copy(arena, buf_str(&when)));
	dict_put(dict, "begun_ms", known(run->begun));
	dict_put(dict, "took_ms", known(run->took));
	dict_put(dict, "steps", known(run->steps));
	dict_put(dict, "cached", known(run->cached));
	dict_put(dict, "size", known(run->size));
	dict_put(dict, "image", text_or_null(arena, run->image));
	dict_put(dict, "why", text_or_null(arena, run->why));
	buf_release(&when);
	return dict;
}

static struct value json_row(struct arena *arena, const struct row *row)
{
	struct value dict = value_dict(arena), tags = value_list(arena, row->image->tag_count);
	struct value runs = value_list(arena, row->history.count);

	for (size_t i = 0; i < row->image->tag_count; i++)
		list_append(tags.as.list, value_borrow(arena, row->image->tags[i]));
	for (size_t i = row->history.count; i-- > 0;)
		list_append(runs.as.list, json_run(arena, &row->history.runs[i]));
	dict_put(dict, "name", value_borrow(arena, row->image->name));
	dict_put(dict, "tags", tags);
	dict_put(dict, "state", value_borrow(arena, str_of(view_states[row->state])));
	dict_put(dict, "why", text_or_null(arena, row->why));
	dict_put(dict, "reasons", state_lines(arena, row->reasons));
	dict_put(dict, "size", known(row->size));
	dict_put(dict, "last", row->last.begun >= 0 ? json_run(arena, &row->last) : value_none());
	dict_put(dict, "runs", runs);
	return dict;
}

static struct value json_sums(struct arena *arena, const struct rows *rows)
{
	struct view_sums sums = rows_sums(rows);
	struct value dict = value_dict(arena);

	dict_put(dict, "images", value_int((int64_t)rows->count));
	for (size_t i = 0; i < VIEW_STATES; i++)
		dict_put(dict, view_states[i], value_int(sums.images[i]));
	dict_put(dict, "took_ms", value_int(sums.took));
	dict_put(dict, "size", known(sums.size));
	dict_put(dict, "last_steps", value_int(sums.last_steps));
	dict_put(dict, "last_cached", value_int(sums.last_cached));
	dict_put(dict, "builds", value_int(sums.builds));
	dict_put(dict, "steps", value_int(sums.steps));
	dict_put(dict, "cached", value_int(sums.cached));
	return dict;
}

static void print_json(const struct rows *rows, struct buf *out)
{
	struct arena *arena = &rows->state.gen->arena;
	struct value dict = value_dict(arena), images = value_list(arena, rows->count);

	for (size_t i = 0; i < rows->count; i++)
		list_append(images.as.list, json_row(arena, &rows->rows[i]));
	dict_put(dict, "images", images);
	dict_put(dict, "total", json_sums(arena, rows));
	gen_json(dict, out);
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
	struct buf out = BUF_INIT;
	struct rows rows;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	fine = rows_make(&rows, gen_current, &args, false);
	if (fine || rows.count)
		(options.json ? print_json : print_table)(&rows, &out);
	fine = gen_tell(gen_current) && fine;
	fine = gen_print(buf_str(&out)) == 0 && fine;
	rows_release(&rows);
	buf_release(&out);
	return fine ? 0 : 1;
}

const struct opt_command gen_status_tool = GEN_TOOL(
	"status", "[TARGET...]", "print what is there, and how its last builds went", options_table, run_status);
