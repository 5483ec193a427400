/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/subst.h"

#include <stdint.h>

#define DEPTH_MAX 200
#define TRIM_MAX 4096 /* longer values are not searched for patterns */

struct lexer {
	struct subst *subst;
	const char *p, *end;
	bool raw_escapes;
	bool unknown; /* what was read since this was cleared depends on a value that nobody knows */
	unsigned depth;
	struct text_list *words; /* or NULL */
	struct buf word;
	bool in_word;
};

void subst_set(struct arena *arena, struct subst_scope *scope, struct str name, struct str value,
               bool unknown)
{
	struct subst_var *var = ARENA_NEW(arena, struct subst_var);

	*var = (struct subst_var){name, value, unknown, scope->vars};
	scope->vars = var;
}

static const struct subst_var *find(const struct subst_scope *scope, struct str name, bool *open)
{
	*open = false;
	for (; scope; scope = scope->parent) {
		*open |= scope->open;
		for (const struct subst_var *var = scope->vars; var; var = var->next)
			if (str_eq(var->name, name))
				return var;
	}
	return NULL;
}

const struct subst_var *subst_get(const struct subst_scope *scope, struct str name)
{
	bool open;

	return find(scope, name, &open);
}

static bool fail(struct lexer *lexer, const char *message)
{
	lexer->subst->error = message;
	return false;
}

static void end_word(struct lexer *lexer)
{
	if (!lexer->words || !lexer->word.n)
		return;
	text_add(lexer->subst->arena, lexer->words, text_copy(lexer->subst->arena, buf_str(&lexer->word)));
	buf_clear(&lexer->word);
	lexer->in_word = false;
}

/* Bytes that count as part of a word whatever they are. */
static void add_raw(struct lexer *lexer, struct buf *out, const char *p, size_t n)
{
	buf_add(out, p, n);
	if (lexer->words && !lexer->depth) {
		buf_add(&lexer->word, p, n);
		lexer->in_word = true;
	}
}

static void add_split(struct lexer *lexer, struct buf *out, const char *p, size_t n)
{
	unsigned bytes;

	buf_add(out, p, n);
	if (!lexer->words || lexer->depth)
		return;
	for (const char *end = p + n; p < end; p += bytes) {
		if (!text_space_at(p, end, &bytes)) {
			buf_add(&lexer->word, p, bytes);
			lexer->in_word = true;
		} else if (lexer->in_word) {
			end_word(lexer);
		}
	}
}

static struct str read_name(struct lexer *lexer)
{
	const char *start = lexer->p;
	bool digits = start < lexer->end && *start >= '0' && *start <= '9';

	if (start < lexer->end && *start && strchr("@*#?-$!", *start)) {
		lexer->p++;
		return (struct str){start, 1};
	}
	while (lexer->p < lexer->end) {
		unsigned char c = (unsigned char)*lexer->p;
		bool digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!digit && (digits || (!letter && c != '_' && c < 0x80)))
			break;
		lexer->p++;
	}
	return str_range(start, lexer->p);
}

struct lookup {
	struct str name, value;
	bool set, unknown;
};

static struct lookup look_up(struct lexer *lexer, struct str name)
{
	struct lookup found = {name, {"", 0}, false, false};
	bool open;
	const struct subst_var *var = find(lexer->subst->scope, name, &open);

	if (var) {
		found.set = true;
		found.unknown = var->unknown;
		found.value = var->value;
	} else {
		found.unknown = open;
	}
	return found;
}

static void put_value(struct lexer *lexer, struct buf *out, struct lookup *found)
{
	lexer->unknown |= found->unknown || !found->set;
	buf_addstr(out, found->value);
}

static bool read_until(struct lexer *lexer, char stop, bool raw_escapes, struct buf *out);

/* The text up to STOP, expanded; *UNKNOWN says whether it depends on a value not known. */
static bool read_nested(struct lexer *lexer, char stop, bool raw_escapes, struct str *text, bool *unknown)
{
	struct buf out = BUF_INIT;
	bool outer = lexer->unknown, ok;
	bool escapes = lexer->raw_escapes;

	if (lexer->depth == DEPTH_MAX)
		return fail(lexer, "substitutions nested too deeply");
	lexer->unknown = false;
	lexer->depth++;
	ok = read_until(lexer, stop, raw_escapes, &out);
	lexer->depth--;
	lexer->raw_escapes = escapes;
	*unknown = lexer->unknown;
	lexer->unknown = outer;
	*text = text_copy(lexer->subst->arena, buf_str(&out));
	buf_release(&out);
	return ok;
}

static bool at_end(struct lexer *lexer, const char *message)
{
	return fail(lexer, lexer->p == lexer->end || !lexer->subst->error ? message : lexer->subst->error);
}

static bool bad_pattern(struct lexer *lexer)
{
	return fail(lexer, "invalid pattern in substitution");
}

static bool use_default(struct lexer *lexer, char form, bool empty_counts, struct lookup *found,
                        struct str word, bool word_unknown, struct buf *out)
{
	bool missing = !found->set || (empty_counts && !found->value.n);

	if (found->unknown) {
		lexer->unknown = true;
		buf_addstr(out, form == '+' ? word : found->value);
	} else if (form == '?' && missing) {
		struct buf message = BUF_INIT;

		buf_addf(&message, "%.*s: %.*s", STR_ARG(found->name), STR_ARG(word));
		if (!word.n)
			buf_adds(&message, found->set ? "is not allowed to be empty" : "is not allowed to be unset");
		fail(lexer, arena_strndup(lexer->subst->arena, message.p, message.n));
		buf_release(&message);
		return false;
	} else if (missing == (form == '-')) {
		lexer->unknown |= word_unknown && form != '?';
		if (form != '?')
			buf_addstr(out, word);
		else
			buf_addstr(out, found->value);
	} else if (form != '+') {
		buf_addstr(out, found->value);
	}
	return true;
}

static bool use_trim(struct lexer *lexer, char form, struct lookup *found, struct str word, bool word_unknown,
                     struct buf *out)
{
	bool longest = word.n && word.p[0] == form, ok;

	if (longest)
		word = str_slice(word, 1, word.n);
	lexer->unknown |= word_unknown || found->value.n > TRIM_MAX;
	if (found->value.n > TRIM_MAX)
		found->value.n = 0;
	ok = form == '#' ? subst_trim_prefix(word, &found->value, longest) :
	                   subst_trim_suffix(word, &found->value, longest);
	if (!ok)
		return bad_pattern(lexer);
	put_value(lexer, out, found);
	return true;
}

static bool read_modifier(struct lexer *lexer, struct str name, const char *start, char form, bool colon,
                          struct buf *out)
{
	bool word_unknown, trims = form == '#' || form == '%';
	struct str word;
	struct lookup found;

	if (!read_nested(lexer, '}', trims, &word, &word_unknown))
		return at_end(lexer, "missing '}' in substitution");
	found = look_up(lexer, name);
	if (!found.set && (lexer->subst->flags & SUBST_KEEP_UNSET)) {
		buf_addf(out, "${%.*s%.*s", STR_ARG(name), colon ? 2 : 1, start);
		buf_addstr(out, word);
		buf_addc(out, '}');
		return true;
	}
	if (trims)
		return use_trim(lexer, form, &found, word, word_unknown, out);
	if (form == '-' || form == '+' || form == '?')
		return use_default(lexer, form, colon, &found, word, word_unknown, out);
	lexer->unknown = true;
	return true;
}

static bool read_replace(struct lexer *lexer, struct str name, struct buf *out)
{
	bool all = lexer->p < lexer->end && *lexer->p == '/', unknown, with_unknown;
	struct str pattern, with;
	struct lookup found;

	lexer->p += all;
	if (!read_nested(lexer, '/', true, &pattern, &unknown))
		return at_end(lexer, "missing '/' in substitution");
	if (!read_nested(lexer, '}', true, &with, &with_unknown))
		return at_end(lexer, "missing '}' in substitution");
	found = look_up(lexer, name);
	if (!found.set && (lexer->subst->flags & SUBST_KEEP_UNSET)) {
		buf_addf(out, "${%.*s/%.*s/%.*s}", STR_ARG(name), STR_ARG(pattern), STR_ARG(with));
		return true;
	}
	lexer->unknown |= unknown || with_unknown || found.unknown || !found.set || found.value.n > TRIM_MAX;
	if (found.value.n > TRIM_MAX)
		return true;
	return subst_replace(pattern, with, found.value, all, out) || bad_pattern(lexer);
}

static bool read_braces(struct lexer *lexer, struct buf *out)
{
	const char *start;
	struct str name;
	struct lookup found;
	char c;

	if (lexer->p == lexer->end)
		return fail(lexer, "missing '}' in substitution");
	if (*lexer->p == '{' || *lexer->p == '}' || *lexer->p == ':')
		return fail(lexer, "bad substitution");
	name = read_name(lexer);
	start = lexer->p;
	if (start == lexer->end)
		return fail(lexer, "missing '}' in substitution");
	c = *lexer->p++;
	if (c == '}') {
		found = look_up(lexer, name);
		if (!found.set && (lexer->subst->flags & SUBST_KEEP_UNSET))
			buf_addf(out, "${%.*s}", STR_ARG(name));
		else
			put_value(lexer, out, &found);
		return true;
	}
	if (c == '/')
		return read_replace(lexer, name, out);
	if (c == ':') {
		if (lexer->p == lexer->end)
			return fail(lexer, "missing '}' in substitution");
		return read_modifier(lexer, name, start, *lexer->p++, true, out);
	}
	if (strchr("+-?#%", c) && c)
		return read_modifier(lexer, name, start, c, false, out);
	return fail(lexer, "unsupported modifier in substitution");
}

static bool read_dollar(struct lexer *lexer, struct buf *out)
{
	struct str name;
	struct lookup found;

	lexer->p++;
	if (lexer->p < lexer->end && *lexer->p == '{') {
		lexer->p++;
		return read_braces(lexer, out);
	}
	name = read_name(lexer);
	if (!name.n) {
		buf_addc(out, '$');
		return true;
	}
	found = look_up(lexer, name);
	if (!found.set && (lexer->subst->flags & SUBST_KEEP_UNSET))
		buf_addf(out, "$%.*s", STR_ARG(name));
	else
		put_value(lexer, out, &found);
	return true;
}

/* A '$': what it gives, split into words unless QUOTED; remembers where the first unknown value went. */
static bool put_dollar(struct lexer *lexer, struct buf *out, bool quoted)
{
	struct buf value = BUF_INIT;
	struct subst *subst = lexer->subst;
	bool ok = read_dollar(lexer, &value);

	if (ok && lexer->unknown && !lexer->depth && !subst->unresolved) {
		subst->unresolved = true;
		subst->known = out->n;
	}
	if (ok && quoted)
		add_raw(lexer, out, value.p, value.n);
	else if (ok)
		add_split(lexer, out, value.p, value.n);
	buf_release(&value);
	return ok;
}

static bool read_single(struct lexer *lexer, struct buf *out)
{
	const char *start = lexer->p++, *close;
	bool raw = lexer->subst->flags & SUBST_RAW_QUOTES;

	close = memchr(lexer->p, '\'', (size_t)(lexer->end - lexer->p));
	if (!close) {
		lexer->p = lexer->end;
		return fail(lexer, "no closing single quote");
	}
	lexer->p = close + 1;
	add_raw(lexer, out, raw ? start : start + 1, (size_t)(raw ? lexer->p - start : close - start - 1));
	return true;
}

static bool read_double(struct lexer *lexer, struct buf *out)
{
	bool raw = lexer->subst->flags & SUBST_RAW_QUOTES;

	add_raw(lexer, out, lexer->p++, raw);
	while (lexer->p < lexer->end) {
		char c = *lexer->p;

		if (c == '"') {
			add_raw(lexer, out, lexer->p++, raw);
			return true;
		}
		if (c == '$') {
			if (!put_dollar(lexer, out, true))
				return false;
			continue;
		}
		lexer->p++;
		if (c == lexer->subst->escape) {
			if (lexer->raw_escapes)
				add_raw(lexer, out, &c, 1);
			if (lexer->p == lexer->end)
				break;
			if (*lexer->p == '"' || *lexer->p == '$' || *lexer->p == lexer->subst->escape)
				c = *lexer->p++;
		}
		add_raw(lexer, out, &c, 1);
	}
	return fail(lexer, "no closing double quote");
}

static bool read_until(struct lexer *lexer, char stop, bool raw_escapes, struct buf *out)
{
	lexer->raw_escapes = raw_escapes;
	while (lexer->p < lexer->end) {
		unsigned bytes;
		char c = *lexer->p;
		bool ok = true;

		if (stop && c == stop) {
			lexer->p++;
			return true;
		}
		if (c == '$') {
			ok = put_dollar(lexer, out, false);
		} else if (c == '\'') {
			ok = read_single(lexer, out);
		} else if (c == '"') {
			ok = read_double(lexer, out);
		} else if (c == lexer->subst->escape) {
			if (lexer->raw_escapes)
				add_raw(lexer, out, lexer->p, 1);
			if (++lexer->p == lexer->end)
				break;
			text_space_at(lexer->p, lexer->end, &bytes);
			add_raw(lexer, out, lexer->p, bytes);
			lexer->p += bytes;
		} else {
			text_space_at(lexer->p, lexer->end, &bytes);
			add_split(lexer, out, lexer->p, bytes);
			lexer->p += bytes;
		}
		if (!ok)
			return false;
	}
	return !stop || fail(lexer, "unexpected end of substitution");
}

static bool run(struct subst *subst, struct str text, struct text_list *words, struct buf *out)
{
	struct lexer lexer = {
		.subst = subst, .p = text.p, .end = text.p + text.n, .words = words, .word = BUF_INIT};
	bool ok;

	subst->error = NULL;
	subst->unresolved = false;
	subst->known = 0;
	ok = read_until(&lexer, 0, subst->flags & SUBST_RAW_ESCAPES, out);
	if (ok)
		end_word(&lexer);
	if (!subst->unresolved)
		subst->known = out->n;
	buf_release(&lexer.word);
	return ok;
}

/* Whether WORD is what it stands for: without variables, quotes and escapes. */
static bool is_literal(const struct subst *subst, struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] == '$' || word.p[i] == '\'' || word.p[i] == '"' || word.p[i] == subst->escape)
			return false;
	return true;
}

bool subst_word(struct subst *subst, struct str word, struct str *out)
{
	struct buf buf = BUF_INIT;

	if (is_literal(subst, word)) {
		subst->error = NULL;
		subst->unresolved = false;
		subst->known = word.n;
		*out = text_copy(subst->arena, word);
		return true;
	}
	bool ok = run(subst, word, NULL, &buf);

	*out = ok ? text_copy(subst->arena, buf_str(&buf)) : (struct str){"", 0};
	buf_release(&buf);
	return ok;
}

bool subst_words(struct subst *subst, struct str line, struct text_list *out)
{
	struct buf buf = BUF_INIT;
	bool ok;

	*out = (struct text_list){0};
	ok = run(subst, line, out, &buf);
	buf_release(&buf);
	return ok;
}
