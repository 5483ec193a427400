/* SPDX-License-Identifier: Apache-2.0 */
#include "model/ledger.h"

#include "base/hash.h"
#include "test.h"

#include <stdio.h>

/*
 * Declarations and orders in short: steps between "; ", words between blanks.  "apt a b", "user u", "env x y",
 * "stage NAME=VERSION<NEED<NEED".  Digests are made of the words.
 */
enum { MOST = 64 };

struct said {
	struct str items[LEDGER_STAGE][MOST];
	struct ledger_stage stages[MOST];
	uint32_t needs[MOST][MOST];
	struct ledger_want want;
};

static const char *const kinds[LEDGER_KINDS] = {"apt", "yum", "user", "sudo", "env", "stage"};

static struct str digest(struct arena *arena, struct str text)
{
	char digits[HASH_TEXT];

	hash_text(hash_of(text), digits);
	return (struct str){arena_strndup(arena, digits, HASH_TEXT - 1), HASH_TEXT - 1};
}

static enum ledger_kind kind_of(struct str word)
{
	unsigned kind = 0;

	while (!str_is(word, kinds[kind]))
		kind++;
	return (enum ledger_kind)kind;
}

static struct str word_of(struct str *rest, const char *ends)
{
	size_t n = 0;

	while (n < rest->n && !strchr(ends, rest->p[n]))
		n++;
	struct str word = str_slice(*rest, 0, n);
	*rest = str_slice(*rest, n, rest->n);
	return word;
}

static void say_stage(struct arena *arena, struct said *said, struct str text)
{
	uint32_t number = said->want.stage_count++;
	struct ledger_stage *stage = &said->stages[number];

	stage->name = word_of(&text, "=");
	text = str_slice(text, 1, text.n);
	stage->digest = digest(arena, word_of(&text, "<"));
	stage->needs = said->needs[number];
	while (text.n) {
		text = str_slice(text, 1, text.n);
		struct str need = word_of(&text, "<");
		uint32_t at = 0;

		/* Of one that is said later, by its name: NAME is then to be the letter's number. */
		while (at < number && !str_eq(said->stages[at].name, need))
			at++;
		said->needs[number][stage->need_count++] = at < number ? at : (uint32_t)(need.p[0] - 'a');
	}
}

static void say(struct arena *arena, struct said *said, const char *text)
{
	struct str rest = str_of(text);

	memset(said, 0, sizeof *said);
	while (rest.n) {
		struct str step = word_of(&rest, ";");
		enum ledger_kind kind = kind_of(word_of(&step, " "));

		rest = str_slice(rest, 2, rest.n);
		while (step.n) {
			step = str_slice(step, 1, step.n);
			struct str word = word_of(&step, " ");
			struct ledger_items *items = &said->want.items[kind];

			if (kind == LEDGER_STAGE)
				say_stage(arena, said, word);
			else
				said->items[kind][items->count++] = kind == LEDGER_ENV ? digest(arena, word) : word;
		}
	}
	for (int kind = 0; kind < LEDGER_STAGE; kind++)
		said->want.items[kind].items = said->items[kind];
	said->want.stages = said->stages;
}

/* The order that TEXT says; of a stage it has the name and the version only. */
static struct ledger order_of(struct arena *arena, const char *text)
{
	struct ledger ledger = {ARENA_ARRAY(arena, MOST, struct ledger_step), 0, MOST};
	struct str rest = str_of(text);

	while (rest.n) {
		struct str words = word_of(&rest, ";");
		struct ledger_step *step = &ledger.steps[ledger.count++];

		rest = str_slice(rest, 2, rest.n);
		*step = (struct ledger_step){kind_of(word_of(&words, " ")), ARENA_ARRAY(arena, MOST, struct str), 0};
		while (words.n) {
			words = str_slice(words, 1, words.n);
			struct str word = word_of(&words, " ");

			if (step->kind == LEDGER_STAGE) {
				step->items[step->count++] = word_of(&word, "=");
				word = str_slice(word, 1, word.n);
			}
			step->items[step->count++] = step->kind >= LEDGER_ENV ? digest(arena, word) : word;
		}
	}
	return ledger;
}

static struct str text_of(struct arena *arena, const struct ledger *ledger)
{
	struct buf text = BUF_INIT;

	ledger_write(ledger, &text);
	struct str kept = {arena_strndup(arena, text.p, text.n), text.n};
	buf_release(&text);
	return kept;
}

static const struct {
	const char *name, *old, *want, *expected;
} cases[] = {
	{"nothing at all", "", "", ""},
	{"a fresh order: by kind, stages behind what they need, else as declared", "",
	 "stage c=1; env x y; sudo u; user u; apt b a; stage b=1; stage a=1<b",
	 "apt b a; user u; sudo u; env x y; stage c=1; stage b=1; stage a=1"},
	{"a need that is declared later", "", "stage a=1<b; stage b=1; stage c=1", "stage b=1; stage a=1; stage c=1"},
	{"nothing changed, whatever the order of the declaration", "apt a b; env x; stage a=1; stage b=1",
	 "stage b=1; stage a=1; env x; apt b a", "apt a b; env x; stage a=1; stage b=1"},
	{"new packages are one step at the end", "apt a; stage a=1", "apt c a b; stage a=1",
	 "apt a; stage a=1; apt c b"},
	{"a package is taken out where it stood", "apt a b; stage a=1; apt c", "apt a c; stage a=1",
	 "apt a; stage a=1; apt c"},
	{"a step of packages that are gone vanishes", "apt a; apt b; stage a=1", "apt b; stage a=1", "apt b; stage a=1"},
	{"packages that are replaced stand where they were", "apt a b; stage a=1; apt c", "apt a d e c; stage a=1",
	 "apt a; apt d e; stage a=1; apt c"},
	{"all of a step is replaced", "apt a; stage a=1", "apt b; stage a=1", "apt b; stage a=1"},
	{"a user is replaced in its place", "user a; sudo a; stage a=1", "user b; sudo b; stage a=1",
	 "user b; sudo b; stage a=1"},
	{"a user that comes later", "stage a=1", "user u; sudo u; apt a; stage a=1", "stage a=1; apt a; user u; sudo u"},
	{"a script more is a step at the end", "env x; stage a=1", "env x y z; stage a=1", "env x; stage a=1; env y z"},
	{"a script between: the sequence goes on there", "env x z; stage a=1; env w", "env x y z w; stage a=1",
	 "env x; env y z w; stage a=1"},
	{"a script is replaced where it stood", "env x; stage a=1; env y", "env z y; stage a=1", "env z y; stage a=1"},
	{"the last script is replaced at the end", "env x; stage a=1; env y", "env x z; stage a=1",
	 "env x; stage a=1; env z"},
	{"the last script is gone", "env x y; stage a=1", "env x; stage a=1", "env x; stage a=1"},
	{"the same script twice", "env x x; stage a=1", "env x x x; stage a=1", "env x x; stage a=1; env x"},
	{"a new stage is the last", "stage a=1; stage b=1", "stage c=1; stage a=1; stage b=1",
	 "stage a=1; stage b=1; stage c=1"},
	{"a changed stage becomes the last", "stage a=1; stage b=1; stage c=1", "stage a=2; stage b=1; stage c=1",
	 "stage b=1; stage c=1; stage a=2"},
	{"with what needs it, in order", "stage a=1; stage b=1; stage c=1; stage d=1",
	 "stage a=2; stage b=1; stage c=1<a; stage d=1<c", "stage b=1; stage a=2; stage c=1; stage d=1"},
	{"the last one stays", "apt a; stage a=1; stage b=1", "apt a; stage a=1; stage b=2",
	 "apt a; stage a=1; stage b=2"},
	{"the last ones stay, as they stood", "stage c=1; stage b=1; stage a=1", "stage a=2; stage b=2; stage c=1",
	 "stage c=1; stage b=2; stage a=2"},
	{"a changed stage finds what is added for it", "stage a=1; stage b=1", "apt p; env x; stage a=1; stage b=2; stage c=1",
	 "stage a=1; apt p; env x; stage b=2; stage c=1"},
	{"a changed stage that needs a new one", "stage a=1; stage b=1", "stage a=2<c; stage b=1; stage c=1",
	 "stage b=1; stage c=1; stage a=2"},
	{"a stage that needs a later one now", "stage a=1; stage b=1; stage c=1", "stage a=1<c; stage b=1; stage c=1",
	 "stage b=1; stage c=1; stage a=1"},
	{"a stage that needs an earlier one now", "stage a=1; stage b=1; stage c=1", "stage a=1; stage b=1; stage c=1<a",
	 "stage a=1; stage b=1; stage c=1"},
	{"a stage that is gone", "stage a=1; stage b=1; stage c=1", "stage a=1; stage c=1", "stage a=1; stage c=1"},
	{"what a merge doubled counts once", "apt a; stage a=1; apt a b; stage a=2; stage a=1", "apt a b; stage a=1",
	 "apt a; stage a=1; apt b"},
	{"of two that a merge left, the one that is declared", "stage a=2; stage b=1; stage a=1", "stage a=1; stage b=1",
	 "stage b=1; stage a=1"},
	{"an order that goes against the needs", "stage b=1; stage a=1", "stage a=1; stage b=1<a", "stage a=1; stage b=1"},
};

static void test_cases(void)
{
	static struct said said;
	struct arena arena;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ledger old, got, expected, again;

		arena_init(&arena);
		old = order_of(&arena, cases[i].old);
		expected = order_of(&arena, cases[i].expected);
		say(&arena, &said, cases[i].want);
		ledger_order(&arena, &old, &said.want, &got);
		CHECK_BYTES(cases[i].name, text_of(&arena, &got), text_of(&arena, &expected));
		ledger_order(&arena, &got, &said.want, &again);
		CHECK_BYTES("and stays so", text_of(&arena, &again), text_of(&arena, &expected));
		arena_release(&arena);
	}
}

/* --- Edits at random --- */

static uint64_t seed = 88172645463325252u;

static unsigned any(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

enum { PACKAGES = 9, SCRIPTS = 6, STAGES = 10 };

/* A declaration that is edited.  Stage i may need those below it; shuffled says in which order they are declared. */
struct project {
	bool packages[2][PACKAGES];
	unsigned user, sudo, scripts[SCRIPTS], script_count;
	bool stages[STAGES];
	unsigned versions[STAGES], shuffled[STAGES];
	bool needs[STAGES][STAGES];
};

static void edit(struct project *project)
{
	unsigned a = any(STAGES), b = any(STAGES), at = any(project->script_count + 1);

	switch (any(12)) {
	case 0:
	case 1:
		project->packages[any(2)][a % PACKAGES] ^= 1;
		break;
	case 2:
		project->user = any(3);
		project->sudo = any(2) ? project->user : 0;
		break;
	case 3:
		if (project->script_count < SCRIPTS)
			project->scripts[project->script_count++] = any(5);
		break;
	case 4:
		if (at < project->script_count)
			project->scripts[at] = any(5);
		break;
	case 5:
		project->script_count -= project->script_count > 0;
		break;
	case 6:
		project->stages[a] ^= 1;
		break;
	case 7:
	case 8:
		project->versions[a] = any(4);
		break;
	case 9:
		project->needs[a > b ? a : b][a > b ? b : a] ^= a != b;
		break;
	default:
		at = project->shuffled[a];
		project->shuffled[a] = project->shuffled[b];
		project->shuffled[b] = at;
	}
}

static struct str name_of(struct arena *arena, const char *prefix, unsigned number)
{
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s%u", prefix, number);
	struct str name = {arena_strndup(arena, text.p, text.n), text.n};
	buf_release(&text);
	return name;
}

static void add_item(struct said *said, enum ledger_kind kind, struct str item)
{
	said->items[kind][said->want.items[kind].count++] = item;
}

static void declare_stages(struct arena *arena, const struct project *project, struct said *said)
{
	uint32_t numbers[STAGES];

	for (unsigned i = 0; i < STAGES; i++) {
		if (project->stages[project->shuffled[i]])
			numbers[project->shuffled[i]] = said->want.stage_count++;
	}
	for (unsigned i = 0; i < STAGES; i++) {
		if (!project->stages[i])
			continue;
		struct ledger_stage *stage = &said->stages[numbers[i]];
		*stage = (struct ledger_stage){name_of(arena, "s", i), digest(arena, name_of(arena, "v", project->versions[i])),
		                               said->needs[numbers[i]], 0};
		for (unsigned j = 0; j < i; j++) {
			if (project->needs[i][j] && project->stages[j])
				said->needs[numbers[i]][stage->need_count++] = numbers[j];
		}
	}
}

static void declare(struct arena *arena, const struct project *project, struct said *said)
{
	memset(said, 0, sizeof *said);
	for (unsigned kind = 0; kind < 2; kind++) {
		for (unsigned i = 0; i < PACKAGES; i++) {
			if (project->packages[kind][i])
				add_item(said, (enum ledger_kind)kind, name_of(arena, "p", i));
		}
	}
	if (project->user)
		add_item(said, LEDGER_USER, name_of(arena, "u", project->user));
	if (project->sudo)
		add_item(said, LEDGER_SUDO, name_of(arena, "u", project->sudo));
	for (unsigned i = 0; i < project->script_count; i++)
		add_item(said, LEDGER_ENV, digest(arena, name_of(arena, "x", project->scripts[i])));
	declare_stages(arena, project, said);
	for (int kind = 0; kind < LEDGER_STAGE; kind++)
		said->want.items[kind].items = said->items[kind];
	said->want.stages = said->stages;
}

/* The first broken promise of the run; the checks are counted at its end. */
static const char *broken;

static void expect(bool fine, const char *what)
{
	if (!fine && !broken)
		broken = what;
}

static const struct ledger_stage *stage_named(const struct ledger_want *want, struct str name)
{
	for (uint32_t i = 0; i < want->stage_count; i++) {
		if (str_eq(want->stages[i].name, name))
			return &want->stages[i];
	}
	return NULL;
}

static size_t place_of(const struct ledger *order, struct str stage)
{
	size_t at = 0;

	while (at < order->count && (order->steps[at].kind != LEDGER_STAGE || !str_eq(order->steps[at].items[0], stage)))
		at++;
	return at;
}

static bool same_step(const struct ledger_step *a, const struct ledger_step *b)
{
	if (a->kind != b->kind || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!str_eq(a->items[i], b->items[i]))
			return false;
	}
	return true;
}

static size_t find_step(const struct ledger *order, const struct ledger_step *step)
{
	size_t at = 0;

	while (at < order->count && !same_step(&order->steps[at], step))
		at++;
	return at;
}

/* Every item of each set once and no other, the scripts in order, every stage once and as declared. */
static void check_contents(const struct ledger *order, const struct ledger_want *want)
{
	size_t counts[LEDGER_KINDS] = {0};

	for (size_t i = 0; i < order->count; i++) {
		const struct ledger_step *step = &order->steps[i];

		for (size_t j = 0; step->kind < LEDGER_SETS && j < step->count; j++) {
			bool found = false;

			for (size_t k = 0; k < want->items[step->kind].count; k++)
				found = found || str_eq(want->items[step->kind].items[k], step->items[j]);
			expect(found, "an item is wanted");
			for (size_t k = 0; k < i; k++)
				for (size_t l = 0; order->steps[k].kind == step->kind && l < order->steps[k].count; l++)
					expect(!str_eq(order->steps[k].items[l], step->items[j]), "an item stands once");
		}
		for (size_t j = 0; step->kind == LEDGER_ENV && j < step->count; j++) {
			size_t at = counts[LEDGER_ENV] + j;

			expect(at < want->items[LEDGER_ENV].count && str_eq(want->items[LEDGER_ENV].items[at], step->items[j]),
			       "scripts keep their order");
		}
		if (step->kind == LEDGER_STAGE) {
			const struct ledger_stage *stage = stage_named(want, step->items[0]);

			expect(stage && str_eq(stage->digest, step->items[1]), "a stage is what is declared");
			expect(place_of(order, step->items[0]) == i, "a stage stands once");
			for (uint32_t j = 0; stage && j < stage->need_count; j++)
				expect(place_of(order, want->stages[stage->needs[j]].name) < i, "needs come first");
		}
		counts[step->kind] += step->kind == LEDGER_STAGE ? 1 : step->count;
	}
	for (int kind = 0; kind < LEDGER_STAGE; kind++)
		expect(counts[kind] == want->items[kind].count, "all items are there");
	expect(counts[LEDGER_STAGE] == want->stage_count, "all stages are there");
}

/* True where STEP, the next of OLD whose first AT all stand, can stand too. SCRIPTS: how many did before. */
static bool can_stay(const struct ledger *old, size_t at, const struct ledger_want *want, size_t *scripts)
{
	const struct ledger_step *step = &old->steps[at];
	bool fine = true;

	if (step->kind == LEDGER_STAGE) {
		const struct ledger_stage *stage = stage_named(want, step->items[0]);

		fine = stage && str_eq(stage->digest, step->items[1]);
		for (uint32_t i = 0; fine && i < stage->need_count; i++)
			fine = place_of(old, want->stages[stage->needs[i]].name) < at;
		return fine;
	}
	for (size_t i = 0; fine && step->kind == LEDGER_ENV && i < step->count; i++)
		fine = *scripts + i < want->items[LEDGER_ENV].count &&
		       str_eq(want->items[LEDGER_ENV].items[*scripts + i], step->items[i]);
	*scripts += step->kind == LEDGER_ENV ? step->count : 0;
	for (size_t i = 0; fine && step->kind < LEDGER_SETS && i < step->count; i++) {
		fine = false;
		for (size_t k = 0; k < want->items[step->kind].count; k++)
			fine = fine || str_eq(want->items[step->kind].items[k], step->items[i]);
	}
	return fine;
}

/* What is as it was up to the first step that cannot be stays, and behind it what is kept keeps its order. */
static void check_places(const struct ledger *old, const struct ledger *order, const struct ledger_want *want)
{
	size_t stay = 0, scripts = 0, last = 0, moved = order->count;

	while (stay < old->count && can_stay(old, stay, want, &scripts))
		stay++;
	expect(order->count >= stay, "nothing of what can stay is gone");
	for (size_t i = 0; i < stay && i < order->count; i++)
		expect(same_step(&old->steps[i], &order->steps[i]), "what can stay stays");
	for (size_t i = 0; i < order->count; i++) {
		if (order->steps[i].kind == LEDGER_STAGE && find_step(old, &order->steps[i]) == old->count && moved > i)
			moved = i;
	}
	for (size_t i = moved; i < order->count; i++)
		expect(order->steps[i].kind == LEDGER_STAGE, "behind a new or changed stage are stages only");
	for (size_t i = 0; i < old->count; i++) {
		const struct ledger_step *step = &old->steps[i];
		const struct ledger_stage *stage = step->kind == LEDGER_STAGE ? stage_named(want, step->items[0]) : NULL;
		size_t at = find_step(order, step);

		if (at == order->count || step->kind == LEDGER_ENV || (stage && stage->need_count))
			continue;
		expect(at >= last, "what is kept and needs nothing keeps its order");
		last = at;
	}
	if (stay == old->count)
		for (size_t i = stay + 1; i < order->count; i++)
			expect(order->steps[i].kind == LEDGER_STAGE || order->steps[i].kind > order->steps[i - 1].kind,
			       "what one edit adds is one step");
}

/* OLD as its file says it. */
static struct ledger reread(struct arena *arena, const struct ledger *old)
{
	struct str text = text_of(arena, old);
	struct ledger_fault fault;
	struct ledger ledger;

	expect(ledger_read(arena, text, &ledger, &fault), "what was written is read");
	expect(str_eq(text_of(arena, &ledger), text), "the same bytes again");
	return ledger;
}

static void check_edit(struct arena *arena, const struct ledger *old, const struct ledger_want *want,
                       struct ledger *order)
{
	struct ledger again, fresh = {NULL, 0, 0}, repacked;

	ledger_order(arena, old, want, order);
	check_contents(order, want);
	check_places(old, order, want);
	ledger_order(arena, old, want, &again);
	expect(str_eq(text_of(arena, order), text_of(arena, &again)), "the same order twice");
	again = reread(arena, order);
	ledger_order(arena, &again, want, &repacked);
	expect(str_eq(text_of(arena, order), text_of(arena, &repacked)), "its own ledger gives the same");
	ledger_order(arena, &fresh, want, &repacked);
	check_contents(&repacked, want);
}

/* A history: edits, of which some are built. */
static void run_history(unsigned edits)
{
	static struct said said;
	struct project project = {0};
	struct arena built, arena;
	struct ledger ledger = {NULL, 0, 0}, order;

	arena_init(&built);
	for (unsigned i = 0; i < STAGES; i++) {
		project.shuffled[i] = i;
		project.stages[i] = any(2);
	}
	for (unsigned i = 0; i < edits; i++) {
		for (unsigned n = 1 + any(3); n > 0; n--)
			edit(&project);
		arena_init(&arena);
		declare(&arena, &project, &said);
		check_edit(&arena, &ledger, &said.want, &order);
		if (any(3)) {
			struct ledger_fault fault;
			struct str text = text_of(&built, &order);

			expect(ledger_read(&built, text, &ledger, &fault), "a ledger is read");
		}
		arena_release(&arena);
	}
	arena_release(&built);
}

static void test_histories(void)
{
	unsigned count = 0;

	for (; count < 400 && !broken; count++)
		run_history(25);
	CHECK("10,000 edits", count == 400);
	CHECK(broken ? broken : "every promise is kept", !broken);
}

/* --- Files --- */

static bool reads(const char *text, struct ledger_fault *fault)
{
	struct ledger ledger;
	struct arena arena;
	bool fine;

	arena_init(&arena);
	fine = ledger_read(&arena, str_of(text), &ledger, fault);
	arena_release(&arena);
	return fine;
}

static void check_fault(const char *text, size_t offset, const char *why)
{
	struct ledger_fault fault;

	CHECK(why, !reads(text, &fault) && fault.offset == offset);
	CHECK_STR("why", fault.why, why);
}

static void test_faults(void)
{
	static const char bad[] = "the digits before this line do not fit it";
	struct ledger_fault fault;
	struct ledger_step odd[] = {
		{LEDGER_STAGE, (struct str[]){STR("a"), STR("no digest")}, 2},
		{LEDGER_USER, (struct str[]){STR("a"), STR("b")}, 2},
		{LEDGER_ENV, (struct str[]){STR("1234")}, 1},
		{LEDGER_APT, (struct str[]){STR("a"), STR("")}, 2},
		{LEDGER_APT, (struct str[]){STR("a\tb")}, 1},
		{LEDGER_APT, NULL, 0},
	};

	CHECK("no steps", reads("dtk-ledger 1\n", &fault));
	CHECK("line ends of another system", reads("dtk-ledger 1\r\n60be4791 apt curl git python3\r\n", &fault));
	check_fault("", 0, "the file is empty");
	check_fault("dtk-ledger 1", 0, "the last line is cut off");
	check_fault("dtk-ledger 2\n", 0, "this is not the first line of a ledger");
	check_fault("dtk-ledger 1\n\n", 13, bad);
	check_fault("dtk-ledger 1\n60be4791 apt curl git python3\n<<<<<<< ours\n", 43, bad);
	check_fault("dtk-ledger 1\n60be4791 apt curl git python4\n", 13, bad);
	check_fault("dtk-ledger 1\n60be4791 apt curl git python3", 13, "the last line is cut off");
	check_fault("dtk-ledger 1\n60be4791\n", 13, bad);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		struct ledger ledger = {&odd[i], 1, 1};
		struct buf text = BUF_INIT;

		ledger_write(&ledger, &text);
		check_fault(text.p, 13, "this is no step");
		buf_release(&text);
	}
}

/* Every byte of a ledger that is another one is seen. */
static void test_damage(void)
{
	char text[] = "dtk-ledger 1\n60be4791 apt curl git python3\n"
	              "abaf47b6 stage dependencies 0250f43f64ad884fc66a73cd43e35379\n";
	struct ledger_fault fault;
	unsigned seen = 0;

	CHECK("whole", reads(text, &fault));
	for (size_t i = 0; text[i]; i++) {
		char was = text[i];

		text[i] = was == 'x' ? 'y' : 'x';
		seen += !reads(text, &fault);
		text[i] = was;
	}
	CHECK("each byte counts", seen == sizeof text - 1);
}

int main(void)
{
	test_cases();
	test_histories();
	test_faults();
	test_damage();
	return test_end();
}
