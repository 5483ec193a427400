/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"

/* The filter urlize: what looks like an address becomes a link. */

struct linker {
	struct run *r;
	int64_t limit; /* characters shown of an address, -1: all */
	struct str rel, target;
	struct list *schemes;
};

static bool is_word(unsigned code)
{
	return code == '_' || unicode_alnum(code);
}

static bool ascii_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool starts_with(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	for (size_t i = 0; i < n; i++) {
		if (i >= s.n || (s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 32 : s.p[i]) != prefix[i])
			return false;
	}
	return true;
}

/* Bytes of S that are word characters or in ALSO; *CHARS counts them. */
static size_t run_of(struct str s, const char *also, size_t *chars)
{
	size_t at = 0;
	unsigned bytes;

	for (*chars = 0; at < s.n; at += bytes, ++*chars) {
		unsigned code = utf8_decode(s.p + at, s.p + s.n, &bytes);

		if (!is_word(code) && !(code && code < 0x80 && strchr(also, (int)code)))
			break;
	}
	return at;
}

/* What may follow a host: a port, then a path. */
static bool host_ends(struct str rest)
{
	size_t at = 0;

	if (rest.n && rest.p[0] == ':') {
		for (at = 1; at < rest.n && rest.p[at] >= '0' && rest.p[at] <= '9'; at++)
			;
		if (at < 2 || at > 6)
			return false;
	}
	return at == rest.n || strchr("/?#", rest.p[at]);
}

static bool top_level(struct str label)
{
	size_t chars;

	if (starts_with(label, "xn--")) {
		struct str rest = str_slice(label, 4, label.n);

		return run_of(rest, "%", &chars) == rest.n && chars >= 2 && chars <= 59;
	}
	for (size_t i = 0; i < label.n; i++) {
		if (!ascii_letter(label.p[i]))
			return false;
	}
	return label.n >= 2 && label.n <= 63;
}

static bool known_top_level(struct str label)
{
	static const char *const known[] = {"com", "net", "int", "edu", "gov", "org", "info", "mil"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		if (strlen(known[i]) == label.n && starts_with(label, known[i]))
			return true;
	}
	return false;
}

/* "a.b.top"; without a SCHEME labels have 2 to 63 characters and TOP is one of a few. */
static bool is_host(struct str host, bool scheme)
{
	unsigned labels = 0;

	for (size_t at = 0;; labels++) {
		size_t dot = str_find(host, '.', at), chars;
		struct str label = str_slice(host, at, dot);

		if (dot >= host.n)
			return scheme ? top_level(label) : labels > 0 && known_top_level(label);
		run_of(label, "%-", &chars);
		if (chars == 0 || (!scheme && (chars < 2 || chars > 63)))
			return false;
		at = dot + 1;
	}
}

static size_t digits_of(struct str s, size_t at, size_t most, bool hex)
{
	size_t n = 0;

	while (n < most && at + n < s.n && ((s.p[at + n] >= '0' && s.p[at + n] <= '9') ||
	       (hex && (s.p[at + n] | 32) >= 'a' && (s.p[at + n] | 32) <= 'f')))
		n++;
	return n;
}

/* The length of the numeric address that S begins with, 0: none. */
static size_t ipv4_span(struct str s)
{
	size_t at = 0;

	for (int i = 0; i < 4; i++) {
		size_t n = digits_of(s, at, 3, false);

		if (n == 0 || (i < 3 && (at + n >= s.n || s.p[at + n] != '.')))
			return 0;
		at += n + (i < 3);
	}
	return at;
}

static size_t ipv6_span(struct str s)
{
	size_t at = 1;

	if (s.n == 0 || s.p[0] != '[')
		return 0;
	for (int i = 0; i < 8; i++) {
		at += digits_of(s, at, 4, true);
		if (at < s.n && s.p[at] == ':')
			at++;
		else if (i < 2)
			return 0;
		if (i >= 2 && at < s.n && s.p[at] == ']')
			return at + 1;
	}
	return 0;
}

static bool is_web(struct str word)
{
	size_t chars, skip = starts_with(word, "http://") ? 7 : starts_with(word, "https://") ? 8 : 0;
	struct str rest = str_slice(word, skip, word.n);
	size_t number = skip == 0 ? 0 : ipv4_span(rest) ? ipv4_span(rest) : ipv6_span(rest);

	if (number && host_ends(str_slice(rest, number, rest.n)))
		return true;
	size_t bare = run_of(word, "%-.", &chars);
	if (skip == 0 && is_host(str_slice(word, 0, bare), false) && host_ends(str_slice(word, bare, word.n)))
		return true;
	if (skip == 0 && !starts_with(word, "www."))
		return false;
	rest = str_slice(word, skip ? skip : 4, word.n);
	size_t host = run_of(rest, "%-.", &chars);
	return is_host(str_slice(rest, 0, host), true) && host_ends(str_slice(rest, host, rest.n));
}

static bool is_mail(struct str word)
{
	size_t at = word.n, dot, chars;

	while (at > 0 && word.p[at - 1] != '@')
		at--;
	if (at < 2)
		return false;
	struct str host = str_slice(word, at, word.n);
	for (dot = host.n; dot > 0 && host.p[dot - 1] != '.'; dot--)
		;
	struct str end = str_slice(host, dot, host.n);
	return dot > 1 && end.n && run_of(end, "", &chars) == end.n && run_of(host, ".-", &chars) == host.n &&
	       host.p[0] != '.' && host.p[0] != '-';
}

static void put_link(struct linker *l, const char *before, struct str word, struct str shown, bool web)
{
	struct buf *out = l->r->out;

	buf_addf(out, "<a href=\"%s%.*s\"", before, STR_ARG(word));
	if (web && l->rel.n)
		buf_addf(out, " rel=\"%.*s\"", STR_ARG(l->rel));
	if (web && l->target.n)
		buf_addf(out, " target=\"%.*s\"", STR_ARG(l->target));
	buf_addf(out, ">%.*s", STR_ARG(shown));
}

static void put_web(struct linker *l, struct str word)
{
	bool scheme = str_starts(word, STR("https://")) || str_starts(word, STR("http://"));
	struct value text = value_borrow(l->r->arena, word);
	bool cut = l->limit >= 0 && (int64_t)string_chars(text.as.string) > l->limit;
	struct str shown = cut ? str_slice(word, 0, string_offset(text.as.string, (size_t)l->limit)) : word;

	put_link(l, scheme ? "" : "https://", word, shown, true);
	buf_adds(l->r->out, cut ? "...</a>" : "</a>");
}

static void put_middle(struct linker *l, struct str word)
{
	struct str mail = str_slice(word, 7, word.n);
	bool done = false;

	if (is_web(word)) {
		put_web(l, word);
		return;
	}
	if (str_starts(word, STR("mailto:")) && is_mail(mail)) {
		put_link(l, "", word, mail, false);
		buf_adds(l->r->out, "</a>");
		return;
	}
	if (!str_starts(word, STR("www.")) && str_find(word, ':', 0) == word.n && is_mail(word)) {
		put_link(l, "mailto:", word, word, false);
		buf_adds(l->r->out, "</a>");
		return;
	}
	for (size_t i = 0; l->schemes && i < l->schemes->count && !done; i++) {
		struct str scheme = value_str(l->schemes->items[i]);

		done = word.n > scheme.n && str_starts(word, scheme);
	}
	if (!done) {
		buf_addstr(l->r->out, word);
		return;
	}
	put_link(l, "", word, word, true);
	buf_adds(l->r->out, "</a>");
}

static int64_t count_of(struct str text, struct str needle)
{
	int64_t count = 0;

	for (size_t at = str_search(text, needle, 0); at != SIZE_MAX; at = str_search(text, needle, at + needle.n))
		count++;
	return count;
}

static size_t head_length(struct str word)
{
	size_t at = 0;

	while (at < word.n) {
		if (word.p[at] == '(' || word.p[at] == '<')
			at++;
		else if (str_starts(str_slice(word, at, word.n), STR("&lt;")))
			at += 4;
		else
			break;
	}
	return at;
}

static size_t tail_start(struct str word, size_t head)
{
	size_t end = word.n;

	while (end > head) {
		if (strchr(")>.,", word.p[end - 1]) && word.p[end - 1])
			end--;
		else if (end >= head + 4 && str_ends(str_slice(word, head, end), STR("&gt;")))
			end -= 4;
		else
			break;
	}
	return end;
}

/* A word without white space. */
static void put_word(struct linker *l, struct str word)
{
	static const char *const pairs[][2] = {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
	size_t head = head_length(word), tail = tail_start(word, head);

	for (int i = 0; i < 3; i++) {
		struct str open = str_of(pairs[i][0]), close = str_of(pairs[i][1]);
		struct str middle = str_slice(word, head, tail), rest = str_slice(word, tail, word.n);
		int64_t opened = count_of(middle, open), move = count_of(rest, close);

		if (opened <= count_of(middle, close))
			continue;
		for (move = move < opened ? move : opened; move > 0; move--)
			tail = str_search(word, close, tail) + close.n;
	}
	buf_addstr(l->r->out, str_slice(word, 0, head));
	put_middle(l, str_slice(word, head, tail));
	buf_addstr(l->r->out, str_slice(word, tail, word.n));
}

/* The words of rel="", sorted, each once. */
static struct str rel_of(struct run *r, struct value rel, bool nofollow)
{
	struct list *words = value_list(r->arena, 0).as.list;
	struct str text = value_missing(rel) || rel.kind == VALUE_NONE ? STR("") : arg_str(r, rel, "");

	while (text.n) {
		size_t end = 0;
		unsigned bytes;

		text = str_slice(text, unicode_space_prefix(text), text.n);
		while (end < text.n && !unicode_space(utf8_decode(text.p + end, text.p + text.n, &bytes)))
			end += bytes;
		if (end)
			list_append(words, value_borrow(r->arena, str_slice(text, 0, end)));
		text = str_slice(text, end, text.n);
	}
	if (nofollow)
		list_append(words, value_borrow(r->arena, STR("nofollow")));
	list_append(words, value_borrow(r->arena, STR("noopener")));
	struct list *keys = list_of(r, (struct value){.kind = VALUE_LIST, .as.list = words});
	sort_items(r, keys->items, words->items, words->count, 0);
	size_t start = r->out->n;
	for (size_t i = 0; i < words->count; i++) {
		if (i && value_equal(words->items[i], words->items[i - 1]))
			continue;
		buf_adds(r->out, i ? " " : "");
		text_escape(r->out, value_str(words->items[i]));
	}
	return value_str(make_captured(r, start));
}

/* "tel:", "ftp://" and the like; false, after an error, for anything else. */
static bool is_scheme(struct run *r, struct value v)
{
	struct str text = arg_str(r, v, "");
	size_t chars, n = run_of(text, ".+-", &chars);
	struct str rest = str_slice(text, n, text.n);

	if (chars >= 2 && (str_is(rest, ":") || str_is(rest, ":/") || str_is(rest, "://")))
		return true;
	run_fail(r, "urlize: '%.*s' is no scheme", STR_ARG(text));
	return false;
}

struct value filter_urlize(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct linker l = {.r = r, .limit = arg_int_or_none(r, argv[0], -1)};
	size_t start = r->out->n;
	unsigned bytes;

	(void)args;
	l.rel = rel_of(r, argv[3], arg_bool(r, argv[1], false));
	if (!value_missing(argv[2]) && argv[2].kind != VALUE_NONE) {
		text_escape(r->out, value_text(r, argv[2]));
		l.target = value_str(make_captured(r, start));
	}
	if (!value_missing(argv[4]) && argv[4].kind != VALUE_NONE)
		l.schemes = list_of(r, argv[4]);
	for (size_t i = 0; l.schemes && i < l.schemes->count; i++) {
		if (!is_scheme(r, l.schemes->items[i]))
			return self;
	}
	struct str text = value_text(r, self);
	text_escape(r->out, text);
	text = value_str(make_captured(r, start));
	for (size_t at = 0; at < text.n && run_step(r);) {
		size_t blanks = unicode_space_prefix(str_slice(text, at, text.n)), end;

		buf_addstr(r->out, str_slice(text, at, at + blanks));
		for (end = at += blanks; end < text.n; end += bytes) {
			if (unicode_space(utf8_decode(text.p + end, text.p + text.n, &bytes)))
				break;
		}
		put_word(&l, str_slice(text, at, end));
		at = end;
	}
	return make_captured(r, start);
}
