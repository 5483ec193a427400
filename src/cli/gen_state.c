/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/gen_state.h"

#include "base/fs.h"
#include "base/meter.h"
#include "stamp/brief.h"

#include <unistd.h>

bool state_init(struct state *state, struct gen *gen)
{
	const struct gen_options *options = &gen->options;
	const struct engine_options engine = {options->engine, options->docker, options->host};

	*state = (struct state){.gen = gen};
	if (!gen_load(gen))
		return false;
	state->plan = gen->plan;
	engine_init(&state->engine, &gen->arena, &engine, gen->plan);
	state->shown = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, bool);
	state->wanted = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, bool);
	state->why = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, enum why);
	state->reasons = ARENA_ARRAY(&gen->arena, gen->plan->image_count + 1, struct buf);
	map_init(&state->index);
	for (size_t i = 0; i < gen->plan->image_count; i++)
		map_put(&state->index, gen->plan->images[i].name, NULL)->value.number = i;
	return true;
}

void state_release(struct state *state)
{
	for (size_t i = 0; state->reasons && i < state->plan->image_count; i++)
		buf_release(&state->reasons[i]);
	if (state->plan)
		map_release(&state->index);
}

static void want_parents(struct state *state)
{
	for (size_t i = state->plan->image_count; i-- > 0;)
		for (size_t j = 0; state->wanted[i] && j < state->plan->images[i].parent_count; j++)
			state->wanted[state->plan->images[i].parents[j].image] = true;
}

/* --- What and why --- */

static bool pending(void *context, struct str parent)
{
	const struct state *state = context;
	const struct map_entry *entry = map_get(&state->index, parent);
	enum why why = entry ? state->why[entry->value.number] : WHY_FRESH;

	return why == WHY_NEW || why == WHY_CHANGED || why == WHY_PARENT;
}

static const char *text(struct arena *arena, struct str s)
{
	return arena_strndup(arena, s.p, s.n);
}

/* A command around a build, or its script; NULL where there is none. */
static const char *own_command(struct str command, struct arena *arena)
{
	return command.n ? text(arena, command) : NULL;
}

static const char **parents_of(const struct state *state, const struct plan_image *image, struct arena *arena)
{
	const char **parents = ARENA_ARRAY(arena, image->parent_count + 1, const char *);
	struct buf pair = BUF_INIT;

	for (size_t i = 0; i < image->parent_count; i++) {
		buf_clear(&pair);
		buf_addstr(&pair, state->plan->images[image->parents[i].image].name);
		buf_addc(&pair, '=');
		buf_addstr(&pair, image->parents[i].ref);
		parents[i] = text(arena, buf_str(&pair));
	}
	buf_release(&pair);
	return parents;
}

static bool on_disk(const struct plan_image *image)
{
	struct buf bytes = BUF_INIT;
	bool same = fs_read(image->dockerfile.p, &bytes) == 0 && str_eq(buf_str(&bytes), image->text);

	buf_release(&bytes);
	return same;
}

static enum why ask(struct state *state, size_t number, const char *out, struct arena *arena)
{
	const struct plan_image *image = &state->plan->images[number];
	const char **onbuild = ARENA_ARRAY(arena, image->onbuild_count + 1, const char *);

	for (size_t i = 0; i < image->onbuild_count; i++)
		onbuild[i] = text(arena, image->onbuild[i]);
	return why_image(
		&(struct why_image){out, text(arena, image->context), text(arena, image->dockerfile), onbuild,
	                            parents_of(state, image, arena),
	                            own_command(image->family.n ? image->env_file : STR(""), arena),
	                            own_command(image->before, arena), own_command(image->after, arena),
	                            engine_command(&state->engine, image, arena)},
		pending, state, &state->gen->diag, &state->reasons[number]);
}

/* A Dockerfile that the next run of dtk-gen changes counts as changed, whatever the present one says. */
static void look_at(struct state *state, size_t number)
{
	const struct plan_image *image = &state->plan->images[number];
	struct arena arena;
	struct buf out = BUF_INIT;

	arena_init(&arena);
	buf_addf(&out, "%.*s/stamps/%.*s.image", STR_ARG(state->plan->output), STR_ARG(image->name));
	if (!image->text.p || on_disk(image)) {
		state->why[number] = ask(state, number, out.p, &arena);
	} else {
		state->why[number] = access(out.p, F_OK) == 0 ? WHY_CHANGED : WHY_NEW;
		buf_adds(&state->reasons[number], "Dockerfile: is to be generated anew\n");
	}
	buf_release(&out);
	arena_release(&arena);
}

bool state_look(struct state *state, char *const *names, size_t name_count, bool targets)
{
	size_t count = state->plan->image_count;
	bool fine = true;

	if (!gen_choose(state->gen, names, name_count, targets, state->shown)) {
		memset(state->shown, 0, count * sizeof *state->shown);
		return false;
	}
	memcpy(state->wanted, state->shown, count * sizeof *state->wanted);
	want_parents(state);
	meter_begin("look at");
	for (size_t i = 0; i < count; i++) {
		if (state->wanted[i])
			look_at(state, i);
		fine = fine && !(state->wanted[i] && state->why[i] == WHY_FAILED);
		meter_add(1, count);
	}
	meter_end();
	return fine;
}

/* --- The tools --- */

static void print_reasons(struct str lines, struct buf *out)
{
	for (size_t at = 0; at < lines.n;) {
		size_t end = str_find(lines, '\n', at);

		buf_addc(out, '\t');
		buf_addstr(out, str_slice(lines, at, end));
		buf_addc(out, '\n');
		at = end + 1;
	}
}

/* What would be done, for JSON. */
static const char *const actions[] = {
	[WHY_FRESH] = "none", [WHY_RETAG] = "tag", [WHY_PARENT] = "parent", [WHY_CHANGED] = "build", [WHY_NEW] = "first",
	[WHY_FAILED] = "unknown"};

struct value state_lines(struct arena *arena, struct str lines)
{
	struct value list = value_list(arena, 4);

	for (size_t at = 0, end; at < lines.n; at = end + 1) {
		end = str_find(lines, '\n', at);
		list_append(list.as.list, value_borrow(arena, str_slice(lines, at, end)));
	}
	return list;
}

static struct value json_image(const struct state *state, size_t number)
{
	struct arena *arena = &state->gen->arena;
	struct value made = value_dict(arena);
	struct str reasons = buf_str(&state->reasons[number]), brief = str_of(brief_of(reasons).words);

	dict_put(made, "name", value_borrow(arena, state->plan->images[number].name));
	dict_put(made, "action", value_borrow(arena, str_of(actions[state->why[number]])));
	dict_put(made, "why", brief.n ? value_borrow(arena, brief) : value_none());
	dict_put(made, "reasons", state_lines(arena, reasons));
	return made;
}

static void print_image(const struct state *state, size_t number, struct buf *out)
{
	static const char *const words[] = {
		[WHY_FRESH] = "nothing changed", [WHY_RETAG] = "would be tagged",
		[WHY_PARENT] = "would be built if its parent comes out changed", [WHY_CHANGED] = "would be built",
		[WHY_NEW] = "would be built for the first time", [WHY_FAILED] = "cannot be told"};

	buf_addstr(out, state->plan->images[number].name);
	buf_addf(out, ": %s\n", words[state->why[number]]);
	print_reasons(buf_str(&state->reasons[number]), out);
}

struct state_options {
	bool json;
};

static const struct opt options_table[] = {
	{0, "json", NULL, "print JSON", OPT_FLAG, 0, offsetof(struct state_options, json)},
	OPT_HELP_ROW,
};

/* For plan: TARGETS with what they stand on, those that are fresh left out. For why: these images. */
static bool explain(struct state *state, const struct opt_args *args, bool targets, bool json, struct buf *out)
{
	bool fine = state_look(state, args->operands, args->operand_count, targets);
	struct value list = value_list(&state->gen->arena, 8);

	for (size_t i = 0; i < state->plan->image_count; i++) {
		if (targets ? !state->wanted[i] || state->why[i] == WHY_FRESH : !state->shown[i])
			continue;
		if (json)
			list_append(list.as.list, json_image(state, i));
		else
			print_image(state, i, out);
	}
	if (json)
		gen_json(list, out);
	return fine;
}

static int run(const struct opt_command *command, int argc, char **argv, bool targets)
{
	struct state_options options = {0};
	struct opt_args args;
	enum opt_parsed parsed = opt_parse(command, argc, argv, &options, &args);
	struct buf out = BUF_INIT;
	struct state state;
	bool fine;

	if (parsed != OPT_OK)
		return parsed == OPT_DONE ? 0 : 2;
	if (!targets && !args.operand_count)
		return opt_wrong(command, "an image is needed");
	fine = state_init(&state, gen_current) && explain(&state, &args, targets, options.json, &out);
	state_release(&state);
	fine = gen_tell(gen_current) && gen_print(buf_str(&out)) == 0 && fine;
	buf_release(&out);
	return fine ? 0 : 1;
}

static int run_plan(const struct opt_command *command, int argc, char **argv)
{
	return run(command, argc, argv, true);
}

const struct opt_command gen_plan_tool = GEN_TOOL(
	"plan", "[TARGET...]", "print which images would be built now, and why", options_table, run_plan);

static int run_why(const struct opt_command *command, int argc, char **argv)
{
	return run(command, argc, argv, false);
}

const struct opt_command gen_why_tool = GEN_TOOL(
	"why", "IMAGE...", "print what changed since an image was built", options_table, run_why);
