/* SPDX-License-Identifier: Apache-2.0 */
#include "data/yaml.h"
#include "model/keys.h"

static const struct keys_entry *keys_find(enum keys_section section, struct str name)
{
	for (size_t i = 0; i < keys_count; i++) {
		if ((keys_table[i].sections & section) && str_is(name, keys_table[i].name))
			return &keys_table[i];
	}
	return NULL;
}

static const struct keys_room *keys_room(enum keys_section section)
{
	size_t i = 0;

	while (keys_rooms[i].section != section)
		i++;
	return &keys_rooms[i];
}

static bool keys_open(enum keys_section section, struct str name)
{
	const char *open = keys_room(section)->open;

	return open && str_starts(name, str_of(open));
}

static void keys_unknown(const struct keys_reader *reader, enum keys_section section, struct keys_text key,
                         const char *what)
{
	struct guess guess;

	guess_init(&guess, key.text);
	for (size_t i = 0; i < keys_count; i++) {
		if ((keys_table[i].sections & section))
			guess_offer(&guess, str_of(keys_table[i].name));
	}
	for (size_t i = 0; keys_room(section)->axes && i < reader->axes->count; i++)
		guess_offer(&guess, reader->axes->entries[i].key);
	diag_error(reader->diag, key.span, "unknown key '%.*s' in %s", STR_ARG(key.text), what);
	guess_hint(&guess, reader->diag);
}

static bool keys_wrong(const struct keys_reader *reader, struct value v, const char *what, const char *wanted)
{
	diag_error(reader->diag, value_span(v), "%s must be %s, not %s", what, wanted,
	           value_kind_name((enum value_kind)v.kind));
	return false;
}

bool keys_read_text(const struct keys_reader *reader, struct value v, const char *what, struct keys_text *out)
{
	if (!yaml_scalar_text(reader->diag, v, &out->text))
		return keys_wrong(reader, v, what, "text");
	out->span = value_span(v);
	out->span.length = (uint32_t)out->text.n;
	return true;
}

bool keys_read_texts(const struct keys_reader *reader, struct value v, const char *what, struct keys_texts *out)
{
	bool list = v.kind == VALUE_LIST, ok = true;
	size_t count = list ? v.as.list->count : 1;

	if (v.kind == VALUE_DICT)
		return keys_wrong(reader, v, what, "text or a list of texts");
	*out = (struct keys_texts){.span = value_span(v), .given = true, .list = list};
	out->items = ARENA_ARRAY(reader->arena, count, struct keys_text);
	for (size_t i = 0; i < count; i++) {
		struct value item = list ? v.as.list->items[i] : v;

		if (keys_read_text(reader, item, list ? "each item of a list here" : what, &out->items[out->count]))
			out->count++;
		else
			ok = false;
	}
	return ok;
}

bool keys_read_pairs(const struct keys_reader *reader, struct value v, const char *what, struct keys_pairs *out)
{
	bool ok = true;

	if (v.kind != VALUE_DICT)
		return keys_wrong(reader, v, what, "a dict");
	*out = (struct keys_pairs){.given = true};
	out->items = ARENA_ARRAY(reader->arena, v.as.dict->used, struct keys_pair);
	for (size_t i = 0; i < v.as.dict->used; i++) {
		const struct dict_entry *entry = &v.as.dict->entries[i];
		struct keys_pair *pair = &out->items[out->count];

		if (entry->key.kind == VALUE_UNDEFINED || entry->value.kind == VALUE_NONE)
			continue;
		if (keys_read_text(reader, entry->key, "a name here", &pair->name) &&
		    keys_read_text(reader, entry->value, "each value here", &pair->value))
			out->count++;
		else
			ok = false;
	}
	return ok;
}

/* What words there are, as "a, b or c". */
static void keys_list_words(enum keys_form form, struct buf *out)
{
	for (size_t i = 0; keys_word(form, i); i++) {
		if (i)
			buf_adds(out, keys_word(form, i + 1) ? ", " : " or ");
		buf_adds(out, keys_word(form, i));
	}
}

static bool keys_check_word(const struct keys_reader *reader, enum keys_form form, struct keys_text text,
                            const char *what)
{
	struct buf words = BUF_INIT;
	struct guess guess;

	guess_init(&guess, text.text);
	for (size_t i = 0; keys_word(form, i); i++) {
		if (str_is(text.text, keys_word(form, i)))
			return true;
		guess_offer(&guess, str_of(keys_word(form, i)));
	}
	keys_list_words(form, &words);
	diag_error(reader->diag, text.span, "%s is %s, not '%.*s'", what, words.p, STR_ARG(text.text));
	guess_hint(&guess, reader->diag);
	buf_release(&words);
	return false;
}

/* Where there are words to choose from, what was read is one of them. */
static bool keys_check_form(const struct keys_reader *reader, const struct keys_type *type, const char *what,
                            const void *read)
{
	const struct keys_texts *texts = read;
	bool ok = true;

	if (!keys_word(type->form, 0))
		return true;
	if (type->kind == KEYS_TEXT)
		return keys_check_word(reader, type->form, *(const struct keys_text *)read, what);
	for (size_t i = 0; i < texts->count; i++)
		ok = keys_check_word(reader, type->form, texts->items[i], what) && ok;
	return ok;
}

static bool keys_read_switch(const struct keys_reader *reader, struct value v, const char *what, enum keys_kind kind,
                             struct keys_switch *out)
{
	*out = (struct keys_switch){.span = value_span(v), .given = true};
	if (v.kind == VALUE_BOOL) {
		out->on = v.as.boolean;
		return true;
	}
	if (kind == KEYS_FLAG)
		return keys_wrong(reader, v, what, "true or false");
	out->on = true;
	if (kind == KEYS_JOBS) {
		if (v.kind != VALUE_INT)
			return keys_wrong(reader, v, what, "true, false or a number");
		if (v.as.integer < 1 || v.as.integer > KEYS_MOST_JOBS) {
			diag_error(reader->diag, out->span, "%s must be a number from 1 to %d", what, KEYS_MOST_JOBS);
			return false;
		}
		out->number = (unsigned)v.as.integer;
		return true;
	}
	if (kind == KEYS_EPOCH && (v.kind != VALUE_INT || v.as.integer < 0))
		return keys_wrong(reader, v, what, "true, false or seconds since 1970");
	if (!yaml_scalar_text(reader->diag, v, &out->text))
		return keys_wrong(reader, v, what, "true, false or text");
	return true;
}

bool keys_given(const struct keys_type *type, const void *read)
{
	switch (type->kind) {
	case KEYS_TEXT:
		return ((const struct keys_text *)read)->text.p != NULL;
	case KEYS_TEXTS:
		return ((const struct keys_texts *)read)->given;
	case KEYS_PAIRS:
		return ((const struct keys_pairs *)read)->given;
	case KEYS_FLAG:
	case KEYS_JOBS:
	case KEYS_CACHE:
	case KEYS_EPOCH:
		return ((const struct keys_switch *)read)->given;
	case KEYS_ANY:
		return ((const struct value *)read)->kind != VALUE_UNDEFINED;
	case KEYS_DICT:
	case KEYS_DICTS:
	case KEYS_LIST:
	case KEYS_MIXED:
	case KEYS_FOUND:
	case KEYS_LISTS:
		break;
	}
	return ((const struct keys_part *)read)->value.kind != VALUE_UNDEFINED;
}

/* What is read later, by the owner of the key; of what kind it must be is said here. */
static bool keys_read_part(const struct keys_reader *reader, const struct keys_type *type, struct value v,
                           const char *what, struct keys_part *out)
{
	bool list = type->kind == KEYS_LIST || type->kind == KEYS_MIXED;

	if (type->kind != KEYS_FOUND && v.kind != (list ? VALUE_LIST : VALUE_DICT))
		return keys_wrong(reader, v, what, list ? "a list" : "a dict");
	*out = (struct keys_part){v, type->of};
	return true;
}

static bool keys_read_type(const struct keys_reader *reader, const struct keys_type *type, struct value v,
                           const char *what, void *out)
{
	switch (type->kind) {
	case KEYS_TEXT:
		return keys_read_text(reader, v, what, out) && keys_check_form(reader, type, what, out);
	case KEYS_TEXTS:
		return keys_read_texts(reader, v, what, out) && keys_check_form(reader, type, what, out);
	case KEYS_FLAG:
	case KEYS_JOBS:
	case KEYS_CACHE:
	case KEYS_EPOCH:
		return keys_read_switch(reader, v, what, type->kind, out);
	case KEYS_PAIRS:
		return keys_read_pairs(reader, v, what, out);
	case KEYS_DICT:
	case KEYS_DICTS:
	case KEYS_LIST:
	case KEYS_MIXED:
	case KEYS_FOUND:
	case KEYS_LISTS:
		return keys_read_part(reader, type, v, what, out);
	case KEYS_ANY:
		break;
	}
	*(struct value *)out = v;
	return true;
}

/* A key's value to its place: the table's, or a pick of a declared axis (picks come first in a section). */
static bool keys_read_entry(const struct keys_reader *reader, enum keys_section section, const struct dict_entry *entry,
                            const char *what, void *out)
{
	struct keys_text key;
	char quoted[64];

	if (!keys_read_text(reader, entry->key, "a key", &key))
		return false;
	if (entry->value.kind == VALUE_NONE && (keys_find(section, key.text) || keys_open(section, key.text)))
		return true;
	snprintf(quoted, sizeof quoted, "'%.*s'", key.text.n > 50 ? 50 : (int)key.text.n, key.text.p);
	const struct keys_entry *known = keys_find(section, key.text);
	if (known)
		return keys_read_type(reader, &known->type, entry->value, quoted, (char *)out + known->offset);
	if (keys_open(section, key.text))
		return true;
	if (keys_room(section)->axes) {
		const struct map_entry *axis = map_get(reader->axes, key.text);

		if (axis && entry->value.kind == VALUE_NONE)
			return true;
		if (axis)
			return keys_read_texts(reader, entry->value, quoted,
			                       (struct keys_texts *)out + axis->value.number);
	}
	keys_unknown(reader, section, key, what);
	return false;
}

static bool keys_required(const struct keys_reader *reader, enum keys_section section, struct value v, const char *what)
{
	bool ok = true;

	for (size_t i = 0; i < keys_count; i++) {
		const struct keys_entry *entry = &keys_table[i];

		if (!(entry->required & section))
			continue;
		const struct value *found = dict_find(v.as.dict, str_of(entry->name));
		if (found && found->kind != VALUE_NONE)
			continue;
		diag_error(reader->diag, value_span(v), "%s has no '%s'", what, entry->name);
		ok = false;
	}
	return ok;
}

bool keys_read(const struct keys_reader *reader, enum keys_section section, struct value v, const char *what,
               void *out)
{
	bool ok = true;

	if (v.kind != VALUE_DICT)
		return keys_wrong(reader, v, what, "a dict");
	for (size_t i = 0; i < v.as.dict->used; i++) {
		const struct dict_entry *entry = &v.as.dict->entries[i];

		if (entry->key.kind != VALUE_UNDEFINED && !keys_read_entry(reader, section, entry, what, out))
			ok = false;
	}
	return keys_required(reader, section, v, what) && ok;
}
