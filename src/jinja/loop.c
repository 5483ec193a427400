/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

/* A filter passes on what it bound to its target: several names make a tuple of a list. */
static void loop_pass(struct run *r, const struct for_node *node, struct value *item)
{
	if (node->filter_target->kind == NODE_TARGETS && item->kind == VALUE_LIST)
		*item = make_tuple(r, item->as.list->items, item->as.list->count);
}

/* The next item that passes the loop's filter. */
static bool loop_fetch(struct run *r, const struct for_node *node, struct iter *iter, struct frame *frame,
                       struct value *item)
{
	while (iter_next(r, iter, item)) {
		if (!node->filter)
			return true;
		eval_assign(r, node->filter_target, frame, *item);
		struct value v = eval(r, node->filter, frame);
		r->at = node->filter;
		if (op_truth(r, v)) {
			loop_pass(r, node, item);
			return !r->failed;
		}
		if (!run_step(r))
			break;
	}
	return false;
}

bool loop_peek(struct run *r, struct loop_object *loop)
{
	if (!loop->peeked) {
		loop->ended = loop->filtered ? !iter_next(r, &loop->iter, &loop->after)
		                             : !loop_fetch(r, loop->node, &loop->iter, loop->frame, &loop->after);
		loop->peeked = true;
	}
	return !loop->ended;
}

int64_t loop_length(struct run *r, struct loop_object *loop)
{
	int64_t length = loop->node->filter ? -1 : value_length(r, loop->iter.source);

	if (loop->length < 0 && length >= 0)
		loop->length = loop->iter.kind == ITER_DICT ? (int64_t)loop->iter.start_count : length;
	if (loop->length < 0) {
		struct list *rest = value_list(r->arena, 0).as.list;

		while (loop_peek(r, loop) && run_step(r)) {
			list_append(rest, loop->after);
			loop->peeked = false;
		}
		loop->length = (int64_t)rest->count + loop->index0 + 1;
		loop->iter = (struct iter){.kind = ITER_LIST, .source = {.kind = VALUE_LIST, .as.list = rest}};
		loop->filtered = true;
		loop->peeked = loop->ended = false;
	}
	return loop->length;
}

static enum flow loop_turn(struct run *r, const struct for_node *node, struct frame *frame, struct value item)
{
	if (node->target->kind == NODE_TARGET)
		frame->slots[node->target->as.name.place.slot] = item;
	else
		eval_assign(r, node->target, frame, item);
	if (node->loads.stored)
		exec_loads(r, &node->loads, frame, true);
	return r->failed ? FLOW_BREAK : exec_nodes(r, &node->body, frame);
}

/* Whether no turn came to its end: as Python's Jinja2, break in the first one counts as none. */
static bool loop_simple(struct run *r, const struct for_node *node, struct frame *frame, struct value source)
{
	struct iter iter;
	struct value item;
	bool empty = true;

	if (!iter_open(r, &iter, source))
		return false;
	while (loop_fetch(r, node, &iter, frame, &item) && run_step(r)) {
		enum flow flow = loop_turn(r, node, frame, item);

		empty &= flow != FLOW_NEXT;
		if (flow == FLOW_BREAK || r->failed)
			break;
	}
	return empty && !r->failed;
}

static bool loop_extended(struct run *r, const struct for_node *node, struct frame *frame, struct value source,
                          unsigned depth)
{
	struct loop_object *loop = ARENA_NEW(r->arena, struct loop_object);
	struct value saved = frame->slots[node->loop_slot];
	bool empty = true;

	loop->base.kind = OBJECT_LOOP;
	loop->node = node;
	loop->frame = frame;
	loop->index0 = -1;
	loop->length = -1;
	loop->depth0 = depth;
	if (!iter_open(r, &loop->iter, source))
		return false;
	frame->slots[node->loop_slot] = (struct value){.kind = VALUE_OBJECT, .as.object = &loop->base};
	while (loop_peek(r, loop) && run_step(r)) {
		loop->before = loop->current;
		loop->current = loop->after;
		loop->peeked = false;
		loop->index0++;
		enum flow flow = loop_turn(r, node, frame, loop->current);

		empty &= flow != FLOW_NEXT;
		if (flow == FLOW_BREAK || r->failed)
			break;
	}
	frame->slots[node->loop_slot] = saved;
	return empty && !r->failed;
}

static enum flow loop_run(struct run *r, const struct for_node *node, struct frame *frame, struct value source,
                          unsigned depth)
{
	exec_loads(r, &node->loads, frame, false);
	exec_loads(r, &node->filter_loads, frame, false);
	bool empty = node->extended ? loop_extended(r, node, frame, source, depth)
	                            : loop_simple(r, node, frame, source);
	if (!empty || !node->otherwise.first)
		return FLOW_NEXT;
	exec_loads(r, &node->otherwise_loads, frame, false);
	return exec_nodes(r, &node->otherwise, frame);
}

static void loop_recurse(struct run *r, const struct for_node *node, struct frame *up, struct value source,
                         unsigned depth)
{
	size_t top = r->stack_top;
	struct trace trace;

	if (!run_enter(r, &trace, "in a recursive loop", STR("")))
		return;
	struct frame *frame = ARENA_NEW(r->arena, struct frame);
	uint32_t was = r->source;
	r->source = node->func->template->source;
	frame->up = up;
	frame->context = up->context;
	frame->slots = node->func->captured ? ARENA_ARRAY(r->arena, node->func->slots, struct value)
	                                    : run_push(r, node->func->slots);
	loop_run(r, node, frame, source, depth);
	run_pop(r, top);
	r->source = was;
	run_leave(r, &trace);
}

void exec_recursion(struct run *r, struct loop_object *loop, struct value source)
{
	loop_recurse(r, loop->node, loop->frame->up, source, loop->depth0 + 1);
}

enum flow exec_for(struct run *r, const struct node *node, struct frame *frame)
{
	const struct for_node *loop = node->as.loop;
	struct value source = eval(r, loop->iterable, frame);

	r->at = loop->iterable;
	if (r->failed)
		return FLOW_NEXT;
	if (!loop->recursive)
		return loop_run(r, loop, frame, source, 0);
	loop_recurse(r, loop, frame, source, 0);
	return FLOW_NEXT;
}
