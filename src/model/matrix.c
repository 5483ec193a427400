/* SPDX-License-Identifier: Apache-2.0 */
#include "model/declare.h"
#include "model/name.h"

void matrix_init(struct matrix *matrix, const struct matrix_from *from)
{
	*matrix = (struct matrix){
		.arena = from->arena, .diag = from->diag, .source = from->source, .text = from->text, .axis_count = 2,
		.output = from->output, .world = from->world, .registry = STR(""), .repository = STR(""),
		.version = STR(""),
	};
	matrix->axes[MATRIX_OS].name = STR("os");
	matrix->axes[MATRIX_PYTHON].name = STR("python");
	for (uint32_t i = 0; i < KEYS_AXES; i++)
		map_init(&matrix->axes[i].index);
	map_init(&matrix->axis_index);
	map_init(&matrix->layer_index);
	map_init(&matrix->sequence_index);
	map_init(&matrix->group_index);
}

void matrix_release(struct matrix *matrix)
{
	for (uint32_t i = 0; i < KEYS_AXES; i++)
		map_release(&matrix->axes[i].index);
	map_release(&matrix->axis_index);
	map_release(&matrix->layer_index);
	map_release(&matrix->sequence_index);
	map_release(&matrix->group_index);
}

struct keys_reader matrix_reader(const struct matrix *matrix)
{
	return (struct keys_reader){matrix->arena, matrix->diag, &matrix->axis_index};
}

uint32_t matrix_find(const struct matrix *matrix, const struct map *index, struct str name, struct span span,
                     const char *what)
{
	const struct map_entry *entry = map_get(index, name);
	struct guess guess;

	if (entry)
		return (uint32_t)entry->value.number;
	guess_init(&guess, name);
	for (size_t i = 0; i < index->count; i++)
		guess_offer(&guess, index->entries[i].key);
	diag_error(matrix->diag, span, "there is no %s '%.*s'", what, STR_ARG(name));
	guess_hint(&guess, matrix->diag);
	return MATRIX_NONE;
}

uint32_t *matrix_find_all(const struct matrix *matrix, const struct map *index, const struct keys_texts *names,
                          const char *what, uint32_t *count)
{
	uint32_t *found = ARENA_ARRAY(matrix->arena, names->count, uint32_t);
	bool *there;

	*count = 0;
	if (names->count == 0)
		return found;
	there = mem_alloc(index->count + 1);
	memset(there, 0, index->count);
	for (size_t i = 0; i < names->count; i++) {
		uint32_t number = matrix_find(matrix, index, names->items[i].text, names->items[i].span, what);

		if (number == MATRIX_NONE || there[number])
			continue;
		there[number] = true;
		found[(*count)++] = number;
	}
	mem_free(there);
	return found;
}

bool matrix_enter(struct matrix *matrix, struct map *index, struct keys_text name, uint32_t number,
                  const char *what,
                  const struct keys_text *(*first)(const struct matrix *, uint32_t))
{
	bool fresh;
	struct map_entry *entry;

	if (!name_check(matrix->diag, name.text, name.span, what))
		return false;
	entry = map_put(index, name.text, &fresh);
	if (fresh) {
		entry->value.number = number;
		return true;
	}
	diag_error(matrix->diag, name.span, "the %s '%.*s' is there twice", what, STR_ARG(name.text));
	diag_note(matrix->diag, first(matrix, (uint32_t)entry->value.number)->span, "it is here first");
	return false;
}

void matrix_check_registry(const struct matrix *matrix, struct str registry, struct span span)
{
	size_t at;
	const char *why = name_check_registry(registry, &at);

	if (why)
		diag_error(matrix->diag, span, "'%.*s' cannot be a registry: %s", STR_ARG(registry), why);
}

struct span matrix_inside(const struct matrix *matrix, struct keys_text scalar, size_t offset, size_t length)
{
	struct str rest = str_slice(matrix->text, scalar.span.offset, matrix->text.n);
	size_t quote = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'');

	if (scalar.span.source != matrix->source || !str_starts(str_slice(rest, quote, rest.n), scalar.text))
		return scalar.span;
	return (struct span){scalar.span.source, (uint32_t)(scalar.span.offset + quote + offset),
	                     (uint32_t)length};
}

uint32_t matrix_sequence(const struct matrix *matrix, struct str name, struct span span)
{
	return matrix_find(matrix, &matrix->sequence_index, name, span, "sequence");
}
