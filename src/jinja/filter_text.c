/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"
#include "jinja/wrap.h"

/* Filters of text. */

BUILTIN(filter_upper) { UNUSED; return text_recase(r, value_text(r, self), UNICODE_UPPER); }
BUILTIN(filter_lower) { UNUSED; return text_recase(r, value_text(r, self), UNICODE_LOWER); }
BUILTIN(filter_capitalize) { UNUSED; return text_recase(r, value_text(r, self), UNICODE_CAPITALIZE); }
BUILTIN(filter_trim) { UNUSED; return text_strip(r, value_text(r, self), argv[0], true, true); }

static bool between_words(unsigned code)
{
	return unicode_space(code) || (code < 0x80 && code && strchr("-({[<", (int)code));
}

/* Words begin after blanks and -({[< only, unlike str.title's. */
BUILTIN(filter_title)
{
	UNUSED;
	struct str text = value_text(r, self);
	size_t start = r->out->n, end;
	unsigned bytes = 0;

	for (size_t at = 0; at < text.n; at = end) {
		bool between = between_words(utf8_decode(text.p + at, text.p + text.n, &bytes));

		end = at + bytes;
		if (between) {
			buf_add(r->out, text.p + at, bytes);
			continue;
		}
		unicode_recase(r->out, str_slice(text, at, end), UNICODE_UPPER);
		for (at = end; end < text.n; end += bytes) {
			if (between_words(utf8_decode(text.p + end, text.p + text.n, &bytes)))
				break;
		}
		unicode_recase(r->out, str_slice(text, at, end), UNICODE_LOWER);
	}
	return make_captured(r, start);
}

BUILTIN(filter_escape)
{
	UNUSED;
	struct str text = value_text(r, self);
	size_t start = r->out->n;

	text_escape(r->out, text);
	return make_captured(r, start);
}

BUILTIN(filter_safe)
{
	UNUSED;
	return value_borrow(r->arena, value_text(r, self));
}

BUILTIN(filter_center)
{
	UNUSED;
	struct value text = value_borrow(r->arena, value_text(r, self));

	return text_pad(r, text, arg_int(r, argv[0], 80), STR(" "), true, true);
}

BUILTIN(filter_replace)
{
	UNUSED;
	struct str text = value_text(r, self), old = value_text(r, argv[0]), new = value_text(r, argv[1]);

	return text_replace(r, text, old, new, arg_int_or_none(r, argv[2], -1));
}

/* A string, where Python would fail with anything else. */
static bool need_string(struct run *r, struct value self, const char *filter)
{
	if (self.kind == VALUE_STRING)
		return true;
	if (self.kind == VALUE_UNDEFINED)
		undefined_used(r, self);
	run_fail(r, "%s needs a str, not %s", filter, type_name(self));
	return false;
}

static struct str indentation(struct run *r, struct value width)
{
	if (width.kind == VALUE_STRING)
		return value_str(width);
	if (width.kind == VALUE_NONE)
		run_fail(r, "indent needs a number or a str, not None");
	return text_repeat(r, STR(" "), value_missing(width) ? 4 : arg_int(r, width, 4));
}

BUILTIN(filter_indent)
{
	UNUSED;
	struct str by = indentation(r, argv[0]), text, line;
	bool first = arg_bool(r, argv[1], false), blank = arg_bool(r, argv[2], false);
	size_t start = r->out->n, at = 0, ending = 0, count = 0;

	if (!need_string(r, self, "indent"))
		return self;
	text = value_str(self);
	for (; text_line(text, &at, &line, &ending) && run_fits(r, r->out->n - start); count++) {
		if (count)
			buf_addc(r->out, '\n');
		if (count ? blank || line.n : first)
			buf_addstr(r->out, by);
		buf_addstr(r->out, line);
	}
	if (count == 0 && first)
		buf_addstr(r->out, by);
	if (count && ending) {
		buf_addc(r->out, '\n');
		if (blank)
			buf_addstr(r->out, by);
	}
	return make_captured(r, start);
}

BUILTIN(filter_truncate)
{
	UNUSED;
	int64_t length = arg_int(r, argv[0], 255), leeway = arg_int_or_none(r, argv[3], 5), chars;
	struct value end = value_missing(argv[2]) ? value_borrow(r->arena, STR("...")) : argv[2];

	chars = value_length(r, self);
	if (chars < 0)
		return run_fail(r, "%s has no length", type_name(self));
	if (!need_string(r, end, "truncate"))
		return self;
	int64_t kept = length - (int64_t)string_chars(end.as.string);
	if (kept < 0 || leeway < 0)
		return run_fail(r, "truncate: %s", leeway < 0 ? "leeway is negative"
			: "length is shorter than the end");
	if (leeway > INT32_MAX || length > INT32_MAX || chars <= length + leeway || !need_string(r, self, "truncate"))
		return self;
	struct str text = str_slice(value_str(self), 0, string_offset(self.as.string, (size_t)kept));
	bool kill = arg_bool(r, argv[1], false);
	for (size_t at = text.n; !kill && at-- > 0;) {
		if (text.p[at] == ' ') {
			text.n = at;
			break;
		}
	}
	size_t start = r->out->n;
	buf_addstr(r->out, text);
	buf_addstr(r->out, value_str(end));
	return make_captured(r, start);
}

BUILTIN(filter_wordcount)
{
	UNUSED;
	struct str text = value_text(r, self);
	int64_t count = 0;
	bool within = false;
	unsigned bytes;

	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
		bool word = code == '_' || unicode_alnum(code);

		count += word && !within;
		within = word;
	}
	return value_int(count);
}

BUILTIN(filter_wordwrap)
{
	UNUSED;
	int64_t width = arg_int(r, argv[0], 79);
	size_t start = r->out->n;
	struct wrap_options options = {
		.width = width > 0 ? (size_t)width : 1,
		.break_words = arg_bool(r, argv[1], true),
		.separator = argv[2].kind == VALUE_NONE ? STR("\n") : arg_str(r, argv[2], "\n"),
		.hyphens = arg_bool(r, argv[3], true),
	};

	if (!need_string(r, self, "wordwrap"))
		return self;
	if (width <= 0 && self.as.string->length)
		return run_fail(r, "the width of wordwrap must be positive");
	wrap_text(r, value_str(self), &options);
	return make_captured(r, start);
}

/* TEXT without what stands between OPEN and CLOSE, to run->out; what is never closed stays. */
static struct str cut_between(struct run *r, struct str text, struct str open, struct str close)
{
	size_t begin = r->out->n, at = 0;

	for (;;) {
		size_t from = str_search(text, open, at);
		size_t to = from == SIZE_MAX ? SIZE_MAX : str_search(text, close, from);

		if (to == SIZE_MAX)
			break;
		buf_addstr(r->out, str_slice(text, at, from));
		at = to + close.n;
	}
	buf_addstr(r->out, str_slice(text, at, text.n));
	return value_str(make_captured(r, begin));
}

/* The character that the entity at the beginning of TEXT stands for; its length, or 0. */
static size_t read_entity(struct str text, unsigned *code)
{
	static const struct {
		const char *name;
		unsigned code;
	} names[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&nbsp;", 0xa0},
		{"&copy;", 0xa9}, {"&reg;", 0xae}, {"&hellip;", 0x2026}, {"&ndash;", 0x2013}, {"&mdash;", 0x2014},
	};
	size_t end = str_find(text, ';', 0);
	bool hex = text.n > 2 && (text.p[2] | 32) == 'x';

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		*code = names[i].code;
		if (str_starts(text, str_of(names[i].name)))
			return strlen(names[i].name);
	}
	*code = 0;
	if (!str_starts(text, STR("&#")) || end >= text.n || end > 10 || end < (hex ? 4u : 3u))
		return 0;
	for (size_t i = hex ? 3 : 2; i < end; i++) {
		char c = (char)(text.p[i] | 32);
		bool digit = text.p[i] >= '0' && text.p[i] <= '9';

		if (!digit && !(hex && c >= 'a' && c <= 'f'))
			return 0;
		*code = *code * (hex ? 16 : 10) + (unsigned)(digit ? text.p[i] - '0' : c - 'a' + 10);
	}
	return *code && *code <= 0x10ffff && (*code < 0xd800 || *code > 0xdfff) ? end + 1 : 0;
}

BUILTIN(filter_striptags)
{
	UNUSED;
	struct str text = cut_between(r, value_text(r, self), STR("<!--"), STR("-->"));
	size_t start = r->out->n;
	bool blank = false;
	unsigned bytes;

	text = cut_between(r, text, STR("<"), STR(">"));
	text = value_str(text_strip(r, text, value_undefined(), true, true));
	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
		size_t entity = code == '&' ? read_entity(str_slice(text, at, text.n), &code) : 0;
		bool space = entity == 0 && unicode_space(utf8_decode(text.p + at, text.p + text.n, &bytes));
		char room[4];

		if (space && !blank)
			buf_addc(r->out, ' ');
		else if (entity)
			buf_add(r->out, room, utf8_encode(code, room));
		else if (!space)
			buf_add(r->out, text.p + at, bytes);
		blank = space;
		bytes = entity ? (unsigned)entity : bytes;
	}
	return make_captured(r, start);
}

const struct builtin *builtin_filters_text(void)
{
	static const struct builtin filters[] = {
		{"capitalize", filter_capitalize, "", 0, false, false},
		{"center", filter_center, "width", 0, false, false},
		{"e", filter_escape, "", 0, false, false},
		{"escape", filter_escape, "", 0, false, false},
		{"forceescape", filter_escape, "", 0, false, false},
		{"indent", filter_indent, "width,first,blank", 0, false, false},
		{"lower", filter_lower, "", 0, false, false},
		{"replace", filter_replace, "old,new,count", 2, false, false},
		{"safe", filter_safe, "", 0, false, false},
		{"striptags", filter_striptags, "", 0, false, false},
		{"title", filter_title, "", 0, false, false},
		{"trim", filter_trim, "chars", 0, false, false},
		{"truncate", filter_truncate, "length,killwords,end,leeway", 0, false, false},
		{"upper", filter_upper, "", 0, false, false},
		{"urlize", filter_urlize, "trim_url_limit,nofollow,target,rel,extra_schemes", 0, false, false},
		{"wordcount", filter_wordcount, "", 0, false, false},
		{"wordwrap", filter_wordwrap, "width,break_long_words,wrapstring,break_on_hyphens", 0, false,
			false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return filters;
}
