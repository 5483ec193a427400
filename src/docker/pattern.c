/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/pattern.h"

/* Regular expressions of the shape that patternmatcher makes: a row of atoms. */
enum atom_kind {
	ATOM_CODE,
	ATOM_SET,
	ATOM_ANY,    /* any but a line feed */
	ATOM_DIRS,   /* (.*\/)? */
	ATOM_BEGIN, ATOM_END, ATOM_EDGE, ATOM_INSIDE, /* assertions */
};

struct range {
	unsigned low, high;
};

struct atom {
	enum atom_kind kind;
	bool star, negated;
	unsigned code;
	struct range *ranges;
	size_t range_count;
};

enum pattern_kind { PATTERN_EXACT, PATTERN_PREFIX, PATTERN_SUFFIX, PATTERN_REGEXP };

struct pattern {
	enum pattern_kind kind;
	struct str text;   /* exact, prefix, suffix */
	struct str ending; /* regexp: bytes that every pattern ends in */
	struct atom *atoms;
	size_t count, capacity;
};

static struct atom *add_atom(struct arena *arena, struct pattern *pattern, enum atom_kind kind)
{
	if (pattern->count == pattern->capacity) {
		size_t old = pattern->capacity;

		pattern->capacity = old ? old * 2 : 16;
		pattern->atoms = arena_grow(arena, pattern->atoms, old * sizeof *pattern->atoms,
		                          pattern->capacity * sizeof *pattern->atoms);
	}
	pattern->atoms[pattern->count] = (struct atom){.kind = kind};
	return &pattern->atoms[pattern->count++];
}

static void add_range(struct arena *arena, struct atom *atom, unsigned low, unsigned high)
{
	size_t n = atom->range_count++;

	atom->ranges = arena_grow(arena, atom->ranges, n * sizeof *atom->ranges, (n + 1) * sizeof *atom->ranges);
	atom->ranges[n] = (struct range){low, high};
}

/* Ranges of \d \w \s, or what they leave out. */
static void add_perl(struct arena *arena, struct atom *atom, char letter)
{
	static const struct range digits[] = {{'0', '9'}};
	static const struct range words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
	static const struct range blanks[] = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
	const struct range *list = digits;
	size_t n = 1;
	unsigned from = 0;

	if ((letter | 32) == 'w') {
		list = words;
		n = 4;
	} else if ((letter | 32) == 's') {
		list = blanks;
		n = 3;
	}
	for (size_t i = 0; i < n; i++) {
		if (letter >= 'a')
			add_range(arena, atom, list[i].low, list[i].high);
		else if (list[i].low > from)
			add_range(arena, atom, from, list[i].low - 1);
		from = list[i].high + 1;
	}
	if (letter < 'a')
		add_range(arena, atom, from, 0x10ffff);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

static bool regexp_hex(const char **p, const char *end, unsigned *code)
{
	bool braces = *p < end && **p == '{';
	unsigned digits = 0;

	*p += braces;
	for (*code = 0; *p < end && hex_digit(**p) >= 0 && digits < (braces ? 8 : 2); digits++)
		*code = *code * 16 + (unsigned)hex_digit(*(*p)++);
	if (braces && (*p == end || *(*p)++ != '}'))
		return false;
	return braces ? digits > 0 && *code <= 0x10ffff : digits == 2;
}

/* The code point of an escape, after its backslash; false where the expression is malformed. */
static bool regexp_escape(const char **p, const char *end, unsigned *code)
{
	static const char letters[] = "afnrtv", values[] = "\a\f\n\r\t\v";
	const char *found;
	char c;

	if (*p == end || (unsigned char)**p >= 0x80)
		return false;
	c = *(*p)++;
	found = c ? strchr(letters, c) : NULL;
	*code = (unsigned char)c;
	if (found) {
		*code = (unsigned char)values[found - letters];
	} else if (c == 'x') {
		return regexp_hex(p, end, code);
	} else if (c >= '0' && c <= '7') {
		if (c != '0' && (*p == end || **p < '0' || **p > '7'))
			return false;
		*code = (unsigned)(c - '0');
		for (int i = 0; i < 2 && *p < end && **p >= '0' && **p <= '7'; i++)
			*code = *code * 8 + (unsigned)(*(*p)++ - '0');
	} else if ((c | 32) >= 'a' && (c | 32) <= 'z') {
		return false;
	}
	return c != '8' && c != '9';
}

static bool is_perl(const char *p, const char *end)
{
	return p + 1 < end && p[0] == '\\' && p[1] && strchr("dDwWsS", p[1]);
}

static bool set_point(const char **p, const char *end, unsigned *code)
{
	unsigned bytes;

	if (*p == end)
		return false;
	if (**p == '\\') {
		++*p;
		return regexp_escape(p, end, code);
	}
	*code = utf8_decode(*p, end, &bytes);
	*p += bytes;
	return true;
}

static bool add_posix(struct arena *arena, struct atom *atom, const char **p, const char *end)
{
	static const struct {
		const char *name;
		struct range ranges[4];
	} classes[] = {
		{"[:alnum:]", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}}, {"[:alpha:]", {{'A', 'Z'}, {'a', 'z'}}},
		{"[:ascii:]", {{1, 0x7f}}}, {"[:blank:]", {{'\t', '\t'}, {' ', ' '}}},
		{"[:cntrl:]", {{1, 0x1f}, {0x7f, 0x7f}}}, {"[:digit:]", {{'0', '9'}}},
		{"[:graph:]", {{'!', '~'}}}, {"[:lower:]", {{'a', 'z'}}}, {"[:print:]", {{' ', '~'}}},
		{"[:punct:]", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
		{"[:space:]", {{'\t', '\r'}, {' ', ' '}}}, {"[:upper:]", {{'A', 'Z'}}},
		{"[:word:]", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}},
		{"[:xdigit:]", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}},
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (!str_starts(str_range(*p, end), str_of(classes[i].name)))
			continue;
		for (size_t k = 0; k < 4 && classes[i].ranges[k].high; k++)
			add_range(arena, atom, classes[i].ranges[k].low, classes[i].ranges[k].high);
		*p += strlen(classes[i].name);
		return true;
	}
	return false;
}

static bool parse_set(struct arena *arena, struct atom *atom, const char **p, const char *end)
{
	bool first = true;

	if (*p < end && **p == '^') {
		atom->negated = true;
		++*p;
	}
	for (; *p < end && (**p != ']' || first); first = false) {
		unsigned low, high;

		if (is_perl(*p, end)) {
			add_perl(arena, atom, (*p)[1]);
			*p += 2;
			continue;
		}
		if (**p == '[' && add_posix(arena, atom, p, end))
			continue;
		if (!set_point(p, end, &low))
			return false;
		high = low;
		if (end - *p >= 2 && **p == '-' && (*p)[1] != ']') {
			++*p;
			if (!set_point(p, end, &high) || high < low)
				return false;
		}
		add_range(arena, atom, low, high);
	}
	return *p < end && *(*p)++ == ']';
}

static bool parse_backslash(struct arena *arena, struct pattern *pattern, const char **p, const char *end)
{
	static const struct {
		char letter;
		enum atom_kind kind;
	} assertions[] = {{'A', ATOM_BEGIN}, {'z', ATOM_END}, {'b', ATOM_EDGE}, {'B', ATOM_INSIDE}};
	struct atom *atom;
	unsigned code;

	if (is_perl(*p - 1, end)) {
		atom = add_atom(arena, pattern, ATOM_SET);
		add_perl(arena, atom, *(*p)++);
		return true;
	}
	for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++)
		if (*p < end && **p == assertions[i].letter) {
			++*p;
			add_atom(arena, pattern, assertions[i].kind);
			return true;
		}
	if (!regexp_escape(p, end, &code))
		return false;
	add_atom(arena, pattern, ATOM_CODE)->code = code;
	return true;
}

static bool parse_regexp(struct arena *arena, struct pattern *pattern, struct str text)
{
	const char *p = text.p, *end = p + text.n;
	struct atom *atom;
	unsigned bytes;

	while (p < end) {
		if (str_starts(str_range(p, end), STR("(.*/)?"))) {
			add_atom(arena, pattern, ATOM_DIRS);
			p += 6;
			continue;
		}
		switch (*p++) {
		case '^':
			add_atom(arena, pattern, ATOM_BEGIN);
			break;
		case '.':
			add_atom(arena, pattern, ATOM_ANY);
			break;
		case '[':
			atom = add_atom(arena, pattern, ATOM_SET);
			if (!parse_set(arena, atom, &p, end))
				return false;
			break;
		case '\\':
			if (!parse_backslash(arena, pattern, &p, end))
				return false;
			break;
		case '*':
			if (!pattern->count || pattern->atoms[pattern->count - 1].star)
				return false;
			pattern->atoms[pattern->count - 1].star = true;
			break;
		default:
			add_atom(arena, pattern, ATOM_CODE)->code = utf8_decode(p - 1, end, &bytes);
			p += bytes - 1;
		}
	}
	return true;
}

/* Appends what patternmatcher makes of the pattern from *P on, one step; may change KIND. */
static void translate(struct buf *out, const char **p, const char *end, bool first, enum pattern_kind *kind)
{
	char c = *(*p)++;

	if (c == '*' && *p < end && **p == '*') {
		++*p;
		if (*p < end && **p == '/')
			++*p;
		if (*p < end) {
			buf_adds(out, "(.*/)?");
			*kind = PATTERN_REGEXP;
		} else if (*kind == PATTERN_EXACT) {
			*kind = PATTERN_PREFIX;
		} else {
			buf_adds(out, ".*");
			*kind = PATTERN_REGEXP;
		}
		if (first)
			*kind = PATTERN_SUFFIX;
	} else if (c == '*' || c == '?') {
		buf_adds(out, c == '*' ? "[^/]*" : "[^/]");
		*kind = PATTERN_REGEXP;
	} else if (c == '\\' && *p < end) {
		buf_addc(out, c);
		buf_addc(out, *(*p)++);
		*kind = PATTERN_REGEXP;
	} else {
		if (strchr(".+()|{}$", c) && c)
			buf_addc(out, '\\');
		if (c == '[' || c == ']')
			*kind = PATTERN_REGEXP;
		buf_addc(out, c);
	}
}

/* The plain bytes at the end of the row, as a quick test. */
static void set_ending(struct arena *arena, struct pattern *pattern)
{
	struct buf buf = BUF_INIT;
	size_t i = pattern->count;
	char bytes[4];

	while (i && pattern->atoms[i - 1].kind == ATOM_CODE && !pattern->atoms[i - 1].star &&
	       pattern->atoms[i - 1].code != 0xfffd)
		i--;
	for (; i < pattern->count; i++)
		buf_add(&buf, bytes, utf8_encode(pattern->atoms[i].code, bytes));
	pattern->ending = (struct str){arena_strndup(arena, buf.n ? buf.p : "", buf.n), buf.n};
	buf_release(&buf);
}

struct pattern *pattern_compile(struct arena *arena, struct str text)
{
	struct pattern *pattern = ARENA_NEW(arena, struct pattern);
	struct buf regexp = BUF_INIT;
	const char *p = text.p, *end = p + text.n;
	bool ok = true;

	pattern->kind = PATTERN_EXACT;
	while (p < end)
		translate(&regexp, &p, end, p == text.p, &pattern->kind);
	pattern->text = text;
	if (pattern->kind == PATTERN_PREFIX)
		pattern->text.n -= 2;
	if (pattern->kind == PATTERN_SUFFIX)
		pattern->text = str_slice(text, 2, text.n);
	if (pattern->kind == PATTERN_REGEXP) {
		ok = parse_regexp(arena, pattern, buf_str(&regexp));
		set_ending(arena, pattern);
	}
	buf_release(&regexp);
	return ok ? pattern : NULL;
}

static bool atom_takes(const struct atom *atom, unsigned code)
{
	if (atom->kind == ATOM_CODE)
		return atom->code == code;
	if (atom->kind != ATOM_SET)
		return code != '\n';
	for (size_t i = 0; i < atom->range_count; i++)
		if (atom->ranges[i].low <= code && code <= atom->ranges[i].high)
			return !atom->negated;
	return atom->negated;
}

static bool is_word_byte(struct str s, size_t at)
{
	char c = at < s.n ? s.p[at] : ' ';

	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

static bool asserts(enum atom_kind kind, struct str path, size_t at)
{
	bool edge = (at && is_word_byte(path, at - 1)) != is_word_byte(path, at);

	switch (kind) {
	case ATOM_BEGIN:
		return at == 0;
	case ATOM_END:
		return at == path.n;
	case ATOM_EDGE:
		return edge;
	default:
		return !edge;
	}
}

/* Adds the states that are reached from others without a byte. */
static void close_states(const struct pattern *pattern, unsigned char *state, struct str path, size_t at)
{
	for (size_t i = 0; i < pattern->count; i++) {
		const struct atom *atom = &pattern->atoms[i];

		if (state[i] & 1 && (atom->star || atom->kind == ATOM_DIRS ||
		                     (atom->kind >= ATOM_BEGIN && asserts(atom->kind, path, at))))
			state[i + 1] |= 1;
	}
}

/*
 * State bit 1 at I: atom I comes next. Bit 2: inside the ".*" of atom I,
 * which is ATOM_DIRS.  STATE and NEXT have room for one more than there are atoms.
 */
static bool run_in(const struct pattern *pattern, struct str path, unsigned char *state, unsigned char *next)
{
	size_t at = 0, n = pattern->count;
	unsigned bytes;

	memset(state, 0, n + 1);
	state[0] = 1;
	close_states(pattern, state, path, 0);
	for (; at < path.n; at += bytes) {
		unsigned code = utf8_decode(path.p + at, path.p + path.n, &bytes);
		unsigned char *swap, any = 0;

		memset(next, 0, n + 1);
		for (size_t i = 0; i < n; i++) {
			const struct atom *atom = &pattern->atoms[i];
			unsigned char here = state[i];

			if (!here || atom->kind >= ATOM_BEGIN)
				continue;
			if (atom->kind == ATOM_DIRS) {
				if (code == '/')
					next[i + 1] |= any = 1;
				if (code != '\n')
					next[i] |= any = 2;
			} else if (here & 1 && atom_takes(atom, code)) {
				next[atom->star ? i : i + 1] |= any = 1;
			}
		}
		if (!any)
			return false;
		swap = state;
		state = next;
		next = swap;
		close_states(pattern, state, path, at + bytes);
	}
	return state[n] & 1;
}

static bool run(const struct pattern *pattern, struct str path)
{
	size_t room = pattern->count + 1;
	unsigned char few[256], *states = 2 * room <= sizeof few ? few : mem_alloc(2 * room);
	bool matches = run_in(pattern, path, states, states + room);

	if (states != few)
		mem_free(states);
	return matches;
}

bool pattern_matches(const struct pattern *pattern, struct str path)
{
	switch (pattern->kind) {
	case PATTERN_EXACT:
		return str_eq(path, pattern->text);
	case PATTERN_PREFIX:
		return str_starts(path, pattern->text);
	case PATTERN_SUFFIX:
		return str_ends(path, pattern->text) || (pattern->text.n && pattern->text.p[0] == '/' &&
		                                         str_eq(path, str_slice(pattern->text, 1, pattern->text.n)));
	default:
		return str_ends(path, pattern->ending) && run(pattern, path);
	}
}
