/* SPDX-License-Identifier: Apache-2.0 */
#include "model/runword.h"

#include "docker/text.h"

/* --- Where a byte of a value stands --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next line of TEXT after AT that is no comment, at its first byte that is no blank. */
static size_t next_line(struct str text, size_t at)
{
	do {
		at = str_find(text, '\n', at) + 1;
		while (at < text.n && text.p[at] != '\n' && is_blank(text.p[at]))
			at++;
	} while (at < text.n && (text.p[at] == '#' || text.p[at] == ';'));
	return at;
}

/* A line break is the next line's; %% is one byte; within what a reference stands for there is no place. */
struct span runword_span(const struct diag *diag, const struct ini_entry *entry, size_t at, size_t length)
{
	struct str text = diag_source_text(diag, entry->value_at.source);
	size_t place = entry->value_at.offset;

	for (size_t i = 0; i < at && place < text.n; i++) {
		char c = entry->value.p[i];

		if (c == '\n') {
			place = next_line(text, place);
			continue;
		}
		if (c != text.p[place])
			return (struct span){entry->value_at.source, (uint32_t)place, 1};
		place += c == '%' ? 2 : 1;
	}
	if (place > text.n)
		return entry->value_at;
	if (length > text.n - place)
		length = text.n - place;
	return (struct span){entry->value_at.source, (uint32_t)place, (uint32_t)length};
}

/* --- Variables --- */

enum {
	IN_NOW = 1u << RUNWORD_NOW,
	IN_RUN = 1u << RUNWORD_RUN,
	IN_PUBLISH = 1u << RUNWORD_PUBLISH
};

enum variable_of { OF_PIECE, OF_PROJECT, OF_USER, OF_TAG };

static const struct variable {
	const char *name;
	unsigned uses; /* where it may stand */
	enum variable_of of;
	enum plan_piece_kind kind; /* where of is OF_PIECE */
	const char *text;          /* of that piece */
} variables[] = {
	{"project-name", IN_NOW | IN_RUN | IN_PUBLISH, OF_PROJECT, PIECE_TEXT, ""},
	{"project", IN_NOW | IN_RUN | IN_PUBLISH, OF_PROJECT, PIECE_TEXT, ""},
	{"user", IN_NOW | IN_RUN | IN_PUBLISH, OF_USER, PIECE_TEXT, ""},
	{"project_root", IN_RUN, OF_PIECE, PIECE_ROOT, ""},
	{"home", IN_RUN, OF_PIECE, PIECE_VARIABLE, "HOME"},
	{"image", IN_PUBLISH, OF_PIECE, PIECE_IMAGE, ""},
	{"tag", IN_PUBLISH, OF_TAG, PIECE_TEXT, ""},
	{"account", IN_PUBLISH, OF_PIECE, PIECE_ACCOUNT, ""},
	{"region", IN_PUBLISH, OF_PIECE, PIECE_REGION, ""},
};
enum { VARIABLES = sizeof variables / sizeof *variables };

/* A value on its way to words. */
struct reading {
	const struct runword *value;
	struct str text;  /* of which AT is the next byte */
	size_t at;
	bool placed;      /* its bytes stand in the file */
	struct buf out;   /* text of the piece that is being made */
	struct plan_piece *pieces; /* of the word that is being made */
	size_t piece_count, piece_room;
	struct plan_word *words;
	size_t word_count, word_room;
	bool open;        /* a word has begun */
};

static bool __attribute__((format(printf, 4, 5)))
wrong(struct reading *reading, size_t at, size_t length, const char *format, ...)
{
	const struct runword *value = reading->value;
	struct span span = value->entry->value_at;
	struct buf text = BUF_INIT;
	va_list args;

	if (reading->placed)
		span = runword_span(value->diag, value->entry, (size_t)(reading->text.p - value->entry->value.p) + at,
		                    length);
	va_start(args, format);
	buf_vaddf(&text, format, args);
	va_end(args);
	diag_error(value->diag, span, "[%.*s] %.*s: %s", STR_ARG(value->section), STR_ARG(value->entry->key), text.p);
	buf_release(&text);
	return false;
}

static void add_piece(struct reading *reading, enum plan_piece_kind kind, struct str text)
{
	struct arena *arena = reading->value->arena;

	MEM_ROOM(reading->pieces, reading->piece_count, reading->piece_room);
	reading->pieces[reading->piece_count++] = (struct plan_piece){
		kind, {arena_strndup(arena, text.p, text.n), text.n}};
}

static void end_text(struct reading *reading)
{
	if (reading->out.n)
		add_piece(reading, PIECE_TEXT, buf_str(&reading->out));
	buf_clear(&reading->out);
}

static void end_word(struct reading *reading)
{
	struct plan_word word = {.count = 0};

	if (!reading->open)
		return;
	end_text(reading);
	word.count = reading->piece_count;
	word.pieces = ARENA_ARRAY(reading->value->arena, word.count, struct plan_piece);
	if (word.count)
		memcpy(word.pieces, reading->pieces, word.count * sizeof *word.pieces);
	MEM_ROOM(reading->words, reading->word_count, reading->word_room);
	reading->words[reading->word_count++] = word;
	reading->piece_count = 0;
	reading->open = false;
}

static bool not_now(struct reading *reading, size_t at, size_t length)
{
	return wrong(reading, at, length, "%.*s is known when a script runs, and this value when dtk-gen does",
	             (int)length, reading->text.p + at);
}

static bool put_known(struct reading *reading, struct str value, size_t at, size_t length, const char *what)
{
	if (!value.n)
		return wrong(reading, at, length, "the name of the %s is not known", what);
	buf_addstr(&reading->out, value);
	return true;
}

static bool put_variable(struct reading *reading, const struct variable *variable, size_t at, size_t length)
{
	struct runword_names *names = reading->value->names;

	switch (variable->of) {
	case OF_PROJECT:
		names->project_used = true;
		return put_known(reading, names->project, at, length, "project");
	case OF_USER:
		names->user_used = true;
		return put_known(reading, names->user, at, length, "user");
	case OF_TAG:
		buf_addstr(&reading->out, reading->value->tag);
		return true;
	case OF_PIECE:
		break;
	}
	end_text(reading);
	add_piece(reading, variable->kind, str_of(variable->text));
	return true;
}

static bool no_variable(struct reading *reading, struct str name, size_t at, size_t length)
{
	struct guess guess;

	wrong(reading, at, length, "{%.*s} is no variable", STR_ARG(name));
	guess_init(&guess, name);
	for (size_t i = 0; i < VARIABLES; i++)
		if (variables[i].uses & 1u << reading->value->use)
			guess_offer(&guess, str_of(variables[i].name));
	if (guess.best.p)
		diag_hint(reading->value->diag, "did you mean '{%.*s}'? The text {%.*s} is written {{%.*s}}",
		          STR_ARG(guess.best), STR_ARG(name), STR_ARG(name));
	else
		diag_hint(reading->value->diag, "the text {%.*s} is written {{%.*s}}", STR_ARG(name), STR_ARG(name));
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The bytes of a name at AT; with minus signs in it where DASHES. */
static size_t name_length(struct str text, size_t at, bool dashes)
{
	size_t n = 0;

	if (at >= text.n || !is_letter(text.p[at]))
		return 0;
	while (at + n < text.n && (is_letter(text.p[at + n]) || (text.p[at + n] >= '0' && text.p[at + n] <= '9') ||
	                           (dashes && text.p[at + n] == '-')))
		n++;
	return n;
}

static bool has_at(const struct reading *reading, size_t at, char c)
{
	return at < reading->text.n && reading->text.p[at] == c;
}

/* What begins with the brace at reading->at. */
static bool read_brace(struct reading *reading)
{
	size_t at = reading->at, twice = has_at(reading, at + 1, '{'), n = name_length(reading->text, at + 1 + twice, true);
	struct str name = str_slice(reading->text, at + 1 + twice, at + 1 + twice + n);
	bool closed = n && has_at(reading, at + 1 + twice + n, '}');

	if (!closed || (twice && !has_at(reading, at + n + 3, '}'))) {
		buf_addc(&reading->out, '{');
		reading->at++;
		return true;
	}
	reading->at += n + 2 + 2 * twice;
	if (twice) {
		buf_addf(&reading->out, "{%.*s}", STR_ARG(name));
		return true;
	}
	for (size_t i = 0; i < VARIABLES; i++) {
		if (!str_is(name, variables[i].name))
			continue;
		if (variables[i].uses & 1u << reading->value->use)
			return put_variable(reading, &variables[i], at, n + 2);
		if (reading->value->use == RUNWORD_NOW && variables[i].uses & IN_RUN)
			return not_now(reading, at, n + 2);
	}
	return no_variable(reading, name, at, n + 2);
}

/* A dollar as text, and a brace behind it. */
static void put_dollar(struct reading *reading)
{
	buf_addc(&reading->out, '$');
	reading->at += 2;
	if (has_at(reading, reading->at, '{')) {
		buf_addc(&reading->out, '{');
		reading->at++;
	}
}

/* What begins with the dollar at reading->at. */
static bool read_dollar(struct reading *reading)
{
	size_t at = reading->at, brace = has_at(reading, at + 1, '{');
	size_t n = name_length(reading->text, at + 1 + brace, false), length = 1 + n + 2 * brace;

	if (has_at(reading, at + 1, '$')) {
		put_dollar(reading);
		return true;
	}
	if (n == 0 || (brace && !has_at(reading, at + 2 + n, '}'))) {
		wrong(reading, at, 1, has_at(reading, at + 1, '(') ? "no command is run for its output here" :
		      "no variable's name follows the dollar");
		diag_hint(reading->value->diag, "$NAME and ${NAME} are variables of the environment, $$ is a dollar");
		return false;
	}
	reading->at += length;
	if (reading->value->use == RUNWORD_NOW)
		return not_now(reading, at, length);
	end_text(reading);
	add_piece(reading, PIECE_VARIABLE, str_slice(reading->text, at + 1 + brace, at + 1 + brace + n));
	return true;
}

/* One byte of text, or the variable that it begins. */
static bool read_one(struct reading *reading)
{
	char c = reading->text.p[reading->at];

	reading->open = true;
	if (c == '$')
		return read_dollar(reading);
	if (c == '{')
		return read_brace(reading);
	buf_addc(&reading->out, c);
	reading->at++;
	return true;
}

/* --- Words --- */

/* The byte behind a backslash, as text. */
static void put_escaped(struct reading *reading)
{
	reading->open = true;
	if (reading->text.p[reading->at + 1] == '$') {
		put_dollar(reading);
		return;
	}
	buf_addc(&reading->out, reading->text.p[reading->at + 1]);
	reading->at += 2;
}

static bool read_double(struct reading *reading)
{
	size_t from = reading->at++;

	while (reading->at < reading->text.n && reading->text.p[reading->at] != '"') {
		char next = reading->at + 1 < reading->text.n ? reading->text.p[reading->at + 1] : '\0';

		if (reading->text.p[reading->at] != '\\' || !next || !strchr("$`\"\\\n", next)) {
			if (!read_one(reading))
				return false;
		} else if (next == '\n') {
			reading->at += 2;
		} else {
			put_escaped(reading);
		}
	}
	if (reading->at == reading->text.n)
		return wrong(reading, from, 1, "this quote is not closed");
	reading->at++;
	reading->open = true;
	return true;
}

static bool read_single(struct reading *reading)
{
	size_t from = reading->at++;

	while (reading->at < reading->text.n && reading->text.p[reading->at] != '\'')
		if (!read_one(reading))
			return false;
	if (reading->at == reading->text.n)
		return wrong(reading, from, 1, "this quote is not closed");
	reading->at++;
	reading->open = true;
	return true;
}

static bool read_bare(struct reading *reading)
{
	char c = reading->text.p[reading->at];
	bool last = reading->at + 1 == reading->text.n;

	if (c == '"')
		return read_double(reading);
	if (c == '\'')
		return read_single(reading);
	if (c == '\\' && last)
		return wrong(reading, reading->at, 1, "nothing follows the backslash");
	if (c == '\\' && reading->text.p[reading->at + 1] != '\n') {
		put_escaped(reading);
		return true;
	}
	if (c != '\\' && !is_blank(c))
		return read_one(reading);
	end_word(reading);
	reading->at += c == '\\' ? 2 : 1;
	return true;
}

static void reading_init(struct reading *reading, const struct runword *value)
{
	*reading = (struct reading){.value = value, .text = str_trim(value->entry->value), .placed = true};
}

/* What was read as WORDS where OK. */
static bool reading_end(struct reading *reading, bool ok, struct plan_words *words)
{
	struct arena *arena = reading->value->arena;

	end_word(reading);
	*words = (struct plan_words){.key = reading->value->entry->key};
	if (ok) {
		words->count = reading->word_count;
		words->items = ARENA_ARRAY(arena, words->count, struct plan_word);
		if (words->count)
			memcpy(words->items, reading->words, words->count * sizeof *words->items);
	}
	buf_release(&reading->out);
	mem_free(reading->pieces);
	mem_free(reading->words);
	return ok;
}

bool runword_split(const struct runword *value, struct plan_words *words)
{
	struct reading reading;
	bool ok = true;

	reading_init(&reading, value);
	while (ok && reading.at < reading.text.n)
		ok = read_bare(&reading);
	return reading_end(&reading, ok, words);
}

bool runword_command(const struct runword *value, struct plan_words *words)
{
	struct text_list strings = {0};
	struct reading reading;
	enum text_json json;
	bool ok = true;

	reading_init(&reading, value);
	json = text_json(value->arena, reading.text, &strings);
	if (json == TEXT_JSON_NONE && str_starts(reading.text, STR("[\"")))
		diag_warning(value->diag, value->entry->value_at,
		             "[%.*s] %.*s: this is no JSON, so it is taken for words of a shell", STR_ARG(value->section),
		             STR_ARG(value->entry->key));
	if (json == TEXT_JSON_NONE)
		return runword_split(value, words);
	if (json == TEXT_JSON_MIXED)
		ok = wrong(&reading, 0, 1, "an array of JSON here has strings only");
	reading.placed = false;
	for (size_t i = 0; ok && i < strings.count; i++) {
		reading.text = strings.items[i];
		reading.open = true;
		if (str_find(reading.text, '\0', 0) < reading.text.n)
			ok = wrong(&reading, 0, 1, "no word can hold a NUL");
		for (reading.at = 0; ok && reading.at < reading.text.n;)
			ok = read_one(&reading);
		end_word(&reading);
	}
	return reading_end(&reading, ok, words);
}

bool runword_whole(const struct runword *value, struct plan_word *word)
{
	struct plan_words words;
	struct reading reading;
	bool ok = true;

	reading_init(&reading, value);
	while (ok && reading.at < reading.text.n)
		ok = read_one(&reading);
	ok = reading_end(&reading, ok, &words);
	*word = ok && words.count ? words.items[0] : (struct plan_word){.count = 0};
	return ok;
}

struct str runword_text(const struct runword *value, const struct plan_word *word)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < word->count; i++)
		buf_addstr(&text, word->pieces[i].text);
	struct str kept = {arena_strndup(value->arena, buf_str(&text).p, text.n), text.n};
	buf_release(&text);
	return kept;
}
