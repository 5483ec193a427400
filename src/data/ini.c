/* SPDX-License-Identifier: Apache-2.0 */
#include "data/ini.h"

#include "base/map.h"

#include <ini.h>

enum {
	INTERPOLATION_DEPTH = 10,       /* as ConfigParser's */
	INTERPOLATION_COUNT = 1000,     /* references that one value expands to */
	INTERPOLATION_BYTES = 1 << 20   /* of one value */
};

/* What inih was given last. */
enum fed { FED_NOTHING, FED_SECTION, FED_OPENED, FED_KEY, FED_MORE };

struct raw {
	struct str section, key, value;
	struct span key_at, value_at;
};

struct heading {
	struct str name;
	struct span at;
};

/*
 * inih sees the shape of a line and never its text: what is long is cut, no
 * byte can be a comment, and the lengths that it reports are those of the
 * source.  Behind each section goes an empty key, for inih tells of sections
 * only with their keys.
 */
struct reader {
	struct arena *arena;
	struct diag *diag;
	struct str text;
	uint32_t source;
	size_t at;               /* of the next line */
	struct str line;         /* the current one, trimmed */
	size_t skipped;          /* bytes of it that inih was not shown */
	enum fed fed;
	bool answered;           /* inih understood it */
	bool in_section, in_value;
	size_t indent;           /* of the key or section that was opened last */
	struct str section;
	struct buf value;        /* of the last entry, while it goes on */
	struct raw *entries;
	size_t count, capacity;
	struct heading *headings;
	size_t heading_count, heading_capacity;
	struct map sections;     /* by name: 1 + number of the heading */
	struct map names;        /* by section, NUL, key: 1 + number of the entry */
	unsigned references;     /* expanded for the current entry */
	bool wrong;
};

static struct str kept(struct arena *arena, struct str s)
{
	return (struct str){arena_strndup(arena, s.p, s.n), s.n};
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f);
}

static struct str trim_end(struct str s)
{
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct str trim(struct str s)
{
	size_t from = 0;

	while (from < s.n && is_blank(s.p[from]))
		from++;
	return trim_end(str_slice(s, from, s.n));
}

static struct span span_of(const struct reader *reader, struct str part)
{
	return (struct span){reader->source, (uint32_t)(part.p - reader->text.p), (uint32_t)part.n};
}

static struct str compound(struct arena *arena, struct str section, struct str key)
{
	char *name = arena_alloc(arena, section.n + key.n + 1);

	memcpy(name, section.p, section.n);
	name[section.n] = '\0';
	memcpy(name + section.n + 1, key.p, key.n);
	return (struct str){name, section.n + key.n + 1};
}

static struct raw *find_raw(struct reader *reader, struct str section, struct str key)
{
	struct map_entry *entry = map_get(&reader->names, compound(reader->arena, section, key));

	return entry ? &reader->entries[entry->value.number - 1] : NULL;
}

static bool is_default(struct str section)
{
	return str_eq(section, STR("DEFAULT"));
}

static void close_value(struct reader *reader)
{
	if (reader->in_value) {
		struct str value = trim_end(buf_str(&reader->value));

		reader->entries[reader->count - 1].value = kept(reader->arena, value);
	}
	reader->in_value = false;
	buf_clear(&reader->value);
}

/* "[NAME] anything": up to the last bracket, at least one byte. */
static bool section_name(struct str line, struct str *name)
{
	size_t end = line.n;

	while (end && line.p[end - 1] != ']')
		end--;
	if (line.p[0] != '[' || end < 3)
		return false;
	*name = str_slice(line, 1, end - 1);
	return true;
}

static void open_section(struct reader *reader)
{
	struct heading heading;
	struct map_entry *entry;
	bool fresh;

	section_name(reader->line, &heading.name);
	heading.at = span_of(reader, heading.name);
	reader->section = heading.name;
	reader->in_section = true;
	if (is_default(heading.name))
		return;
	entry = map_put(&reader->sections, heading.name, &fresh);
	if (!fresh) {
		diag_error(reader->diag, heading.at, "the section [%.*s] stands twice", STR_ARG(heading.name));
		diag_note(reader->diag, reader->headings[entry->value.number - 1].at, "the first one is here");
		reader->wrong = true;
		return;
	}
	MEM_ROOM(reader->headings, reader->heading_count, reader->heading_capacity);
	reader->headings[reader->heading_count++] = heading;
	entry->value.number = reader->heading_count;
}

static void open_entry(struct reader *reader, size_t key_length)
{
	struct str key = trim_end(str_slice(reader->line, 0, key_length));
	struct str rest = trim(str_slice(reader->line, key.n, reader->line.n));
	struct str value = trim(str_slice(rest, 1, rest.n));
	struct map_entry *entry;
	bool fresh;

	if (key.n == 0) {
		diag_error(reader->diag, span_of(reader, reader->line), "a value without a key");
		reader->wrong = true;
		return;
	}
	entry = map_put(&reader->names, compound(reader->arena, reader->section, key), &fresh);
	if (!fresh) {
		diag_error(reader->diag, span_of(reader, key), "the key '%.*s' stands twice in [%.*s]", STR_ARG(key),
		           STR_ARG(reader->section));
		diag_note(reader->diag, reader->entries[entry->value.number - 1].key_at, "the first one is here");
		reader->wrong = true;
	}
	MEM_ROOM(reader->entries, reader->count, reader->capacity);
	reader->entries[reader->count++] = (struct raw){
		.section = reader->section,
		.key = key,
		.key_at = span_of(reader, key),
		.value_at = span_of(reader, value),
	};
	entry->value.number = reader->count;
	buf_addstr(&reader->value, value);
	reader->in_value = true;
}

static int on_answer(void *user, const char *section, const char *name, const char *value)
{
	struct reader *reader = user;

	(void)section;
	(void)value;
	reader->answered = true;
	if (reader->fed == FED_OPENED) {
		open_section(reader);
	} else if (reader->fed == FED_KEY) {
		open_entry(reader, reader->skipped + strlen(name));
	} else if (reader->fed == FED_MORE) {
		buf_addc(&reader->value, '\n');
		buf_addstr(&reader->value, reader->line);
	}
	return 1;
}

/* The next line without its end, which is LF, CR LF or CR. */
static bool next_line(struct reader *reader, struct str *line)
{
	struct str text = reader->text;
	size_t end = reader->at;

	if (reader->at == text.n)
		return false;
	while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r')
		end++;
	*line = str_slice(text, reader->at, end);
	if (end < text.n)
		end += text.p[end] == '\r' && end + 1 < text.n && text.p[end + 1] == '\n' ? 2 : 1;
	reader->at = end;
	return true;
}

/* Says what the current line is; false where inih need not see it. */
static bool classify(struct reader *reader, struct str whole)
{
	struct str line = trim(whole), name;
	size_t indent = (size_t)(line.p - whole.p);

	if (line.n == 0 && reader->in_value)
		buf_addc(&reader->value, '\n');
	if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
		return false;
	reader->line = line;
	if (reader->in_value && indent > reader->indent) {
		reader->fed = FED_MORE;
		return true;
	}
	close_value(reader);
	reader->indent = indent;
	reader->fed = section_name(line, &name) ? FED_SECTION : FED_KEY;
	if (reader->fed == FED_SECTION || reader->in_section)
		return true;
	diag_error(reader->diag, span_of(reader, line), "there is no [section] above this line");
	reader->wrong = true;
	return false;
}

/* The shape of a key's line up to its separator, its end if it is longer than ROOM. */
static void shape_key(struct reader *reader, char *to, size_t room)
{
	struct str line = reader->line;
	size_t end = 0, n = 0;

	while (end < line.n && line.p[end] != '=' && line.p[end] != ':')
		end++;
	reader->skipped = end > room - 2 ? end - (room - 2) : 0;
	for (size_t i = reader->skipped; i < end; i++, n++)
		to[n] = is_blank(line.p[i]) && n ? ' ' : 'x';
	if (end < line.n)
		to[n++] = '=';
	to[n] = '\0';
}

static void settle(struct reader *reader)
{
	if (reader->fed == FED_KEY && !reader->answered) {
		diag_error(reader->diag, span_of(reader, reader->line), "neither [section] nor key = value");
		reader->wrong = true;
	}
	reader->answered = false;
	reader->skipped = 0;
}

static char *feed(char *to, int room, void *user)
{
	struct reader *reader = user;
	struct str whole;

	settle(reader);
	if (reader->fed == FED_SECTION) {
		reader->fed = FED_OPENED;
		return memcpy(to, "=", 2);
	}
	do {
		reader->fed = FED_NOTHING;
		if (!next_line(reader, &whole))
			return NULL;
	} while (!classify(reader, whole));
	if (reader->fed == FED_SECTION)
		memcpy(to, "[x]", 4);
	else if (reader->fed == FED_MORE)
		memcpy(to, " x", 3);
	else
		shape_key(reader, to, (size_t)room);
	return to;
}

static bool interpolate(struct reader *reader, const struct raw *raw, struct str section, struct str rest,
                        unsigned depth, struct buf *out);

static bool misinterpolated(struct reader *reader, const struct raw *raw, const char *what, struct str part)
{
	diag_error(reader->diag, raw->value_at, "[%.*s] %.*s: %s '%.*s'", STR_ARG(raw->section),
	           STR_ARG(raw->key), what, STR_ARG(part));
	reader->wrong = true;
	return false;
}

/* What begins with a percent sign at REST; *USED bytes of it. */
static bool interpolate_one(struct reader *reader, const struct raw *raw, struct str section, struct str rest,
                            unsigned depth, struct buf *out, size_t *used)
{
	size_t end = str_find(rest, ')', 0);
	const struct raw *other;
	struct str key;

	*used = 2;
	if (rest.n > 1 && rest.p[1] == '%') {
		buf_addc(out, '%');
		return true;
	}
	if (rest.n < 2 || rest.p[1] != '(' || end < 3 || end + 1 >= rest.n || rest.p[end + 1] != 's') {
		misinterpolated(reader, raw, "bad reference", str_slice(rest, 0, 24));
		diag_hint(reader->diag, "a reference is %%(key)s, and %%%% a percent sign");
		return false;
	}
	key = str_slice(rest, 2, end);
	*used = end + 2;
	other = find_raw(reader, section, key);
	if (!other)
		other = find_raw(reader, STR("DEFAULT"), key);
	if (!other)
		return misinterpolated(reader, raw, "there is no key", key);
	if (depth == INTERPOLATION_DEPTH || reader->references++ == INTERPOLATION_COUNT)
		return misinterpolated(reader, raw, "too many or too deeply nested references at", key);
	return interpolate(reader, raw, section, other->value, depth + 1, out);
}

static bool interpolate(struct reader *reader, const struct raw *raw, struct str section, struct str rest,
                        unsigned depth, struct buf *out)
{
	while (rest.n) {
		size_t percent = str_find(rest, '%', 0), used;

		buf_addstr(out, str_slice(rest, 0, percent));
		if (out->n > INTERPOLATION_BYTES)
			return misinterpolated(reader, raw, "references make the value too long at", raw->key);
		rest = str_slice(rest, percent, rest.n);
		if (rest.n == 0)
			break;
		if (!interpolate_one(reader, raw, section, rest, depth, out, &used))
			return false;
		rest = str_slice(rest, used, rest.n);
	}
	return true;
}

static void add_entry(struct reader *reader, struct ini_section *section, const struct raw *raw)
{
	struct buf value = BUF_INIT;

	reader->references = 0;
	if (interpolate(reader, raw, section->name, raw->value, 0, &value))
		section->entries[section->count++] = (struct ini_entry){
			.key = kept(reader->arena, raw->key),
			.value = kept(reader->arena, buf_str(&value)),
			.key_at = raw->key_at,
			.value_at = raw->value_at,
			.inherited = is_default(raw->section),
		};
	buf_release(&value);
}

/* Which of the reader's entries stand in one section. */
struct numbers {
	size_t *at, count, capacity;
};

static void add_section(struct reader *reader, struct ini_section *section, const struct heading *heading,
                        const struct numbers *defaults, const struct numbers *own)
{
	section->name = kept(reader->arena, heading->name);
	section->at = heading->at;
	section->entries = ARENA_ARRAY(reader->arena, defaults->count + own->count, struct ini_entry);
	for (size_t i = 0; i < defaults->count; i++) {
		const struct raw *raw = &reader->entries[defaults->at[i]];
		const struct raw *override = find_raw(reader, heading->name, raw->key);

		add_entry(reader, section, override ? override : raw);
	}
	for (size_t i = 0; i < own->count; i++) {
		const struct raw *raw = &reader->entries[own->at[i]];

		if (!find_raw(reader, STR("DEFAULT"), raw->key))
			add_entry(reader, section, raw);
	}
}

static void assemble(struct reader *reader, struct ini *out)
{
	struct numbers *lists = ARENA_ARRAY(reader->arena, reader->heading_count + 1, struct numbers);

	for (size_t i = 0; i < reader->count; i++) {
		const struct map_entry *entry = map_get(&reader->sections, reader->entries[i].section);
		struct numbers *list = &lists[entry ? entry->value.number : 0];

		MEM_ROOM(list->at, list->count, list->capacity);
		list->at[list->count++] = i;
	}
	out->count = reader->heading_count;
	out->sections = ARENA_ARRAY(reader->arena, out->count, struct ini_section);
	for (size_t i = 0; i < out->count; i++)
		add_section(reader, &out->sections[i], &reader->headings[i], &lists[0], &lists[i + 1]);
	for (size_t i = 0; i <= reader->heading_count; i++)
		mem_free(lists[i].at);
}

static bool check_text(struct reader *reader)
{
	size_t bad = utf8_check(reader->text), nul = str_find(reader->text, '\0', 0);
	size_t at = bad < nul ? bad : nul;

	if (reader->text.n >= UINT32_MAX) {
		diag_error(reader->diag, (struct span){reader->source, 0, 0}, "the file is larger than 4 GiB");
		return false;
	}
	if (at < reader->text.n) {
		diag_error(reader->diag, (struct span){reader->source, (uint32_t)at, 0},
		           "the byte 0x%02x is not UTF-8 text", (unsigned char)reader->text.p[at]);
		return false;
	}
	if (str_starts(reader->text, STR("\xef\xbb\xbf")))
		reader->at = 3;
	return true;
}

bool ini_read(struct arena *arena, struct diag *diag, uint32_t source, struct str text, struct ini *out)
{
	struct reader reader = {.arena = arena, .diag = diag, .text = text, .source = source};

	*out = (struct ini){NULL, 0};
	if (!check_text(&reader))
		return false;
	map_init(&reader.sections);
	map_init(&reader.names);
	if (ini_parse_stream(feed, &reader, on_answer, &reader) == -2)
		mem_fail();
	close_value(&reader);
	if (!reader.wrong)
		assemble(&reader, out);
	if (reader.wrong)
		*out = (struct ini){NULL, 0};
	map_release(&reader.sections);
	map_release(&reader.names);
	buf_release(&reader.value);
	mem_free(reader.entries);
	mem_free(reader.headings);
	return !reader.wrong;
}

const struct ini_section *ini_section(const struct ini *ini, struct str name)
{
	for (size_t i = 0; i < ini->count; i++) {
		if (str_eq(ini->sections[i].name, name))
			return &ini->sections[i];
	}
	return NULL;
}

const struct ini_entry *ini_entry(const struct ini_section *section, struct str key)
{
	for (size_t i = 0; i < section->count; i++) {
		if (str_eq(section->entries[i].key, key))
			return &section->entries[i];
	}
	return NULL;
}
