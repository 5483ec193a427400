/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/literal.h"
#include "jinja/unicode.h"

BUILTIN(method_lower) { UNUSED; return text_recase(r, value_str(self), UNICODE_LOWER); }
BUILTIN(method_upper) { UNUSED; return text_recase(r, value_str(self), UNICODE_UPPER); }
BUILTIN(method_capitalize) { UNUSED; return text_recase(r, value_str(self), UNICODE_CAPITALIZE); }
BUILTIN(method_title) { UNUSED; return text_recase(r, value_str(self), UNICODE_TITLE); }
BUILTIN(method_swapcase) { UNUSED; return text_recase(r, value_str(self), UNICODE_SWAP); }
BUILTIN(method_strip) { UNUSED; return text_strip(r, value_str(self), argv[0], true, true); }
BUILTIN(method_lstrip) { UNUSED; return text_strip(r, value_str(self), argv[0], true, false); }
BUILTIN(method_rstrip) { UNUSED; return text_strip(r, value_str(self), argv[0], false, true); }
BUILTIN(method_join) { UNUSED; return text_join(r, value_str(self), argv[0], true); }
BUILTIN(method_format) { UNUSED; return format_braces(r, value_str(self), args, NULL); }

BUILTIN(method_format_map)
{
	UNUSED;
	if (argv[0].kind != VALUE_DICT)
		return run_fail(r, "format_map needs a dict, not %s", type_name(argv[0]));
	return format_braces(r, value_str(self), args, argv[0].as.dict);
}

BUILTIN(method_replace)
{
	UNUSED;
	return text_replace(r, value_str(self), arg_str(r, argv[0], ""), arg_str(r, argv[1], ""),
		arg_int(r, argv[2], -1));
}

static struct str fill_of(struct run *r, struct value v)
{
	struct str fill = arg_str(r, v, " ");

	if (utf8_count(fill) != 1)
		run_fail(r, "the character to fill with must be one character");
	return fill;
}

BUILTIN(method_center) { UNUSED; return text_pad(r, self, arg_int(r, argv[0], 0), fill_of(r, argv[1]),
	true, true); }
BUILTIN(method_ljust) { UNUSED; return text_pad(r, self, arg_int(r, argv[0], 0), fill_of(r, argv[1]),
	false, true); }
BUILTIN(method_rjust) { UNUSED; return text_pad(r, self, arg_int(r, argv[0], 0), fill_of(r, argv[1]),
	true, false); }

BUILTIN(method_zfill)
{
	UNUSED;
	struct str text = value_str(self);
	int64_t missing = arg_int(r, argv[0], 0) - (int64_t)string_chars(self.as.string);
	size_t sign = text.n && (text.p[0] == '-' || text.p[0] == '+'), start = r->out->n;

	if (missing <= 0 || !run_fits(r, (uint64_t)missing + text.n))
		return self;
	buf_add(r->out, text.p, sign);
	memset(buf_room(r->out, (size_t)missing), '0', (size_t)missing);
	r->out->n += (size_t)missing;
	buf_add(r->out, text.p + sign, text.n - sign);
	return make_captured(r, start);
}

/* TEXT between the code points START and END of a method's arguments; *FROM is the byte where it begins. */
static bool clip(struct run *r, struct value self, const struct value *bounds, struct str *text, size_t *from)
{
	int64_t length = (int64_t)string_chars(self.as.string);
	int64_t start = arg_int_or_none(r, bounds[0], 0), end = arg_int_or_none(r, bounds[1], length);

	start = start < 0 ? (start + length < 0 ? 0 : start + length) : start;
	end = end < 0 ? end + length : end > length ? length : end;
	if (r->failed || start > end)
		return false;
	*from = string_offset(self.as.string, (size_t)start);
	*text = str_slice(value_str(self), *from, string_offset(self.as.string, (size_t)end));
	return true;
}

/* Python's startswith and endswith: a string or a tuple of them. */
static struct value has_affix(struct run *r, struct value self, const struct value *argv,
                              bool (*has)(struct str s, struct str affix))
{
	struct str text;
	size_t from;

	if (argv[0].kind != VALUE_TUPLE) {
		struct str affix = arg_str(r, argv[0], "");

		return value_bool(clip(r, self, argv + 1, &text, &from) && has(text, affix));
	}
	if (!clip(r, self, argv + 1, &text, &from))
		return value_bool(false);
	for (size_t i = 0; i < argv[0].as.list->count; i++) {
		if (has(text, arg_str(r, argv[0].as.list->items[i], "")))
			return value_bool(true);
	}
	return value_bool(false);
}

BUILTIN(method_startswith) { UNUSED; return has_affix(r, self, argv, str_starts); }
BUILTIN(method_endswith) { UNUSED; return has_affix(r, self, argv, str_ends); }

static int64_t find_forward(struct run *r, struct value self, const struct value *argv, bool last)
{
	struct str text, needle = arg_str(r, argv[0], "");
	size_t from, found = SIZE_MAX;

	if (!clip(r, self, argv + 1, &text, &from))
		return -1;
	for (size_t at = str_search(text, needle, 0); at != SIZE_MAX; at = str_search(text, needle, at + 1)) {
		found = at;
		if (!last)
			break;
	}
	return found == SIZE_MAX ? -1 : (int64_t)utf8_count(str_slice(value_str(self), 0, from + found));
}

BUILTIN(method_find) { UNUSED; return value_int(find_forward(r, self, argv, false)); }
BUILTIN(method_rfind) { UNUSED; return value_int(find_forward(r, self, argv, true)); }

static struct value index_or_fail(struct run *r, int64_t index)
{
	return index < 0 ? run_fail(r, "substring not found") : value_int(index);
}

BUILTIN(method_index) { UNUSED; return index_or_fail(r, find_forward(r, self, argv, false)); }
BUILTIN(method_rindex) { UNUSED; return index_or_fail(r, find_forward(r, self, argv, true)); }

BUILTIN(method_count)
{
	UNUSED;
	struct str text, needle = arg_str(r, argv[0], "");
	size_t from;
	int64_t count = 0;

	if (!clip(r, self, argv + 1, &text, &from))
		return value_int(0);
	if (needle.n == 0)
		return value_int((int64_t)utf8_count(text) + 1);
	for (size_t at = str_search(text, needle, 0); at != SIZE_MAX; at = str_search(text, needle,
		at + needle.n))
		count++;
	return value_int(count);
}

static void add_piece(struct run *r, struct list *list, struct str piece)
{
	list_append(list, value_borrow(r->arena, piece));
}

static void split_blanks(struct run *r, struct list *list, struct str text, int64_t most)
{
	text = str_slice(text, unicode_space_prefix(text), text.n);
	while (text.n && run_step(r)) {
		size_t end = 0;
		unsigned bytes = 0;

		if (most >= 0 && (int64_t)list->count >= most) {
			add_piece(r, list, text);
			return;
		}
		while (end < text.n && !unicode_space(utf8_decode(text.p + end, text.p + text.n, &bytes)))
			end += bytes;
		add_piece(r, list, str_slice(text, 0, end));
		text = str_slice(text, end, text.n);
		text = str_slice(text, unicode_space_prefix(text), text.n);
	}
}

static void reverse_list(struct list *list)
{
	for (size_t i = 0; i < list->count / 2; i++) {
		struct value v = list->items[i];

		list->items[i] = list->items[list->count - 1 - i];
		list->items[list->count - 1 - i] = v;
	}
}

static void rsplit_blanks(struct run *r, struct list *list, struct str text, int64_t most)
{
	text.n -= unicode_space_suffix(text);
	while (text.n && run_step(r)) {
		size_t start = text.n;
		unsigned bytes;

		if (most >= 0 && (int64_t)list->count >= most) {
			add_piece(r, list, text);
			break;
		}
		while (start > 0) {
			size_t before = unicode_back(text, start);

			if (unicode_space(utf8_decode(text.p + before, text.p + start, &bytes)))
				break;
			start = before;
		}
		add_piece(r, list, str_slice(text, start, text.n));
		text.n = start;
		text.n -= unicode_space_suffix(text);
	}
	reverse_list(list);
}

static size_t search_last(struct str text, struct str needle)
{
	for (size_t at = text.n >= needle.n ? text.n - needle.n + 1 : 0; at-- > 0;) {
		if (memcmp(text.p + at, needle.p, needle.n) == 0)
			return at;
	}
	return SIZE_MAX;
}

static struct value split_string(struct run *r, struct value self, struct value *argv, bool from_end)
{
	struct value v = value_list(r->arena, 0);
	struct str text = value_str(self);
	int64_t most = arg_int(r, argv[1], -1);

	if (value_missing(argv[0]) || argv[0].kind == VALUE_NONE) {
		(from_end ? rsplit_blanks : split_blanks)(r, v.as.list, text, most);
		return v;
	}
	struct str separator = arg_str(r, argv[0], "");
	if (separator.n == 0)
		return run_fail(r, "the separator of split is empty");
	while (run_step(r) && (most < 0 || (int64_t)v.as.list->count < most)) {
		size_t at = from_end ? search_last(text, separator) : str_search(text, separator, 0);

		if (at == SIZE_MAX)
			break;
		add_piece(r, v.as.list, from_end ? str_slice(text, at + separator.n, text.n)
			: str_slice(text, 0, at));
		text = from_end ? str_slice(text, 0, at) : str_slice(text, at + separator.n, text.n);
	}
	add_piece(r, v.as.list, text);
	if (from_end)
		reverse_list(v.as.list);
	return v;
}

BUILTIN(method_split) { UNUSED; return split_string(r, self, argv, false); }
BUILTIN(method_rsplit) { UNUSED; return split_string(r, self, argv, true); }

BUILTIN(method_splitlines)
{
	UNUSED;
	struct value v = value_list(r->arena, 0);
	bool keep = arg_int(r, argv[0], 0) != 0;
	size_t at = 0, ending;
	struct str line;

	while (text_line(value_str(self), &at, &line, &ending) && run_step(r))
		add_piece(r, v.as.list, keep ? (struct str){line.p, line.n + ending} : line);
	return v;
}

static struct value partition(struct run *r, struct value self, struct value separator, bool last)
{
	struct str text = value_str(self), by = arg_str(r, separator, "");

	if (by.n == 0)
		return run_fail(r, "the separator of partition is empty");
	size_t at = last ? search_last(text, by) : str_search(text, by, 0);
	struct value empty = value_borrow(r->arena, STR(""));
	struct value parts[3] = {last ? empty : self, empty, last ? self : empty};
	if (at != SIZE_MAX) {
		parts[0] = value_borrow(r->arena, str_slice(text, 0, at));
		parts[1] = separator;
		parts[2] = value_borrow(r->arena, str_slice(text, at + by.n, text.n));
	}
	return make_tuple(r, parts, 3);
}

BUILTIN(method_partition) { UNUSED; return partition(r, self, argv[0], false); }
BUILTIN(method_rpartition) { UNUSED; return partition(r, self, argv[0], true); }

BUILTIN(method_removeprefix)
{
	UNUSED;
	struct str text = value_str(self), prefix = arg_str(r, argv[0], "");

	return str_starts(text, prefix) ? value_borrow(r->arena, str_slice(text, prefix.n, text.n)) : self;
}

BUILTIN(method_removesuffix)
{
	UNUSED;
	struct str text = value_str(self), suffix = arg_str(r, argv[0], "");

	return suffix.n && str_ends(text, suffix)
		? value_borrow(r->arena, str_slice(text, 0, text.n - suffix.n)) : self;
}

/* True where there are code points and all of them are as WHICH says. */
static struct value all_are(struct value self, bool (*which)(unsigned code))
{
	struct str text = value_str(self);
	unsigned bytes;

	for (size_t at = 0; at < text.n; at += bytes) {
		if (!which(utf8_decode(text.p + at, text.p + text.n, &bytes)))
			return value_bool(false);
	}
	return value_bool(text.n > 0);
}

static bool is_ascii(unsigned code)
{
	return code < 0x80;
}

BUILTIN(method_isalpha) { UNUSED; return all_are(self, unicode_alpha); }
BUILTIN(method_isalnum) { UNUSED; return all_are(self, unicode_alnum); }
BUILTIN(method_isdecimal) { UNUSED; return all_are(self, unicode_decimal); }
BUILTIN(method_isdigit) { UNUSED; return all_are(self, unicode_digit); }
BUILTIN(method_isnumeric) { UNUSED; return all_are(self, unicode_numeric); }
BUILTIN(method_isprintable) { UNUSED; return value_bool(self.as.string->length == 0 ||
	all_are(self, unicode_printable).as.boolean); }
BUILTIN(method_casefold) { UNUSED; return text_recase(r, value_str(self), UNICODE_FOLD); }
BUILTIN(method_isspace) { UNUSED; return all_are(self, unicode_space); }
BUILTIN(method_isascii) { UNUSED; return value_bool(self.as.string->length == 0 ||
	all_are(self, is_ascii).as.boolean); }

BUILTIN(method_isidentifier)
{
	UNUSED;
	return value_bool(self.as.string->length &&
		unicode_word_prefix(value_str(self)) == self.as.string->length);
}

BUILTIN(method_islower)
{
	UNUSED;
	return call_builtin(r, builtin_test(STR("lower")), self, &(struct args){NULL, 0, NULL, 0});
}

BUILTIN(method_isupper)
{
	UNUSED;
	return call_builtin(r, builtin_test(STR("upper")), self, &(struct args){NULL, 0, NULL, 0});
}

BUILTIN(method_istitle)
{
	UNUSED;
	struct str text = value_str(self);
	bool within = false, some = false;
	unsigned bytes;

	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);
		bool upper = unicode_is_upper(code) || unicode_is_title(code);
		bool cased = upper || unicode_is_lower(code);

		if (cased && upper == within)
			return value_bool(false);
		within = cased;
		some |= cased;
	}
	return value_bool(some);
}

BUILTIN(method_expandtabs)
{
	UNUSED;
	struct str text = value_str(self);
	int64_t size = arg_int(r, argv[0], 8), column = 0;
	size_t start = r->out->n;

	for (size_t i = 0; i < text.n && run_fits(r, r->out->n - start); i++) {
		if (text.p[i] == '\t') {
			for (int64_t n = size > 0 ? size - column % size : 0; n > 0 &&
				run_fits(r, r->out->n - start); n--, column++)
				buf_addc(r->out, ' ');
			continue;
		}
		buf_addc(r->out, text.p[i]);
		column = text.p[i] == '\n' || text.p[i] == '\r' ? 0
			: column + (((unsigned char)text.p[i] & 0xc0) != 0x80);
	}
	return make_captured(r, start);
}

const struct builtin *builtin_string_methods(void)
{
	static const struct builtin methods[] = {
		{"capitalize", method_capitalize, "", 0, false, false},
		{"casefold", method_casefold, "", 0, false, false},
		{"center", method_center, "/width,fillchar", 1, false, false},
		{"count", method_count, "/sub,start,end", 1, false, false},
		{"endswith", method_endswith, "/suffix,start,end", 1, false, false},
		{"expandtabs", method_expandtabs, "tabsize", 0, false, false},
		{"find", method_find, "/sub,start,end", 1, false, false},
		{"format", method_format, "*", 0, false, false},
		{"format_map", method_format_map, "/mapping", 1, false, false},
		{"index", method_index, "/sub,start,end", 1, false, false},
		{"isalnum", method_isalnum, "", 0, false, false},
		{"isalpha", method_isalpha, "", 0, false, false},
		{"isascii", method_isascii, "", 0, false, false},
		{"isdecimal", method_isdecimal, "", 0, false, false},
		{"isdigit", method_isdigit, "", 0, false, false},
		{"isidentifier", method_isidentifier, "", 0, false, false},
		{"islower", method_islower, "", 0, false, false},
		{"isnumeric", method_isnumeric, "", 0, false, false},
		{"isprintable", method_isprintable, "", 0, false, false},
		{"isspace", method_isspace, "", 0, false, false},
		{"istitle", method_istitle, "", 0, false, false},
		{"isupper", method_isupper, "", 0, false, false},
		{"join", method_join, "/iterable", 1, false, false},
		{"ljust", method_ljust, "/width,fillchar", 1, false, false},
		{"lower", method_lower, "", 0, false, false},
		{"lstrip", method_lstrip, "/chars", 0, false, false},
		{"partition", method_partition, "/sep", 1, false, false},
		{"removeprefix", method_removeprefix, "/prefix", 1, false, false},
		{"removesuffix", method_removesuffix, "/suffix", 1, false, false},
		{"replace", method_replace, "/old,new,count", 2, false, false},
		{"rfind", method_rfind, "/sub,start,end", 1, false, false},
		{"rindex", method_rindex, "/sub,start,end", 1, false, false},
		{"rjust", method_rjust, "/width,fillchar", 1, false, false},
		{"rpartition", method_rpartition, "/sep", 1, false, false},
		{"rsplit", method_rsplit, "sep,maxsplit", 0, false, false},
		{"rstrip", method_rstrip, "/chars", 0, false, false},
		{"split", method_split, "sep,maxsplit", 0, false, false},
		{"splitlines", method_splitlines, "keepends", 0, false, false},
		{"startswith", method_startswith, "/prefix,start,end", 1, false, false},
		{"strip", method_strip, "/chars", 0, false, false},
		{"swapcase", method_swapcase, "", 0, false, false},
		{"title", method_title, "", 0, false, false},
		{"upper", method_upper, "", 0, false, false},
		{"zfill", method_zfill, "/width", 1, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return methods;
}
