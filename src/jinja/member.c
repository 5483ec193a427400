/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

#include <stdio.h>

const char *type_name(struct value v)
{
	static const char *const kinds[] = {"undefined", "None",  "bool", "int",  "float",
	                                    "str",       "list",  "tuple", "dict"};
	static const char *const objects[] = {
		"macro",  "loop",   "range",  "generator", "dict view",     "namespace", "cycler",
		"joiner", "module", "self",   "block",     "method", "function",
	};

	return v.kind == VALUE_OBJECT ? objects[v.as.object->kind] : kinds[v.kind];
}

struct value undefined_used(struct run *r, struct value v)
{
	static const struct undefined nothing = {UNDEFINED_BECAUSE, {"value is undefined", 18}, NULL};
	const struct undefined *u = v.as.undefined ? v.as.undefined : &nothing;
	struct guess guess;

	if (u->kind == UNDEFINED_BECAUSE)
		return run_fail(r, "%.*s", STR_ARG(u->name));
	if (u->kind == UNDEFINED_MEMBER)
		return run_fail(r, "%s has no member '%.*s'", u->owner, STR_ARG(u->name));
	if (!run_error(r, "'%.*s' is undefined", STR_ARG(u->name)))
		return v;
	if (r->vars && dict_find(r->vars, u->name)) {
		diag_hint(r->diag, "a template that is imported, or included without context, does not see it");
		return v;
	}
	guess_init(&guess, u->name);
	for (size_t i = 0; r->vars && i < r->vars->used; i++) {
		if (r->vars->entries[i].key.kind == VALUE_STRING)
			guess_offer(&guess, value_str(r->vars->entries[i].key));
	}
	for (size_t i = 0; r->root_context && i < r->root_context->count; i++)
		guess_offer(&guess, r->root_context->vars[i].name->text);
	for (const struct builtin *global = builtin_globals(); global->name; global++)
		guess_offer(&guess, str_of(global->name));
	guess_hint(&guess, r->diag);
	return v;
}

static struct value make_undefined(struct run *r, enum undefined_kind kind, struct str name, const char *owner)
{
	struct undefined *u = arena_alloc(r->arena, sizeof *u);

	*u = (struct undefined){kind, name, owner};
	return (struct value){.kind = VALUE_UNDEFINED, .as.undefined = u};
}

struct value undefined_because(struct run *r, const char *format, ...)
{
	char message[400];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	return make_undefined(r, UNDEFINED_BECAUSE,
	                      (struct str){arena_strndup(r->arena, message, strlen(message)),
		strlen(message)}, NULL);
}

struct value make_method(struct run *r, const struct builtin *builtin, struct value self)
{
	struct method_object *method = ARENA_NEW(r->arena, struct method_object);

	*method = (struct method_object){{OBJECT_METHOD}, builtin, self};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &method->base};
}

static struct value loop_cycle(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	const struct loop_object *loop = (const struct loop_object *)self.as.object;

	(void)argv;
	if (args->count == 0 || args->named_count)
		return run_fail(r, "cycle needs at least one value");
	return args->positional[(size_t)loop->index0 % args->count];
}

static struct value loop_changed(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct loop_object *loop = (struct loop_object *)self.as.object;
	struct value now = make_tuple(r, args->positional, args->count);

	(void)argv;
	const struct list *was = loop->last_changed.kind == VALUE_TUPLE ? loop->last_changed.as.list : NULL;
	bool changed = !was || was->count != args->count;

	for (size_t i = 0; !changed && i < args->count; i++)
		changed = !op_equal(r, was->items[i], args->positional[i]);
	loop->last_changed = now;
	return value_bool(changed);
}

static const struct builtin loop_methods[] = {
	{"cycle", loop_cycle, "*", 0, false, false},
	{"changed", loop_changed, "*", 0, false, false},
};

static struct value loop_member(struct run *r, struct loop_object *loop, const struct name *name, struct value self)
{
	switch (name->loop_attr) {
	case LOOP_INDEX:
		return value_int(loop->index0 + 1);
	case LOOP_INDEX0:
		return value_int(loop->index0);
	case LOOP_REVINDEX:
		return value_int(loop_length(r, loop) - loop->index0);
	case LOOP_REVINDEX0:
		return value_int(loop_length(r, loop) - loop->index0 - 1);
	case LOOP_FIRST:
		return value_bool(loop->index0 == 0);
	case LOOP_LAST:
		return value_bool(!loop_peek(r, loop));
	case LOOP_LENGTH:
		return value_int(loop_length(r, loop));
	case LOOP_DEPTH:
		return value_int((int64_t)loop->depth0 + 1);
	case LOOP_DEPTH0:
		return value_int((int64_t)loop->depth0);
	case LOOP_PREVITEM:
		return loop->index0 == 0 ? undefined_because(r, "there is no previous item") : loop->before;
	case LOOP_NEXTITEM:
		return loop_peek(r, loop) ? loop->after : undefined_because(r, "there is no next item");
	case LOOP_CYCLE:
	case LOOP_CHANGED:
		return make_method(r, &loop_methods[name->loop_attr == LOOP_CHANGED], self);
	default:
		return make_undefined(r, UNDEFINED_MEMBER, name->text, "loop");
	}
}

static struct value cycler_next(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	struct cycler_object *cycler = (struct cycler_object *)self.as.object;
	struct value v = cycler->items[cycler->at];

	(void)r, (void)argv, (void)args;
	cycler->at = (cycler->at + 1) % cycler->count;
	return v;
}

static struct value cycler_reset(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	(void)r, (void)argv, (void)args;
	((struct cycler_object *)self.as.object)->at = 0;
	return value_none();
}

static const struct builtin cycler_methods[] = {
	{"next", cycler_next, "", 0, false, false},
	{"reset", cycler_reset, "", 0, false, false},
};

static struct value cycler_member(struct run *r, const struct cycler_object *cycler, struct str name)
{
	if (str_is(name, "current"))
		return cycler->items[cycler->at];
	if (str_is(name, "pos"))
		return value_int((int64_t)cycler->at);
	if (str_is(name, "items"))
		return make_tuple(r, cycler->items, cycler->count);
	return make_undefined(r, UNDEFINED_MEMBER, name, "cycler");
}

static struct value macro_member(struct run *r, const struct func *func, struct str name)
{
	if (str_is(name, "name"))
		return func->name ? value_borrow(r->arena, func->name->text) : value_none();
	if (str_is(name, "catch_kwargs"))
		return value_bool(func->catches_kwargs);
	if (str_is(name, "catch_varargs"))
		return value_bool(func->catches_varargs);
	if (str_is(name, "caller"))
		return value_bool(func->catches_caller);
	if (!str_is(name, "arguments"))
		return make_undefined(r, UNDEFINED_MEMBER, name, "macro");
	struct value v = make_tuple(r, NULL, 0);
	for (uint32_t i = 0; i < func->parameter_count; i++)
		list_append(v.as.list, value_borrow(r->arena, func->parameters[i].name->text));
	return v;
}

static struct value range_index(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	const struct range_object *range = (const struct range_object *)self.as.object;

	(void)args;
	for (int64_t i = 0; i < range->count && run_step(r); i++) {
		if (value_equal(value_int(range->start + i * range->step), argv[0]))
			return value_int(i);
	}
	return run_fail(r, "the value is not in the range");
}

static struct value range_count(struct run *r, struct value self, struct value *argv, const struct args *args)
{
	(void)args;
	return value_int(op_in(r, argv[0], self));
}

static struct value range_member(struct run *r, struct value self, struct str name)
{
	static const struct builtin methods[] = {
		{"count", range_count, "/value", 1, false, false},
		{"index", range_index, "/value", 1, false, false},
	};
	const struct range_object *range = (const struct range_object *)self.as.object;

	for (int i = 0; i < 2; i++) {
		if (str_is(name, methods[i].name))
			return make_method(r, &methods[i], self);
	}
	if (str_is(name, "start"))
		return value_int(range->start);
	if (str_is(name, "stop"))
		return value_int(range->stop);
	return str_is(name, "step") ? value_int(range->step) : make_undefined(r, UNDEFINED_MEMBER, name, "range");
}

/* self.NAME, or super of a block; missing where there is none. */
static struct value block_member(struct run *r, const struct block_object *block, const struct name *name)
{
	bool self = block->base.kind == OBJECT_SELF;
	struct block_stack *stack = self ? context_block(block->context, name) : block->stack;
	size_t depth = self ? 0 : block->depth + 1;

	if ((!self && !str_is(name->text, "super")) || !stack || depth >= stack->count)
		return value_undefined();
	struct block_object *next = ARENA_NEW(r->arena, struct block_object);
	*next = (struct block_object){{OBJECT_BLOCK}, block->context, stack, depth};
	return (struct value){.kind = VALUE_OBJECT, .as.object = &next->base};
}

static struct value object_member(struct run *r, struct value self, const struct name *name)
{
	struct object *object = self.as.object;
	struct string *key = (struct string *)&name->string;
	const struct value *found = NULL;

	switch (object->kind) {
	case OBJECT_LOOP:
		return loop_member(r, (struct loop_object *)object, name, self);
	case OBJECT_NAMESPACE:
		found = dict_get_string(((struct namespace_object *)object)->dict, key);
		break;
	case OBJECT_MODULE:
		found = dict_get_string(((struct module_object *)object)->dict, key);
		break;
	case OBJECT_FUNCTION:
		if (str_is(name->text, "fromkeys") && str_is(str_of(((struct method_object *)object)->builtin->name), "dict"))
			return make_method(r, builtin_method(VALUE_DICT, name->text), value_dict(r->arena));
		break;
	case OBJECT_RANGE:
		return range_member(r, self, name->text);
	case OBJECT_CYCLER:
		for (int i = 0; i < 2; i++) {
			if (str_is(name->text, cycler_methods[i].name))
				return make_method(r, &cycler_methods[i], self);
		}
		return cycler_member(r, (struct cycler_object *)object, name->text);
	case OBJECT_MACRO:
		return macro_member(r, ((const struct macro_object *)object)->func, name->text);
	case OBJECT_SELF:
	case OBJECT_BLOCK: {
		struct value v = block_member(r, (const struct block_object *)object, name);

		if (!value_missing(v))
			return v;
		break;
	}
	default:
		break;
	}
	return found ? *found : make_undefined(r, UNDEFINED_MEMBER, name->text, type_name(self));
}

/* The member NAME of V that Python would find as an attribute; missing where there is none. */
static struct value find_method(struct run *r, struct value v, struct str name)
{
	const struct builtin *builtin = builtin_method(v.kind, name);

	if (v.kind == VALUE_BOOL || v.kind == VALUE_INT || v.kind == VALUE_FLOAT)
		return number_member(r, v, name);
	return builtin ? make_method(r, builtin, v) : value_undefined();
}

struct value member_attr(struct run *r, struct value object, const struct name *name)
{
	const struct builtin *method = NULL;

	switch ((enum value_kind)object.kind) {
	case VALUE_UNDEFINED:
		return undefined_used(r, object);
	case VALUE_OBJECT:
		return object_member(r, object, name);
	case VALUE_DICT: {
		struct value key = {.kind = VALUE_STRING, .as.string = (struct string *)&name->string};

		if (name->dict_method)
			return make_method(r, name->dict_method, object);
		const struct value *found = dict_get(object.as.dict, key);
		if (found)
			return *found;
		break;
	}
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_FLOAT: {
		struct value v = number_member(r, object, name->text);

		return value_missing(v) ? make_undefined(r, UNDEFINED_MEMBER, name->text, type_name(object)) : v;
	}
	case VALUE_STRING:
		method = name->string_method;
		break;
	case VALUE_LIST:
		method = name->list_method;
		break;
	case VALUE_TUPLE:
		if (object.flags & VALUE_GROUP && (str_is(name->text, "grouper") || str_is(name->text, "list")))
			return object.as.list->items[str_is(name->text, "list")];
		method = name->tuple_method;
		break;
	default:
		break;
	}
	return method ? make_method(r, method, object)
		: make_undefined(r, UNDEFINED_MEMBER, name->text, type_name(object));
}

/* INDEX counted from the end where negative; false where it is outside. */
static bool index_in(int64_t *index, int64_t length)
{
	if (*index < 0)
		*index += length;
	return *index >= 0 && *index < length;
}

static struct value item_at(struct run *r, struct value object, int64_t index)
{
	switch ((enum value_kind)object.kind) {
	case VALUE_LIST:
	case VALUE_TUPLE:
		if (index_in(&index, (int64_t)object.as.list->count))
			return object.as.list->items[index];
		break;
	case VALUE_STRING:
		if (index_in(&index, (int64_t)string_chars(object.as.string))) {
			size_t at = string_offset(object.as.string, (size_t)index);
			size_t end = string_offset(object.as.string, (size_t)index + 1);

			return make_char(r, object.as.string->bytes + at, end - at);
		}
		break;
	case VALUE_OBJECT:
		if (object.as.object->kind == OBJECT_RANGE) {
			const struct range_object *range = (const struct range_object *)object.as.object;

			if (index_in(&index, range->count))
				return value_int(range->start + index * range->step);
		}
		break;
	default:
		break;
	}
	char text[24];
	int n = snprintf(text, sizeof text, "%lld", (long long)index);
	return make_undefined(r, UNDEFINED_MEMBER,
		(struct str){arena_strndup(r->arena, text, (size_t)n), (size_t)n},
	                      type_name(object));
}

static struct value item_named(struct run *r, struct value object, struct value key)
{
	struct value v = value_undefined();

	if (object.kind == VALUE_OBJECT)
		return object_member(r, object, name_intern(r->jinja, value_str(key)));
	if (object.kind != VALUE_UNDEFINED)
		v = find_method(r, object, value_str(key));
	return value_missing(v) ? make_undefined(r, UNDEFINED_MEMBER, value_str(key), type_name(object)) : v;
}

struct value member_item(struct run *r, struct value object, struct value key)
{
	if (object.kind == VALUE_UNDEFINED)
		return undefined_used(r, object);
	if (object.kind == VALUE_DICT) {
		const struct value *found = key.kind == VALUE_LIST || key.kind == VALUE_DICT ||
			key.kind == VALUE_UNDEFINED
			? NULL : dict_get(object.as.dict, key);

		if (found)
			return *found;
	} else if (key.kind == VALUE_INT) {
		return item_at(r, object, key.as.integer);
	} else if (key.kind == VALUE_BOOL) {
		return item_at(r, object, key.as.boolean);
	}
	if (object.kind == VALUE_DICT && undefined_refused(r, key))
		return undefined_used(r, key);
	if (key.kind == VALUE_STRING)
		return item_named(r, object, key);
	size_t start = r->out->n;
	print_repr(r, key);
	return make_undefined(r, UNDEFINED_MEMBER, value_str(make_captured(r, start)), type_name(object));
}

/* Python's rule for what a bound of a slice means; NONE stands for its default. */
static bool slice_bound(struct run *r, struct value v, int64_t length, bool backward, int64_t fallback, int64_t *bound)
{
	if (v.kind == VALUE_NONE) {
		*bound = fallback;
		return true;
	}
	if (v.kind != VALUE_INT && v.kind != VALUE_BOOL) {
		if (v.kind == VALUE_UNDEFINED)
			undefined_used(r, v);
		run_fail(r, "slices need integers, not %s", type_name(v));
		return false;
	}
	int64_t n = v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
	if (n < 0)
		n = n + length < 0 ? (backward ? -1 : 0) : n + length;
	else if (n > length - backward)
		n = length - backward;
	*bound = n;
	return true;
}

static struct value slice_string(struct run *r, struct value object, int64_t start, int64_t step, int64_t count)
{
	size_t begin = r->out->n;

	if (count <= 0)
		return value_borrow(r->arena, STR(""));
	if (step == 1) {
		size_t from = string_offset(object.as.string, (size_t)start);
		size_t to = string_offset(object.as.string, (size_t)(start + count));

		return value_borrow(r->arena, (struct str){object.as.string->bytes + from, to - from});
	}
	for (int64_t i = 0; i < count; i++) {
		size_t from = string_offset(object.as.string, (size_t)(start + i * step));
		unsigned bytes;

		utf8_decode(object.as.string->bytes + from, object.as.string->bytes + object.as.string->length,
			&bytes);
		buf_add(r->out, object.as.string->bytes + from, bytes);
	}
	return make_captured(r, begin);
}

struct value member_slice(struct run *r, struct value object, const struct value bounds[3])
{
	int64_t length = object.kind == VALUE_DICT ? -1 : value_length(r, object), start, stop, step = 1;

	if (object.kind == VALUE_UNDEFINED)
		return undefined_used(r, object);
	if (length < 0 || (object.kind == VALUE_OBJECT && object.as.object->kind != OBJECT_RANGE))
		return run_fail(r, "%s cannot be sliced", type_name(object));
	if (bounds[2].kind == VALUE_INT)
		step = bounds[2].as.integer;
	else if (bounds[2].kind == VALUE_BOOL)
		step = bounds[2].as.boolean;
	else if (bounds[2].kind != VALUE_NONE)
		return run_fail(r, "slices need integers, not %s", type_name(bounds[2]));
	if (step == 0)
		return run_fail(r, "the step of a slice cannot be 0");
	if (step < -INT32_MAX || step > INT32_MAX)
		step = step < 0 ? -INT32_MAX : INT32_MAX;
	bool backward = step < 0;
	if (!slice_bound(r, bounds[0], length, backward, backward ? length - 1 : 0, &start) ||
	    !slice_bound(r, bounds[1], length, backward, backward ? -1 : length, &stop))
		return value_undefined();
	int64_t span = backward ? start - stop : stop - start;
	int64_t count = span <= 0 ? 0 : (span - 1) / (backward ? -step : step) + 1;
	if (object.kind == VALUE_STRING)
		return slice_string(r, object, start, step, count);
	if (object.kind == VALUE_OBJECT) {
		const struct range_object *range = (const struct range_object *)object.as.object;
		struct range_object *part = ARENA_NEW(r->arena, struct range_object);

		*part = (struct range_object){{OBJECT_RANGE}, range->start + start * range->step,
		                              range->start + stop * range->step, range->step * step, count};
		return (struct value){.kind = VALUE_OBJECT, .as.object = &part->base};
	}
	struct value v = value_list(r->arena, (size_t)count);
	for (int64_t i = 0; i < count; i++)
		v.as.list->items[v.as.list->count++] = object.as.list->items[start + i * step];
	v.kind = object.kind;
	return v;
}

static bool all_digits(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	}
	return text.n > 0 && text.n < 18;
}

struct value member_path(struct run *r, struct value object, struct value path, struct value fallback)
{
	if (path.kind == VALUE_NONE || value_missing(path))
		return object;
	if (path.kind != VALUE_STRING)
		return member_item(r, object, path);
	struct str text = value_str(path);
	for (size_t at = 0; at <= text.n && !r->failed;) {
		size_t dot = str_find(text, '.', at);
		struct str part = str_slice(text, at, dot);
		int64_t index = 0;

		if (all_digits(part)) {
			for (size_t i = 0; i < part.n; i++)
				index = index * 10 + (part.p[i] - '0');
			object = member_item(r, object, value_int(index));
		} else {
			const struct value *found = object.kind == VALUE_DICT ? dict_find(object.as.dict, part) : NULL;

			object = found ? *found : member_item(r, object, value_borrow(r->arena, part));
		}
		if (object.kind == VALUE_UNDEFINED && !value_missing(fallback) && fallback.kind != VALUE_NONE)
			object = fallback;
		at = dot + 1;
	}
	return object;
}
