/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_RUN_H
#define DTK_JINJA_RUN_H

#include "jinja/builtin.h"
#include "jinja/env.h"

/*
 * A rendering: what the evaluator's rooms share.
 *
 * The first error is reported and sets run->failed; from then on every
 * function returns at once, values mean nothing, and nothing more is said.
 */

/* A variable that a template's top level set, newest last; never changed once there. */
struct context_var {
	struct name *name;
	struct value value;
	bool exported;
};

struct block_stack { /* the versions of a block, from the youngest child up */
	struct name *name;
	const struct func **funcs;
	size_t count, capacity;
	struct block_stack *next;
};

/* Where the names of a template that no scope knows are looked up. */
struct context {
	const struct context *outer; /* the includer's; NULL: none */
	size_t outer_count;          /* its variables at that time */
	struct context_var *locals;  /* the includer's scopes at that time */
	size_t local_count;
	bool isolated;               /* sees globals only */
	struct context_var *vars;
	size_t count, capacity;
	struct block_stack **blocks; /* shared by derived contexts */
	struct block_stack *own_blocks;
	const struct jinja_template *template;
};

/* The slots of a function that runs, or of one whose inner functions live on. */
struct frame {
	struct value *slots;
	struct frame *up; /* of the function around */
	struct context *context;
};

/* A step on the way to what runs, for the notes under an error. */
struct trace {
	const struct trace *up;
	const char *what; /* "included", "in macro", ... */
	struct str name;
	struct span at;
};

enum object_kind {
	OBJECT_MACRO,
	OBJECT_LOOP,
	OBJECT_RANGE,
	OBJECT_ITERATOR,
	OBJECT_VIEW,
	OBJECT_NAMESPACE,
	OBJECT_CYCLER,
	OBJECT_JOINER,
	OBJECT_MODULE,
	OBJECT_SELF,
	OBJECT_BLOCK,
	OBJECT_METHOD,
	OBJECT_FUNCTION,
};

struct object {
	enum object_kind kind;
};
struct macro_object {
	struct object base;
	const struct func *func;
	struct frame *up;
};
struct range_object {
	struct object base;
	int64_t start, stop, step;
	int64_t count;
};
/* What Python would make a generator: its items can be had once. */
struct iterator_object {
	struct object base;
	const char *name;
	struct list *items;
	size_t at;
};
enum view_kind { VIEW_KEYS, VIEW_VALUES, VIEW_ITEMS };
struct view_object {
	struct object base;
	enum view_kind view;
	struct dict *dict;
};
struct namespace_object {
	struct object base;
	struct dict *dict;
};
struct cycler_object {
	struct object base;
	struct value *items;
	size_t count, at;
};
struct joiner_object {
	struct object base;
	struct value separator;
	bool used;
};
struct module_object {
	struct object base;
	const struct jinja_template *template;
	struct str body;
	struct dict *dict;
};
struct block_object { /* also OBJECT_SELF, which has no stack */
	struct object base;
	struct context *context;
	struct block_stack *stack;
	size_t depth;
};
struct method_object {
	struct object base;
	const struct builtin *builtin;
	struct value self;
};

/* Goes over anything that Python can iterate. */
struct iter {
	enum { ITER_LIST, ITER_STRING, ITER_DICT, ITER_RANGE, ITER_ITERATOR, ITER_EMPTY, ITER_LOOP } kind;
	enum view_kind view; /* ITER_DICT */
	struct value source;
	size_t at, start_count;
};

struct loop_object {
	struct object base;
	struct iter iter;
	const struct for_node *node;
	struct frame *frame;
	struct value current, before, after; /* AFTER: missing until something peeked */
	bool peeked, ended;
	bool filtered; /* what ITER still has went through the loop's filter */
	int64_t index0, length; /* LENGTH -1: not known */
	unsigned depth0;
	struct value last_changed;
};

struct journal { /* a caller's list or dict that the rendering changed, as it was */
	bool is_dict;
	union {
		struct list list;
		struct dict dict;
	} was;
	union {
		struct list *list;
		struct dict *dict;
	} at;
	struct journal *next;
};

struct loaded_module {
	const struct jinja_template *template;
	struct module_object *module;
	struct loaded_module *next;
};

struct run {
	struct jinja *jinja;
	struct diag *diag;
	struct arena *arena;
	struct buf *out;
	size_t out_limit;
	bool failed, strict;
	const struct node *at;  /* what an error is about */
	uint32_t source;        /* of the template that runs */
	const struct dict *vars;
	const struct trace *trace;
	unsigned depth, max_depth;
	uint64_t steps, max_steps, max_range, max_output;
	struct value *stack;
	size_t stack_top;
	const struct jinja_template *parent; /* what the running root function extends, once it did */
	struct context *root_context;
	struct loaded_module *modules;
	struct journal *journal;
	uintptr_t stack_base;
};

enum {
	RUN_STACK = 3 << 20,   /* bytes of the machine's stack that a rendering may use */
	RUN_NESTING = 200,     /* how deep values may nest to be printed or compared */
	RUN_MEMORY = 16 << 20, /* bytes that values may take beside four times the greatest output */
};

/* Says what went wrong at run->at. Returns an undefined value, for convenience. */
struct value run_fail(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* run_fail, then true where it was the first error and a hint may follow. */
bool run_error(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One more loop turn or call; false where there were too many. */
bool run_step(struct run *r);
/* COUNT cleared values that run_pop gives back. */
struct value *run_push(struct run *r, size_t count);
static inline void run_pop(struct run *r, size_t top) { r->stack_top = top; }
/* False, after an error, where N bytes are more than a string may have. */
bool run_fits(struct run *r, uint64_t n);
/* Goes one call deeper (false after an error); run_leave goes back. */
bool run_enter(struct run *r, struct trace *trace, const char *what, struct str name);
void run_leave(struct run *r, const struct trace *trace);

/* eval.c: by enum node_kind; entries for what is no expression are never called. */
typedef struct value eval_kind(struct run *r, const struct node *node, struct frame *frame);
extern eval_kind *const eval_kinds[];
static inline struct value *frame_slot(struct frame *frame, struct place place)
{
	for (unsigned depth = place.depth; depth; depth--)
		frame = frame->up;
	return &frame->slots[place.slot];
}
static inline struct value eval_name(const struct node *node, struct frame *frame)
{
	struct value v = *frame_slot(frame, node->as.name.place);

	if (value_missing(v))
		v.as.undefined = &node->as.name.name->undefined;
	return v;
}
static inline struct value eval(struct run *r, const struct node *node, struct frame *frame)
{
	if (node->kind == NODE_NAME)
		return eval_name(node, frame);
	if (node->kind == NODE_CONSTANT)
		return node->as.constant;
	return eval_kinds[node->kind](r, node, frame);
}
/* The value of NODE, printed to run->out. */
void eval_print(struct run *r, const struct node *node, struct frame *frame);
/* False, after an error, where V cannot be the key of a dict. */
bool value_hashable(struct run *r, struct value v);
void eval_assign(struct run *r, const struct node *target, struct frame *frame, struct value value);

/* exec.c */
enum flow { FLOW_NEXT, FLOW_BREAK, FLOW_CONTINUE };
/* By enum node_kind, as eval_kinds. */
typedef enum flow exec_kind(struct run *r, const struct node *node, struct frame *frame);
extern exec_kind *const exec_kinds[];
enum flow exec_nodes(struct run *r, const struct nodes *nodes, struct frame *frame);
void exec_loads(struct run *r, const struct loads *loads, struct frame *frame, bool only_stored);
exec_kind exec_for;
/* Runs the recursive loop once more, over SOURCE. */
void exec_recursion(struct run *r, struct loop_object *loop, struct value source);
bool loop_peek(struct run *r, struct loop_object *loop);
/* Of all turns; where it is not known, what is left is gone through. */
int64_t loop_length(struct run *r, struct loop_object *loop);
void exec_root(struct run *r, const struct jinja_template *template, struct context *context);
void exec_block(struct run *r, const struct func *func, struct context *context, struct block_stack *stack);

/* context.c */
struct context *context_new(struct run *r, const struct jinja_template *template);
struct value context_resolve(struct run *r, const struct context *context, struct name *name);
void context_set(struct run *r, struct context *context, struct name *name, struct value value,
	bool exported);
void context_blocks(struct run *r, struct context *context, const struct jinja_template *template);
struct block_stack *context_block(const struct context *context, const struct name *name);
exec_kind exec_include;
exec_kind exec_import;
exec_kind exec_extends;
exec_kind exec_block_node;

/* module.c */
/* Runs TEMPLATE's top level in CONTEXT; what it prints is left in r->out. */
void module_run(struct run *r, const struct jinja_template *template, struct context *context);
/* The module of TEMPLATE, run in CONTEXT. */
struct module_object *module_new(struct run *r, const struct jinja_template *template, struct context *context);
/*
 * The module of TEMPLATE that sees globals only: run once a rendering, or, as Jinja2 does, once
 * for all, where no later rendering could tell.
 */
struct module_object *module_isolated(struct run *r, const struct jinja_template *template);

/* call.c */
struct value call_value(struct run *r, struct value callee, const struct args *args);
struct value call_node(struct run *r, const struct node *node, struct frame *frame, struct value caller);
/* Like call_node, but what a macro or block makes goes to run->out; false: *RESULT is the value. */
bool call_print(struct run *r, const struct node *node, struct frame *frame, struct value caller,
                struct value *result);
struct value call_builtin(struct run *r, const struct builtin *builtin, struct value self,
	const struct args *args);
/* Evaluates ARGS; run_pop(r, top) gives them back. */
bool call_args(struct run *r, const struct call_args *from, struct frame *frame, struct args *args);
/* The filter or test NAME for map, select and so on. */
struct value call_named_filter(struct run *r, struct value name, struct value self,
	const struct args *args);
bool call_named_test(struct run *r, struct value name, struct value self, const struct args *args);
struct value call_filter_node(struct run *r, const struct node *node, struct frame *frame,
	struct value operand);

/* ops.c */
struct value op_binary(struct run *r, enum operator op, struct value a, struct value b);
bool op_compare(struct run *r, enum operator op, struct value a, struct value b);
/* <0, 0, >0; an error where Python has no order. */
int op_order(struct run *r, struct value a, struct value b);
bool op_equal(struct run *r, struct value a, struct value b);
bool op_in(struct run *r, struct value item, struct value container);
bool op_truth_any(struct run *r, struct value v);
static inline bool op_truth(struct run *r, struct value v)
{
	return v.kind == VALUE_BOOL ? v.as.boolean : op_truth_any(r, v);
}
struct value op_negate(struct run *r, struct value v, bool minus);
/* 1.5 ** x and the like keep Python's rules. */
struct value op_power(struct run *r, struct value a, struct value b);

/* member.c */
struct value member_attr(struct run *r, struct value object, const struct name *name);
struct value member_item(struct run *r, struct value object, struct value key);
struct value member_slice(struct run *r, struct value object, const struct value bounds[3]);
/* "a.b.0" or 3, as map, sort and their like take it; FALLBACK (may be missing) for what is undefined. */
struct value member_path(struct run *r, struct value object, struct value path, struct value fallback);
struct value undefined_because(struct run *r, const char *format,
	...) __attribute__((format(printf, 2, 3)));
/* number.c: what (3).bit_length and (0.5).real are; undefined where there is no such member. */
struct value number_member(struct run *r, struct value number, struct str name);
struct value make_method(struct run *r, const struct builtin *builtin, struct value self);
/* Flag of an undefined value that may be used even under --strict: what an inline if without else gives. */
#define VALUE_LENIENT 4
static inline bool undefined_refused(const struct run *r, struct value v)
{
	return r->strict && v.kind == VALUE_UNDEFINED && !(v.flags & VALUE_LENIENT);
}
/* Reports the use of an undefined value. */
struct value undefined_used(struct run *r, struct value v);
/* What to call V in messages: Python's type names. */
const char *type_name(struct value v);

/* iter.c */
bool iter_open(struct run *r, struct iter *iter, struct value source);
bool iter_next_any(struct run *r, struct iter *iter, struct value *item);
static inline bool iter_next(struct run *r, struct iter *iter, struct value *item)
{
	const struct list *list = iter->source.as.list;

	if (iter->kind != ITER_LIST)
		return iter_next_any(r, iter, item);
	if (iter->at >= list->count)
		return false;
	*item = list->items[iter->at++];
	return true;
}
/* Python's len(); -1: it has none (nothing is said). */
int64_t value_length(struct run *r, struct value v);
/* A new list of what V iterates over. */
struct list *list_of(struct run *r, struct value v);
struct value make_iterator(struct run *r, const char *name, struct list *items);
struct value make_tuple(struct run *r, const struct value *items, size_t count);
struct value make_pair(struct run *r, struct value a, struct value b);
/* A code point of a string as a string. */
struct value make_char(struct run *r, const char *p, size_t bytes);
struct value make_string(struct run *r, struct str text);
/* What was written to run->out since START becomes a string and is taken back. */
struct value make_captured(struct run *r, size_t start);
/* Makes LIST or DICT the rendering's own before it is changed. */
void own_list(struct run *r, struct list *list);
void own_dict(struct run *r, struct dict *dict);

/* print.c */
void print_any(struct run *r, struct value v);
static inline void print_value(struct run *r, struct value v)
{
	if (v.kind == VALUE_STRING)
		buf_add(r->out, v.as.string->bytes, v.as.string->length);
	else
		print_any(r, v);
}
void print_repr(struct run *r, struct value v);
/* As print_repr, with what is not ASCII escaped: Python's ascii(). */
void print_ascii(struct run *r, struct value v);
void print_float(struct buf *out, double real);
void print_int(struct buf *out, int64_t n);
/* V as str(V). */
struct str value_text(struct run *r, struct value v);
size_t string_chars(struct string *string);
/* Byte offset of code point INDEX in S, which has CHARS of them. */
size_t string_offset(struct string *string, size_t index);

/* Where NEEDLE begins in TEXT at or after FROM; SIZE_MAX: nowhere. */
size_t str_search(struct str text, struct str needle, size_t from);

/* format.c */
struct value format_percent(struct run *r, struct str format, struct value args);
/* spec.c: V as the format SPEC of a str.format field says, to run->out. */
void format_spec(struct run *r, struct value v, struct str spec);
/* braces.c: str.format with ARGS, or format_map with MAP where that is not NULL. */
struct value format_braces(struct run *r, struct str format, const struct args *args, const struct dict *map);

/* dict(...): pairs or a dict, and keywords. */
struct value make_dict(struct run *r, const struct args *args);
/* A tuple of groupby, whose members are also called grouper and list. */
#define VALUE_GROUP 2

/* filter_seq.c */
/* Stable, also in reverse, as Python. KEYS are what is compared, ITEMS what is moved. */
enum sorting { SORT_REVERSE = 1, SORT_EQUALS = 2 /* equal keys need no order, as within lists */ };
void sort_items(struct run *r, struct value *keys, struct value *items, size_t count, enum sorting how);

#endif
