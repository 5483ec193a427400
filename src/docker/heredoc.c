/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/heredoc.h"

#include "docker/subst.h"

static size_t count_quotes(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\'' || s.p[i] == '"';
	return n;
}

/* Splits WORD as [0-9]*<<-?NAME, where NAME holds no '<'. */
static bool split(struct str word, bool *chomp, struct str *name)
{
	size_t i = 0;

	while (i < word.n && word.p[i] >= '0' && word.p[i] <= '9')
		i++;
	if (word.n - i < 3 || word.p[i] != '<' || word.p[i + 1] != '<')
		return false;
	i += 2;
	*chomp = word.p[i] == '-';
	*name = str_slice(word, i + *chomp, word.n);
	return name->n && str_find(*name, '<', 0) == name->n;
}

static bool parse(struct arena *arena, struct str word, struct docker_heredoc *doc)
{
	struct subst subst = {.arena = arena, .escape = '\\', .flags = SUBST_KEEP_UNSET};
	struct text_list plain, raw;
	struct str name;
	bool chomp;

	if (!split(word, &chomp, &name) || !subst_words(&subst, name, &plain) || plain.count != 1)
		return false;
	subst.flags |= SUBST_RAW_QUOTES;
	if (!subst_words(&subst, name, &raw) || raw.count != 1)
		return false;
	*doc = (struct docker_heredoc){
		.name = plain.items[0],
		.content = {"", 0},
		.expand = count_quotes(plain.items[0]) == count_quotes(raw.items[0]),
		.chomp = chomp,
	};
	return true;
}

bool heredoc_is(struct arena *arena, struct str word)
{
	struct docker_heredoc doc;

	return parse(arena, word, &doc);
}

struct docker_heredoc *heredoc_find(struct arena *arena, struct str line, size_t *count)
{
	struct subst subst = {.arena = arena, .escape = '\\',
	                      .flags = SUBST_RAW_QUOTES | SUBST_RAW_ESCAPES | SUBST_KEEP_UNSET};
	struct text_list words;
	struct docker_heredoc *docs;

	*count = 0;
	if (!memchr(line.p, '<', line.n) || !subst_words(&subst, line, &words) || !words.count)
		return NULL;
	docs = ARENA_ARRAY(arena, words.count, struct docker_heredoc);
	for (size_t i = 0; i < words.count; i++)
		*count += parse(arena, words.items[i], &docs[*count]);
	return docs;
}

bool heredoc_read(struct docker_heredoc *doc, struct str *rest, unsigned *lines)
{
	const char *start = rest->p;

	*lines = 0;
	while (rest->n) {
		size_t end = str_find(*rest, '\n', 0);
		struct str line = str_slice(*rest, 0, end);
		const char *here = rest->p;

		*rest = str_slice(*rest, end + 1, rest->n);
		++*lines;
		while (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		while (doc->chomp && line.n && line.p[0] == '\t')
			line = str_slice(line, 1, line.n);
		if (str_eq(line, doc->name)) {
			doc->content = str_range(start, here);
			return true;
		}
	}
	return false;
}
