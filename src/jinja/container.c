/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

/* The methods of lists, tuples and dicts. */

BUILTIN(list_append_method)
{
	UNUSED;
	list_append(self.as.list, argv[0]);
	run_step(r);
	return value_none();
}

BUILTIN(list_extend)
{
	UNUSED;
	struct list *more = list_of(r, argv[0]);

	for (size_t i = 0; i < more->count && run_step(r); i++)
		list_append(self.as.list, more->items[i]);
	return value_none();
}

BUILTIN(list_insert)
{
	UNUSED;
	struct list *list = self.as.list;
	int64_t count = (int64_t)list->count, at = arg_int(r, argv[0], 0);

	at = at < 0 ? (at + count < 0 ? 0 : at + count) : at > count ? count : at;
	list_append(list, argv[1]);
	memmove(list->items + at + 1, list->items + at, (size_t)(count - at) * sizeof *list->items);
	list->items[at] = argv[1];
	return value_none();
}

BUILTIN(list_pop)
{
	UNUSED;
	struct list *list = self.as.list;
	int64_t count = (int64_t)list->count, at = arg_int(r, argv[0], -1);

	at += at < 0 ? count : 0;
	if (at < 0 || at >= count)
		return run_fail(r, count ? "pop index out of range" : "pop from an empty list");
	struct value v = list->items[at];
	memmove(list->items + at, list->items + at + 1, (size_t)(count - at - 1) * sizeof v);
	list->count--;
	return v;
}

/* The index of ITEM, or the length. */
static size_t list_find(const struct list *list, struct value item)
{
	size_t i = 0;

	while (i < list->count && !value_equal(list->items[i], item))
		i++;
	return i;
}

BUILTIN(list_remove)
{
	UNUSED;
	struct list *list = self.as.list;
	size_t at = list_find(list, argv[0]);

	if (at == list->count)
		return run_fail(r, "the value to remove is not in the list");
	memmove(list->items + at, list->items + at + 1, (list->count - at - 1) * sizeof *list->items);
	list->count--;
	return value_none();
}

BUILTIN(list_index)
{
	UNUSED;
	const struct list *list = self.as.list;
	int64_t count = (int64_t)list->count, start = arg_int(r, argv[1], 0), stop = arg_int(r, argv[2], INT64_MAX);

	start = start < 0 ? (start + count < 0 ? 0 : start + count) : start;
	stop = stop < 0 ? stop + count : stop > count ? count : stop;
	for (; start < stop && run_step(r); start++) {
		if (value_equal(list->items[start], argv[0]))
			return value_int(start);
	}
	return run_fail(r, "the value is not in the list");
}

BUILTIN(list_count)
{
	UNUSED;
	int64_t count = 0;

	for (size_t i = 0; i < self.as.list->count; i++)
		count += value_equal(self.as.list->items[i], argv[0]);
	return value_int(count);
}

BUILTIN(list_reverse)
{
	UNUSED;
	struct list *list = self.as.list;

	for (size_t i = 0; i < list->count / 2; i++) {
		struct value v = list->items[i];

		list->items[i] = list->items[list->count - 1 - i];
		list->items[list->count - 1 - i] = v;
	}
	return value_none();
}

BUILTIN(list_sort)
{
	UNUSED;
	struct list *list = self.as.list, *keys = list_of(r, self);

	if (args->count)
		return run_fail(r, "sort takes keywords only");
	sort_items(r, keys->items, list->items, list->count, arg_int(r, argv[0], 0) ? SORT_REVERSE : 0);
	return value_none();
}

BUILTIN(list_clear)
{
	UNUSED;
	self.as.list->count = 0;
	return value_none();
}

BUILTIN(list_copy)
{
	UNUSED;
	return (struct value){.kind = VALUE_LIST, .as.list = list_of(r, self)};
}

static struct value make_view(struct run *r, struct value self, enum view_kind kind)
{
	struct view_object *view = ARENA_NEW(r->arena, struct view_object);

	*view = (struct view_object){{OBJECT_VIEW}, kind, self.as.dict};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &view->base};
}

BUILTIN(dict_keys) { UNUSED; return make_view(r, self, VIEW_KEYS); }
BUILTIN(dict_values) { UNUSED; return make_view(r, self, VIEW_VALUES); }
BUILTIN(dict_items) { UNUSED; return make_view(r, self, VIEW_ITEMS); }

BUILTIN(dict_get_method)
{
	UNUSED;
	if (!value_hashable(r, argv[0]))
		return self;
	const struct value *found = dict_get(self.as.dict, argv[0]);
	return found ? *found : value_missing(argv[1]) ? value_none() : argv[1];
}

BUILTIN(dict_update)
{
	UNUSED;
	struct value more = make_dict(r, args);

	for (size_t i = 0; !r->failed && i < more.as.dict->used; i++)
		dict_set(self.as.dict, more.as.dict->entries[i].key, more.as.dict->entries[i].value);
	run_step(r);
	return value_none();
}

BUILTIN(dict_setdefault)
{
	UNUSED;
	if (!value_hashable(r, argv[0]))
		return self;
	const struct value *found = dict_get(self.as.dict, argv[0]);
	if (found)
		return *found;
	struct value v = value_missing(argv[1]) ? value_none() : argv[1];
	dict_set(self.as.dict, argv[0], v);
	run_step(r);
	return v;
}

BUILTIN(dict_pop)
{
	UNUSED;
	if (!value_hashable(r, argv[0]))
		return self;
	const struct value *found = dict_get(self.as.dict, argv[0]);
	struct value v = found ? *found : argv[1];
	if (found)
		dict_remove(self.as.dict, argv[0]);
	else if (value_missing(v))
		return run_fail(r, "the key to pop is not in the dict");
	return v;
}

BUILTIN(dict_popitem)
{
	UNUSED;
	struct dict *dict = self.as.dict;

	for (size_t i = dict->used; i-- > 0;) {
		if (dict->entries[i].key.kind == VALUE_UNDEFINED)
			continue;
		struct value pair = make_pair(r, dict->entries[i].key, dict->entries[i].value);
		dict_remove(dict, dict->entries[i].key);
		return pair;
	}
	return run_fail(r, "popitem from an empty dict");
}

BUILTIN(dict_clear)
{
	UNUSED;
	struct dict *dict = self.as.dict;

	for (size_t i = 0; i < dict->used; i++) {
		if (dict->entries[i].key.kind != VALUE_UNDEFINED)
			dict_remove(dict, dict->entries[i].key);
	}
	return value_none();
}

BUILTIN(dict_copy)
{
	UNUSED;
	return make_dict(r, &(struct args){&self, 1, NULL, 0});
}

BUILTIN(dict_fromkeys)
{
	UNUSED;
	struct value v = value_dict(r->arena), key;
	struct iter iter;

	if (!iter_open(r, &iter, argv[0]))
		return v;
	while (iter_next(r, &iter, &key) && run_step(r) && value_hashable(r, key))
		dict_set(v.as.dict, key, value_missing(argv[1]) ? value_none() : argv[1]);
	return v;
}

const struct builtin *builtin_container_methods(enum value_kind kind)
{
	static const struct builtin lists[] = {
		{"append", list_append_method, "/object", 1, false, true},
		{"clear", list_clear, "", 0, false, true},
		{"copy", list_copy, "", 0, false, false},
		{"count", list_count, "/value", 1, false, false},
		{"extend", list_extend, "/iterable", 1, false, true},
		{"index", list_index, "/value,start,stop", 1, false, false},
		{"insert", list_insert, "/index,object", 2, false, true},
		{"pop", list_pop, "/index", 0, false, true},
		{"remove", list_remove, "/value", 1, false, true},
		{"reverse", list_reverse, "", 0, false, true},
		{"sort", list_sort, "reverse", 0, false, true},
		{NULL, NULL, NULL, 0, false, false},
	};
	static const struct builtin tuples[] = {
		{"count", list_count, "/value", 1, false, false},
		{"index", list_index, "/value,start,stop", 1, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};
	static const struct builtin dicts[] = {
		{"clear", dict_clear, "", 0, false, true},
		{"copy", dict_copy, "", 0, false, false},
		{"fromkeys", dict_fromkeys, "/iterable,value", 1, false, false},
		{"get", dict_get_method, "/key,default", 1, false, false},
		{"items", dict_items, "", 0, false, false},
		{"keys", dict_keys, "", 0, false, false},
		{"pop", dict_pop, "/key,default", 1, false, true},
		{"popitem", dict_popitem, "", 0, false, true},
		{"setdefault", dict_setdefault, "/key,default", 1, false, true},
		{"update", dict_update, "*", 0, false, true},
		{"values", dict_values, "", 0, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return kind == VALUE_LIST ? lists : kind == VALUE_TUPLE ? tuples : kind == VALUE_DICT ? dicts
		: lists + 11;
}
