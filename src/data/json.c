/* SPDX-License-Identifier: Apache-2.0 */
#include "data/json.h"

#include "base/quote.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* As Python's repr: the shortest digits that read back as REAL, an exponent below 1e-4 and from 1e16 on. */
static void write_float(struct buf *out, double real)
{
	char digits[40];
	int precision = 0, exponent;

	if (!isfinite(real)) {
		buf_adds(out, isnan(real) ? "NaN" : real < 0 ? "-Infinity" : "Infinity");
		return;
	}
	do
		snprintf(digits, sizeof digits, "%.*e", precision++, real);
	while (precision < 17 && strtod(digits, NULL) != real);
	exponent = (int)strtol(strchr(digits, 'e') + 1, NULL, 10);
	if (exponent < -4 || exponent >= 16)
		buf_adds(out, digits);
	else if (precision - 1 - exponent > 0)
		buf_addf(out, "%.*f", precision - 1 - exponent, real);
	else
		buf_addf(out, "%.0f.0", real);
}

static void write_break(struct buf *out, unsigned indent, unsigned depth)
{
	if (!indent)
		return;
	buf_addc(out, '\n');
	for (unsigned i = 0; i < indent * depth; i++)
		buf_addc(out, ' ');
}

static void write_value(struct buf *out, struct value v, unsigned indent, unsigned depth);

static void write_list(struct buf *out, const struct list *list, unsigned indent, unsigned depth)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_addc(out, ',');
		write_break(out, indent, depth + 1);
		write_value(out, list->items[i], indent, depth + 1);
	}
	if (list->count)
		write_break(out, indent, depth);
	buf_addc(out, ']');
}

static void write_key(struct buf *out, struct value key)
{
	struct buf text = BUF_INIT;

	if (value_is(key, VALUE_STRING)) {
		quote_json(out, value_str(key));
		return;
	}
	write_value(&text, key, 0, 0);
	quote_json(out, buf_str(&text));
	buf_release(&text);
}

static void write_dict(struct buf *out, const struct dict *dict, unsigned indent, unsigned depth)
{
	bool first = true;

	buf_addc(out, '{');
	for (size_t i = 0; i < dict->used; i++) {
		const struct dict_entry *entry = &dict->entries[i];

		if (value_is(entry->key, VALUE_UNDEFINED))
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		write_break(out, indent, depth + 1);
		write_key(out, entry->key);
		buf_adds(out, indent ? ": " : ":");
		write_value(out, entry->value, indent, depth + 1);
	}
	if (!first)
		write_break(out, indent, depth);
	buf_addc(out, '}');
}

static void write_value(struct buf *out, struct value v, unsigned indent, unsigned depth)
{
	switch ((enum value_kind)v.kind) {
	case VALUE_BOOL:
		buf_adds(out, v.as.boolean ? "true" : "false");
		break;
	case VALUE_INT:
		buf_addf(out, "%" PRId64, v.as.integer);
		break;
	case VALUE_FLOAT:
		write_float(out, v.as.real);
		break;
	case VALUE_STRING:
		quote_json(out, value_str(v));
		break;
	case VALUE_LIST:
	case VALUE_TUPLE:
		write_list(out, v.as.list, indent, depth);
		break;
	case VALUE_DICT:
		write_dict(out, v.as.dict, indent, depth);
		break;
	case VALUE_UNDEFINED:
	case VALUE_NONE:
	case VALUE_OBJECT:
		buf_adds(out, "null");
		break;
	}
}

void json_write(struct buf *out, struct value v, unsigned indent)
{
	write_value(out, v, indent, 0);
}
