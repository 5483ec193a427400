/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

static inline struct frame *frame_at(struct frame *frame, struct place place)
{
	for (unsigned depth = place.depth; depth; depth--)
		frame = frame->up;
	return frame;
}

static struct value eval_name(const struct node *node, struct frame *frame)
{
	struct value v = frame_at(frame, node->as.name.place)->slots[node->as.name.place.slot];

	if (value_missing(v))
		v.as.undefined = &node->as.name.name->undefined;
	return v;
}

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

static bool eval_test(struct run *r, const struct node *node, struct frame *frame)
{
	struct value operand = eval(r, node->as.filter.operand, frame);
	struct value v = call_filter_node(r, node, frame, operand);

	return op_truth(r, v) != node->negated;
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
	return (struct value){.kind = VALUE_UNDEFINED, .as.undefined = &no_else};
}

static struct value eval_logic(struct run *r, const struct node *node, struct frame *frame)
{
	struct value left = eval(r, node->as.kids.a, frame);

	r->at = node->as.kids.a;
	if (op_truth(r, left) == (node->kind == NODE_OR) || r->failed)
		return left;
	return eval(r, node->as.kids.b, frame);
}

struct value eval(struct run *r, const struct node *node, struct frame *frame)
{
	struct value a, b;

	switch ((enum node_kind)node->kind) {
	case NODE_CONSTANT:
		return node->as.constant;
	case NODE_NAME:
		return eval_name(node, frame);
	case NODE_LIST:
	case NODE_TUPLE:
		return eval_list(r, node, frame);
	case NODE_DICT:
		return eval_dict(r, node, frame);
	case NODE_ATTR:
		a = eval(r, node->as.attr.object, frame);
		r->at = node;
		return r->failed ? a : member_attr(r, a, node->as.attr.name);
	case NODE_ITEM:
		a = eval(r, node->as.kids.a, frame);
		b = eval(r, node->as.kids.b, frame);
		r->at = node;
		return r->failed ? a : member_item(r, a, b);
	case NODE_SLICE:
		return eval_slice(r, node, frame);
	case NODE_CALL:
		return call_node(r, node, frame, value_undefined());
	case NODE_FILTER:
		a = eval(r, node->as.filter.operand, frame);
		return call_filter_node(r, node, frame, a);
	case NODE_TEST:
		return value_bool(eval_test(r, node, frame));
	case NODE_NEGATE:
	case NODE_PLUS:
		a = eval(r, node->as.kids.a, frame);
		r->at = node;
		return op_negate(r, a, node->kind == NODE_NEGATE);
	case NODE_NOT:
		a = eval(r, node->as.kids.a, frame);
		r->at = node;
		return value_bool(!op_truth(r, a));
	case NODE_AND:
	case NODE_OR:
		return eval_logic(r, node, frame);
	case NODE_BINARY:
		a = eval(r, node->as.kids.a, frame);
		b = eval(r, node->as.kids.b, frame);
		r->at = node;
		return r->failed ? a : op_binary(r, node->op, a, b);
	case NODE_COMPARE:
		a = eval(r, node->as.kids.a, frame);
		b = eval(r, node->as.kids.b, frame);
		r->at = node;
		return value_bool(!r->failed && op_compare(r, node->op, a, b));
	case NODE_CHAIN:
		return eval_chain(r, node, frame);
	case NODE_CONCAT:
		return eval_concat(r, node, frame);
	case NODE_CONDITION:
		return eval_condition(r, node, frame);
	default:
		return value_undefined();
	}
}

void eval_print(struct run *r, const struct node *node, struct frame *frame)
{
	struct value v;

	switch ((enum node_kind)node->kind) {
	case NODE_CALL:
		if (call_print(r, node, frame, value_undefined(), &v))
			return;
		break;
	case NODE_CONCAT:
		for (const struct node *item = node->as.items.first; item && !r->failed; item = item->next)
			eval_print(r, item, frame);
		return;
	case NODE_CONDITION:
		v = eval(r, node->as.kids.a, frame);
		r->at = node->as.kids.a;
		if (op_truth(r, v))
			eval_print(r, node->as.kids.b, frame);
		else if (node->as.kids.c)
			eval_print(r, node->as.kids.c, frame);
		return;
	default:
		v = eval(r, node, frame);
	}
	if (r->failed)
		return;
	r->at = node;
	print_value(r, v);
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
		frame_at(frame, target->as.name.place)->slots[target->as.name.place.slot] = value;
}
