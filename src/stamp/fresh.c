/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/fresh.h"

#include "base/fs.h"
#include "client/engine.h"
#include "data/ref.h"
#include "stamp/base.h"
#include "stamp/holder.h"

#include <errno.h>

/* LOCAL of an option --build-context REF=docker-image://LOCAL, else REF. */
static struct str local_tag(const struct command *command, struct str ref)
{
	static const struct str scheme = {"docker-image://", sizeof "docker-image://" - 1};

	for (size_t i = 0; i < command->option_count; i++) {
		struct str value = command->options[i].value;

		if (!str_is(command->options[i].name, "--build-context") || !str_starts(value, ref)
		    || value.p[ref.n] != '=')
			continue;
		value = str_slice(value, ref.n + 1, value.n);
		if (str_starts(value, scheme))
			return str_slice(value, scheme.n, value.n);
	}
	return ref;
}

static bool load_parent(struct fresh *fresh, const char *text, struct fresh_parent *parent)
{
	struct str word = str_of(text);
	size_t equals = str_find(word, '=', 0);
	struct place place;
	struct seal seal;

	parent->name = str_slice(word, 0, equals);
	parent->ref = str_slice(word, equals + 1, word.n);
	parent->local = local_tag(&fresh->command, parent->ref);
	place = place_other(&fresh->place, parent->name);
	switch (seal_image(&place, fresh->arena, fresh->diag, &parent->image)) {
	case RECORD_MISSING:
		diag_error(fresh->diag, SPAN_NONE, "the parent %.*s has not been built: run ninja again",
		           STR_ARG(parent->name));
		return false;
	case RECORD_BROKEN:
		return false;
	case RECORD_FINE:
		break;
	}
	parent->engine = parent->image;
	switch (seal_load(&place, fresh->arena, fresh->diag, &seal)) {
	case RECORD_BROKEN:
		return false;
	case RECORD_FINE:
		if (str_eq(seal.image, parent->image))
			parent->engine = seal.engine;
		break;
	case RECORD_MISSING:
		break;
	}
	return true;
}

static bool is_parent(const struct fresh *fresh, struct str ref)
{
	for (size_t i = 0; i < fresh->parent_count; i++)
		if (str_eq(fresh->parents[i].ref, ref))
			return true;
	return false;
}

static bool find_bases(struct fresh *fresh)
{
	const char *path = fresh->key.dockerfile;
	struct docker_file *file;
	struct docker_arg *args;
	struct docker_ref *refs;
	size_t arg_count, count;
	struct str text;

	if (fs_read_arena(path, fresh->arena, &text) != 0) {
		diag_error(fresh->diag, SPAN_NONE, "cannot read %s: %s", path, strerror(errno));
		return false;
	}
	file = docker_parse(fresh->arena, fresh->diag, diag_source(fresh->diag, path, text), text);
	if (!file)
		return false;
	args = command_build_args(fresh->arena, &fresh->command, &arg_count);
	refs = docker_refs(fresh->arena, fresh->diag, file, args, arg_count,
	                   command_option(&fresh->command, "--target"), &count);
	fresh->bases = ARENA_ARRAY(fresh->arena, count + 1, struct str);
	for (size_t i = 0; i < count; i++)
		if (!refs[i].unresolved && refs[i].name.n && !is_parent(fresh, refs[i].name))
			fresh->bases[fresh->base_count++] = refs[i].name;
	return true;
}

static bool load_stamps(struct fresh *fresh)
{
	enum record found = keyfile_load(&fresh->place, fresh->arena, fresh->diag, &fresh->key);

	if (found == RECORD_MISSING)
		diag_error(fresh->diag, SPAN_NONE, "%s is not there: run ninja again",
		           place_stamp(fresh->arena, &fresh->place, ".key"));
	if (found != RECORD_FINE)
		return false;
	found = seal_load(&fresh->place, fresh->arena, fresh->diag, &fresh->seal);
	fresh->sealed = found == RECORD_FINE;
	return found != RECORD_BROKEN;
}

bool fresh_load(struct fresh *fresh, const char *out, const char *const *parents, const char *const *words)
{
	size_t count = 0;

	while (parents[count])
		count++;
	fresh->place = place_of(fresh->arena, out);
	fresh->parents = ARENA_ARRAY(fresh->arena, count + 1, struct fresh_parent);
	if (!command_parse(fresh->arena, fresh->diag, words, &fresh->command) || !load_stamps(fresh))
		return false;
	for (; fresh->parent_count < count; fresh->parent_count++)
		if (!load_parent(fresh, parents[fresh->parent_count], &fresh->parents[fresh->parent_count]))
			return false;
	if (fresh->command.dockerfile)
		fresh->key.dockerfile = fresh->command.dockerfile;
	if (fresh->command.context)
		fresh->key.context = fresh->command.context;
	return find_bases(fresh);
}

bool fresh_ask(struct fresh *fresh)
{
	size_t room = 1 + fresh->command.tag_count + 2 * (fresh->parent_count + fresh->base_count), n = 0;
	struct str *names = ARENA_ARRAY(fresh->arena, room + 1, struct str);

	names[n++] = fresh->seal.engine;
	for (size_t i = 0; i < fresh->command.tag_count; i++)
		names[n++] = fresh->command.tags[i];
	for (size_t i = 0; i < fresh->parent_count; i++) {
		names[n++] = fresh->parents[i].local;
		names[n++] = fresh->parents[i].engine;
	}
	for (size_t i = 0; i < fresh->base_count; i++) {
		struct str pin = fresh_pin(fresh, fresh->bases[i]);

		names[n++] = fresh->bases[i];
		names[n++] = pin.n ? ref_at(fresh->arena, fresh->bases[i], pin) : pin;
	}
	return ask_engine(fresh->arena, fresh->diag, &fresh->command, names, n, &fresh->answer);
}

bool fresh_restore_parents(struct fresh *fresh)
{
	bool fine = true;

	for (size_t i = 0; i < fresh->parent_count; i++) {
		const struct fresh_parent *parent = &fresh->parents[i];
		const struct ask_image *named = ask_find(fresh->arena, &fresh->answer, parent->local);

		if (named && str_eq(named->id, parent->engine))
			continue;
		if (ask_find(fresh->arena, &fresh->answer, parent->engine)) {
			fine = engine_tag(fresh->diag, &fresh->command, parent->engine, parent->local) && fine;
		} else {
			struct place place = place_other(&fresh->place, parent->name);

			seal_set_aside(&place, SEAL_GONE);
			diag_error(fresh->diag, SPAN_NONE,
			           "the image of the parent %.*s is gone; its stamp has been dropped: run ninja again",
			           STR_ARG(parent->name));
			fine = false;
		}
	}
	return fine;
}

static const struct seal_parent *sealed_parent(const struct seal *seal, struct str name, struct str ref)
{
	for (size_t i = 0; i < seal->parent_count; i++)
		if (str_eq(seal->parents[i].name, name) && str_eq(seal->parents[i].ref, ref))
			return &seal->parents[i];
	return NULL;
}

bool fresh_replaced(const struct fresh *fresh, struct str ref)
{
	return !str_eq(local_tag(&fresh->command, ref), ref);
}

struct str fresh_pin(const struct fresh *fresh, struct str ref)
{
	const struct command_pin *pin = command_pin(&fresh->command, ref);

	return pin ? pin->digest : STR("");
}

struct str fresh_base(const struct fresh *fresh, struct str ref)
{
	struct str pin = fresh_pin(fresh, ref);
	const struct ask_image *image = ask_find(fresh->arena, &fresh->answer, ref);

	return pin.n ? pin : image ? image->id : STR("-");
}

bool fresh_name_pins(const struct fresh *fresh, struct seal *seal)
{
	bool changed = false;

	for (size_t i = 0; i < seal->parent_count; i++) {
		struct seal_parent *base = &seal->parents[i];
		struct str pin = base->name.n ? STR("") : fresh_pin(fresh, base->ref);

		if (!pin.n || str_eq(base->id, pin))
			continue;
		base->id = pin;
		changed = true;
	}
	return changed;
}

static bool same_env(const struct seal *seal, const struct command *command)
{
	if (seal->env_count != command->env_count)
		return false;
	for (size_t i = 0; i < seal->env_count; i++)
		if (!str_is(seal->env[i], command->env[i]))
			return false;
	return true;
}

const char *fresh_stale(const struct fresh *fresh)
{
	const struct seal *seal = &fresh->seal;

	if (!fresh->sealed)
		return "it has not been built";
	if (str_is(seal->aside, SEAL_FORCED))
		return "a build was forced";
	if (!hash_eq(seal->key.hash, fresh->key.hash))
		return "its inputs changed";
	if (!same_env(seal, &fresh->command))
		return "the environment of the build changed";
	for (size_t i = 0; i < fresh->parent_count; i++) {
		const struct fresh_parent *parent = &fresh->parents[i];
		const struct seal_parent *old = sealed_parent(seal, parent->name, parent->ref);

		if (!old || !str_eq(old->id, parent->image))
			return "a parent changed";
	}
	for (size_t i = 0; i < fresh->base_count; i++) {
		const struct seal_parent *old = sealed_parent(seal, STR(""), fresh->bases[i]);

		if (!old || base_moved(fresh->arena, &fresh->answer, old, fresh_pin(fresh, fresh->bases[i])))
			return "a base image changed";
	}
	if (!ask_find(fresh->arena, &fresh->answer, seal->engine))
		return "the engine does not have it";
	return NULL;
}

bool fresh_triggers(const struct fresh *fresh)
{
	bool unknown = false;

	for (size_t i = 0; i < fresh->base_count; i++) {
		struct str pin = fresh_pin(fresh, fresh->bases[i]);
		struct str name = pin.n ? ref_at(fresh->arena, fresh->bases[i], pin) : fresh->bases[i];
		const struct ask_image *image = ask_find(fresh->arena, &fresh->answer, name);

		if (image && image->onbuild)
			return true;
		unknown = unknown || !image;
	}
	return unknown && fresh->key.whole;
}

static void fill_parents(const struct fresh *fresh, struct seal *seal)
{
	for (size_t i = 0; i < fresh->parent_count; i++)
		seal_add_parent(fresh->arena, seal, (struct seal_parent){
			fresh->parents[i].name, fresh->parents[i].image, fresh->parents[i].ref});
	for (size_t i = 0; i < fresh->base_count; i++)
		seal_add_parent(fresh->arena, seal, (struct seal_parent){
			STR(""), fresh_base(fresh, fresh->bases[i]), fresh->bases[i]});
}

void fresh_fill(const struct fresh *fresh, struct str text, struct seal *seal)
{
	struct str line;

	*seal = (struct seal){
		.when = (long long)time(NULL), .tags = fresh->command.tags, .tag_count = fresh->command.tag_count,
		.tag_capacity = fresh->command.tag_count,
	};
	fill_parents(fresh, seal);
	for (size_t i = 0; i < fresh->command.env_count; i++)
		seal_add_text(fresh->arena, &seal->env, &seal->env_count, &seal->env_capacity,
		              str_of(fresh->command.env[i]));
	while (record_line(&text, &line))
		seal_add_text(fresh->arena, &seal->lines, &seal->line_count, &seal->line_capacity, line);
}

bool fresh_save(const struct fresh *fresh, const struct seal *seal)
{
	return holder_claim(&fresh->place, seal, fresh->sealed ? &fresh->seal : NULL, fresh->diag) == 0
		&& seal_save(&fresh->place, seal, fresh->diag) == 0
		&& seal_save_image(&fresh->place, seal->image, fresh->diag) == 0;
}
