/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static const struct builtin *find_in(const struct builtin *table, struct str name)
{
	for (; table->name; table++) {
		if (str_is(name, table->name))
			return table;
	}
	return NULL;
}

const struct builtin *builtin_filter(struct str name)
{
	const struct builtin *found = find_in(builtin_filters(), name);

	if (!found)
		found = find_in(builtin_filters_seq(), name);
	return found ? found : find_in(builtin_filters_text(), name);
}

const struct builtin *builtin_test(struct str name)
{
	return find_in(builtin_tests(), name);
}

const struct builtin *builtin_method(enum value_kind kind, struct str name)
{
	if (kind == VALUE_STRING)
		return find_in(builtin_string_methods(), name);
	return find_in(builtin_container_methods(kind), name);
}

void builtin_unknown(struct diag *diag, uint32_t source, const struct node *node)
{
	struct str name = node->as.filter.name->text;
	bool test = node->kind == NODE_TEST;
	const struct builtin *tables[] = {builtin_filters(), builtin_filters_seq(), builtin_filters_text()};
	struct guess guess;

	guess_init(&guess, name);
	if (test)
		tables[0] = builtin_tests();
	for (size_t i = 0; i < (test ? 1 : 3); i++) {
		for (const struct builtin *each = tables[i]; each->name; each++)
			guess_offer(&guess, str_of(each->name));
	}
	diag_error(diag, (struct span){source, node->offset, node->length}, "unknown %s '%.*s'", test ? "test"
		: "filter",
	           STR_ARG(name));
	guess_hint(&guess, diag);
}

static bool int_arg(struct run *r, struct value v, int64_t *n)
{
	if (v.kind == VALUE_INT || v.kind == VALUE_BOOL) {
		*n = v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
		return true;
	}
	if (v.kind == VALUE_UNDEFINED)
		undefined_used(r, v);
	run_fail(r, "range needs integers, not %s", type_name(v));
	return false;
}

static struct value global_range(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	int64_t start = 0, stop, step = 1;

	(void)self;
	if (!int_arg(r, argv[0], &stop))
		return self;
	if (args->count > 1) {
		start = stop;
		if (!int_arg(r, argv[1], &stop) || (args->count > 2 && !int_arg(r, argv[2], &step)))
			return self;
	}
	if (step == 0 || args->named_count)
		return run_fail(r, step ? "range takes no keywords" : "the step of range cannot be 0");
	uint64_t count = 0;
	if (step > 0 && stop > start)
		count = ((uint64_t)stop - (uint64_t)start - 1) / (uint64_t)step + 1;
	else if (step < 0 && stop < start)
		count = ((uint64_t)start - (uint64_t)stop - 1) / (0 - (uint64_t)step) + 1;
	if (count > r->max_range)
		return run_fail(r, "range is too long (more than %llu numbers)", (unsigned long long)r->max_range);
	struct range_object *range = ARENA_NEW(r->arena, struct range_object);
	*range = (struct range_object){{OBJECT_RANGE}, start, stop, step, (int64_t)count};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &range->base};
}

static void add_pairs(struct run *r, struct dict *dict, struct value from)
{
	struct iter iter;
	struct value item;

	if (from.kind == VALUE_DICT) {
		for (size_t i = 0; i < from.as.dict->used; i++) {
			if (from.as.dict->entries[i].key.kind != VALUE_UNDEFINED)
				dict_set(dict, from.as.dict->entries[i].key, from.as.dict->entries[i].value);
		}
		return;
	}
	if (!iter_open(r, &iter, from))
		return;
	while (iter_next(r, &iter, &item) && run_step(r)) {
		struct list *pair = list_of(r, item);

		if (r->failed)
			return;
		if (pair->count != 2) {
			run_fail(r, "a dict is made of pairs");
			return;
		}
		if (!value_hashable(r, pair->items[0]))
			return;
		dict_set(dict, pair->items[0], pair->items[1]);
	}
}

struct value make_dict(struct run *r, const struct args *args)
{
	struct value v = value_dict(r->arena);

	if (args->count > 1)
		return run_fail(r, "at most one positional argument is possible");
	if (args->count && args->positional[0].kind == VALUE_UNDEFINED)
		return undefined_used(r, args->positional[0]);
	if (args->count)
		add_pairs(r, v.as.dict, args->positional[0]);
	for (size_t i = 0; i < args->named_count; i++)
		dict_set(v.as.dict, value_copy(r->arena, args->named[i].name), args->named[i].value);
	return v;
}

static struct value global_dict(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	(void)self, (void)argv;
	return make_dict(r, args);
}

static struct value global_namespace(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct namespace_object *namespace = ARENA_NEW(r->arena, struct namespace_object);
	struct value dict = make_dict(r, args);

	(void)self, (void)argv;
	if (r->failed)
		return dict;
	*namespace = (struct namespace_object){{OBJECT_NAMESPACE}, dict.as.dict};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &namespace->base};
}

static struct value global_cycler(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct cycler_object *cycler = ARENA_NEW(r->arena, struct cycler_object);

	(void)self, (void)argv;
	if (args->count == 0 || args->named_count)
		return run_fail(r, "cycler needs at least one value");
	cycler->base.kind = OBJECT_CYCLER;
	cycler->items = make_tuple(r, args->positional, args->count).as.list->items;
	cycler->count = args->count;
	return (struct value){.kind = VALUE_OBJECT, .as.object = &cycler->base};
}

static struct value joiner_call(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct joiner_object *joiner = (struct joiner_object *)self.as.object;

	(void)argv, (void)args;
	if (joiner->used)
		return joiner->separator;
	joiner->used = true;
	return value_borrow(r->arena, STR(""));
}

static const struct builtin joiner_builtin = {"joiner", joiner_call, "", 0, false, false};

static struct value global_joiner(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct joiner_object *joiner = ARENA_NEW(r->arena, struct joiner_object);
	struct method_object *method = ARENA_NEW(r->arena, struct method_object);

	(void)self, (void)args;
	joiner->base.kind = OBJECT_JOINER;
	joiner->separator = value_missing(argv[0]) ? value_borrow(r->arena, STR(", ")) : argv[0];
	*method = (struct method_object){{OBJECT_METHOD}, &joiner_builtin,
	                                 {.kind = VALUE_OBJECT, .as.object = &joiner->base}};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &method->base};
}

static struct value global_refused(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	(void)self, (void)argv, (void)args;
	return run_fail(r, "lipsum is not supported: its text is random");
}

const struct builtin *builtin_globals(void)
{
	static const struct builtin globals[] = {
		{"range", global_range, "start,stop,step", 1, false, false},
		{"dict", global_dict, "*", 0, false, false},
		{"namespace", global_namespace, "*", 0, false, false},
		{"cycler", global_cycler, "*", 0, false, false},
		{"joiner", global_joiner, "sep", 0, false, false},
		{"lipsum", global_refused, "*", 0, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return globals;
}
