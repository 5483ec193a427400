/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ledger.h"

#include "base/hash.h"
#include "base/map.h"
#include "model/graph.h"

static const char *const kind_names[LEDGER_KINDS] = {"apt", "yum", "user", "sudo", "env", "stage"};
enum { CHECK_DIGITS = 8 };

static void add(struct arena *arena, struct ledger *ledger, struct ledger_step step)
{
	if (step.count == 0)
		return;
	if (ledger->count == ledger->capacity) {
		size_t old = ledger->capacity, new = old ? 2 * old : 16;

		ledger->steps = arena_grow(arena, ledger->steps, old * sizeof step, new * sizeof step);
		ledger->capacity = new;
	}
	ledger->steps[ledger->count++] = step;
}

/* --- The order --- */

struct ordering {
	struct arena *arena;
	const struct ledger *old;
	const struct ledger_want *want;
	struct ledger_step *kept;             /* of each old step; count 0: nothing */
	struct ledger_step *behind;           /* what follows it in its place */
	struct ledger_step end[LEDGER_STAGE]; /* new at the end, by kind */
};

/* What of STEP is still wanted and stands nowhere else; *LOST: something is not. */
static struct ledger_step still_wanted(struct arena *arena, const struct ledger_step *step, const struct map *wanted,
                                       bool *taken, bool *lost)
{
	struct ledger_step kept = {step->kind, ARENA_ARRAY(arena, step->count, struct str), 0};

	*lost = false;
	for (size_t i = 0; i < step->count; i++) {
		const struct map_entry *entry = map_get(wanted, step->items[i]);

		*lost = *lost || !entry;
		if (!entry || taken[entry->value.number])
			continue;
		taken[entry->value.number] = true;
		kept.items[kept.count++] = step->items[i];
	}
	return kept;
}

static void order_set(struct ordering *ordering, enum ledger_kind kind)
{
	const struct ledger_items *want = &ordering->want->items[kind];
	struct ledger_step rest = {kind, ARENA_ARRAY(ordering->arena, want->count, struct str), 0};
	struct ledger_step *place = &ordering->end[kind];
	bool *taken = ARENA_ARRAY(ordering->arena, want->count, bool), lost;
	struct map wanted;

	map_init(&wanted);
	for (size_t i = 0; i < want->count; i++)
		map_put(&wanted, want->items[i], NULL)->value.number = i;
	for (size_t i = 0; i < ordering->old->count; i++) {
		const struct ledger_step *step = &ordering->old->steps[i];

		if (step->kind != kind)
			continue;
		ordering->kept[i] = still_wanted(ordering->arena, step, &wanted, taken, &lost);
		if (lost && place == &ordering->end[kind])
			place = &ordering->behind[i];
	}
	for (size_t i = 0; i < want->count; i++) {
		if (!taken[i])
			rest.items[rest.count++] = want->items[i];
	}
	*place = rest;
	map_release(&wanted);
}

static void order_scripts(struct ordering *ordering)
{
	const struct ledger_items *want = &ordering->want->items[LEDGER_ENV];
	struct ledger_step *place = &ordering->end[LEDGER_ENV];
	size_t at = 0;

	for (size_t i = 0; i < ordering->old->count && place == &ordering->end[LEDGER_ENV]; i++) {
		const struct ledger_step *step = &ordering->old->steps[i];
		struct ledger_step *kept = &ordering->kept[i];

		if (step->kind != LEDGER_ENV)
			continue;
		*kept = (struct ledger_step){LEDGER_ENV, step->items, 0};
		while (kept->count < step->count && at < want->count &&
		       str_eq(step->items[kept->count], want->items[at])) {
			kept->count++;
			at++;
		}
		if (kept->count < step->count)
			place = &ordering->behind[i];
	}
	*place = (struct ledger_step){LEDGER_ENV, NULL, want->count - at};
	place->items = ARENA_ARRAY(ordering->arena, place->count, struct str);
	for (size_t i = 0; i < place->count; i++)
		place->items[i] = want->items[at + i];
}

static struct ledger_step stage_step(struct arena *arena, const struct ledger_stage *stage)
{
	struct ledger_step step = {LEDGER_STAGE, ARENA_ARRAY(arena, 2, struct str), 2};

	step.items[0] = stage->name;
	step.items[1] = stage->digest;
	return step;
}

/* Stages on the way to their places. */
struct placing {
	struct ordering *ordering;
	bool *placed;
	uint32_t *rest, rest_count; /* of those that are not: first the old ones */
};

static bool has_needs(const struct placing *placing, const struct ledger_stage *stage)
{
	for (uint32_t i = 0; i < stage->need_count; i++) {
		if (!placing->placed[stage->needs[i]])
			return false;
	}
	return true;
}

static void keep_stages(struct placing *placing, const struct map *names)
{
	struct ordering *ordering = placing->ordering;

	for (size_t i = 0; i < ordering->old->count; i++) {
		const struct ledger_step *step = &ordering->old->steps[i];
		const struct map_entry *entry = step->kind == LEDGER_STAGE ? map_get(names, step->items[0]) : NULL;

		if (!entry || placing->placed[entry->value.number])
			continue;
		const struct ledger_stage *stage = &ordering->want->stages[entry->value.number];
		if (!str_eq(step->items[1], stage->digest) || !has_needs(placing, stage))
			continue;
		placing->placed[entry->value.number] = true;
		ordering->kept[i] = *step;
	}
}

/* Those that found no place: as they stood, then as they are declared. */
static void list_rest(struct placing *placing, const struct map *names)
{
	const struct ordering *ordering = placing->ordering;
	uint32_t count = ordering->want->stage_count;
	bool *listed = ARENA_ARRAY(ordering->arena, count, bool);

	placing->rest = ARENA_ARRAY(ordering->arena, count, uint32_t);
	for (size_t i = 0; i < ordering->old->count; i++) {
		const struct ledger_step *step = &ordering->old->steps[i];
		const struct map_entry *entry = step->kind == LEDGER_STAGE ? map_get(names, step->items[0]) : NULL;

		if (!entry || placing->placed[entry->value.number] || listed[entry->value.number])
			continue;
		listed[entry->value.number] = true;
		placing->rest[placing->rest_count++] = (uint32_t)entry->value.number;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!placing->placed[i] && !listed[i])
			placing->rest[placing->rest_count++] = i;
	}
}

/* Puts each of the rest behind what it needs; otherwise the order stays. */
static void sort_rest(struct placing *placing, uint32_t *order)
{
	const struct ledger_stage *stages = placing->ordering->want->stages;
	uint32_t *number = ARENA_ARRAY(placing->ordering->arena, placing->ordering->want->stage_count, uint32_t);
	struct graph_edge *edges;
	struct graph graph;
	size_t count = 0;

	for (uint32_t i = 0; i < placing->rest_count; i++) {
		number[placing->rest[i]] = i;
		count += stages[placing->rest[i]].need_count;
	}
	edges = ARENA_ARRAY(placing->ordering->arena, count, struct graph_edge);
	count = 0;
	for (uint32_t i = 0; i < placing->rest_count; i++) {
		const struct ledger_stage *stage = &stages[placing->rest[i]];

		for (uint32_t j = 0; j < stage->need_count; j++) {
			if (!placing->placed[stage->needs[j]])
				edges[count++] = (struct graph_edge){i, number[stage->needs[j]]};
		}
	}
	graph_init(&graph, placing->rest_count, edges, count);
	graph_sort(&graph, order);
	graph_release(&graph);
}

static void order_stages(struct ordering *ordering, struct ledger *rest)
{
	const struct ledger_want *want = ordering->want;
	struct placing placing = {ordering, ARENA_ARRAY(ordering->arena, want->stage_count, bool), NULL, 0};
	uint32_t *order = ARENA_ARRAY(ordering->arena, want->stage_count, uint32_t);
	struct map names;

	map_init(&names);
	for (uint32_t i = 0; i < want->stage_count; i++)
		map_put(&names, want->stages[i].name, NULL)->value.number = i;
	keep_stages(&placing, &names);
	list_rest(&placing, &names);
	map_release(&names);
	sort_rest(&placing, order);
	for (uint32_t i = 0; i < placing.rest_count; i++)
		add(ordering->arena, rest, stage_step(ordering->arena, &want->stages[placing.rest[order[i]]]));
}

void ledger_order(struct arena *arena, const struct ledger *old, const struct ledger_want *want, struct ledger *out)
{
	struct ordering ordering = {.arena = arena, .old = old, .want = want};
	struct ledger stages = {NULL, 0, 0};

	ordering.kept = ARENA_ARRAY(arena, old->count, struct ledger_step);
	ordering.behind = ARENA_ARRAY(arena, old->count, struct ledger_step);
	for (enum ledger_kind kind = 0; kind < LEDGER_SETS; kind++)
		order_set(&ordering, kind);
	order_scripts(&ordering);
	order_stages(&ordering, &stages);
	*out = (struct ledger){NULL, 0, 0};
	for (size_t i = 0; i < old->count; i++) {
		add(arena, out, ordering.kept[i]);
		add(arena, out, ordering.behind[i]);
	}
	for (enum ledger_kind kind = 0; kind < LEDGER_STAGE; kind++)
		add(arena, out, ordering.end[kind]);
	for (size_t i = 0; i < stages.count; i++)
		add(arena, out, stages.steps[i]);
}

/* --- The file --- */

static void check_of(struct str line, char digits[CHECK_DIGITS])
{
	char whole[HASH_TEXT];

	hash_text(hash_of(line), whole);
	memcpy(digits, whole, CHECK_DIGITS);
}

void ledger_line(const struct ledger_step *step, struct buf *out)
{
	struct buf line = BUF_INIT;
	char check[CHECK_DIGITS];

	buf_adds(&line, kind_names[step->kind]);
	for (size_t i = 0; i < step->count; i++) {
		buf_addc(&line, ' ');
		buf_addstr(&line, step->items[i]);
	}
	check_of(buf_str(&line), check);
	buf_add(out, check, CHECK_DIGITS);
	buf_addc(out, ' ');
	buf_addstr(out, buf_str(&line));
	buf_release(&line);
}

void ledger_write(const struct ledger *ledger, struct buf *out)
{
	buf_adds(out, LEDGER_MAGIC "\n");
	for (size_t i = 0; i < ledger->count; i++) {
		ledger_line(&ledger->steps[i], out);
		buf_addc(out, '\n');
	}
}

static bool is_checked(struct str line)
{
	char check[CHECK_DIGITS];

	if (line.n <= CHECK_DIGITS || line.p[CHECK_DIGITS] != ' ')
		return false;
	check_of(str_slice(line, CHECK_DIGITS + 1, line.n), check);
	return memcmp(check, line.p, CHECK_DIGITS) == 0;
}

/* The words of LINE, between single blanks; none of them is empty or has what no item can have. */
static bool split(struct arena *arena, struct str line, struct ledger_step *words)
{
	size_t most = 1;

	for (size_t i = 0; i < line.n; i++)
		most += line.p[i] == ' ';
	words->items = ARENA_ARRAY(arena, most, struct str);
	for (size_t at = 0, end; at <= line.n; at = end + 1) {
		struct str word;

		end = str_find(line, ' ', at);
		word = str_slice(line, at, end);
		for (size_t i = 0; i < word.n; i++) {
			if ((unsigned char)word.p[i] < ' ' || word.p[i] == 0x7f)
				return false;
		}
		if (word.n == 0)
			return false;
		words->items[words->count++] = word;
	}
	return true;
}

static bool is_digest(struct str text)
{
	struct hash hash;

	return hash_parse(text, &hash);
}

/* True where STEP has what a step of its kind has. */
static bool is_whole(const struct ledger_step *step)
{
	if (step->kind == LEDGER_USER || step->kind == LEDGER_SUDO)
		return step->count == 1;
	if (step->kind == LEDGER_STAGE)
		return step->count == 2 && is_digest(step->items[1]);
	for (size_t i = 0; step->kind == LEDGER_ENV && i < step->count; i++) {
		if (!is_digest(step->items[i]))
			return false;
	}
	return step->count > 0;
}

static bool read_step(struct arena *arena, struct str line, struct ledger_step *step)
{
	unsigned kind = 0;

	*step = (struct ledger_step){0};
	if (!split(arena, str_slice(line, CHECK_DIGITS + 1, line.n), step))
		return false;
	while (kind < LEDGER_KINDS && !str_is(step->items[0], kind_names[kind]))
		kind++;
	if (kind == LEDGER_KINDS)
		return false;
	step->kind = (enum ledger_kind)kind;
	step->items++;
	step->count--;
	return is_whole(step);
}

/* Why LINE is none of a ledger, or NULL. */
static const char *read_line(struct arena *arena, struct str line, bool first, struct ledger *ledger)
{
	struct ledger_step step;

	if (first)
		return str_is(line, LEDGER_MAGIC) ? NULL : "this is not the first line of a ledger";
	if (!is_checked(line))
		return "the digits before this line do not fit it";
	if (!read_step(arena, line, &step))
		return "this is no step";
	add(arena, ledger, step);
	return NULL;
}

bool ledger_read(struct arena *arena, struct str text, struct ledger *ledger, struct ledger_fault *fault)
{
	*ledger = (struct ledger){NULL, 0, 0};
	*fault = (struct ledger_fault){0, 0, "the file is empty"};
	for (size_t at = 0, end; at < text.n; at = end + 1) {
		struct str line;

		end = str_find(text, '\n', at);
		line = str_slice(text, at, end);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		fault->offset = at;
		fault->length = line.n;
		fault->why = end == text.n ? "the last line is cut off" : read_line(arena, line, at == 0, ledger);
		if (fault->why)
			return false;
	}
	return fault->why == NULL;
}
