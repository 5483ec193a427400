/* SPDX-License-Identifier: Apache-2.0 */
#include "model/declare.h"

static const struct keys_text *sequence_name(const struct matrix *matrix, uint32_t number)
{
	return &matrix->sequences[number].name;
}

/* Only a FROM makes an image of an OS that base_os alone names, so a sequence may not ask for one. */
static void sequence_check_os(const struct matrix *matrix, const struct matrix_sequence *sequence,
                              const struct keys_texts *os)
{
	const struct matrix_axis *axis = &matrix->axes[MATRIX_OS];
	const struct matrix_pick *pick = &sequence->picks[MATRIX_OS];

	for (uint32_t i = 0; i < pick->count && pick->count == os->count; i++) {
		if (pick->values[i] < axis->listed)
			continue;
		diag_error(matrix->diag, os->items[i].span, "'%.*s' is no entry of os_versions",
		           STR_ARG(os->items[i].text));
		diag_note(matrix->diag, axis->values[pick->values[i]].span, "it is only a base_os here");
	}
}

static void matrix_read_sequence(struct matrix *matrix, enum keys_section of, struct value entry)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_sequence keys = {0};

	keys_read(&reader, of, entry, "a sequence", &keys);
	if (!keys.name.text.p ||
	    !matrix_enter(matrix, &matrix->sequence_index, keys.name, matrix->sequence_count, "sequence",
	                  sequence_name))
		return;
	struct matrix_sequence *sequence = &matrix->sequences[matrix->sequence_count++];
	sequence->name = keys.name;
	sequence->description = keys.description.text.p ? keys.description.text : STR("");
	matrix_read_picks(matrix, keys.picks, sequence->picks);
	sequence_check_os(matrix, sequence, &keys.picks[MATRIX_OS]);
	if (keys.layers.given) {
		sequence->layers = matrix_find_all(matrix, &matrix->layer_index, &keys.layers, "layer",
		                                   &sequence->layer_count);
		return;
	}
	sequence->layer_count = matrix->template_count;
	sequence->layers = ARENA_ARRAY(matrix->arena, matrix->template_count, uint32_t);
	for (uint32_t i = 0; i < matrix->template_count; i++)
		sequence->layers[i] = i;
}

void matrix_read_sequences(struct matrix *matrix, struct keys_part list)
{
	size_t count = keys_items(&list);

	matrix->sequences = ARENA_ARRAY(matrix->arena, count, struct matrix_sequence);
	for (size_t i = 0; i < count; i++)
		matrix_read_sequence(matrix, list.of, list.value.as.list->items[i]);
}

uint32_t matrix_read_excludes(struct matrix *matrix, struct keys_part list, const char *what,
                              struct matrix_exclude **entries)
{
	size_t count = keys_items(&list);
	struct keys_reader reader = matrix_reader(matrix);
	uint32_t made = 0;

	*entries = ARENA_ARRAY(matrix->arena, count, struct matrix_exclude);
	for (size_t i = 0; i < count; i++) {
		struct keys_exclude keys = {0};
		struct value entry = list.value.as.list->items[i];
		bool any = false;

		if (!keys_read(&reader, list.of, entry, what, &keys))
			continue;
		for (uint32_t j = 0; j < KEYS_AXES; j++)
			any = any || keys.picks[j].count;
		if (!any) {
			diag_error(matrix->diag, value_span(entry), "%s must name a version", what);
			continue;
		}
		(*entries)[made].span = value_span(entry);
		matrix_read_picks(matrix, keys.picks, (*entries)[made++].picks);
	}
	return made;
}

static const struct keys_text *group_name(const struct matrix *matrix, uint32_t number)
{
	return &matrix->groups[number].name;
}

void matrix_read_groups(struct matrix *matrix, struct value dict)
{
	struct keys_reader reader = matrix_reader(matrix);

	if (dict.kind != VALUE_DICT)
		return;
	matrix->groups = ARENA_ARRAY(matrix->arena, dict.as.dict->used, struct matrix_group);
	for (size_t i = 0; i < dict.as.dict->used; i++) {
		const struct dict_entry *entry = &dict.as.dict->entries[i];
		struct matrix_group *group = &matrix->groups[matrix->group_count];

		if (entry->key.kind == VALUE_UNDEFINED || !keys_read_text(&reader, entry->key, "a group", &group->name) ||
		    !keys_read_texts(&reader, entry->value, "the members of a group", &group->members) ||
		    !matrix_enter(matrix, &matrix->group_index, group->name, matrix->group_count, "group", group_name))
			continue;
		matrix->group_count++;
	}
}
