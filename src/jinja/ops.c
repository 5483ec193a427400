/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

#include <math.h>

static const char *const op_names[] = {"+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">",
	">=", "in", "not in"};

static bool is_int(struct value v)
{
	return v.kind == VALUE_INT || v.kind == VALUE_BOOL;
}

static bool is_number(struct value v)
{
	return is_int(v) || v.kind == VALUE_FLOAT;
}

static int64_t as_int(struct value v)
{
	return v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
}

static double as_real(struct value v)
{
	return v.kind == VALUE_FLOAT ? v.as.real : (double)as_int(v);
}

static struct value overflow(struct run *r)
{
	return run_fail(r, "result does not fit in a 64-bit integer");
}

static struct value unsuited(struct run *r, enum operator op, struct value a, struct value b)
{
	if (a.kind == VALUE_UNDEFINED)
		return undefined_used(r, a);
	if (b.kind == VALUE_UNDEFINED)
		return undefined_used(r, b);
	return run_fail(r, "'%s' does not work on %s and %s", op_names[op], type_name(a), type_name(b));
}

static struct value int_power(struct run *r, int64_t base, int64_t exponent)
{
	int64_t result = 1;

	while (exponent > 0) {
		if ((exponent & 1) && __builtin_mul_overflow(result, base, &result))
			return overflow(r);
		exponent >>= 1;
		if (exponent && __builtin_mul_overflow(base, base, &base))
			return overflow(r);
	}
	return value_int(result);
}

struct value op_power(struct run *r, struct value a, struct value b)
{
	if (is_int(a) && is_int(b) && as_int(b) >= 0)
		return int_power(r, as_int(a), as_int(b));
	double x = as_real(a), y = as_real(b);
	if (x == 0 && y < 0)
		return run_fail(r, "0 cannot be raised to a negative power");
	if (x < 0 && y != floor(y) && isfinite(y))
		return run_fail(r, "a negative number to a fractional power is not a real number");
	double real = pow(x, y);
	if (isinf(real) && isfinite(x) && isfinite(y))
		return run_fail(r, "result is too large");
	return value_float(real);
}

static struct value int_arithmetic(struct run *r, enum operator op, int64_t a, int64_t b)
{
	int64_t n = 0;
	bool over = false;

	switch (op) {
	case OP_ADD:
		over = __builtin_add_overflow(a, b, &n);
		break;
	case OP_SUBTRACT:
		over = __builtin_sub_overflow(a, b, &n);
		break;
	case OP_MULTIPLY:
		over = __builtin_mul_overflow(a, b, &n);
		break;
	default:
		if (b == 0)
			return run_fail(r, "division by zero");
		if (op == OP_DIVIDE)
			return value_float((double)a / (double)b);
		if (b == -1) {
			n = 0;
			over = op == OP_FLOOR && __builtin_sub_overflow(0, a, &n);
			break;
		}
		n = op == OP_FLOOR ? a / b : a % b;
		if (a % b != 0 && (a % b < 0) != (b < 0))
			n += op == OP_FLOOR ? -1 : b;
	}
	return over ? overflow(r) : value_int(n);
}

static double float_modulo(double a, double b)
{
	double m = fmod(a, b);

	if (m == 0)
		return copysign(0, b);
	return (m < 0) != (b < 0) ? m + b : m;
}

static double float_floor(double a, double b)
{
	double m = fmod(a, b), quotient = (a - m) / b;

	if (m != 0 && (m < 0) != (b < 0))
		quotient -= 1;
	if (quotient == 0)
		return copysign(0, a / b);
	double whole = floor(quotient);
	return quotient - whole > 0.5 ? whole + 1 : whole;
}

static struct value float_arithmetic(struct run *r, enum operator op, double a, double b)
{
	switch (op) {
	case OP_ADD:
		return value_float(a + b);
	case OP_SUBTRACT:
		return value_float(a - b);
	case OP_MULTIPLY:
		return value_float(a * b);
	default:
		if (b == 0)
			return run_fail(r, "division by zero");
		return value_float(op == OP_DIVIDE ? a / b : op == OP_FLOOR ? float_floor(a, b)
			: float_modulo(a, b));
	}
}

static struct value join_strings(struct run *r, struct value a, struct value b)
{
	struct str x = value_str(a), y = value_str(b);

	if (!run_fits(r, (uint64_t)x.n + y.n))
		return a;
	char *p = arena_alloc(r->arena, x.n + y.n + 1);
	memcpy(p, x.p, x.n);
	memcpy(p + x.n, y.p, y.n);
	return value_borrow(r->arena, (struct str){p, x.n + y.n});
}

static struct value join_lists(struct run *r, struct value a, struct value b)
{
	const struct list *x = a.as.list, *y = b.as.list;
	struct value v = value_list(r->arena, x->count + y->count);

	if (!run_fits(r, (x->count + y->count) * sizeof *x->items))
		return a;
	if (x->count)
		memcpy(v.as.list->items, x->items, x->count * sizeof *x->items);
	if (y->count)
		memcpy(v.as.list->items + x->count, y->items, y->count * sizeof *y->items);
	v.as.list->count = x->count + y->count;
	v.kind = a.kind;
	return v;
}

static struct value repeat(struct run *r, struct value what, int64_t times)
{
	bool text = what.kind == VALUE_STRING;
	size_t n = text ? what.as.string->length : what.as.list->count, size = text ? 1 : sizeof(struct value);

	if (times < 0)
		times = 0;
	if (n && (uint64_t)times > UINT64_MAX / n / size)
		times = INT32_MAX;
	if (!run_fits(r, (uint64_t)times * n * size))
		return what;
	if (text) {
		char *p = arena_alloc(r->arena, n * (size_t)times + 1);

		for (int64_t i = 0; n && i < times; i++)
			memcpy(p + (size_t)i * n, what.as.string->bytes, n);
		return value_borrow(r->arena, (struct str){p, n * (size_t)times});
	}
	struct value v = value_list(r->arena, n * (size_t)times);
	for (int64_t i = 0; n && i < times; i++)
		memcpy(v.as.list->items + (size_t)i * n, what.as.list->items, n * size);
	v.as.list->count = n * (size_t)times;
	v.kind = what.kind;
	return v;
}

static bool repeatable(struct value v)
{
	return v.kind == VALUE_STRING || v.kind == VALUE_LIST || v.kind == VALUE_TUPLE;
}

struct value op_binary(struct run *r, enum operator op, struct value a, struct value b)
{
	if (a.kind == VALUE_INT && b.kind == VALUE_INT && op != OP_POWER)
		return int_arithmetic(r, op, a.as.integer, b.as.integer);
	if (is_number(a) && is_number(b)) {
		if (op == OP_POWER)
			return op_power(r, a, b);
		if (is_int(a) && is_int(b))
			return int_arithmetic(r, op, as_int(a), as_int(b));
		return float_arithmetic(r, op, as_real(a), as_real(b));
	}
	if (op == OP_ADD && a.kind == VALUE_STRING && b.kind == VALUE_STRING)
		return join_strings(r, a, b);
	if (op == OP_ADD && a.kind == b.kind && (a.kind == VALUE_LIST || a.kind == VALUE_TUPLE))
		return join_lists(r, a, b);
	if (op == OP_MULTIPLY && repeatable(a) && is_int(b))
		return repeat(r, a, as_int(b));
	if (op == OP_MULTIPLY && is_int(a) && repeatable(b))
		return repeat(r, b, as_int(a));
	if (op == OP_MODULO && a.kind == VALUE_STRING)
		return format_percent(r, value_str(a), b);
	return unsuited(r, op, a, b);
}

struct value op_negate(struct run *r, struct value v, bool minus)
{
	int64_t n;

	if (is_int(v)) {
		if (!minus)
			return value_int(as_int(v));
		return __builtin_sub_overflow(0, as_int(v), &n) ? overflow(r) : value_int(n);
	}
	if (v.kind == VALUE_FLOAT)
		return value_float(minus ? -v.as.real : v.as.real);
	if (v.kind == VALUE_UNDEFINED)
		return undefined_used(r, v);
	return run_fail(r, "%s has no sign", type_name(v));
}

bool op_truth_any(struct run *r, struct value v)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_BOOL:
		return v.as.boolean;
	case VALUE_INT:
		return v.as.integer != 0;
	case VALUE_FLOAT:
		return v.as.real != 0;
	case VALUE_STRING:
		return v.as.string->length != 0;
	case VALUE_LIST:
	case VALUE_TUPLE:
		return v.as.list->count != 0;
	case VALUE_DICT:
		return v.as.dict->count != 0;
	case VALUE_UNDEFINED:
		if (undefined_refused(r, v))
			undefined_used(r, v);
		return false;
	case VALUE_OBJECT:
		return v.as.object->kind == OBJECT_LOOP || value_length(r, v) != 0;
	default:
		return false;
	}
}

/* By the numbers, as Python. */
static bool range_equal(const struct range_object *a, const struct range_object *b)
{
	return a->count == b->count && (a->count == 0 || a->start == b->start) && (a->count <= 1 || a->step == b->step);
}

/* Views of keys and items are sets; one of values equals itself alone. */
static bool view_equal(const struct view_object *a, const struct view_object *b)
{
	if (a->view != b->view || a->view == VIEW_VALUES || a->dict->count != b->dict->count)
		return a == b || (a->dict->count == 0 && b->dict->count == 0 && a->view != VIEW_VALUES &&
			b->view != VIEW_VALUES);
	for (size_t i = 0; i < a->dict->used; i++) {
		const struct dict_entry *entry = &a->dict->entries[i];
		const struct value *other = entry->key.kind == VALUE_UNDEFINED ? &entry->value
			: dict_get(b->dict, entry->key);

		if (!other || (a->view == VIEW_ITEMS && !value_equal(entry->value, *other)))
			return false;
	}
	return true;
}

bool op_equal(struct run *r, struct value a, struct value b)
{
	if (undefined_refused(r, a) || undefined_refused(r, b))
		undefined_used(r, undefined_refused(r, a) ? a : b);
	if (a.kind == VALUE_OBJECT && b.kind == VALUE_OBJECT && a.as.object->kind == OBJECT_RANGE &&
	    b.as.object->kind == OBJECT_RANGE)
		return range_equal((const struct range_object *)a.as.object, (const struct range_object *)b.as.object);
	if (a.kind == VALUE_OBJECT && b.kind == VALUE_OBJECT && a.as.object->kind == OBJECT_VIEW &&
	    b.as.object->kind == OBJECT_VIEW)
		return view_equal((const struct view_object *)a.as.object, (const struct view_object *)b.as.object);
	return value_equal(a, b);
}

/* Exact also where an integer does not fit in a double. */
static int order_mixed(int64_t n, double real)
{
	if (real >= 0x1p63)
		return -1;
	if (real < -0x1p63)
		return 1;
	double whole = floor(real);
	int64_t m = (int64_t)whole;
	return n < m ? -1 : n > m ? 1 : whole < real ? -1 : 0;
}

static int order_numbers(struct value a, struct value b)
{
	if (is_int(a) && is_int(b))
		return as_int(a) < as_int(b) ? -1 : as_int(a) > as_int(b);
	if (is_int(a))
		return order_mixed(as_int(a), b.as.real);
	if (is_int(b))
		return -order_mixed(as_int(b), a.as.real);
	return a.as.real < b.as.real ? -1 : a.as.real > b.as.real;
}

static int order_deep(struct run *r, struct value a, struct value b, unsigned depth)
{
	if (is_number(a) && is_number(b))
		return order_numbers(a, b);
	if (a.kind == VALUE_STRING && b.kind == VALUE_STRING)
		return str_cmp(value_str(a), value_str(b));
	if (a.kind != b.kind || (a.kind != VALUE_LIST && a.kind != VALUE_TUPLE)) {
		unsuited(r, OP_LESS, a, b);
		return 0;
	}
	if (depth > RUN_NESTING) {
		run_fail(r, "values are nested too deeply to be compared");
		return 0;
	}
	const struct list *x = a.as.list, *y = b.as.list;
	for (size_t i = 0; i < x->count && i < y->count; i++) {
		if (!value_equal(x->items[i], y->items[i]))
			return order_deep(r, x->items[i], y->items[i], depth + 1);
	}
	return x->count < y->count ? -1 : x->count > y->count;
}

int op_order(struct run *r, struct value a, struct value b)
{
	return order_deep(r, a, b, 0);
}

static bool is_nan(struct value v)
{
	return v.kind == VALUE_FLOAT && isnan(v.as.real);
}

bool op_compare(struct run *r, enum operator op, struct value a, struct value b)
{
	switch (op) {
	case OP_EQUAL:
		return op_equal(r, a, b);
	case OP_UNEQUAL:
		return !op_equal(r, a, b);
	case OP_IN:
		return op_in(r, a, b);
	case OP_NOT_IN:
		return !op_in(r, a, b);
	default:
		break;
	}
	if (is_number(a) && is_number(b) && (is_nan(a) || is_nan(b)))
		return false;
	int order = op_order(r, a, b);
	switch (op) {
	case OP_LESS:
		return order < 0;
	case OP_LESS_EQUAL:
		return order <= 0;
	case OP_GREATER:
		return order > 0;
	default:
		return order >= 0;
	}
}

static bool in_string(struct run *r, struct value item, struct str text)
{
	if (item.kind == VALUE_UNDEFINED) {
		undefined_used(r, item);
		return false;
	}
	if (item.kind != VALUE_STRING) {
		run_fail(r, "only a str can be in a str, not %s", type_name(item));
		return false;
	}
	return str_search(text, value_str(item), 0) < SIZE_MAX;
}

/* Views of keys and items look up rather than compare. */
static bool in_view(struct run *r, struct value item, const struct view_object *view)
{
	bool pair = item.kind == VALUE_TUPLE && item.as.list->count == 2;

	if (view->view == VIEW_KEYS)
		return value_hashable(r, item) && dict_get(view->dict, item);
	if (!pair || !value_hashable(r, item.as.list->items[0]))
		return false;
	const struct value *found = dict_get(view->dict, item.as.list->items[0]);
	return found && op_equal(r, *found, item.as.list->items[1]);
}

bool op_in(struct run *r, struct value item, struct value container)
{
	struct iter iter;
	struct value each;

	if (container.kind == VALUE_STRING)
		return in_string(r, item, value_str(container));
	if (container.kind == VALUE_DICT)
		return value_hashable(r, item) && dict_get(container.as.dict, item);
	if (container.kind == VALUE_OBJECT && container.as.object->kind == OBJECT_VIEW &&
	    ((const struct view_object *)container.as.object)->view != VIEW_VALUES)
		return in_view(r, item, (const struct view_object *)container.as.object);
	if (!iter_open(r, &iter, container))
		return false;
	while (iter_next(r, &iter, &each) && run_step(r)) {
		if (op_equal(r, item, each))
			return true;
	}
	return false;
}
