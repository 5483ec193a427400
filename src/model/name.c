/* SPDX-License-Identifier: Apache-2.0 */
#include "model/name.h"

#include "data/ref.h"

enum { REF_NAME = 255, REF_TAG = 128 }; /* longest repository and tag */

static bool is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool name_allows(unsigned char c)
{
	return is_word((char)c) || c == '.' || c == '_' || c == '-' || c == '+' || c >= 0x80;
}

static void name_wrong_byte(struct diag *diag, struct str name, size_t at, struct span span, const char *what)
{
	char c = name.p[at];
	const char *word = c == ' ' ? "a blank" : c == '\n' ? "a line break" : c == '/' ? "a slash" : NULL;

	if (word)
		diag_error(diag, span, "the name of this %s may not hold %s", what, word);
	else if ((unsigned char)c < 0x20 || c == 0x7f)
		diag_error(diag, span, "the name of this %s may not hold a control character", what);
	else
		diag_error(diag, span, "the name of this %s may not hold '%c'", what, c);
	diag_hint(diag, "letters, digits and . _ + - can be used");
}

bool name_check(struct diag *diag, struct str name, struct span span, const char *what)
{
	if (name.n == 0) {
		diag_error(diag, span, "the name of this %s is empty", what);
		return false;
	}
	for (size_t i = 0; i < name.n; i++) {
		if (!name_allows((unsigned char)name.p[i])) {
			name_wrong_byte(diag, name, i, span, what);
			return false;
		}
	}
	if (name.p[0] == '.' || name.p[0] == '-') {
		diag_error(diag, span, "the name of this %s may not begin with '%c'", what, name.p[0]);
		return false;
	}
	if (name.n > NAME_LONGEST) {
		diag_error(diag, span, "the name of this %s may have %d bytes at most, not %zu", what, NAME_LONGEST,
		           name.n);
		return false;
	}
	return true;
}

/* The first part of REF where it names a registry, n = 0 else. */
static struct str ref_host(struct str ref)
{
	size_t slash = str_find(ref, '/', 0);
	struct str first = str_slice(ref, 0, slash);

	if (slash == ref.n)
		return (struct str){ref.p, 0};
	if (str_find(first, '.', 0) < first.n || str_find(first, ':', 0) < first.n || str_is(first, "localhost"))
		return first;
	return (struct str){ref.p, 0};
}

static const char *ref_check_host(struct str host, size_t *at)
{
	size_t i = 0, label = 0;

	if (host.n && host.p[0] == '[')
		i = label = str_find(host, ']', 0) + 1;
	for (; i < host.n && host.p[i] != ':'; i++) {
		bool edge = i == label || i + 1 == host.n || host.p[i + 1] == '.' || host.p[i + 1] == ':';

		*at = i;
		if (host.p[i] == '.' && i > label)
			label = i + 1;
		else if (!is_word(host.p[i]) && (edge || host.p[i] != '-'))
			return "a registry's name has letters, digits, dots and minus signs";
	}
	if (i >= host.n)
		return NULL;
	for (*at = ++i; i < host.n; i++) {
		*at = i;
		if (host.p[i] < '0' || host.p[i] > '9')
			return "a port is a number";
	}
	return host.p[host.n - 1] == ':' ? "a port is a number" : NULL;
}

/* Bytes of the separator at P: one dot, one or two underscores, any number of minus signs. */
static size_t ref_separator(struct str path, size_t at)
{
	size_t n = 0;

	if (path.p[at] == '.')
		return 1;
	if (path.p[at] == '_')
		return at + 1 < path.n && path.p[at + 1] == '_' ? 2 : 1;
	while (at + n < path.n && path.p[at + n] == '-')
		n++;
	return n;
}

static const char *ref_check_path(struct str path, size_t *at)
{
	bool after = false; /* a letter or digit came last */

	for (size_t i = 0; i < path.n;) {
		*at = i;
		if (is_lower(path.p[i])) {
			after = true;
			i++;
			continue;
		}
		if (path.p[i] >= 'A' && path.p[i] <= 'Z')
			return "a repository's name is lower case";
		size_t n = path.p[i] == '/' ? 1 : ref_separator(path, i);
		if (n == 0)
			return "a repository's name has lower-case letters, digits and . _ - between them";
		if (!after || i + n == path.n)
			return "a repository's name has a letter or digit on both sides of . _ - and /";
		after = false;
		i += n;
	}
	*at = 0;
	return path.n ? NULL : "it names no repository";
}

static const char *ref_check_tag(struct str tag, size_t *at)
{
	*at = 0;
	if (tag.n == 0)
		return "nothing follows the colon";
	for (size_t i = 0; i < tag.n; i++) {
		char c = tag.p[i];

		*at = i;
		if (!is_word(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
			return i == 0 ? "what follows the colon begins with a letter, digit or underscore"
			              : "what follows the colon has letters, digits and . _ - only";
	}
	*at = 0;
	return tag.n > REF_TAG ? "more than 128 bytes follow the colon" : NULL;
}

struct str name_repository(struct str ref)
{
	return ref_repository(ref);
}

const char *name_check_ref(struct str ref, size_t *at)
{
	struct str name = name_repository(ref), host = ref_host(name);
	size_t start = host.n ? host.n + 1 : 0;
	const char *why;

	*at = str_find(ref, '@', 0);
	if (*at < ref.n)
		return "what is built cannot be tagged with a digest";
	why = ref_check_host(host, at);
	if (why)
		return why;
	why = ref_check_path(str_slice(name, start, name.n), at);
	*at += start;
	if (why)
		return why;
	if (name.n > REF_NAME) {
		*at = 0;
		return "the repository's name has more than 255 bytes";
	}
	if (name.n == ref.n)
		return NULL;
	why = ref_check_tag(str_slice(ref, name.n + 1, ref.n), at);
	*at += name.n + 1;
	return why;
}

struct str name_normal(struct arena *arena, struct str ref)
{
	return ref_normal(arena, ref);
}

const char *name_check_registry(struct str registry, size_t *at)
{
	size_t start = 0;
	const char *why = NULL;

	while (registry.n && registry.p[registry.n - 1] == '/')
		registry.n--;
	*at = 0;
	if (name_is_host(registry)) {
		size_t slash = str_find(registry, '/', 0);

		why = ref_check_host(str_slice(registry, 0, slash), at);
		start = slash < registry.n ? slash + 1 : slash;
		if (why || start == registry.n)
			return why;
	}
	why = ref_check_path(str_slice(registry, start, registry.n), at);
	*at += start;
	return why;
}

const char *name_check_version(struct str version, size_t *at)
{
	return ref_check_tag(version, at);
}

bool name_pinned(struct str ref)
{
	return str_find(ref, '@', 0) < ref.n;
}

bool name_is_host(struct str registry)
{
	struct str first = str_slice(registry, 0, str_find(registry, '/', 0));

	return str_find(first, '.', 0) < first.n || str_find(first, ':', 0) < first.n ||
	    str_is(first, "localhost");
}

bool name_is_platform(struct str text)
{
	size_t slashes = 0, length = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (c == '/' ? length == 0 : !word && c != '_' && c != '.' && c != '-')
			return false;
		slashes += c == '/';
		length = c == '/' ? 0 : length + 1;
	}
	return length > 0 && (slashes == 1 || slashes == 2);
}
