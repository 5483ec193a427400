/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static bool iter_object(struct run *r, struct iter *iter, struct value source)
{
	switch (source.as.object->kind) {
	case OBJECT_RANGE:
		iter->kind = ITER_RANGE;
		return true;
	case OBJECT_ITERATOR:
		iter->kind = ITER_ITERATOR;
		return true;
	case OBJECT_LOOP:
		iter->kind = ITER_LOOP;
		return true;
	case OBJECT_VIEW: {
		const struct view_object *view = (const struct view_object *)source.as.object;

		iter->kind = ITER_DICT;
		iter->view = view->view;
		iter->source = (struct value){.kind = VALUE_DICT, .as.dict = view->dict};
		iter->start_count = view->dict->count;
		return true;
	}
	default:
		run_fail(r, "%s cannot be iterated over", type_name(source));
		return false;
	}
}

bool iter_open(struct run *r, struct iter *iter, struct value source)
{
	*iter = (struct iter){.kind = ITER_EMPTY, .source = source};
	switch ((enum value_kind)source.kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
		iter->kind = ITER_LIST;
		return true;
	case VALUE_STRING:
		iter->kind = ITER_STRING;
		return true;
	case VALUE_DICT:
		iter->kind = ITER_DICT;
		iter->start_count = source.as.dict->count;
		return true;
	case VALUE_OBJECT:
		return iter_object(r, iter, source);
	case VALUE_UNDEFINED:
		if (undefined_refused(r, source))
			undefined_used(r, source);
		return !r->failed;
	default:
		run_fail(r, "%s cannot be iterated over", type_name(source));
		return false;
	}
}

static bool iter_dict(struct run *r, struct iter *iter, struct value *item)
{
	const struct dict *dict = iter->source.as.dict;

	if (dict->count != iter->start_count) {
		run_fail(r, "dict changed its size while it was iterated over");
		return false;
	}
	while (iter->at < dict->used) {
		const struct dict_entry *entry = &dict->entries[iter->at++];

		if (entry->key.kind == VALUE_UNDEFINED)
			continue;
		if (iter->view == VIEW_KEYS)
			*item = entry->key;
		else
			*item = iter->view == VIEW_VALUES ? entry->value : make_pair(r, entry->key, entry->value);
		return true;
	}
	return false;
}

static bool iter_string(struct run *r, struct iter *iter, struct value *item)
{
	struct str text = value_str(iter->source);
	unsigned bytes;

	if (iter->at >= text.n)
		return false;
	utf8_decode(text.p + iter->at, text.p + text.n, &bytes);
	*item = make_char(r, text.p + iter->at, bytes);
	iter->at += bytes;
	return true;
}

bool iter_next_any(struct run *r, struct iter *iter, struct value *item)
{
	switch (iter->kind) {
	case ITER_RANGE: {
		const struct range_object *range = (const struct range_object *)iter->source.as.object;

		if ((int64_t)iter->at >= range->count)
			return false;
		*item = value_int(range->start + (int64_t)iter->at++ * range->step);
		return true;
	}
	case ITER_ITERATOR: {
		struct iterator_object *iterator = (struct iterator_object *)iter->source.as.object;

		if (iterator->at >= iterator->items->count)
			return false;
		*item = iterator->items->items[iterator->at++];
		return true;
	}
	case ITER_DICT:
		return iter_dict(r, iter, item);
	case ITER_STRING:
		return iter_string(r, iter, item);
	case ITER_LOOP: {
		struct loop_object *loop = (struct loop_object *)iter->source.as.object;

		if (!loop_peek(r, loop))
			return false;
		loop->before = loop->current;
		loop->current = loop->after;
		loop->peeked = false;
		loop->index0++;
		*item = make_pair(r, loop->current, iter->source);
		return true;
	}
	default:
		return false;
	}
}

int64_t value_length(struct run *r, struct value v)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		return (int64_t)string_chars(v.as.string);
	case VALUE_LIST:
	case VALUE_TUPLE:
		return (int64_t)v.as.list->count;
	case VALUE_DICT:
		return (int64_t)v.as.dict->count;
	case VALUE_UNDEFINED:
		if (undefined_refused(r, v))
			undefined_used(r, v);
		return 0;
	case VALUE_OBJECT:
		if (v.as.object->kind == OBJECT_RANGE)
			return ((const struct range_object *)v.as.object)->count;
		if (v.as.object->kind == OBJECT_LOOP)
			return loop_length(r, (struct loop_object *)v.as.object);
		if (v.as.object->kind == OBJECT_VIEW)
			return (int64_t)((const struct view_object *)v.as.object)->dict->count;
		return -1;
	default:
		return -1;
	}
}

struct list *list_of(struct run *r, struct value v)
{
	struct iter iter;
	struct value item;

	if (v.kind == VALUE_LIST || v.kind == VALUE_TUPLE) {
		struct list *list = value_list(r->arena, v.as.list->count).as.list;

		if (v.as.list->count)
			memcpy(list->items, v.as.list->items, v.as.list->count * sizeof item);
		list->count = v.as.list->count;
		return list;
	}
	int64_t length = v.kind == VALUE_STRING ? 0 : iter_open(r, &iter, v) ? value_length(r, v) : 0;
	struct list *list = value_list(r->arena, length > 0 ? (size_t)length : 0).as.list;
	if (!r->failed && iter_open(r, &iter, v)) {
		while (iter_next(r, &iter, &item) && run_step(r))
			list_append(list, item);
	}
	return list;
}

struct value make_iterator(struct run *r, const char *name, struct list *items)
{
	struct iterator_object *iterator = ARENA_NEW(r->arena, struct iterator_object);

	iterator->base.kind = OBJECT_ITERATOR;
	iterator->name = name;
	iterator->items = items;
	return (struct value){.kind = VALUE_OBJECT, .as.object = &iterator->base};
}

struct value make_tuple(struct run *r, const struct value *items, size_t count)
{
	struct list *list = arena_alloc(r->arena, sizeof *list + count * sizeof *items);

	list->items = (struct value *)(list + 1);
	list->count = list->capacity = count;
	list->arena = r->arena;
	if (count)
		memcpy(list->items, items, count * sizeof *items);
	return (struct value){.kind = VALUE_TUPLE, .as.list = list};
}

struct value make_pair(struct run *r, struct value a, struct value b)
{
	struct value items[2] = {a, b};

	return make_tuple(r, items, 2);
}

struct value make_string(struct run *r, struct str text)
{
	if (!run_fits(r, text.n))
		return value_borrow(r->arena, STR(""));
	return value_copy(r->arena, text);
}

struct value make_char(struct run *r, const char *p, size_t bytes)
{
	return value_borrow(r->arena, (struct str){p, bytes});
}

struct value make_captured(struct run *r, size_t start)
{
	struct value v = make_string(r, (struct str){r->out->p ? r->out->p + start : "", r->out->n - start});

	r->out->n = start;
	return v;
}

void own_list(struct run *r, struct list *list)
{
	if (list->arena == r->arena)
		return;
	struct journal *journal = ARENA_NEW(r->arena, struct journal);
	journal->was.list = *list;
	journal->at.list = list;
	journal->next = r->journal;
	r->journal = journal;
	list->arena = r->arena;
	list->capacity = list->count;
	list->items = arena_alloc(r->arena, list->count * sizeof *list->items);
	if (list->count)
		memcpy(list->items, journal->was.list.items, list->count * sizeof *list->items);
}

void own_dict(struct run *r, struct dict *dict)
{
	if (dict->arena == r->arena)
		return;
	struct journal *journal = ARENA_NEW(r->arena, struct journal);
	journal->is_dict = true;
	journal->was.dict = *dict;
	journal->at.dict = dict;
	journal->next = r->journal;
	r->journal = journal;
	dict->arena = r->arena;
	dict->entries = arena_alloc(r->arena, dict->capacity * sizeof *dict->entries);
	if (dict->used)
		memcpy(dict->entries, journal->was.dict.entries, dict->used * sizeof *dict->entries);
	if (dict->slots) {
		dict->slots = arena_alloc(r->arena, dict->slot_count * sizeof *dict->slots);
		memcpy(dict->slots, journal->was.dict.slots, dict->slot_count * sizeof *dict->slots);
	}
}
