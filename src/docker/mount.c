/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/mount.h"

/* One field off the front of *REST as encoding/csv reads it; *LAST where none follows. */
static bool next_field(struct arena *arena, struct str *rest, struct str *field, bool *last)
{
	size_t i = 0, n = 0;
	char *out;

	if (!rest->n || rest->p[0] != '"') {
		i = str_find(*rest, ',', 0);
		*field = str_slice(*rest, 0, i);
		*last = i == rest->n;
		*rest = str_slice(*rest, i + 1, rest->n);
		return str_find(*field, '"', 0) == field->n;
	}
	out = arena_alloc(arena, rest->n);
	for (i = 1; i < rest->n; i++) {
		if (rest->p[i] == '"') {
			if (i + 1 == rest->n || rest->p[i + 1] != '"')
				break;
			i++;
		}
		out[n++] = rest->p[i];
	}
	*field = (struct str){out, n};
	*last = i + 1 >= rest->n;
	if (i == rest->n || (!*last && rest->p[i + 1] != ','))
		return false;
	*rest = str_slice(*rest, i + 2, rest->n);
	return true;
}

/* KEY in lower case; itself where it has no other letters. */
static struct str lower(struct arena *arena, struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] >= 'A' && key.p[i] <= 'Z')
			return text_lower(arena, key);
	return key;
}

static bool fail(struct arena *arena, const char **error, const char *before, struct str text,
                 const char *after)
{
	struct buf buf = BUF_INIT;

	buf_addf(&buf, "%s%.*s%s", before, STR_ARG(text), after);
	*error = arena_strndup(arena, buf.p, buf.n);
	buf_release(&buf);
	return false;
}

static bool has_variable(struct str s)
{
	return str_find(s, '$', 0) + 1 < s.n;
}

static bool is_one_of(struct str word, const char *const *names)
{
	for (; *names; names++)
		if (word.n && word.p[0] == **names && str_is(word, *names))
			return true;
	return false;
}

static bool set(struct arena *arena, struct mount *out, struct str key, struct str value, const char **error)
{
	static const char *const types[] = {"bind", "cache", "tmpfs", "secret", "ssh", NULL};
	static const char *const others[] = {
		"target", "dst", "destination", "readonly", "ro",  "readwrite", "rw",  "required",
		"size",   "id",  "sharing",     "mode",     "uid", "gid",       "env", NULL};

	if (str_is(key, "type")) {
		out->type = lower(arena, value);
		if (!has_variable(value) && !is_one_of(out->type, types))
			out->unknown = value;
	} else if (str_is(key, "from")) {
		if (has_variable(value))
			return fail(arena, error, "'from' takes no variables: give the image a stage of its own, \"FROM ",
			            value, " AS name\"");
		out->from = value;
	} else if (str_is(key, "source") || str_is(key, "src")) {
		out->source = value;
	} else if (!is_one_of(key, others)) {
		out->unknown = key;
	}
	return true;
}

bool mount_parse(struct arena *arena, struct str value, struct mount *out, const char **error)
{
	static const char *const bare[] = {"readonly", "ro", "readwrite", "rw", "required", NULL};
	bool last = false;

	*out = (struct mount){{"bind", 4}, {"", 0}, {"", 0}, {"", 0}, {NULL, 0}};
	while (!last) {
		struct str field, key;
		size_t equals;

		if (!next_field(arena, &value, &field, &last))
			return fail(arena, error, "misplaced quote in --mount", (struct str){"", 0}, "");
		equals = str_find(field, '=', 0);
		key = lower(arena, str_slice(field, 0, equals));
		if (equals == field.n && !is_one_of(key, bare))
			out->bare = field;
		if (equals < field.n && !set(arena, out, key, str_slice(field, equals + 1, field.n), error))
			return false;
	}
	return true;
}
