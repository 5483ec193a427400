/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/ignore.h"

#include "docker/match.h"
#include "docker/pattern.h"
#include "docker/text.h"

#define LINE_MAX_BYTES 65535 /* of bufio.Scanner */

struct rule {
	struct pattern *pattern;
	struct str text; /* cleaned, without '!' */
	bool include;    /* had one */
};

struct ignore {
	struct rule *rules;
	size_t count, capacity;
	bool includes;      /* some rule does */
	bool plain_includes; /* and each that does begins with plain names */
	unsigned char *scratch; /* two states */
};

/* filepath.Clean. */
static struct str clean(struct arena *arena, struct str s)
{
	bool rooted = s.n && s.p[0] == '/';
	char *out = arena_alloc(arena, s.n + 2);
	size_t n = 0, keep = 0; /* ".." never folds into the first KEEP bytes */

	if (rooted)
		out[n++] = '/';
	keep = n;
	for (size_t i = 0; i < s.n;) {
		size_t end = str_find(s, '/', i);
		struct str name = str_slice(s, i, end);

		i = end + 1;
		if (!name.n || str_is(name, "."))
			continue;
		if (str_is(name, "..") && n > keep) {
			while (n > keep && out[--n] != '/')
				;
			continue;
		}
		if (str_is(name, "..") && rooted)
			continue;
		if (n && out[n - 1] != '/')
			out[n++] = '/';
		memcpy(out + n, name.p, name.n);
		n += name.n;
		if (str_is(name, ".."))
			keep = n;
	}
	if (!n)
		out[n++] = '.';
	out[n] = '\0';
	return (struct str){out, n};
}

/* What a line of the file says, cleaned, the '!' in front. */
static struct str normalize(struct arena *arena, struct str line)
{
	bool include = line.p[0] == '!';
	struct str s = include ? text_trim(str_slice(line, 1, line.n)) : line;
	char *out;

	if (s.n)
		s = clean(arena, s);
	if (s.n > 1 && s.p[0] == '/')
		s = str_slice(s, 1, s.n);
	if (!include)
		return s;
	out = arena_alloc(arena, s.n + 2);
	out[0] = '!';
	memcpy(out + 1, s.p, s.n);
	return clean(arena, (struct str){out, s.n + 1});
}

/* patternWithoutTrailingGlob of fsutil. */
static struct str without_glob(struct str s)
{
	if (str_ends(s, STR("/**")))
		s.n -= 3;
	if (str_ends(s, STR("/*")))
		s.n -= 2;
	return s;
}

static bool has_special(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr("*[]?^\\", s.p[i]))
			return true;
	return false;
}

/* False where TEXT (normalized) is malformed. */
static bool add_rule(struct arena *arena, struct ignore *ignore, struct str text)
{
	struct rule rule = {.include = text.p[0] == '!'};
	size_t old = ignore->capacity;

	rule.text = rule.include ? str_slice(text, 1, text.n) : text;
	if (!rule.text.n || !match_go_valid(rule.text))
		return false;
	rule.pattern = pattern_compile(arena, rule.text);
	if (!rule.pattern)
		return false;
	ignore->includes |= rule.include;
	ignore->plain_includes &= !rule.include || !has_special(without_glob(rule.text));
	if (ignore->count == old) {
		ignore->capacity = old ? old * 2 : 8;
		ignore->rules = arena_grow(arena, ignore->rules, old * sizeof rule, ignore->capacity * sizeof rule);
	}
	ignore->rules[ignore->count++] = rule;
	return true;
}

static struct ignore *finish(struct arena *arena, struct ignore *ignore)
{
	ignore->scratch = ARENA_ARRAY(arena, 2 * ignore->count + 1, unsigned char);
	return ignore;
}

static struct ignore *start(struct arena *arena)
{
	struct ignore *ignore = ARENA_NEW(arena, struct ignore);

	ignore->plain_includes = true;
	return ignore;
}

static bool parse_line(struct arena *arena, struct diag *diag, struct span at, struct ignore *ignore,
                       struct str line)
{
	struct str text = text_trim(line);

	if (line.n > LINE_MAX_BYTES) {
		diag_error(diag, at, "line longer than %d bytes", LINE_MAX_BYTES);
		return false;
	}
	if (!text.n || line.p[0] == '#')
		return true;
	at.offset += (uint32_t)(text.p - line.p);
	at.length = (uint32_t)text.n;
	text = normalize(arena, text);
	if (add_rule(arena, ignore, text))
		return true;
	if (str_is(text, "!"))
		diag_error(diag, at, "'!' alone is no pattern");
	else
		diag_error(diag, at, "malformed pattern '%.*s'", STR_ARG(text));
	return false;
}

struct ignore *ignore_parse(struct arena *arena, struct diag *diag, uint32_t source, struct str text)
{
	struct ignore *ignore = start(arena);
	bool ok = true;
	size_t i = str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0;

	while (i < text.n) {
		size_t end = str_find(text, '\n', i);

		ok &= parse_line(arena, diag, (struct span){source, (uint32_t)i, 0}, ignore, str_slice(text, i, end));
		i = end + 1;
	}
	return ok ? finish(arena, ignore) : NULL;
}

struct ignore *ignore_of(struct arena *arena, const struct str *patterns, size_t count)
{
	struct ignore *ignore = start(arena);

	for (size_t i = 0; i < count; i++) {
		struct str text = text_trim(patterns[i]);

		if (text.n && !add_rule(arena, ignore, clean(arena, text)))
			return NULL;
	}
	return finish(arena, ignore);
}

size_t ignore_count(const struct ignore *ignore)
{
	return ignore->count;
}

bool ignore_step(const struct ignore *ignore, struct str path, const unsigned char *parent,
                 unsigned char *state)
{
	bool out = false;

	for (size_t i = 0; i < ignore->count; i++) {
		const struct rule *rule = &ignore->rules[i];
		bool match = parent && parent[i];

		if (!match && rule->include == out)
			match = pattern_matches(rule->pattern, path);
		if (state)
			state[i] = match;
		if (match)
			out = !rule->include;
	}
	return out;
}

bool ignore_match(const struct ignore *ignore, struct str path)
{
	unsigned char *parent = NULL, *state = ignore->scratch, *other = state + ignore->count;
	bool out = false;

	for (size_t end = 0; end < path.n;) {
		end = str_find(path, '/', end + 1);
		out = ignore_step(ignore, str_slice(path, 0, end), parent, state);
		parent = state;
		state = other;
		other = parent;
	}
	return out;
}

bool ignore_may_include_below(const struct ignore *ignore, struct str path)
{
	if (!ignore->includes)
		return false;
	if (!ignore->plain_includes)
		return true;
	for (size_t i = 0; i < ignore->count; i++) {
		struct str text = without_glob(ignore->rules[i].text);

		if (ignore->rules[i].include && text.n >= path.n && memcmp(text.p, path.p, path.n) == 0 &&
		    (text.n == path.n || text.p[path.n] == '/'))
			return true;
	}
	return false;
}
