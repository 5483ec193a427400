/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/subst.h"

/* One step of a pattern: a byte, any code point, or any run of them. */
enum step { STEP_END, STEP_BYTE, STEP_ANY, STEP_RUN, STEP_BAD };

static enum step next_step(struct str pattern, size_t *at, char *byte)
{
	char c;

	if (*at == pattern.n)
		return STEP_END;
	c = pattern.p[(*at)++];
	if (c == '*')
		return STEP_RUN;
	if (c == '?')
		return STEP_ANY;
	if (c == '\\') {
		if (*at == pattern.n)
			return STEP_BAD;
		c = pattern.p[(*at)++];
		if (!strchr("}/*?\\", c) || !c)
			return STEP_BAD;
	}
	*byte = c;
	return STEP_BYTE;
}

static bool is_valid(struct str pattern)
{
	size_t at = 0;
	char byte;
	enum step step;

	do {
		step = next_step(pattern, &at, &byte);
		if (step == STEP_BAD)
			return false;
	} while (step != STEP_END);
	return true;
}

/* Whether all of S matches. */
static bool matches(struct str pattern, struct str s)
{
	size_t at = 0, i = 0, retry_at = 0, retry_i = 0;
	bool retry = false;

	for (;;) {
		size_t next = at;
		char byte = 0;
		enum step step = next_step(pattern, &next, &byte);
		unsigned bytes = 1;

		if (step == STEP_RUN) {
			retry = true;
			retry_at = at = next;
			retry_i = i;
			continue;
		}
		if (step == STEP_END && i == s.n)
			return true;
		if (step == STEP_ANY && i < s.n)
			utf8_decode(s.p + i, s.p + s.n, &bytes);
		if (i < s.n && (step == STEP_ANY || (step == STEP_BYTE && s.p[i] == byte))) {
			at = next;
			i += bytes;
			continue;
		}
		if (!retry || retry_i >= s.n)
			return false;
		at = retry_at;
		i = ++retry_i;
	}
}

bool subst_trim_prefix(struct str pattern, struct str *value, bool longest)
{
	if (!is_valid(pattern))
		return false;
	for (size_t k = 0; k <= value->n; k++) {
		size_t cut = longest ? value->n - k : k;

		if (matches(pattern, str_slice(*value, 0, cut))) {
			*value = str_slice(*value, cut, value->n);
			break;
		}
	}
	return true;
}

bool subst_trim_suffix(struct str pattern, struct str *value, bool longest)
{
	if (!is_valid(pattern))
		return false;
	for (size_t k = 0; k <= value->n; k++) {
		size_t cut = longest ? k : value->n - k;

		if (matches(pattern, str_slice(*value, cut, value->n))) {
			*value = str_slice(*value, 0, cut);
			break;
		}
	}
	return true;
}

/* The end of the longest match that begins at FROM; false if there is none. */
static bool find_at(struct str pattern, struct str value, size_t from, size_t *end)
{
	for (*end = value.n;; --*end) {
		if (matches(pattern, str_slice(value, from, *end)))
			return true;
		if (*end == from)
			return false;
	}
}

bool subst_replace(struct str pattern, struct str with, struct str value, bool all, struct buf *out)
{
	size_t i = 0, last_end = 0;
	bool any = false;

	if (!is_valid(pattern))
		return false;
	while (i <= value.n) {
		size_t end;

		if ((all || !any) && find_at(pattern, value, i, &end) && !(any && end == i && i == last_end)) {
			buf_addstr(out, with);
			any = true;
			last_end = end;
			if (end > i) {
				i = end;
				continue;
			}
		}
		if (i < value.n)
			buf_addc(out, value.p[i]);
		i++;
	}
	return true;
}
