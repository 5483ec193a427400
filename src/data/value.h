/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_VALUE_H
#define DTK_DATA_VALUE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

#include <stdint.h>

/*
 * The one value type: what YAML, JSON and INI files hold and what templates
 * compute with.  Sixteen bytes, passed by value; strings, lists and dicts live
 * in an arena.  A value that was read from a file knows where it stood.
 */
enum value_kind {
	VALUE_UNDEFINED,
	VALUE_NONE,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_STRING,
	VALUE_LIST,
	VALUE_TUPLE, /* a list that templates cannot change */
	VALUE_DICT,
	VALUE_OBJECT /* of the template engine: macros, loops, ranges, ... */
};

/* Immutable bytes, UTF-8. */
struct string {
	const char *bytes;
	uint32_t length; /* in bytes */
	uint32_t chars;  /* code points, or STRING_UNCOUNTED */
	uint64_t hash;   /* 0: not yet computed */
};
#define STRING_UNCOUNTED UINT32_MAX

struct list;
struct dict;
struct object; /* defined by the template engine */
struct undefined; /* likewise: what was not defined, for messages */

struct value {
	uint8_t kind;    /* enum value_kind */
	uint8_t flags;   /* VALUE_PLAIN */
	uint16_t source; /* diag's number, 0: made, not read */
	uint32_t offset; /* of its first byte there */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct string *string;
		struct list *list;
		struct dict *dict;
		struct object *object;
		const struct undefined *undefined;
	} as;
};

/* A YAML scalar that stood without quotes. */
#define VALUE_PLAIN 1

struct list {
	struct value *items;
	size_t count, capacity;
	struct arena *arena;
};

struct dict_entry {
	struct value key, value;
	uint64_t hash;
};

/* Insertion-ordered; keys are any hashable value (not list, not dict). Removed entries have an undefined key. */
struct dict {
	struct dict_entry *entries;
	size_t used, capacity; /* entries, removed ones included */
	size_t count;          /* entries that are there */
	uint32_t *slots;       /* 1 + index; NULL while small: then searched in order */
	size_t slot_count;
	struct arena *arena;
};

static inline struct value value_undefined(void) { return (struct value){.kind = VALUE_UNDEFINED}; }
static inline struct value value_none(void) { return (struct value){.kind = VALUE_NONE}; }
static inline struct value value_bool(bool b) { return (struct value){.kind = VALUE_BOOL, .as.boolean = b}; }
static inline struct value value_int(int64_t i) { return (struct value){.kind = VALUE_INT, .as.integer = i}; }
static inline struct value value_float(double f) { return (struct value){.kind = VALUE_FLOAT, .as.real = f}; }
/* BYTES are borrowed and must outlive the value. At most 4 GiB - 1. */
struct value value_borrow(struct arena *arena, struct str bytes);
/* BYTES are copied into ARENA. */
struct value value_copy(struct arena *arena, struct str bytes);
struct value value_list(struct arena *arena, size_t capacity);
struct value value_dict(struct arena *arena);

static inline bool value_is(struct value v, enum value_kind kind) { return v.kind == kind; }
/* The bytes of a VALUE_STRING. */
static inline struct str value_str(struct value v) { return (struct str){v.as.string->bytes, v.as.string->length}; }
/* Where it was read; length is not known and is 0. */
static inline struct span value_span(struct value v) { return (struct span){v.source, v.offset, 0}; }

void list_append(struct list *list, struct value item);
/* The place of KEY's value, or NULL. */
struct value *dict_get(const struct dict *dict, struct value key);
/* By a string, which keeps its hash. */
struct value *dict_get_string(const struct dict *dict, struct string *key);
/* By text, without making a value of it. */
struct value *dict_find(const struct dict *dict, struct str key);
/* Sets KEY to VALUE; true where the key is new. */
bool dict_set(struct dict *dict, struct value key, struct value value);
/* Sets the key KEY, which is borrowed, of DICT. */
void dict_put(struct value dict, const char *key, struct value value);
/* True where it was there. */
bool dict_remove(struct dict *dict, struct value key);
/* Python's ==: 1 == 1.0 == True; lists and dicts by content, to a depth of 250. */
bool value_equal(struct value a, struct value b);
/* "string", "list", ... for messages. */
const char *value_kind_name(enum value_kind kind);

#endif
