/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/match.h"

bool match_is_wild(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '*' || s.p[i] == '?' || s.p[i] == '[')
			return true;
	}
	return false;
}

/* One code point of a character class, escapes undone; false where the class is malformed. */
static bool class_point(const char **p, const char *end, unsigned *code)
{
	unsigned bytes;

	if (*p == end || **p == '-' || **p == ']')
		return false;
	if (**p == '\\' && ++*p == end)
		return false;
	*code = utf8_decode(*p, end, &bytes);
	*p += bytes;
	return *p < end;
}

/* A class after its '['; *FOUND says whether CODE is in it. */
static bool go_class(const char **p, const char *end, unsigned code, bool *found)
{
	bool negated = *p < end && **p == '^', any = false;
	size_t ranges = 0;

	*p += negated;
	for (;; ranges++) {
		unsigned low, high;

		if (*p < end && **p == ']' && ranges) {
			++*p;
			*found = any != negated;
			return true;
		}
		if (!class_point(p, end, &low))
			return false;
		high = low;
		if (**p == '-') {
			++*p;
			if (!class_point(p, end, &high))
				return false;
		}
		any |= low <= code && code <= high;
	}
}

bool match_go_valid(struct str pattern)
{
	const char *p = pattern.p, *end = p + pattern.n;
	bool found;

	while (p < end) {
		char c = *p++;

		if (c == '\\' && p++ == end)
			return false;
		if (c == '[' && !go_class(&p, end, 0, &found))
			return false;
	}
	return true;
}

/* One step that is no '*': takes a code point off *S. */
static bool go_step(const char **p, const char *end, const char **s, const char *s_end)
{
	unsigned bytes, code;
	bool found;

	if (*s == s_end)
		return false;
	code = utf8_decode(*s, s_end, &bytes);
	switch (*(*p)++) {
	case '?':
		if (**s == '/')
			return false;
		*s += bytes;
		return true;
	case '[':
		if (!go_class(p, end, code, &found) || !found)
			return false;
		*s += bytes;
		return true;
	case '\\':
		if (*p == end)
			return false;
		++*p;
		break;
	}
	return (*p)[-1] == *(*s)++;
}

bool match_go(struct str pattern, struct str name)
{
	const char *p = pattern.p, *end = p + pattern.n, *s = name.p, *s_end = s + name.n;
	const char *retry_p = NULL, *retry_s = NULL;

	for (;;) {
		if (p < end && *p == '*') {
			retry_p = ++p;
			retry_s = s;
			continue;
		}
		if (p == end && s == s_end)
			return true;
		if (p < end && go_step(&p, end, &s, s_end))
			continue;
		if (!retry_p || retry_s == s_end || *retry_s == '/')
			return false;
		p = retry_p;
		s = ++retry_s;
	}
}
