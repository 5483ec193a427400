/* SPDX-License-Identifier: Apache-2.0 */
#include "data/yaml.h"

#include "data/scalar.h"

#include <inttypes.h>
#include <stdio.h>
#include <yaml.h>

enum { YAML_WIDTH = -1 /* lines are as long as they are */ };

static int append(void *context, unsigned char *bytes, size_t size)
{
	buf_addstr(context, (struct str){(const char *)bytes, size});
	return 1;
}

/* What cannot be emitted is memory that ran out: events come in order, and text is made UTF-8 before. */
static void emit(yaml_emitter_t *emitter, yaml_event_t *event, int made)
{
	if (!made || !yaml_emitter_emit(emitter, event))
		mem_fail();
}

/* True where some reader takes the bare TEXT for a number, a time, a boolean or nothing. */
static bool is_special(struct str text)
{
	bool boolean;

	if (text.n == 0 || scalar_null(text) || scalar_bool(text, &boolean))
		return true;
	return strchr("0123456789+-.=<", text.p[0]) || str_is(text, "y") || str_is(text, "n") || str_is(text, "Y") ||
	       str_is(text, "N");
}

/* TEXT with U+FFFD for each byte that is not UTF-8; SCRATCH holds it where there are any. */
static struct str valid(struct str text, struct buf *scratch)
{
	size_t bad = utf8_check(text);

	if (bad == text.n)
		return text;
	for (; bad < text.n; bad = utf8_check(text)) {
		buf_addstr(scratch, str_slice(text, 0, bad));
		buf_adds(scratch, "\xef\xbf\xbd");
		text = str_slice(text, bad + 1, text.n);
	}
	buf_addstr(scratch, text);
	return buf_str(scratch);
}

static void write_text(yaml_emitter_t *emitter, struct str given)
{
	yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;
	struct buf scratch = BUF_INIT;
	struct str text = valid(given, &scratch);
	yaml_event_t event;

	if (str_find(text, '\n', 0) < text.n)
		style = YAML_LITERAL_SCALAR_STYLE;
	else if (is_special(text))
		style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	emit(emitter, &event, yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)(text.n ? text.p : ""),
	                                                   (int)text.n, 1, 1, style));
	buf_release(&scratch);
}

/* None, booleans and numbers are bare. */
static void write_bare(yaml_emitter_t *emitter, const char *text)
{
	yaml_event_t event;

	emit(emitter, &event, yaml_scalar_event_initialize(&event, NULL, NULL, (const yaml_char_t *)text, -1, 1, 0,
	                                                   YAML_PLAIN_SCALAR_STYLE));
}

static void write_value(yaml_emitter_t *emitter, struct value v);

static void write_list(yaml_emitter_t *emitter, const struct list *list)
{
	yaml_event_t event;

	emit(emitter, &event, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_SEQUENCE_STYLE));
	for (size_t i = 0; i < list->count; i++)
		write_value(emitter, list->items[i]);
	emit(emitter, &event, yaml_sequence_end_event_initialize(&event));
}

static void write_dict(yaml_emitter_t *emitter, const struct dict *dict)
{
	yaml_event_t event;

	emit(emitter, &event, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_ANY_MAPPING_STYLE));
	for (size_t i = 0; i < dict->used; i++) {
		if (value_is(dict->entries[i].key, VALUE_UNDEFINED))
			continue;
		write_value(emitter, dict->entries[i].key);
		write_value(emitter, dict->entries[i].value);
	}
	emit(emitter, &event, yaml_mapping_end_event_initialize(&event));
}

static void write_value(yaml_emitter_t *emitter, struct value v)
{
	char digits[24];

	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		write_text(emitter, value_str(v));
		break;
	case VALUE_LIST:
		write_list(emitter, v.as.list);
		break;
	case VALUE_DICT:
		write_dict(emitter, v.as.dict);
		break;
	case VALUE_BOOL:
		write_bare(emitter, v.as.boolean ? "true" : "false");
		break;
	case VALUE_INT:
		snprintf(digits, sizeof digits, "%" PRId64, v.as.integer);
		write_bare(emitter, digits);
		break;
	default:
		write_bare(emitter, "null");
	}
}

void yaml_write(struct buf *out, struct value v)
{
	yaml_emitter_t emitter;
	yaml_event_t event;

	if (!yaml_emitter_initialize(&emitter))
		mem_fail();
	yaml_emitter_set_output(&emitter, append, out);
	yaml_emitter_set_unicode(&emitter, 1);
	yaml_emitter_set_width(&emitter, YAML_WIDTH);
	emit(&emitter, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	emit(&emitter, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1));
	write_value(&emitter, v);
	emit(&emitter, &event, yaml_document_end_event_initialize(&event, 1));
	emit(&emitter, &event, yaml_stream_end_event_initialize(&event));
	yaml_emitter_delete(&emitter);
}
