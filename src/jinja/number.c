/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/filter.h"

#include <math.h>

/* The members of numbers. */

static int64_t whole_of(struct value v)
{
	return v.kind == VALUE_BOOL ? v.as.boolean : v.as.integer;
}

static uint64_t magnitude(struct value v)
{
	return whole_of(v) < 0 ? 0 - (uint64_t)whole_of(v) : (uint64_t)whole_of(v);
}

BUILTIN(number_conjugate) { UNUSED; return self.kind == VALUE_FLOAT ? self : value_int(whole_of(self)); }
BUILTIN(float_is_integer) { UNUSED; return value_bool(isfinite(self.as.real) && floor(self.as.real) == self.as.real); }

BUILTIN(int_bit_length)
{
	UNUSED;
	int64_t bits = 0;

	for (uint64_t n = magnitude(self); n; n >>= 1)
		bits++;
	return value_int(bits);
}

BUILTIN(int_bit_count)
{
	UNUSED;
	int64_t bits = 0;

	for (uint64_t n = magnitude(self); n; n &= n - 1)
		bits++;
	return value_int(bits);
}

struct value number_member(struct run *r, struct value number, struct str name)
{
	static const struct builtin methods[] = {
		{"bit_count", int_bit_count, "", 0, false, false},
		{"bit_length", int_bit_length, "", 0, false, false},
		{"conjugate", number_conjugate, "", 0, false, false},
		{"is_integer", float_is_integer, "", 0, false, false},
	};
	bool real = number.kind == VALUE_FLOAT;

	for (int i = real ? 2 : 0; i < (real ? 4 : 3); i++) {
		if (str_is(name, methods[i].name))
			return make_method(r, &methods[i], number);
	}
	if (str_is(name, "real") || (!real && str_is(name, "numerator")))
		return real ? number : value_int(whole_of(number));
	if (str_is(name, "imag"))
		return real ? value_float(0) : value_int(0);
	return !real && str_is(name, "denominator") ? value_int(1) : value_undefined();
}
