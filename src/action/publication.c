/* SPDX-License-Identifier: Apache-2.0 */
#include "action/publication.h"

#include "client/engine.h"

bool publication_add(struct map *map, struct str word, struct arena *arena, struct diag *diag)
{
	size_t equals = str_find(word, '=', 0);
	struct publication *publication = ARENA_NEW(arena, struct publication);
	struct map_entry *entry;

	if (equals == word.n) {
		diag_error(diag, SPAN_NONE, "=%s: =NAME=SCRIPT is needed", word.p);
		return false;
	}
	entry = map_put(map, str_slice(word, 0, equals), NULL);
	*publication = (struct publication){word.p + equals + 1, STR(""), entry->value.pointer};
	entry->value.pointer = publication;
	return true;
}

/* Calls the script with OPTION (NULL: none); its output goes to TEXT, or where ours does. */
static bool call(const struct publication *publication, const char *option, struct buf *text, struct diag *diag)
{
	const char *words[] = {"sh", publication->script, option, NULL};
	struct engine_call call = ENGINE_CALL(words, NULL);
	int status;

	call.out_text = text;
	status = engine_run(&call);
	if (status != 0)
		diag_error(diag, SPAN_NONE, "%s failed with status %d", publication->script, status);
	return status == 0;
}

static bool resolve(struct publication *publication, struct arena *arena, struct diag *diag)
{
	struct buf text = BUF_INIT;
	bool fine = call(publication, "-r", &text, diag);
	struct str ref = str_trim(buf_str(&text));

	if (fine && !ref.n)
		diag_error(diag, SPAN_NONE, "%s does not say what it publishes", publication->script);
	publication->ref = (struct str){arena_strndup(arena, ref.p, ref.n), ref.n};
	buf_release(&text);
	return fine && ref.n;
}

bool publication_resolve(const struct map *map, struct arena *arena, struct diag *diag)
{
	bool fine = true;

	for (size_t i = 0; i < map->count; i++)
		for (struct publication *one = map->entries[i].value.pointer; one; one = one->next)
			fine = resolve(one, arena, diag) && fine;
	return fine;
}

bool publication_run(const struct publication *publication, struct diag *diag)
{
	return call(publication, NULL, NULL, diag);
}
