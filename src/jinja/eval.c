/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static struct value eval_list(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = value_list(r->arena, node->as.items.count);

	for (const struct node *item = node->as.items.first; item; item = item->next)
		v.as.list->items[v.as.list->count++] = eval(r, item, frame);
	v.kind = node->kind == NODE_TUPLE ? VALUE_TUPLE : VALUE_LIST;
	return v;
}

/* LEFT: values that may still be looked at. */
static bool hashable(struct value v, unsigned depth, unsigned *left)
{
	if (v.kind == VALUE_LIST || v.kind == VALUE_DICT || depth > RUN_NESTING || *left == 0)
		return false;
	if (v.kind == VALUE_OBJECT && v.as.object->kind == OBJECT_VIEW)
		return ((const struct view_object *)v.as.object)->view == VIEW_VALUES;
	--*left;
	for (size_t i = 0; v.kind == VALUE_TUPLE && i < v.as.list->count; i++) {
		if (!hashable(v.as.list->items[i], depth + 1, left))
			return false;
	}
	return v.kind != VALUE_UNDEFINED;
}

bool value_hashable(struct run *r, struct value v)
{
	unsigned left = 1000000;

	if (hashable(v, 0, &left))
		return true;
	run_fail(r, "%s cannot be the key of a dict", type_name(v));
	return false;
}

static struct value eval_dict(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = value_dict(r->arena);

	for (const struct node *key = node->as.items.first; key; key = key->next->next) {
		struct value k = eval(r, key, frame);
		struct value item = eval(r, key->next, frame);

		r->at = key;
		if (r->failed || !value_hashable(r, k))
			break;
		dict_set(v.as.dict, k, item);
	}
	return v;
}

static struct value eval_chain(struct run *r, const struct node *node, struct frame *frame)
{
	struct value left = eval(r, node->as.items.first, frame);

	for (const struct node *item = node->as.items.first->next; item; item = item->next) {
		struct value right = eval(r, item->as.kids.a, frame);

		r->at = node;
		if (r->failed || !op_compare(r, item->op, left, right))
			return value_bool(false);
		left = right;
	}
	return value_bool(true);
}

static struct value eval_concat(struct run *r, const struct node *node, struct frame *frame)
{
	size_t start = r->out->n;

	for (const struct node *item = node->as.items.first; item && !r->failed; item = item->next) {
		struct value v = eval(r, item, frame);

		r->at = item;
		print_value(r, v);
	}
	return make_captured(r, start);
}

static struct value eval_slice(struct run *r, const struct node *node, struct frame *frame)
{
	struct value object = eval(r, node->as.kids.a, frame);
	const struct node *parts[3] = {node->as.kids.b, node->as.kids.c, node->as.kids.d};
	struct value bounds[3];

	for (int i = 0; i < 3; i++)
		bounds[i] = parts[i] ? eval(r, parts[i], frame) : value_none();
	r->at = node;
	return r->failed ? value_undefined() : member_slice(r, object, bounds);
}

static struct value eval_test(struct run *r, const struct node *node, struct frame *frame)
{
	struct value operand = eval(r, node->as.filter.operand, frame);

	return value_bool(op_truth(r, call_filter_node(r, node, frame, operand)) != node->negated);
}

static struct value eval_filter(struct run *r, const struct node *node, struct frame *frame)
{
	return call_filter_node(r, node, frame, eval(r, node->as.filter.operand, frame));
}

static struct value eval_call(struct run *r, const struct node *node, struct frame *frame)
{
	return call_node(r, node, frame, value_undefined());
}

static struct value eval_attr(struct run *r, const struct node *node, struct frame *frame)
{
	struct value object = eval(r, node->as.attr.object, frame);
	struct name *name = node->as.attr.name;

	r->at = node;
	if (object.kind == VALUE_DICT && !name->dict_method) {
		const struct value *found = dict_get_string(object.as.dict, &name->string);

		if (found)
			return *found;
	}
	return r->failed ? object : member_attr(r, object, name);
}

static struct value eval_item(struct run *r, const struct node *node, struct frame *frame)
{
	struct value object = eval(r, node->as.kids.a, frame);
	struct value key = eval(r, node->as.kids.b, frame);

	r->at = node;
	return r->failed ? object : member_item(r, object, key);
}

static const struct undefined no_else = {UNDEFINED_BECAUSE,
	{"the condition was false and there is no else", 44}, NULL};

static struct value eval_condition(struct run *r, const struct node *node, struct frame *frame)
{
	struct value condition = eval(r, node->as.kids.a, frame);

	r->at = node->as.kids.a;
	if (op_truth(r, condition))
		return eval(r, node->as.kids.b, frame);
	if (node->as.kids.c)
		return eval(r, node->as.kids.c, frame);
	return (struct value){.kind = VALUE_UNDEFINED, .flags = VALUE_LENIENT, .as.undefined = &no_else};
}

static struct value eval_logic(struct run *r, const struct node *node, struct frame *frame)
{
	struct value left = eval(r, node->as.kids.a, frame);

	r->at = node->as.kids.a;
	if (op_truth(r, left) == (node->kind == NODE_OR) || r->failed)
		return left;
	return eval(r, node->as.kids.b, frame);
}

static struct value eval_sign(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = eval(r, node->as.kids.a, frame);

	r->at = node;
	return op_negate(r, v, node->kind == NODE_NEGATE);
}

static struct value eval_not(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = eval(r, node->as.kids.a, frame);

	r->at = node;
	return value_bool(!op_truth(r, v));
}

static struct value eval_binary(struct run *r, const struct node *node, struct frame *frame)
{
	struct value a = eval(r, node->as.kids.a, frame);
	struct value b = eval(r, node->as.kids.b, frame);

	r->at = node;
	return r->failed ? a : op_binary(r, node->op, a, b);
}

static struct value eval_compare(struct run *r, const struct node *node, struct frame *frame)
{
	struct value a = eval(r, node->as.kids.a, frame);
	struct value b = eval(r, node->as.kids.b, frame);

	r->at = node;
	return value_bool(!r->failed && op_compare(r, node->op, a, b));
}

eval_kind *const eval_kinds[] = {
	[NODE_LIST] = eval_list,         [NODE_TUPLE] = eval_list,     [NODE_DICT] = eval_dict,
	[NODE_ATTR] = eval_attr,         [NODE_ITEM] = eval_item,      [NODE_SLICE] = eval_slice,
	[NODE_CALL] = eval_call,         [NODE_FILTER] = eval_filter,  [NODE_TEST] = eval_test,
	[NODE_NEGATE] = eval_sign,       [NODE_PLUS] = eval_sign,      [NODE_NOT] = eval_not,
	[NODE_AND] = eval_logic,         [NODE_OR] = eval_logic,       [NODE_BINARY] = eval_binary,
	[NODE_COMPARE] = eval_compare,   [NODE_CHAIN] = eval_chain,    [NODE_CONCAT] = eval_concat,
	[NODE_CONDITION] = eval_condition,
};

static void print_concat(struct run *r, const struct node *node, struct frame *frame)
{
	for (const struct node *item = node->as.items.first; item && !r->failed; item = item->next)
		eval_print(r, item, frame);
}

static void print_condition(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v = eval(r, node->as.kids.a, frame);

	r->at = node->as.kids.a;
	if (op_truth(r, v))
		eval_print(r, node->as.kids.b, frame);
	else if (node->as.kids.c)
		eval_print(r, node->as.kids.c, frame);
}

void eval_print(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v;

	if (node->kind == NODE_CONCAT) {
		print_concat(r, node, frame);
	} else if (node->kind == NODE_CONDITION) {
		print_condition(r, node, frame);
	} else if (node->kind != NODE_CALL || !call_print(r, node, frame, value_undefined(), &v)) {
		if (node->kind != NODE_CALL)
			v = eval(r, node, frame);
		r->at = node;
		if (!r->failed)
			print_value(r, v);
	}
}

static void assign_member(struct run *r, const struct node *target, struct frame *frame, struct value value)
{
	struct value object = eval(r, target->as.attr.object, frame);
	struct value key = {.kind = VALUE_STRING, .as.string = &target->as.attr.name->string};

	r->at = target;
	if (r->failed)
		return;
	if (object.kind != VALUE_OBJECT || object.as.object->kind != OBJECT_NAMESPACE) {
		run_fail(r, "only a namespace's members can be assigned to, not those of %s", type_name(object));
		return;
	}
	dict_set(((struct namespace_object *)object.as.object)->dict, key, value);
}

static void assign_all(struct run *r, const struct node *target, struct frame *frame, struct value value)
{
	struct iter iter;
	struct value item;
	uint32_t count = 0;

	r->at = target;
	if (!iter_open(r, &iter, value))
		return;
	for (const struct node *each = target->as.items.first; each; each = each->next, count++) {
		if (!iter_next(r, &iter, &item)) {
			run_fail(r, "too few values to unpack: %u names, %u values", target->as.items.count, count);
			return;
		}
		eval_assign(r, each, frame, item);
	}
	r->at = target;
	if (iter_next(r, &iter, &item))
		run_fail(r, "too many values to unpack: only %u names", target->as.items.count);
}

void eval_assign(struct run *r, const struct node *target, struct frame *frame, struct value value)
{
	if (target->kind == NODE_TARGETS)
		assign_all(r, target, frame, value);
	else if (target->kind == NODE_MEMBER)
		assign_member(r, target, frame, value);
	else
		*frame_slot(frame, target->as.name.place) = value;
}
