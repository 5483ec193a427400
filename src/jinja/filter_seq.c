/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"
#include "jinja/unicode.h"

/* Filters of sequences. */

struct sortable {
	struct value key, item;
};

/* As the filter sort has it: equal keys need no order. */
static int equal_or_order(struct run *r, struct value a, struct value b)
{
	return op_equal(r, a, b) ? 0 : op_order(r, a, b);
}

static void merge(struct run *r, struct sortable *from, struct sortable *to, size_t low, size_t middle, size_t high,
                  enum sorting how)
{
	size_t a = low, b = middle;

	for (size_t i = low; i < high; i++) {
		bool second = b < high;

		if (a < middle && b < high) {
			int order = (how & SORT_EQUALS ? equal_or_order : op_order)(r, from[b].key, from[a].key);

			second = how & SORT_REVERSE ? order > 0 : order < 0;
		}
		to[i] = second ? from[b++] : from[a++];
	}
}

void sort_items(struct run *r, struct value *keys, struct value *items, size_t count, enum sorting how)
{
	struct sortable *from = ARENA_ARRAY(r->arena, count, struct sortable);
	struct sortable *to = ARENA_ARRAY(r->arena, count, struct sortable);

	for (size_t i = 0; i < count; i++)
		from[i] = (struct sortable){keys[i], items[i]};
	for (size_t width = 1; width < count && !r->failed; width *= 2) {
		for (size_t low = 0; low < count && run_step(r); low += 2 * width) {
			size_t middle = low + width < count ? low + width : count;
			size_t high = low + 2 * width < count ? low + 2 * width : count;

			merge(r, from, to, low, middle, high, how);
		}
		struct sortable *swap = from;
		from = to;
		to = swap;
	}
	for (size_t i = 0; i < count; i++)
		items[i] = from[i].item;
}

static struct value fold_case(struct run *r, struct value v, bool case_sensitive)
{
	return v.kind == VALUE_STRING && !case_sensitive ? text_recase(r, value_str(v), UNICODE_LOWER) : v;
}

static struct value list_value(struct list *list)
{
	return (struct value){.kind = VALUE_LIST, .as.list = list};
}

/* What an item is sorted by: ATTRIBUTE "a,b.c" gives a list of several. */
static struct value sort_key(struct run *r, struct value item, struct value attribute, bool case_sensitive)
{
	if (attribute.kind != VALUE_STRING)
		return fold_case(r, member_path(r, item, attribute, value_undefined()), case_sensitive);
	struct str text = value_str(attribute);
	if (!text.n || !memchr(text.p, ',', text.n))
		return fold_case(r, member_path(r, item, attribute, value_undefined()), case_sensitive);
	struct value keys = value_list(r->arena, 2);
	for (size_t at = 0; at <= text.n;) {
		size_t end = str_find(text, ',', at);
		struct value part = value_borrow(r->arena, str_slice(text, at, end));

		list_append(keys.as.list,
		            fold_case(r, member_path(r, item, part, value_undefined()), case_sensitive));
		at = end + 1;
	}
	return keys;
}

BUILTIN(filter_sort)
{
	UNUSED;
	struct list *items = list_of(r, self);
	struct value *keys = ARENA_ARRAY(r->arena, items->count, struct value);
	bool case_sensitive = arg_bool(r, argv[1], false);

	for (size_t i = 0; i < items->count && !r->failed; i++)
		keys[i] = sort_key(r, items->items[i], argv[2], case_sensitive);
	if (!r->failed)
		sort_items(r, keys, items->items, items->count,
			SORT_EQUALS | (arg_int(r, argv[0], 0) ? SORT_REVERSE : 0));
	return list_value(items);
}

BUILTIN(filter_dictsort)
{
	UNUSED;
	struct str by = arg_str(r, argv[1], "key");
	bool case_sensitive = arg_bool(r, argv[0], false), by_value = str_is(by, "value");

	if (!by_value && !str_is(by, "key"))
		return run_fail(r, "dictsort sorts by 'key' or by 'value'");
	if (self.kind != VALUE_DICT)
		return self.kind == VALUE_UNDEFINED ? undefined_used(r, self)
		                                    : run_fail(r, "dictsort needs a dict, not %s", type_name(self));
	const struct dict *dict = self.as.dict;
	struct list *items = value_list(r->arena, dict->count).as.list;
	struct value *keys = ARENA_ARRAY(r->arena, dict->count, struct value);
	for (size_t i = 0; i < dict->used; i++) {
		const struct dict_entry *entry = &dict->entries[i];

		if (entry->key.kind == VALUE_UNDEFINED)
			continue;
		keys[items->count] = fold_case(r, by_value ? entry->value : entry->key, case_sensitive);
		list_append(items, make_pair(r, entry->key, entry->value));
	}
	sort_items(r, keys, items->items, items->count, arg_int(r, argv[2], 0) ? SORT_REVERSE : 0);
	return list_value(items);
}

BUILTIN(filter_unique)
{
	UNUSED;
	struct list *items = list_of(r, self), *out = value_list(r->arena, 0).as.list;
	struct dict *seen = value_dict(r->arena).as.dict;
	bool case_sensitive = arg_bool(r, argv[0], false), undefined = false;

	for (size_t i = 0; i < items->count && !r->failed; i++) {
		struct value key = fold_case(r, member_path(r, items->items[i], argv[1], value_undefined()),
			case_sensitive);

		if (key.kind == VALUE_UNDEFINED && !undefined_refused(r, key)) {
			if (!undefined)
				list_append(out, items->items[i]);
			undefined = true;
			continue;
		}
		if (!value_hashable(r, key))
			break;
		if (dict_set(seen, key, value_none()))
			list_append(out, items->items[i]);
	}
	return make_iterator(r, "do_unique", out);
}

static struct value extreme(struct run *r, struct value self, struct value *argv, bool most)
{
	struct list *items = list_of(r, self);
	bool case_sensitive = arg_bool(r, argv[0], false);
	struct value best, best_key;

	if (r->failed)
		return self;
	if (items->count == 0)
		return undefined_because(r, "an empty sequence has no %s", most ? "maximum" : "minimum");
	best = items->items[0];
	best_key = fold_case(r, member_path(r, best, argv[1], value_undefined()), case_sensitive);
	for (size_t i = 1; i < items->count && !r->failed; i++) {
		struct value key = fold_case(r, member_path(r, items->items[i], argv[1], value_undefined()),
			case_sensitive);

		if (op_compare(r, most ? OP_GREATER : OP_LESS, key, best_key)) {
			best = items->items[i];
			best_key = key;
		}
	}
	return best;
}

BUILTIN(filter_min) { UNUSED; return extreme(r, self, argv, false); }
BUILTIN(filter_max) { UNUSED; return extreme(r, self, argv, true); }

BUILTIN(filter_sum)
{
	UNUSED;
	struct value sum = value_missing(argv[1]) ? value_int(0) : argv[1], item;
	struct iter iter;

	if (sum.kind == VALUE_STRING)
		return run_fail(r, "sum does not add strings: use join");
	if (!iter_open(r, &iter, self))
		return self;
	while (iter_next(r, &iter, &item) && run_step(r))
		sum = op_binary(r, OP_ADD, sum, member_path(r, item, argv[0], value_undefined()));
	return sum;
}

BUILTIN(filter_first)
{
	UNUSED;
	struct iter iter;
	struct value item;

	if (!iter_open(r, &iter, self))
		return self;
	return iter_next(r, &iter, &item) ? item : undefined_because(r, "an empty sequence has no first item");
}

static bool reversible(struct value v)
{
	return v.kind == VALUE_LIST || v.kind == VALUE_TUPLE || v.kind == VALUE_STRING ||
		v.kind == VALUE_DICT || v.kind == VALUE_UNDEFINED ||
	       (v.kind == VALUE_OBJECT &&
		(v.as.object->kind == OBJECT_RANGE || v.as.object->kind == OBJECT_VIEW));
}

BUILTIN(filter_last)
{
	UNUSED;
	if (self.kind == VALUE_UNDEFINED)
		return undefined_because(r, "an empty sequence has no last item");
	if (!reversible(self))
		return run_fail(r, "%s has no last item: use list before last", type_name(self));
	struct list *items = list_of(r, self);
	return items->count ? items->items[items->count - 1]
		: undefined_because(r, "an empty sequence has no last item");
}

BUILTIN(filter_list) { UNUSED; return list_value(list_of(r, self)); }

BUILTIN(filter_length)
{
	UNUSED;
	int64_t length = value_length(r, self);

	return length < 0 ? run_fail(r, "%s has no length", type_name(self)) : value_int(length);
}

static void reverse_items(struct list *list)
{
	for (size_t i = 0; i < list->count / 2; i++) {
		struct value v = list->items[i];

		list->items[i] = list->items[list->count - 1 - i];
		list->items[list->count - 1 - i] = v;
	}
}

BUILTIN(filter_reverse)
{
	UNUSED;
	struct list *items = list_of(r, self);

	reverse_items(items);
	if (self.kind != VALUE_STRING)
		return reversible(self) ? make_iterator(r, "reversed", items) : list_value(items);
	size_t start = r->out->n;
	for (size_t i = 0; i < items->count; i++)
		print_value(r, items->items[i]);
	return make_captured(r, start);
}

BUILTIN(filter_batch)
{
	UNUSED;
	struct list *items = list_of(r, self), *out = value_list(r->arena, 0).as.list;
	struct value row = value_list(r->arena, 0);
	bool fills = !value_missing(argv[1]) && argv[1].kind != VALUE_NONE;

	for (size_t i = 0; i < items->count && run_step(r); i++) {
		if (value_equal(value_int((int64_t)row.as.list->count), argv[0])) {
			list_append(out, row);
			row = value_list(r->arena, 0);
		}
		list_append(row.as.list, items->items[i]);
	}
	while (row.as.list->count && fills &&
	       op_compare(r, OP_LESS, value_int((int64_t)row.as.list->count), argv[0]) && run_step(r))
		list_append(row.as.list, argv[1]);
	if (row.as.list->count)
		list_append(out, row);
	return make_iterator(r, "do_batch", out);
}

BUILTIN(filter_slice)
{
	UNUSED;
	struct list *items = list_of(r, self), *out = value_list(r->arena, 0).as.list;
	int64_t slices = arg_int(r, argv[0], 1), count = (int64_t)items->count, at = 0;

	if (slices == 0)
		return run_fail(r, "slice needs at least one slice");
	for (int64_t i = 0; i < slices && run_step(r); i++) {
		int64_t length = count / slices + (i < count % slices);
		struct value part = value_list(r->arena, (size_t)length + 1);

		while (length-- > 0)
			list_append(part.as.list, items->items[at++]);
		if (!value_missing(argv[1]) && argv[1].kind != VALUE_NONE && i >= count % slices)
			list_append(part.as.list, argv[1]);
		list_append(out, part);
	}
	return make_iterator(r, "do_slice", out);
}

static struct args args_from(const struct args *args, size_t skip)
{
	if (skip > args->count)
		skip = args->count;
	return (struct args){args->positional + skip, args->count - skip, args->named, args->named_count};
}

static struct value map_attribute(struct run *r, struct list *items, const struct args *args)
{
	struct value attribute = value_undefined(), fallback = value_undefined();

	for (size_t i = 0; i < args->named_count; i++) {
		if (str_is(args->named[i].name, "attribute"))
			attribute = args->named[i].value;
		else if (str_is(args->named[i].name, "default"))
			fallback = args->named[i].value;
		else
			return run_fail(r, "map has no argument '%.*s'", STR_ARG(args->named[i].name));
	}
	for (size_t i = 0; i < items->count && run_step(r); i++)
		items->items[i] = member_path(r, items->items[i], attribute, fallback);
	return make_iterator(r, "sync_do_map", items);
}

static bool has_keyword(const struct args *args, const char *name)
{
	for (size_t i = 0; i < args->named_count; i++) {
		if (str_is(args->named[i].name, name))
			return true;
	}
	return false;
}

BUILTIN(filter_map)
{
	UNUSED;
	struct list *items = list_of(r, self);

	if (args->count == 0 && has_keyword(args, "attribute"))
		return map_attribute(r, items, args);
	if (args->count == 0)
		return run_fail(r, "map needs the name of a filter or attribute='...'");
	struct args rest = args_from(args, 1);
	for (size_t i = 0; i < items->count && run_step(r); i++)
		items->items[i] = call_named_filter(r, args->positional[0], items->items[i], &rest);
	return make_iterator(r, "sync_do_map", items);
}

static struct value select_items(struct run *r, struct value self, const struct args *args, bool attribute, bool wanted)
{
	struct list *items = list_of(r, self), *out = value_list(r->arena, 0).as.list;
	size_t skip = attribute ? 1 : 0;
	struct args rest = args_from(args, skip + 1);

	if (args->count < skip && items->count)
		return run_fail(r, "the name of an attribute is missing");
	for (size_t i = 0; i < items->count && run_step(r); i++) {
		struct value item = items->items[i];

		if (attribute)
			item = member_path(r, item, args->positional[0], value_undefined());
		bool chosen = args->count > skip ? call_named_test(r, args->positional[skip], item, &rest)
			: op_truth(r, item);
		if (chosen == wanted)
			list_append(out, items->items[i]);
	}
	return make_iterator(r, "select_or_reject", out);
}

BUILTIN(filter_select) { UNUSED; return select_items(r, self, args, false, true); }
BUILTIN(filter_reject) { UNUSED; return select_items(r, self, args, false, false); }
BUILTIN(filter_selectattr) { UNUSED; return select_items(r, self, args, true, true); }
BUILTIN(filter_rejectattr) { UNUSED; return select_items(r, self, args, true, false); }

static struct value group_tuple(struct run *r, struct value key, struct list *items)
{
	struct value v = make_pair(r, key, list_value(items));

	v.flags |= VALUE_GROUP;
	return v;
}

BUILTIN(filter_groupby)
{
	UNUSED;
	struct list *items = list_of(r, self), *out = value_list(r->arena, 0).as.list, *group = NULL;
	struct value *keys = ARENA_ARRAY(r->arena, items->count, struct value), last = value_undefined();
	bool case_sensitive = arg_bool(r, argv[2], false);

	for (size_t i = 0; i < items->count && !r->failed; i++)
		keys[i] = fold_case(r, member_path(r, items->items[i], argv[0], argv[1]), case_sensitive);
	if (!r->failed)
		sort_items(r, keys, items->items, items->count, 0);
	for (size_t i = 0; i < items->count && run_step(r); i++) {
		struct value real = member_path(r, items->items[i], argv[0], argv[1]);
		struct value key = fold_case(r, real, case_sensitive);

		if (!group || !value_equal(key, last)) {
			group = value_list(r->arena, 0).as.list;
			list_append(out, group_tuple(r, real, group));
			last = key;
		}
		list_append(group, items->items[i]);
	}
	return list_value(out);
}

BUILTIN(filter_join)
{
	UNUSED;
	struct str separator = value_missing(argv[0]) ? STR("") : value_text(r, argv[0]);

	if (value_missing(argv[1]) || argv[1].kind == VALUE_NONE)
		return text_join(r, separator, self, false);
	struct list *items = list_of(r, self);
	for (size_t i = 0; i < items->count && run_step(r); i++)
		items->items[i] = member_path(r, items->items[i], argv[1], value_undefined());
	return text_join(r, separator, list_value(items), false);
}

BUILTIN(filter_items)
{
	UNUSED;
	struct list *out = value_list(r->arena, 0).as.list;

	if (self.kind != VALUE_DICT && self.kind != VALUE_UNDEFINED)
		return run_fail(r, "items needs a dict, not %s", type_name(self));
	for (size_t i = 0; self.kind == VALUE_DICT && i < self.as.dict->used; i++) {
		const struct dict_entry *entry = &self.as.dict->entries[i];

		if (entry->key.kind != VALUE_UNDEFINED)
			list_append(out, make_pair(r, entry->key, entry->value));
	}
	return make_iterator(r, "do_items", out);
}

BUILTIN(filter_random) { UNUSED; return run_fail(r,
	"random is not supported: no two builds would be the same"); }

const struct builtin *builtin_filters_seq(void)
{
	static const struct builtin filters[] = {
		{"batch", filter_batch, "linecount,fill_with", 1, false, false},
		{"count", filter_length, "", 0, false, false},
		{"dictsort", filter_dictsort, "case_sensitive,by,reverse", 0, false, false},
		{"first", filter_first, "", 0, false, false},
		{"groupby", filter_groupby, "attribute,default,case_sensitive", 1, false, false},
		{"items", filter_items, "", 0, true, false},
		{"join", filter_join, "d,attribute", 0, false, false},
		{"last", filter_last, "", 0, false, false},
		{"length", filter_length, "", 0, false, false},
		{"list", filter_list, "", 0, false, false},
		{"map", filter_map, "*", 0, false, false},
		{"max", filter_max, "case_sensitive,attribute", 0, false, false},
		{"min", filter_min, "case_sensitive,attribute", 0, false, false},
		{"random", filter_random, "", 0, false, false},
		{"reject", filter_reject, "*", 0, false, false},
		{"rejectattr", filter_rejectattr, "*", 0, false, false},
		{"reverse", filter_reverse, "", 0, false, false},
		{"select", filter_select, "*", 0, false, false},
		{"selectattr", filter_selectattr, "*", 0, false, false},
		{"slice", filter_slice, "slices,fill_with", 1, false, false},
		{"sort", filter_sort, "reverse,case_sensitive,attribute", 0, false, false},
		{"sum", filter_sum, "attribute,start", 0, false, false},
		{"unique", filter_unique, "case_sensitive,attribute", 0, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return filters;
}
