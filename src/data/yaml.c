/* SPDX-License-Identifier: Apache-2.0 */
#include "data/yaml.h"

#include "base/map.h"
#include "data/scalar.h"

#include <stdio.h>
#include <yaml.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

/* A value, how many values it expands to and how deeply it nests. */
struct node {
	struct value value;
	size_t weight;
	unsigned height;
};

struct anchor {
	struct node node;
	bool open; /* its value is still being read */
};

struct reader {
	struct arena *arena;
	struct diag *diag;
	struct str text;
	uint32_t source;
	enum yaml_mode mode;
	yaml_parser_t parser;
	size_t bom;                /* bytes before what libyaml counts */
	size_t mark_chars, mark_bytes; /* where the last mark was found */
	struct map anchors;        /* of struct anchor */
	size_t weight;
	bool wrong;                /* an error after which reading went on */
};

static bool read_node(struct reader *reader, const yaml_event_t *event, unsigned depth, struct node *out);

static bool continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* libyaml counts characters: walks from the last mark asked for, as the next one is near. */
static uint32_t byte_offset(struct reader *reader, yaml_mark_t mark)
{
	size_t chars = reader->mark_chars, at = reader->mark_bytes;

	for (; chars < mark.index && at < reader->text.n; chars++)
		for (at++; at < reader->text.n && continues(reader->text.p[at]);)
			at++;
	for (; chars > mark.index && at > reader->bom; chars--)
		for (at--; at > reader->bom && continues(reader->text.p[at]);)
			at--;
	reader->mark_chars = chars;
	reader->mark_bytes = at;
	return (uint32_t)at;
}

static struct span span_at(struct reader *reader, yaml_mark_t mark)
{
	return (struct span){reader->source, byte_offset(reader, mark), 0};
}

/* libyaml's wording of what is wrong, ours, and what to do about it. */
static const struct {
	const char *theirs, *ours, *hint;
} problems[] = {
	{"could not find expected ':'", "a key without a colon",
	 "write `key: value`, with a blank after the colon"},
	{"mapping values are not allowed in this context", "a colon where no key can stand",
	 "check the indentation, or quote a text that holds ': '"},
	{"did not find expected key", "neither a further key nor the end of this mapping",
	 "keys of one mapping stand in one column; check the indentation and the quotes"},
	{"did not find expected '-' indicator", "neither a further '-' nor the end of this list",
	 "items of one list stand in one column; check the indentation"},
	{"block sequence entries are not allowed in this context", "a list cannot begin here",
	 "begin it on a line of its own, after `key:`"},
	{"did not find expected ',' or ']'", "expected ',' or ']'", NULL},
	{"did not find expected ',' or '}'", "expected ',' or '}'", NULL},
	{"did not find expected node content", "expected a value", NULL},
	{"did not find expected <document start>", "text after the end of the document",
	 "check the indentation: everything belongs to one mapping or list"},
	{"found unexpected end of stream", "the file ends inside quotes", NULL},
	{"found unknown escape character", "unknown escape after '\\'",
	 "in single quotes a backslash is just a backslash"},
	{"found invalid Unicode character escape code", "an escape that is no character",
	 "write the character itself, not a pair of \\u escapes"},
	{"found undefined tag handle", "undefined tag", "quote a text that begins with '!'"},
	{"found character that cannot start any token", "no value can begin with this character",
	 "quote the text"},
	{"control characters are not allowed", "a control character", NULL},
};

static const struct {
	const char *theirs, *ours;
} contexts[] = {
	{"while parsing a flow sequence", "this '[' is not closed"},
	{"while parsing a flow mapping", "this '{' is not closed"},
	{"while scanning a quoted scalar", "the quotes open here"},
	{"while parsing a block mapping", "the mapping begins here"},
	{"while parsing a block collection", "the list begins here"},
};

static void explain_tab(struct reader *reader, struct span at)
{
	diag_error(reader->diag, at, "a tab where indentation or a value is expected");
	diag_hint(reader->diag, "YAML is indented with blanks, never with tabs");
}

static void explain_problem(struct reader *reader, const char *problem, struct span at)
{
	for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
		if (strcmp(problem, problems[i].theirs) != 0)
			continue;
		diag_error(reader->diag, at, "%s", problems[i].ours);
		if (problems[i].hint)
			diag_hint(reader->diag, "%s", problems[i].hint);
		return;
	}
	diag_error(reader->diag, at, "%s", problem);
}

/* Says what libyaml found wrong. */
static bool parser_failed(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	bool key = parser->context && strcmp(parser->context, "while scanning a simple key") == 0;
	struct span at = span_at(reader, key ? parser->context_mark : parser->problem_mark), from;

	if (parser->error == YAML_MEMORY_ERROR)
		mem_fail();
	if (parser->error == YAML_READER_ERROR)
		at.offset = (uint32_t)parser->problem_offset;
	if (!key && at.offset < reader->text.n && reader->text.p[at.offset] == '\t')
		explain_tab(reader, at);
	else
		explain_problem(reader, parser->problem, at);
	if (parser->error == YAML_READER_ERROR || !parser->context)
		return false;
	from = span_at(reader, parser->context_mark);
	for (size_t i = 0; i < sizeof contexts / sizeof contexts[0]; i++) {
		if (from.offset != at.offset && strcmp(parser->context, contexts[i].theirs) == 0)
			diag_note(reader->diag, from, "%s", contexts[i].ours);
	}
	return false;
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
	return yaml_parser_parse(&reader->parser, event) || parser_failed(reader);
}

/* From the '#' at AT to what follows the line and further blanks. */
static size_t skip_comment(struct str text, size_t at, size_t end)
{
	at = str_find(text, '\n', at);
	while (at < end && strchr(" \t\r\n", text.p[at]))
		at++;
	return at < end ? at : end;
}

/* The first byte of the value itself, after its anchor and tag. */
static struct span value_start(struct reader *reader, const yaml_event_t *event)
{
	struct span at = span_at(reader, event->start_mark);
	struct str text = reader->text;
	size_t i = at.offset, end = byte_offset(reader, event->end_mark);

	while (i < end && (text.p[i] == '&' || text.p[i] == '!')) {
		while (i < end && !strchr(" \t\r\n,[]{}", text.p[i]))
			i++;
		while (i < end && strchr(" \t\r\n", text.p[i]))
			i++;
		while (i < end && text.p[i] == '#')
			i = skip_comment(text, i, end);
	}
	at.offset = (uint32_t)i;
	return at;
}

static struct value placed(struct value v, struct span at)
{
	v.source = (uint16_t)(at.source <= UINT16_MAX ? at.source : 0);
	v.offset = at.offset;
	return v;
}

static bool count_node(struct reader *reader, struct span at, size_t weight, unsigned depth)
{
	if (depth > YAML_DEPTH) {
		diag_error(reader->diag, at, "nested more than %d deep", YAML_DEPTH);
		return false;
	}
	reader->weight += weight;
	if (reader->weight > YAML_NODES) {
		diag_error(reader->diag, at, "the file expands to more than %d values", YAML_NODES);
		return false;
	}
	return true;
}

static bool same_number(int64_t integer, struct str text)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%lld", (long long)integer);

	return str_eq((struct str){digits, (size_t)n}, text);
}

static struct value plain_value(struct reader *reader, struct str text)
{
	int64_t integer;
	double real;
	bool boolean;

	if (scalar_null(text))
		return value_none();
	if (scalar_bool(text, &boolean))
		return value_bool(boolean);
	if (scalar_int(text, &integer) && (reader->mode == YAML_TYPED || same_number(integer, text)))
		return value_int(integer);
	if (reader->mode == YAML_TYPED && scalar_float(text, &real))
		return value_float(real);
	return value_copy(reader->arena, text);
}

/* A scalar with one of the tags of YAML's core schema. */
static bool tagged_value(struct reader *reader, const char *name, struct str text, struct value *out)
{
	int64_t integer;
	double real;
	bool boolean, fits = true;

	if (strcmp(name, "str") == 0)
		*out = value_copy(reader->arena, text);
	else if (strcmp(name, "null") == 0 && (fits = scalar_null(text)))
		*out = value_none();
	else if (strcmp(name, "bool") == 0 && (fits = scalar_bool(text, &boolean)))
		*out = value_bool(boolean);
	else if (strcmp(name, "int") == 0 && (fits = scalar_int(text, &integer)))
		*out = value_int(integer);
	else if (strcmp(name, "float") == 0 && scalar_int(text, &integer))
		*out = value_float((double)integer);
	else if (strcmp(name, "float") == 0 && (fits = scalar_float(text, &real)))
		*out = value_float(real);
	else
		fits = false;
	return fits;
}

static void bad_tag(struct reader *reader, struct span at, const char *tag, const char *what)
{
	size_t prefix = sizeof TAG_PREFIX - 1;

	if (strncmp(tag, TAG_PREFIX, prefix) == 0)
		diag_error(reader->diag, at, "the tag '!!%s' does not fit %s", tag + prefix, what);
	else
		diag_error(reader->diag, at, "unknown tag '%s'", tag);
	diag_hint(reader->diag, "known tags are !!str, !!int, !!float, !!bool, !!null, !!seq and !!map");
	reader->wrong = true;
}

static void read_scalar(struct reader *reader, const yaml_event_t *event, struct span at, struct value *out)
{
	struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
	const char *tag = (const char *)event->data.scalar.tag;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	*out = value_none();
	if (tag && strcmp(tag, "!") != 0) {
		size_t prefix = sizeof TAG_PREFIX - 1;

		if (strncmp(tag, TAG_PREFIX, prefix) != 0 || !tagged_value(reader, tag + prefix, text, out))
			bad_tag(reader, at, tag, "this value");
	} else if (plain && !tag) {
		*out = plain_value(reader, text);
	} else {
		*out = value_copy(reader->arena, text);
	}
	if (plain)
		out->flags |= VALUE_PLAIN;
	*out = placed(*out, at);
}

static void check_tag(struct reader *reader, const yaml_char_t *tag, const char *wanted, struct span at)
{
	if (tag && strcmp((const char *)tag, "!") != 0 && strcmp((const char *)tag, wanted) != 0)
		bad_tag(reader, at, (const char *)tag, "a list or mapping");
}

static struct anchor *open_anchor(struct reader *reader, const yaml_char_t *name)
{
	struct anchor *anchor;
	struct str key;

	if (!name)
		return NULL;
	key = str_of((const char *)name);
	key.p = arena_strndup(reader->arena, key.p, key.n);
	anchor = ARENA_NEW(reader->arena, struct anchor);
	anchor->open = true;
	map_put(&reader->anchors, key, NULL)->value.pointer = anchor;
	return anchor;
}

static bool read_alias(struct reader *reader, const yaml_event_t *event, unsigned depth, struct node *out)
{
	struct str name = str_of((const char *)event->data.alias.anchor);
	struct map_entry *entry = map_get(&reader->anchors, name);
	struct span at = span_at(reader, event->start_mark);
	const struct anchor *anchor = entry ? entry->value.pointer : NULL;
	struct guess guess;

	if (anchor && !anchor->open) {
		*out = anchor->node;
		return count_node(reader, at, out->weight, depth + out->height);
	}
	reader->wrong = true;
	*out = (struct node){placed(value_none(), at), 1, 0};
	if (anchor) {
		diag_error(reader->diag, at, "the alias '*%s' stands inside the value that it names", name.p);
		return true;
	}
	diag_error(reader->diag, at, "there is no anchor '&%s' before this alias", name.p);
	guess_init(&guess, name);
	for (size_t i = 0; i < reader->anchors.count; i++)
		guess_offer(&guess, reader->anchors.entries[i].key);
	guess_hint(&guess, reader->diag);
	return true;
}

static void add_inner(struct node *outer, const struct node *inner)
{
	outer->weight += inner->weight;
	if (outer->height <= inner->height)
		outer->height = inner->height + 1;
}

static bool read_list(struct reader *reader, unsigned depth, struct node *out)
{
	for (;;) {
		yaml_event_t event;
		struct node item;
		bool fine, end;

		if (!next_event(reader, &event))
			return false;
		end = event.type == YAML_SEQUENCE_END_EVENT;
		fine = end || read_node(reader, &event, depth + 1, &item);
		yaml_event_delete(&event);
		if (end || !fine)
			return fine;
		list_append(out->value.as.list, item.value);
		add_inner(out, &item);
	}
}

static bool is_merge_key(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE
		&& !event->data.scalar.tag && strcmp((const char *)event->data.scalar.value, "<<") == 0;
}

/* The next key; *END where the mapping ends instead. */
static bool read_key(struct reader *reader, unsigned depth, struct node *key, bool *merge, bool *end)
{
	yaml_event_t event;
	bool fine;

	if (!next_event(reader, &event))
		return false;
	*end = event.type == YAML_MAPPING_END_EVENT;
	*merge = is_merge_key(&event);
	fine = *end || read_node(reader, &event, depth, key);
	yaml_event_delete(&event);
	if (fine && !*end && (value_is(key->value, VALUE_LIST) || value_is(key->value, VALUE_DICT))) {
		diag_error(reader->diag, value_span(key->value), "a key must be a scalar, this is a %s",
		           value_kind_name(key->value.kind));
		diag_hint(reader->diag, "quote a text that begins with '[' or '{'");
		reader->wrong = true;
		key->value = value_undefined();
	}
	return fine;
}

static bool read_value(struct reader *reader, unsigned depth, struct node *out)
{
	yaml_event_t event;
	bool fine;

	if (!next_event(reader, &event))
		return false;
	fine = read_node(reader, &event, depth, out);
	yaml_event_delete(&event);
	return fine;
}

static const struct dict_entry *entry_of(const struct dict *dict, struct value key)
{
	struct value *place = dict_get(dict, key);

	if (!place)
		return NULL;
	return (const struct dict_entry *)((const char *)place - offsetof(struct dict_entry, value));
}

static void add_entry(struct reader *reader, struct dict *dict, struct value key, struct value v)
{
	const struct dict_entry *earlier = entry_of(dict, key);
	struct str text;

	if (!earlier) {
		dict_set(dict, key, v);
		return;
	}
	reader->wrong = true;
	if (yaml_scalar_text(reader->diag, key, &text))
		diag_error(reader->diag, value_span(key), "the key '%.*s' stands twice in this mapping",
		           STR_ARG(text));
	else
		diag_error(reader->diag, value_span(key), "this key stands twice in this mapping");
	diag_note(reader->diag, value_span(earlier->key), "the first one is here");
}

/* Checks what stands after "<<:", and adds it to SOURCES, of which the last is the weakest. */
static void add_merged(struct reader *reader, struct list *sources, struct value from)
{
	struct list one = {&from, 1, 1, NULL}, *all = value_is(from, VALUE_LIST) ? from.as.list : &one;

	for (size_t i = 0; i < all->count; i++) {
		if (value_is(all->items[i], VALUE_DICT)) {
			list_append(sources, all->items[i]);
			continue;
		}
		diag_error(reader->diag, value_span(all->items[i]), "only mappings can be merged, this is a %s",
		           value_kind_name(all->items[i].kind));
		reader->wrong = true;
	}
}

/* PyYAML's order: what is merged stands first, the weakest source first of all. */
static struct dict *merge(struct reader *reader, const struct list *sources, const struct dict *own)
{
	struct dict *all = value_dict(reader->arena).as.dict;

	for (size_t i = sources->count; i-- > 0;) {
		const struct dict *from = sources->items[i].as.dict;

		for (size_t k = 0; k < from->used; k++) {
			const struct dict_entry *entry = entry_of(own, from->entries[k].key);

			if (!entry)
				entry = &from->entries[k];
			dict_set(all, entry->key, entry->value);
		}
	}
	for (size_t i = 0; i < own->used; i++)
		dict_set(all, own->entries[i].key, own->entries[i].value);
	return all;
}

static bool read_dict(struct reader *reader, unsigned depth, struct node *out)
{
	struct value sources = value_undefined();
	struct span merged_at = SPAN_NONE;

	for (;;) {
		struct node key, item;
		bool is_merge, end;

		if (!read_key(reader, depth + 1, &key, &is_merge, &end))
			return false;
		if (end)
			break;
		if (!read_value(reader, depth + 1, &item))
			return false;
		add_inner(out, &key);
		add_inner(out, &item);
		if (value_is(key.value, VALUE_UNDEFINED))
			continue;
		if (!is_merge) {
			add_entry(reader, out->value.as.dict, key.value, item.value);
			continue;
		}
		if (merged_at.source) {
			diag_error(reader->diag, value_span(key.value), "'<<' stands twice in this mapping");
			diag_note(reader->diag, merged_at, "the first one is here");
			diag_hint(reader->diag, "merge several mappings with `<<: [*one, *two]`");
			reader->wrong = true;
		} else {
			sources = value_list(reader->arena, 0);
		}
		merged_at = value_span(key.value);
		add_merged(reader, sources.as.list, item.value);
	}
	if (value_is(sources, VALUE_LIST))
		out->value.as.dict = merge(reader, sources.as.list, out->value.as.dict);
	return true;
}

/* Reads the node that EVENT begins, at DEPTH containers. */
static bool read_node(struct reader *reader, const yaml_event_t *event, unsigned depth, struct node *out)
{
	struct anchor *anchor;
	struct span at;
	bool fine = true;

	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(reader, event, depth, out);
	at = value_start(reader, event);
	if (!count_node(reader, at, 1, depth))
		return false;
	*out = (struct node){.weight = 1};
	if (event->type == YAML_SCALAR_EVENT) {
		anchor = open_anchor(reader, event->data.scalar.anchor);
		read_scalar(reader, event, at, &out->value);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = open_anchor(reader, event->data.sequence_start.anchor);
		check_tag(reader, event->data.sequence_start.tag, YAML_SEQ_TAG, at);
		out->value = placed(value_list(reader->arena, 0), at);
		fine = read_list(reader, depth, out);
	} else {
		anchor = open_anchor(reader, event->data.mapping_start.anchor);
		check_tag(reader, event->data.mapping_start.tag, YAML_MAP_TAG, at);
		out->value = placed(value_dict(reader->arena), at);
		fine = read_dict(reader, depth, out);
	}
	if (anchor)
		*anchor = (struct anchor){*out, false};
	return fine;
}

/* The stream: at most one document. */
static bool read_stream(struct reader *reader, struct value *out)
{
	unsigned documents = 0;

	for (;;) {
		yaml_event_t event;
		struct node node = {.value = value_none()};
		struct span at;
		yaml_event_type_t type;

		if (!next_event(reader, &event))
			return false;
		type = event.type;
		at = span_at(reader, event.start_mark);
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			return true;
		if (type != YAML_DOCUMENT_START_EVENT)
			continue;
		if (documents++) {
			diag_error(reader->diag, at, "a second document begins here, a file holds only one");
			return false;
		}
		if (!read_value(reader, 0, &node))
			return false;
		*out = node.value;
	}
}

static bool check_encoding(struct reader *reader)
{
	struct str text = reader->text;
	size_t bad = utf8_check(text);

	if (text.n >= UINT32_MAX) {
		diag_error(reader->diag, (struct span){reader->source, 0, 0}, "the file is larger than 4 GiB");
		return false;
	}
	if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff"))) {
		diag_error(reader->diag, (struct span){reader->source, 0, 0}, "the file is UTF-16, not UTF-8");
		return false;
	}
	if (bad < text.n) {
		diag_error(reader->diag, (struct span){reader->source, (uint32_t)bad, 0},
		           "the byte 0x%02x is not UTF-8", (unsigned char)text.p[bad]);
		return false;
	}
	if (str_starts(text, STR("\xef\xbb\xbf")))
		reader->bom = reader->mark_bytes = 3;
	return true;
}

bool yaml_read(struct arena *arena, struct diag *diag, uint32_t source, struct str text, enum yaml_mode mode,
               struct value *out)
{
	struct reader reader = {.arena = arena, .diag = diag, .text = text, .source = source, .mode = mode};
	bool fine;

	*out = value_none();
	if (!check_encoding(&reader))
		return false;
	if (!yaml_parser_initialize(&reader.parser))
		mem_fail();
	map_init(&reader.anchors);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
	fine = read_stream(&reader, out);
	map_release(&reader.anchors);
	yaml_parser_delete(&reader.parser);
	return fine && !reader.wrong;
}

/* The run of bytes at OFFSET that numbers, booleans and null are made of. */
static struct str source_word(struct str source, uint32_t offset)
{
	size_t end = offset;

	while (end < source.n && source.p[end]
	       && strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._~", source.p[end]))
		end++;
	return str_slice(source, offset, end);
}

bool yaml_scalar_text(const struct diag *diag, struct value v, struct str *text)
{
	struct str source;

	switch ((enum value_kind)v.kind) {
	case VALUE_STRING:
		*text = value_str(v);
		return true;
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_FLOAT:
		break;
	default:
		return false;
	}
	if (!v.source)
		return false;
	source = diag_source_text(diag, v.source);
	if (!source.p)
		return false;
	if (!(v.flags & VALUE_PLAIN))
		v.offset++;
	*text = source_word(source, v.offset);
	return text->n > 0;
}
