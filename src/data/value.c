/* SPDX-License-Identifier: Apache-2.0 */
#include "data/value.h"

#include <math.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
	DICT_SMALL = 8,        /* entries up to which a dict is searched in order */
	HASH_DEPTH = 4,        /* of tuples in tuples that a hash looks into, */
	HASH_ITEMS = 16,       /* and items of each */
	EQUAL_DEPTH = 250,     /* of lists in lists that are compared, */
	EQUAL_MOST = 50000000, /* and values: beyond either, nothing is equal */
};

struct value value_borrow(struct arena *arena, struct str bytes)
{
	struct string *string = arena_alloc(arena, sizeof *string);

	if (bytes.n >= UINT32_MAX)
		mem_fail();
	*string = (struct string){bytes.p, (uint32_t)bytes.n, STRING_UNCOUNTED, 0};
	return (struct value){.kind = VALUE_STRING, .as.string = string};
}

struct value value_copy(struct arena *arena, struct str bytes)
{
	return value_borrow(arena, (struct str){arena_strndup(arena, bytes.p, bytes.n), bytes.n});
}

struct value value_list(struct arena *arena, size_t capacity)
{
	struct list *list = ARENA_NEW(arena, struct list);

	list->arena = arena;
	list->capacity = capacity;
	if (capacity)
		list->items = ARENA_ARRAY(arena, capacity, struct value);
	return (struct value){.kind = VALUE_LIST, .as.list = list};
}

struct value value_dict(struct arena *arena)
{
	struct dict *dict = ARENA_NEW(arena, struct dict);

	dict->arena = arena;
	return (struct value){.kind = VALUE_DICT, .as.dict = dict};
}

void list_append(struct list *list, struct value item)
{
	if (list->count == list->capacity) {
		size_t size = sizeof *list->items;
		size_t capacity = list->capacity ? list->capacity * 2 : 4;

		list->items = arena_grow(list->arena, list->items, list->count * size, capacity * size);
		list->capacity = capacity;
	}
	list->items[list->count++] = item;
}

static uint64_t string_hash(struct string *string)
{
	if (string->hash == 0) {
		string->hash = XXH3_64bits(string->bytes, string->length);
		string->hash += string->hash == 0;
	}
	return string->hash;
}

static uint64_t hash_deep(struct value v, unsigned depth);

static uint64_t list_hash(const struct list *list, unsigned depth)
{
	uint64_t hash = list->count + 1;

	for (size_t i = 0; i < list->count && i < HASH_ITEMS && depth < HASH_DEPTH; i++)
		hash = hash * 0x9e3779b97f4a7c15u + hash_deep(list->items[i], depth + 1);
	return hash;
}

/* Equal values have equal hashes: 1, 1.0 and True are one key. */
static uint64_t hash_deep(struct value v, unsigned depth)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_BOOL:
		return (uint64_t)v.as.boolean * 0x9e3779b97f4a7c15u;
	case VALUE_INT:
		return (uint64_t)v.as.integer * 0x9e3779b97f4a7c15u;
	case VALUE_FLOAT:
		if (v.as.real >= -0x1p63 && v.as.real < 0x1p63 && v.as.real == floor(v.as.real))
			return (uint64_t)(int64_t)v.as.real * 0x9e3779b97f4a7c15u;
		return XXH3_64bits(&v.as.real, sizeof v.as.real);
	case VALUE_STRING:
		return string_hash(v.as.string);
	case VALUE_TUPLE:
		return list_hash(v.as.list, depth);
	default:
		return (uint64_t)v.kind;
	}
}

static uint64_t value_hash(struct value v)
{
	return hash_deep(v, 0);
}

struct comparison {
	unsigned depth;
	uint32_t left; /* values that may still be looked at */
};

static bool equal_deep(struct value a, struct value b, struct comparison *c);

static bool list_equal(const struct list *a, const struct list *b, struct comparison *c)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!equal_deep(a->items[i], b->items[i], c))
			return false;
	}
	return true;
}

static bool dict_equal(const struct dict *a, const struct dict *b, struct comparison *c)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->used; i++) {
		const struct dict_entry *entry = &a->entries[i];

		if (entry->key.kind == VALUE_UNDEFINED)
			continue;
		const struct value *other = dict_get(b, entry->key);
		if (!other || !equal_deep(entry->value, *other, c))
			return false;
	}
	return true;
}

static bool value_numeric(struct value v)
{
	return v.kind == VALUE_BOOL || v.kind == VALUE_INT || v.kind == VALUE_FLOAT;
}

static int64_t value_integral(struct value v)
{
	return v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
}

/* An integer and a float are equal only where the float holds exactly that integer. */
static bool number_equal(struct value a, struct value b)
{
	if (a.kind == VALUE_FLOAT && b.kind == VALUE_FLOAT)
		return a.as.real == b.as.real;
	if (a.kind == VALUE_FLOAT)
		return number_equal(b, a);
	if (b.kind != VALUE_FLOAT)
		return value_integral(a) == value_integral(b);
	double real = b.as.real;
	return real >= -0x1p63 && real < 0x1p63 && real == floor(real) && (int64_t)real == value_integral(a);
}

static bool inside_equal(struct value a, struct value b, struct comparison *c)
{
	if (a.as.list == b.as.list)
		return true;
	if (c->depth >= EQUAL_DEPTH)
		return false;
	c->depth++;
	bool equal = a.kind == VALUE_DICT ? dict_equal(a.as.dict, b.as.dict, c) : list_equal(a.as.list, b.as.list, c);
	c->depth--;
	return equal;
}

static bool equal_deep(struct value a, struct value b, struct comparison *c)
{
	if (value_numeric(a) && value_numeric(b))
		return number_equal(a, b);
	if (a.kind != b.kind || c->left == 0)
		return false;
	c->left--;
	switch ((enum value_kind)a.kind) {
	case VALUE_STRING:
		return a.as.string == b.as.string || str_eq(value_str(a), value_str(b));
	case VALUE_LIST:
	case VALUE_TUPLE:
	case VALUE_DICT:
		return inside_equal(a, b, c);
	case VALUE_OBJECT:
		return a.as.object == b.as.object;
	default:
		return true;
	}
}

bool value_equal(struct value a, struct value b)
{
	struct comparison c = {0, EQUAL_MOST};

	return equal_deep(a, b, &c);
}

static void dict_rehash(struct dict *dict)
{
	dict->slot_count = dict->slot_count ? dict->slot_count * 2 : DICT_SMALL * 4;
	dict->slots = ARENA_ARRAY(dict->arena, dict->slot_count, uint32_t);
	for (size_t i = 0; i < dict->used; i++) {
		size_t at = (size_t)dict->entries[i].hash & (dict->slot_count - 1);

		while (dict->slots[at])
			at = (at + 1) & (dict->slot_count - 1);
		dict->slots[at] = (uint32_t)(i + 1);
	}
}

static bool entry_is(const struct dict_entry *entry, struct value key, uint64_t hash)
{
	return entry->hash == hash && entry->key.kind != VALUE_UNDEFINED && value_equal(entry->key, key);
}

static bool entry_is_string(const struct dict_entry *entry, const struct string *key, uint64_t hash)
{
	const struct string *own = entry->key.as.string;

	return entry->hash == hash && entry->key.kind == VALUE_STRING &&
	       (own == key || (own->length == key->length && memcmp(own->bytes, key->bytes, key->length) == 0));
}

static struct dict_entry *dict_string_entry(const struct dict *dict, const struct string *key, uint64_t hash)
{
	if (!dict->slots) {
		for (size_t i = 0; i < dict->used; i++) {
			if (entry_is_string(&dict->entries[i], key, hash))
				return &dict->entries[i];
		}
		return NULL;
	}
	size_t mask = dict->slot_count - 1;
	for (size_t at = (size_t)hash & mask; dict->slots[at]; at = (at + 1) & mask) {
		if (entry_is_string(&dict->entries[dict->slots[at] - 1], key, hash))
			return &dict->entries[dict->slots[at] - 1];
	}
	return NULL;
}

static struct dict_entry *dict_entry(const struct dict *dict, struct value key, uint64_t hash)
{
	if (key.kind == VALUE_STRING)
		return dict_string_entry(dict, key.as.string, hash);
	if (!dict->slots) {
		for (size_t i = 0; i < dict->used; i++) {
			if (entry_is(&dict->entries[i], key, hash))
				return &dict->entries[i];
		}
		return NULL;
	}
	size_t mask = dict->slot_count - 1;
	for (size_t at = (size_t)hash & mask; dict->slots[at]; at = (at + 1) & mask) {
		if (entry_is(&dict->entries[dict->slots[at] - 1], key, hash))
			return &dict->entries[dict->slots[at] - 1];
	}
	return NULL;
}

struct value *dict_get(const struct dict *dict, struct value key)
{
	struct dict_entry *entry = dict->count ? dict_entry(dict, key, value_hash(key)) : NULL;

	return entry ? &entry->value : NULL;
}

struct value *dict_get_string(const struct dict *dict, struct string *key)
{
	struct dict_entry *entry = dict_string_entry(dict, key, string_hash(key));

	return entry ? &entry->value : NULL;
}

struct value *dict_find(const struct dict *dict, struct str key)
{
	struct string string = {key.p, (uint32_t)key.n, STRING_UNCOUNTED, 0};

	return dict_get_string(dict, &string);
}

static void dict_room(struct dict *dict)
{
	if (dict->used == dict->capacity) {
		size_t size = sizeof *dict->entries;
		size_t capacity = dict->capacity ? dict->capacity * 2 : 4;

		dict->entries = arena_grow(dict->arena, dict->entries, dict->used * size, capacity * size);
		dict->capacity = capacity;
	}
	if (dict->used + 1 > DICT_SMALL && (dict->used + 1) * 4 > dict->slot_count * 3)
		dict_rehash(dict);
}

bool dict_set(struct dict *dict, struct value key, struct value value)
{
	uint64_t hash = value_hash(key);
	struct dict_entry *entry = dict_entry(dict, key, hash);

	if (entry) {
		entry->value = value;
		return false;
	}
	dict_room(dict);
	dict->entries[dict->used++] = (struct dict_entry){key, value, hash};
	dict->count++;
	if (dict->slots) {
		size_t at = (size_t)hash & (dict->slot_count - 1);

		while (dict->slots[at])
			at = (at + 1) & (dict->slot_count - 1);
		dict->slots[at] = (uint32_t)dict->used;
	}
	return true;
}

void dict_put(struct value dict, const char *key, struct value value)
{
	dict_set(dict.as.dict, value_borrow(dict.as.dict->arena, str_of(key)), value);
}

bool dict_remove(struct dict *dict, struct value key)
{
	struct dict_entry *entry = dict->count ? dict_entry(dict, key, value_hash(key)) : NULL;

	if (!entry)
		return false;
	entry->key = entry->value = value_undefined();
	dict->count--;
	return true;
}

const char *value_kind_name(enum value_kind kind)
{
	static const char *const names[] = {
		"undefined", "null", "boolean", "integer", "float", "string", "list", "tuple", "dict", "object",
	};

	return names[kind];
}
