/* SPDX-License-Identifier: Apache-2.0 */
#include "data/lock.h"

#include "data/ref.h"

#include <stdlib.h>

static const char lock_head[] =
	"# Which images the references of FROM mean here; `ninja update-bases` keeps it. To be committed.\n\n";

/* A file under way. */
struct reading {
	struct lock *lock;
	struct diag *diag;
	uint32_t source;
	struct str text;
	struct buf head, above; /* comments so far: of the whole, and right above this line */
	bool conflict;          /* inside what a merge left */
	bool fine;
};

/* --- Names --- */

static struct str normal(struct arena *arena, struct str name)
{
	return str_starts(name, STR(LOCK_ROOTFS)) ? name : ref_normal(arena, name);
}

struct lock_pin *lock_pin(const struct lock *lock, struct str name)
{
	struct arena arena;
	const struct map_entry *entry;

	arena_init(&arena);
	entry = map_get(&lock->index, normal(&arena, name));
	arena_release(&arena);
	return entry ? &lock->pins[entry->value.number] : NULL;
}

static struct str kept(struct arena *arena, struct str text)
{
	return (struct str){arena_strndup(arena, text.n ? text.p : "", text.n), text.n};
}

static struct lock_pin *add(struct lock *lock, struct str name)
{
	size_t old = lock->capacity;

	if (lock->count == old) {
		lock->capacity = old ? 2 * old : 16;
		lock->pins = arena_grow(lock->arena, lock->pins, old * sizeof *lock->pins,
		                        lock->capacity * sizeof *lock->pins);
	}
	lock->pins[lock->count] = (struct lock_pin){.name = name, .digest = STR(""), .above = STR(""), .note = STR("")};
	map_put(&lock->index, normal(lock->arena, name), NULL)->value.number = lock->count;
	return &lock->pins[lock->count++];
}

void lock_init(struct lock *lock, struct arena *arena)
{
	*lock = (struct lock){.arena = arena, .head = STR(""), .tail = STR("")};
	map_init(&lock->index);
}

void lock_release(struct lock *lock)
{
	map_release(&lock->index);
}

struct str lock_find(const struct lock *lock, struct str ref)
{
	const struct lock_pin *pin = lock_pin(lock, ref);

	return pin ? pin->digest : STR("");
}

struct lock_pin *lock_put(struct lock *lock, struct str ref, struct str digest)
{
	struct lock_pin *pin = lock_pin(lock, ref);

	if (!pin)
		pin = add(lock, kept(lock->arena, normal(lock->arena, ref)));
	pin->digest = kept(lock->arena, digest);
	return pin;
}

/* --- Reading --- */

static struct span span_of(const struct reading *reading, struct str part)
{
	return (struct span){reading->source, (uint32_t)(part.p - reading->text.p), (uint32_t)part.n};
}

static bool wrong(struct reading *reading, struct str part, const char *why)
{
	diag_error(reading->diag, span_of(reading, part), "%s", why);
	reading->fine = false;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes the next word off LINE, which begins with none of the blanks before or behind it then. */
static struct str take_word(struct str *line)
{
	size_t end = 0, next;
	struct str word;

	while (end < line->n && !is_blank(line->p[end]))
		end++;
	word = str_slice(*line, 0, end);
	for (next = end; next < line->n && is_blank(line->p[next]); next++)
		;
	*line = (struct str){line->p + next, line->n - next};
	return word;
}

static bool check_name(struct reading *reading, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c < ' ' || c == 0x7f)
			return wrong(reading, str_slice(name, i, i + 1), "no reference has this character");
		if (c == '@')
			return wrong(reading, name, "a reference with a digest of its own needs no pin");
	}
	return name.p[0] != '-' || wrong(reading, name, "no reference begins with '-'");
}

/* A second line for a name may only say the same. */
static bool check_first(struct reading *reading, struct str name, struct str digest)
{
	const struct lock_pin *first = lock_pin(reading->lock, name);

	if (!first || str_eq(first->digest, digest))
		return true;
	wrong(reading, name, "this reference is pinned twice, to different images");
	diag_note(reading->diag, first->span, "it is here first");
	return false;
}

static void read_pin(struct reading *reading, struct str line)
{
	struct str name = take_word(&line), digest = take_word(&line);
	struct lock_pin *pin;

	if (!check_name(reading, name))
		return;
	if (digest.n == 0 || digest.p[0] == '#')
		wrong(reading, name, "no digest follows this reference");
	else if (!ref_is_digest(digest))
		wrong(reading, digest, "a digest is sha256: and 64 digits of 0-9 and a-f");
	else if (line.n && line.p[0] != '#')
		wrong(reading, line, "only a comment can follow a digest");
	else if (check_first(reading, name, digest)) {
		pin = lock_pin(reading->lock, name);
		if (!pin) {
			pin = add(reading->lock, name);
			pin->span = span_of(reading, name);
		}
		pin->digest = digest;
		pin->note = pin->note.n ? pin->note : line;
		if (!pin->above.n)
			pin->above = kept(reading->lock->arena, buf_str(&reading->above));
	}
}

/* What git and others leave where both sides changed one place. */
static bool is_marker(struct str line, char c)
{
	return line.n >= 7 && memcmp(line.p, (char[7]){c, c, c, c, c, c, c}, 7) == 0 && (line.n == 7 || line.p[7] == ' ');
}

/* True where LINE is part of a conflict. */
static bool in_conflict(struct reading *reading, struct str line)
{
	if (is_marker(line, '<')) {
		wrong(reading, line, "a merge left a conflict here");
		diag_hint(reading->diag, "keep one line for each reference: `ninja update-bases` asks the registry again");
		reading->conflict = true;
		return true;
	}
	if (!reading->conflict)
		return false;
	reading->conflict = !is_marker(line, '>');
	return true;
}

static void end_block(struct reading *reading, struct buf *to)
{
	buf_addstr(to, buf_str(&reading->above));
	if (reading->above.n)
		buf_addc(to, '\n');
	buf_clear(&reading->above);
}

static void read_line(struct reading *reading, struct str line)
{
	line = str_trim(line);
	if (in_conflict(reading, line))
		return;
	if (line.n == 0) {
		end_block(reading, &reading->head);
	} else if (line.p[0] == '#') {
		buf_addstr(&reading->above, line);
		buf_addc(&reading->above, '\n');
	} else {
		read_pin(reading, line);
		buf_clear(&reading->above);
	}
}

bool lock_read(struct lock *lock, struct diag *diag, uint32_t source, struct str text)
{
	struct reading reading = {.lock = lock, .diag = diag, .source = source, .text = text, .fine = true};

	for (size_t at = 0, end; at < text.n; at = end + 1) {
		end = str_find(text, '\n', at);
		read_line(&reading, str_slice(text, at, end));
	}
	lock->head = kept(lock->arena, buf_str(&reading.head));
	lock->tail = kept(lock->arena, buf_str(&reading.above));
	lock->old = lock->count || lock->head.n || lock->tail.n;
	buf_release(&reading.head);
	buf_release(&reading.above);
	return reading.fine;
}

/* --- Writing --- */

static int by_name(const void *a, const void *b)
{
	const struct lock_pin *const *left = a, *const *right = b;

	return str_cmp((*left)->name, (*right)->name);
}

static void write_pin(const struct lock_pin *pin, struct buf *out)
{
	buf_addstr(out, pin->above);
	buf_addstr(out, pin->name);
	buf_addc(out, ' ');
	buf_addstr(out, pin->digest);
	if (pin->note.n) {
		buf_addc(out, ' ');
		buf_addstr(out, pin->note);
	}
	buf_addc(out, '\n');
}

void lock_write(const struct lock *lock, struct buf *out)
{
	const struct lock_pin **pins = mem_alloc((lock->count + 1) * sizeof *pins);
	size_t count = 0;

	for (size_t i = 0; i < lock->count; i++)
		if (lock->pins[i].digest.n)
			pins[count++] = &lock->pins[i];
	if (count)
		qsort(pins, count, sizeof *pins, by_name);
	buf_addstr(out, lock->old ? lock->head : str_of(lock_head));
	for (size_t i = 0; i < count; i++)
		write_pin(pins[i], out);
	buf_addstr(out, lock->tail);
	mem_free(pins);
}
