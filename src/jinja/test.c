/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"
#include "jinja/unicode.h"

#define TEST(name) \
	static struct value name(struct run *r, struct value self, struct value *argv, const struct args *args)
#define UNUSED (void)r, (void)self, (void)argv, (void)args

TEST(test_defined) { UNUSED; return value_bool(self.kind != VALUE_UNDEFINED); }
TEST(test_undefined) { UNUSED; return value_bool(self.kind == VALUE_UNDEFINED); }
TEST(test_none) { UNUSED; return value_bool(self.kind == VALUE_NONE); }
TEST(test_boolean) { UNUSED; return value_bool(self.kind == VALUE_BOOL); }
TEST(test_true) { UNUSED; return value_bool(self.kind == VALUE_BOOL && self.as.boolean); }
TEST(test_false) { UNUSED; return value_bool(self.kind == VALUE_BOOL && !self.as.boolean); }
TEST(test_integer) { UNUSED; return value_bool(self.kind == VALUE_INT); }
TEST(test_float) { UNUSED; return value_bool(self.kind == VALUE_FLOAT); }
TEST(test_string) { UNUSED; return value_bool(self.kind == VALUE_STRING); }
TEST(test_mapping) { UNUSED; return value_bool(self.kind == VALUE_DICT); }
TEST(test_escaped) { UNUSED; return value_bool(false); }
TEST(test_in) { UNUSED; return value_bool(op_in(r, self, argv[0])); }
TEST(test_eq) { UNUSED; return value_bool(op_compare(r, OP_EQUAL, self, argv[0])); }
TEST(test_ne) { UNUSED; return value_bool(op_compare(r, OP_UNEQUAL, self, argv[0])); }
TEST(test_gt) { UNUSED; return value_bool(op_compare(r, OP_GREATER, self, argv[0])); }
TEST(test_ge) { UNUSED; return value_bool(op_compare(r, OP_GREATER_EQUAL, self, argv[0])); }
TEST(test_lt) { UNUSED; return value_bool(op_compare(r, OP_LESS, self, argv[0])); }
TEST(test_le) { UNUSED; return value_bool(op_compare(r, OP_LESS_EQUAL, self, argv[0])); }

TEST(test_number)
{
	UNUSED;
	return value_bool(self.kind == VALUE_INT || self.kind == VALUE_FLOAT || self.kind == VALUE_BOOL);
}

static struct value remainder_is(struct run *r, struct value self, struct value divisor, int64_t wanted)
{
	struct value rest = op_binary(r, OP_MODULO, self, divisor);

	return value_bool(!r->failed && value_equal(rest, value_int(wanted)));
}

TEST(test_odd) { UNUSED; return remainder_is(r, self, value_int(2), 1); }
TEST(test_even) { UNUSED; return remainder_is(r, self, value_int(2), 0); }
TEST(test_divisibleby) { UNUSED; return remainder_is(r, self, argv[0], 0); }

TEST(test_filter)
{
	UNUSED;
	if (self.kind != VALUE_STRING && self.kind != VALUE_UNDEFINED && !value_hashable(r, self))
		return self;
	return value_bool(self.kind == VALUE_STRING && builtin_filter(value_str(self)));
}

TEST(test_test)
{
	UNUSED;
	if (self.kind != VALUE_STRING && self.kind != VALUE_UNDEFINED && !value_hashable(r, self))
		return self;
	return value_bool(self.kind == VALUE_STRING && builtin_test(value_str(self)));
}

/* Python's islower and isupper: some letter has the case, none has the other. */
static struct value has_case(struct run *r, struct value self, bool upper)
{
	struct str text = value_text(r, self);
	bool some = false;
	unsigned bytes;

	for (size_t at = 0; at < text.n; at += bytes) {
		unsigned code = utf8_decode(text.p + at, text.p + text.n, &bytes);

		if ((upper ? unicode_is_lower(code) : unicode_is_upper(code)) || unicode_is_title(code))
			return value_bool(false);
		some |= upper ? unicode_is_upper(code) : unicode_is_lower(code);
	}
	return value_bool(some);
}

TEST(test_lower) { UNUSED; return has_case(r, self, false); }
TEST(test_upper) { UNUSED; return has_case(r, self, true); }

TEST(test_sequence)
{
	UNUSED;
	if (self.kind == VALUE_OBJECT)
		return value_bool(self.as.object->kind == OBJECT_RANGE);
	return value_bool(self.kind == VALUE_STRING || self.kind == VALUE_LIST || self.kind == VALUE_TUPLE ||
	                  self.kind == VALUE_DICT || (self.kind == VALUE_UNDEFINED && !undefined_refused(r, self)));
}

TEST(test_iterable)
{
	UNUSED;
	if (self.kind == VALUE_OBJECT) {
		enum object_kind kind = self.as.object->kind;

		return value_bool(kind == OBJECT_RANGE || kind == OBJECT_ITERATOR || kind == OBJECT_VIEW ||
			kind == OBJECT_LOOP || kind == OBJECT_SELF);
	}
	return value_bool(self.kind == VALUE_STRING || self.kind == VALUE_LIST || self.kind == VALUE_TUPLE ||
	                  self.kind == VALUE_DICT || self.kind == VALUE_UNDEFINED);
}

TEST(test_callable)
{
	UNUSED;
	if (self.kind == VALUE_UNDEFINED)
		return value_bool(true);
	if (self.kind != VALUE_OBJECT)
		return value_bool(false);
	enum object_kind kind = self.as.object->kind;
	return value_bool(kind == OBJECT_MACRO || kind == OBJECT_METHOD || kind == OBJECT_FUNCTION ||
		kind == OBJECT_BLOCK ||
	                  kind == OBJECT_LOOP);
}

/* Python's `is`: one object. Equal small numbers and strings count as one. */
TEST(test_sameas)
{
	struct value other = argv[0];

	UNUSED;
	if (self.kind != other.kind)
		return value_bool(false);
	if (self.kind == VALUE_UNDEFINED)
		return value_bool(false);
	if (self.kind >= VALUE_LIST)
		return value_bool(self.as.object == other.as.object);
	return value_bool(value_equal(self, other));
}

const struct builtin *builtin_tests(void)
{
	static const struct builtin tests[] = {
		{"odd", test_odd, "", 0, false, false},
		{"even", test_even, "", 0, false, false},
		{"divisibleby", test_divisibleby, "num", 1, false, false},
		{"defined", test_defined, "", 0, true, false},
		{"undefined", test_undefined, "", 0, true, false},
		{"filter", test_filter, "", 0, false, false},
		{"test", test_test, "", 0, false, false},
		{"none", test_none, "", 0, true, false},
		{"boolean", test_boolean, "", 0, true, false},
		{"true", test_true, "", 0, true, false},
		{"false", test_false, "", 0, true, false},
		{"integer", test_integer, "", 0, true, false},
		{"float", test_float, "", 0, true, false},
		{"string", test_string, "", 0, true, false},
		{"number", test_number, "", 0, true, false},
		{"mapping", test_mapping, "", 0, true, false},
		{"sequence", test_sequence, "", 0, true, false},
		{"iterable", test_iterable, "", 0, false, false},
		{"callable", test_callable, "", 0, true, false},
		{"lower", test_lower, "", 0, false, false},
		{"upper", test_upper, "", 0, false, false},
		{"sameas", test_sameas, "other", 1, true, false},
		{"escaped", test_escaped, "", 0, true, false},
		{"in", test_in, "seq", 1, false, false},
		{"==", test_eq, "b", 1, false, false},
		{"eq", test_eq, "b", 1, false, false},
		{"equalto", test_eq, "b", 1, false, false},
		{"!=", test_ne, "b", 1, false, false},
		{"ne", test_ne, "b", 1, false, false},
		{">", test_gt, "b", 1, false, false},
		{"gt", test_gt, "b", 1, false, false},
		{"greaterthan", test_gt, "b", 1, false, false},
		{">=", test_ge, "b", 1, false, false},
		{"ge", test_ge, "b", 1, false, false},
		{"<", test_lt, "b", 1, false, false},
		{"lt", test_lt, "b", 1, false, false},
		{"lessthan", test_lt, "b", 1, false, false},
		{"<=", test_le, "b", 1, false, false},
		{"le", test_le, "b", 1, false, false},
		{NULL, NULL, NULL, 0, false, false},
	};

	return tests;
}
