/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/run.h"

#include "base/map.h"
#include "base/quote.h"
#include "emit/run_text.h"

/* --- Words as text for a shell --- */

/* The right side of an assignment of such text: known text in single quotes, the project's directory between. */
struct side {
	struct buf *out;
	struct buf text; /* that is not in OUT yet */
};

static void side_flush(struct side *side)
{
	if (side->text.n)
		quote_shell(side->out, buf_str(&side->text));
	buf_clear(&side->text);
}

static void side_piece(struct side *side, const struct plan_piece *piece)
{
	switch (piece->kind) {
	case PIECE_TEXT:
		quote_shell(&side->text, piece->text);
		break;
	case PIECE_VARIABLE:
		buf_addf(&side->text, "\"${%.*s}\"", STR_ARG(piece->text));
		break;
	case PIECE_ROOT:
		side_flush(side);
		buf_adds(side->out, "\"$dtk_root\"");
		break;
	case PIECE_IMAGE:
	case PIECE_ACCOUNT:
	case PIECE_REGION:
		break;
	}
}

static void side_word(struct side *side, const struct plan_word *word, bool first)
{
	if (!first)
		buf_addc(&side->text, ' ');
	for (size_t i = 0; i < word->count; i++)
		side_piece(side, &word->pieces[i]);
	if (!word->count)
		quote_shell(&side->text, STR(""));
}

static void assign(const char *variable, const struct plan_words *words, struct buf *out)
{
	struct side side = {.out = out};

	buf_addf(out, "\t%s=", variable);
	for (size_t i = 0; i < words->count; i++)
		side_word(&side, &words->items[i], i == 0);
	side_flush(&side);
	buf_adds(out, words->count ? "\n" : "''\n");
	buf_release(&side.text);
}

static void assign_text(const char *variable, struct str text, struct buf *out)
{
	buf_addf(out, "\t%s=", variable);
	quote_shell(out, text);
	buf_addc(out, '\n');
}

/* --- Terminals --- */

static struct str plain_text(const struct plan_word *word)
{
	return word->count == 1 && word->pieces->kind == PIECE_TEXT ? word->pieces->text : STR("");
}

/* "-it" and the like: letters of options without a value. */
static bool is_letters(struct str text)
{
	for (size_t i = 1; i < text.n; i++)
		if (!strchr("dit", text.p[i]))
			return false;
	return text.n > 1 && text.p[0] == '-';
}

/* Appends TEXT but for the letter t; false where nothing is left of it. */
static bool without_terminal(struct str text, struct buf *out)
{
	size_t before = out->n;

	if (str_is(text, "--tty") || str_starts(text, STR("--tty=")))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != 't' || !is_letters(text))
			buf_addc(out, text.p[i]);
	return out->n - before > 1 || !is_letters(text);
}

/*
 * `interactive` with and without a terminal.  The documents that run.cfg comes from allow -e as well as -it there;
 * nothing can follow it, so it says no more than that -it is not wanted.
 */
static void assign_interactive(const struct plan_words *words, bool terminal, struct buf *out)
{
	struct side side = {.out = out};
	struct buf text = BUF_INIT;
	bool first = true;

	buf_adds(out, "\t\tdtk_interactive=");
	for (size_t i = 0; i < words->count; i++) {
		struct plan_piece piece = {PIECE_TEXT, plain_text(&words->items[i])};
		struct plan_word word = words->items[i];

		buf_clear(&text);
		if (i + 1 == words->count && str_is(piece.text, "-e"))
			continue;
		if (!terminal && piece.text.n) {
			if (!without_terminal(piece.text, &text))
				continue;
			piece.text = buf_str(&text);
			word = (struct plan_word){&piece, 1};
		}
		side_word(&side, &word, first);
		first = false;
	}
	side_flush(&side);
	buf_adds(out, first ? "''\n" : "\n");
	buf_release(&text);
	buf_release(&side.text);
}

static void interactive_lines(const struct plan_words *given, struct buf *out)
{
	struct plan_piece piece = {PIECE_TEXT, STR("-it")};
	struct plan_word word = {&piece, 1};
	struct plan_words usual = {&word, 1, STR("")};
	const struct plan_words *words = given->key.n ? given : &usual;

	buf_adds(out, "\tif [ -t 0 ]; then\n");
	assign_interactive(words, true, out);
	buf_adds(out, "\telse\n");
	assign_interactive(words, false, out);
	buf_adds(out, "\tfi\n");
}

/* --- Variables of the environment --- */

/* What a message may say as it stands within "${NAME?...}". */
static bool is_sayable(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (memchr("\"'$`\\}", text.p[i], 6))
			return false;
	return true;
}

static void need_line(struct str variable, struct str where, const char *unless, struct buf *out)
{
	bool sayable = is_sayable(where);

	buf_addc(out, '\t');
	if (unless)
		buf_addf(out, "[ \"$%s\" ] || ", unless);
	buf_addc(out, '(');
	if (!sayable) {
		buf_adds(out, "dtk_where=");
		quote_shell(out, where);
		buf_adds(out, "; ");
	}
	buf_addf(out, ": \"${%.*s?", STR_ARG(variable));
	buf_addstr(out, sayable ? where : STR("$dtk_where"));
	buf_adds(out, "}\") || dtk_missing=1\n");
}

/* Lines for the variables of WORDS, which does not count where the script's variable UNLESS is set. */
static void need_lines(const struct plan *plan, const struct plan_run *run, const struct plan_words *words,
                       const char *unless, struct buf *out)
{
	struct buf where = BUF_INIT;
	struct map told;
	bool fresh;

	map_init(&told);
	buf_addf(&where, "%.*s: [%.*s] %.*s", STR_ARG(plan->run_cfg), STR_ARG(run->name), STR_ARG(words->key));
	for (size_t i = 0; i < words->count; i++)
		for (size_t j = 0; j < words->items[i].count; j++) {
			const struct plan_piece *piece = &words->items[i].pieces[j];

			if (piece->kind != PIECE_VARIABLE)
				continue;
			map_put(&told, piece->text, &fresh);
			if (fresh)
				need_line(piece->text, buf_str(&where), unless, out);
		}
	map_release(&told);
	buf_release(&where);
}

static void needs(const struct plan *plan, const struct plan_run *run, struct buf *out)
{
	buf_adds(out, "\nneeds()\n{\n\t:\n");
	need_lines(plan, run, &run->environment, NULL, out);
	need_lines(plan, run, &run->interactive, NULL, out);
	need_lines(plan, run, &run->gpu, NULL, out);
	need_lines(plan, run, &run->network, "dtk_other_network", out);
	need_lines(plan, run, &run->volumes, NULL, out);
	need_lines(plan, run, &run->ports, NULL, out);
	need_lines(plan, run, &run->cmd, "dtk_other_command", out);
	buf_adds(out, "}\n");
}

/* --- The script --- */

void run_name(const struct plan_run *run, struct buf *out)
{
	buf_addf(out, "_run.%.*s.sh", STR_ARG(run->name));
}

/* What can be part of a container's name. */
static void container_name(struct str name, struct buf *out)
{
	static const char others[] = "0123456789_.-";

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		buf_addc(out, letter || memchr(others, c, sizeof others - 1) ? c : '_');
	}
}

static void settings(const struct plan_run *run, const struct engine *engine, struct buf *out)
{
	struct buf text = BUF_INIT;

	buf_adds(out, "\nsettings()\n{\n");
	engine_program(engine, &text);
	assign_text("dtk_line", buf_str(&text), out);
	buf_clear(&text);
	container_name(run->name, &text);
	assign_text("dtk_name", buf_str(&text), out);
	buf_clear(&text);
	quote_shell(&text, run->ref);
	assign_text("dtk_image", buf_str(&text), out);
	buf_release(&text);
	interactive_lines(&run->interactive, out);
	assign("dtk_environment", &run->environment, out);
	assign("dtk_gpu", &run->gpu, out);
	assign("dtk_network", &run->network, out);
	assign("dtk_volumes", &run->volumes, out);
	assign("dtk_ports", &run->ports, out);
	assign("dtk_command", &run->cmd, out);
	buf_adds(out, "}\n");
}

void run_script(const struct plan *plan, const struct plan_run *run, const struct engine *engine, struct str root,
                struct buf *out)
{
	buf_addf(out, "#!/bin/sh\n# Written by dtk-gen: starts a container of %.*s; -h tells how.\n", STR_ARG(run->ref));
	buf_adds(out, "# shellcheck disable=SC1003,SC2015,SC2016,SC2027,SC2034,SC2295\nset -u\n\ndtk_up=");
	quote_shell(out, root);
	buf_addf(out, "\ndtk_local=%s\n", run->image != PLAN_NO_IMAGE ? "1" : "''");
	settings(run, engine, out);
	needs(plan, run, out);
	for (const char *const *part = run_text; *part; part++)
		buf_adds(out, *part);
}

void run_list(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->run_count; i++) {
		const struct plan_run *run = &plan->runs[i];
		const struct plan_image *image = run->image != PLAN_NO_IMAGE ? &plan->images[run->image] : NULL;

		buf_addf(out, "%.*s\t%.*s\t", STR_ARG(run->name), STR_ARG(run->ref));
		if (image)
			buf_addstr(out, image->family.n ? image->family : image->name);
		buf_addc(out, '\n');
	}
}
