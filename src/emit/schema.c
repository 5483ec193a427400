/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/schema.h"

#include "data/json.h"
#include "model/keys.h"

struct schema {
	struct arena arena;
	struct value definitions;
};

/* --- Values --- */

static struct value text(struct schema *schema, const char *s)
{
	return value_borrow(&schema->arena, str_of(s));
}

/* A dict of one key. */
static struct value with(struct schema *schema, const char *key, struct value value)
{
	struct value dict = value_dict(&schema->arena);

	dict_put(dict, key, value);
	return dict;
}

static struct value of_type(struct schema *schema, const char *type)
{
	return with(schema, "type", text(schema, type));
}

static struct value list_of(struct schema *schema, struct value items)
{
	struct value list = of_type(schema, "array");

	dict_put(list, "items", items);
	return list;
}

static struct value new_list(struct schema *schema)
{
	return value_list(&schema->arena, 8);
}

static void add(struct value list, struct value item)
{
	list_append(list.as.list, item);
}

static struct value reference(struct schema *schema, const char *definition)
{
	struct buf path = BUF_INIT;
	struct value made;

	buf_addf(&path, "#/definitions/%s", definition);
	made = value_copy(&schema->arena, buf_str(&path));
	buf_release(&path);
	return with(schema, "$ref", made);
}

static const struct keys_room *room_of(enum keys_section section)
{
	size_t i = 0;

	while (keys_rooms[i].section != section)
		i++;
	return &keys_rooms[i];
}

static struct value section(struct schema *schema, enum keys_section section)
{
	return reference(schema, room_of(section)->name);
}

/* --- Texts --- */

static struct value of_form(struct schema *schema, enum keys_form form)
{
	return reference(schema, keys_shapes[form].name);
}

static void define_words(struct schema *schema, enum keys_form form, struct value made)
{
	struct value list = new_list(schema);

	for (size_t i = 0; keys_word(form, i); i++)
		add(list, text(schema, keys_word(form, i)));
	dict_put(made, "enum", list);
}

/* Texts stand without quotes, too, so that a reader of YAML may take them for something else. */
static void define_shape(struct schema *schema, const struct keys_shape *shape, struct value made)
{
	static const char *const types[] = {"string", "number", "boolean"};
	struct value list = new_list(schema);

	for (size_t i = 0; i < (shape->number ? sizeof types / sizeof *types : 1); i++)
		add(list, text(schema, types[i]));
	dict_put(made, "type", list);
	if (shape->number && !shape->negative)
		dict_put(made, "minimum", value_int(0));
	if (shape->pattern)
		dict_put(made, "pattern", text(schema, shape->pattern));
}

static void define_form(struct schema *schema, enum keys_form form)
{
	struct value made = value_dict(&schema->arena);

	if (keys_word(form, 0))
		define_words(schema, form, made);
	else
		define_shape(schema, &keys_shapes[form], made);
	dict_put(schema->definitions, keys_shapes[form].name, made);
}

/* --- What a key's value can be: each adds the schemas of which one has to fit --- */

static void add_texts(struct schema *schema, enum keys_form form, struct value either)
{
	add(either, of_form(schema, form));
	add(either, list_of(schema, of_form(schema, form)));
}

static void add_switch(struct schema *schema, enum keys_kind kind, struct value either)
{
	struct value number = of_type(schema, "integer");

	add(either, of_type(schema, "boolean"));
	if (kind == KEYS_CACHE)
		add(either, of_form(schema, KEYS_FREE));
	if (kind != KEYS_JOBS && kind != KEYS_EPOCH)
		return;
	dict_put(number, "minimum", value_int(kind == KEYS_JOBS));
	if (kind == KEYS_JOBS)
		dict_put(number, "maximum", value_int(KEYS_MOST_JOBS));
	add(either, number);
}

static struct value either_of(struct schema *schema, struct value first, struct value second)
{
	struct value list = new_list(schema);

	add(list, first);
	add(list, second);
	return with(schema, "anyOf", list);
}

/* A dict with names of the user's. */
static void add_names(struct schema *schema, enum keys_form form, struct value values, struct value either)
{
	struct value dict = of_type(schema, "object");

	if (form != KEYS_FREE)
		dict_put(dict, "propertyNames", of_form(schema, form));
	dict_put(dict, "additionalProperties", values);
	add(either, dict);
}

static void add_parts(struct schema *schema, const struct keys_type *type, struct value either)
{
	struct value single = section(schema, type->of), brief = of_form(schema, type->form);
	bool found = type->kind == KEYS_FOUND;

	if (found)
		add(either, brief);
	if (found || type->kind == KEYS_DICT)
		add(either, single);
	if (found || type->kind == KEYS_MIXED)
		add(either, list_of(schema, either_of(schema, brief, single)));
	if (type->kind == KEYS_LIST)
		add(either, list_of(schema, single));
	if (type->kind == KEYS_DICTS)
		add_names(schema, type->form, either_of(schema, single, of_type(schema, "null")), either);
}

static void add_type(struct schema *schema, const struct keys_type *type, struct value either)
{
	struct value texts = new_list(schema);

	switch (type->kind) {
	case KEYS_TEXT:
		add(either, of_form(schema, type->form));
		break;
	case KEYS_TEXTS:
		add_texts(schema, type->form, either);
		break;
	case KEYS_FLAG:
	case KEYS_JOBS:
	case KEYS_CACHE:
	case KEYS_EPOCH:
		add_switch(schema, type->kind, either);
		break;
	case KEYS_PAIRS:
		add_names(schema, type->form, either_of(schema, of_form(schema, KEYS_FREE),
		                                        of_type(schema, "null")), either);
		break;
	case KEYS_LISTS:
		add_texts(schema, KEYS_FREE, texts);
		add_names(schema, type->form, with(schema, "anyOf", texts), either);
		break;
	case KEYS_DICT:
	case KEYS_DICTS:
	case KEYS_LIST:
	case KEYS_MIXED:
	case KEYS_FOUND:
		add_parts(schema, type, either);
		break;
	case KEYS_ANY:
		add(either, value_dict(&schema->arena));
	}
}

static struct value key_schema(struct schema *schema, const struct keys_entry *key, bool required)
{
	struct value made = with(schema, "description", text(schema, key->help)), either = new_list(schema);

	add_type(schema, &key->type, either);
	if (!required)
		add(either, of_type(schema, "null"));
	dict_put(made, "anyOf", either);
	return made;
}

/* --- Sections --- */

/* What fits where KEY stands there, and not with null. */
static struct value given(struct schema *schema, const char *key)
{
	struct value names = new_list(schema), made;

	add(names, text(schema, key));
	made = with(schema, "required", names);
	dict_put(made, "properties", with(schema, key, with(schema, "not", of_type(schema, "null"))));
	return made;
}

/* The keys of SECTION that are FLAGS, or that are REQUIRED so: one of them stands there. */
static struct value one_given(struct schema *schema, unsigned section, unsigned flags, unsigned required)
{
	struct value list = new_list(schema);

	for (size_t i = 0; i < keys_count; i++)
		if ((keys_table[i].sections & section) &&
		    ((keys_table[i].sections & flags) || (keys_table[i].required & required)))
			add(list, given(schema, keys_table[i].name));
	return list;
}

static struct value none_given(struct schema *schema, unsigned section, unsigned flags)
{
	struct value keys = value_dict(&schema->arena);

	for (size_t i = 0; i < keys_count; i++)
		if ((keys_table[i].sections & section) && (keys_table[i].sections & flags))
			dict_put(keys, keys_table[i].name, of_type(schema, "null"));
	return with(schema, "properties", keys);
}

/* An image is made of stages or it is not, and so is a matrix. */
static void add_staged(struct schema *schema, unsigned section, struct value all)
{
	struct value staged = one_given(schema, section, KEYS_STAGED, 0), rule;

	if (staged.as.list->count == 0)
		return;
	rule = with(schema, "if", with(schema, "anyOf", staged));
	dict_put(rule, "then", none_given(schema, section, KEYS_UNSTAGED));
	dict_put(rule, "else", none_given(schema, section, KEYS_SINGLE));
	add(all, rule);
}

static struct value names_of(struct schema *schema, unsigned section)
{
	struct value names = new_list(schema);

	for (size_t i = 0; i < keys_count; i++)
		if (keys_table[i].sections & section)
			add(names, text(schema, keys_table[i].name));
	return with(schema, "enum", names);
}

/* Without axes declared, what has room for their names has its own keys only. */
static void add_axes(struct schema *schema, struct value all)
{
	struct value keys = value_dict(&schema->arena), rule;

	for (size_t i = 0; i < keys_count; i++) {
		const struct keys_entry *key = &keys_table[i];

		if ((key->sections & KEYS_TOP) && key->type.kind == KEYS_LIST && room_of(key->type.of)->axes)
			dict_put(keys, key->name, with(schema, "items", with(schema, "propertyNames",
			                                                      names_of(schema, key->type.of))));
	}
	rule = with(schema, "if", with(schema, "not", given(schema, "axes")));
	dict_put(rule, "then", with(schema, "properties", keys));
	add(all, rule);
}

/* Keys that are not in the table. */
static void put_others(struct schema *schema, const struct keys_room *room, struct value made)
{
	struct value either = new_list(schema);

	if (room->axes) {
		add_texts(schema, KEYS_FREE, either);
		add(either, of_type(schema, "null"));
		dict_put(made, "patternProperties",
		         with(schema, keys_shapes[KEYS_VARIABLE].pattern, with(schema, "anyOf", either)));
	} else if (room->open && *room->open) {
		struct value names = value_dict(&schema->arena);
		struct buf begin = BUF_INIT;

		buf_addf(&begin, "^%s", room->open);
		dict_set(names.as.dict, value_copy(&schema->arena, buf_str(&begin)), value_dict(&schema->arena));
		dict_put(made, "patternProperties", names);
		buf_release(&begin);
	}
	dict_put(made, "additionalProperties", value_bool(room->open && !*room->open));
}

static void define_section(struct schema *schema, const struct keys_room *room)
{
	struct value made = with(schema, "description", text(schema, room->help)), required = new_list(schema);
	struct value keys = value_dict(&schema->arena), all = new_list(schema), some;

	dict_put(made, "type", text(schema, "object"));
	for (size_t i = 0; i < keys_count; i++) {
		const struct keys_entry *key = &keys_table[i];

		if (!(key->sections & room->section))
			continue;
		dict_put(keys, key->name, key_schema(schema, key, key->required & room->section));
		if (key->required & room->section)
			add(required, text(schema, key->name));
	}
	dict_put(made, "properties", keys);
	put_others(schema, room, made);
	if (required.as.list->count)
		dict_put(made, "required", required);
	some = one_given(schema, room->section, 0, KEYS_ONE_OF(room->section));
	if (some.as.list->count)
		add(all, with(schema, "anyOf", some));
	add_staged(schema, room->section, all);
	if (room->section == KEYS_TOP)
		add_axes(schema, all);
	if (all.as.list->count)
		dict_put(made, "allOf", all);
	dict_put(schema->definitions, room->name, made);
}

/* --- The whole --- */

static bool add_root(struct schema *schema, struct str part, struct value all)
{
	if (str_is(part, "matrix"))
		add(all, section(schema, KEYS_TOP));
	for (size_t i = 0; i < keys_count; i++)
		if ((keys_table[i].sections & KEYS_TOP) && str_is(part, keys_table[i].name))
			add(all, key_schema(schema, &keys_table[i], true));
	return all.as.list->count > 0;
}

bool schema_write(struct str part, struct buf *out)
{
	struct schema schema;
	struct value root, all;
	bool found;

	arena_init(&schema.arena);
	schema.definitions = value_dict(&schema.arena);
	root = with(&schema, "$schema", text(&schema, "http://json-schema.org/draft-07/schema#"));
	dict_put(root, "title", text(&schema, "dtk"));
	all = new_list(&schema);
	found = add_root(&schema, part, all);
	dict_put(root, "allOf", all);
	for (size_t i = 0; i < KEYS_SECTIONS; i++)
		define_section(&schema, &keys_rooms[i]);
	for (size_t i = 0; i < KEYS_FORMS; i++)
		define_form(&schema, (enum keys_form)i);
	dict_put(root, "definitions", schema.definitions);
	json_write(out, root, 2);
	buf_addc(out, '\n');
	arena_release(&schema.arena);
	return found;
}
