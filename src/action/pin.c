/* SPDX-License-Identifier: Apache-2.0 */
#include "action/pin.h"

#include "client/engine.h"

/* buildx has it in every version that builds for several platforms, which asks for contexts besides. */
static bool takes_contexts(const struct fresh *fresh)
{
	const struct command *command = &fresh->command;
	const char *words[] = {command->verb[0], "--help", NULL};
	struct buf text = BUF_INIT;
	struct engine_call call;
	bool takes = command->verb_count == 2;

	if (!takes) {
		call = ENGINE_CALL(engine_words(fresh->arena, command, words), command->env);
		call.out_text = call.err_text = &text;
		takes = engine_run(&call) == 0 && text.n && strstr(text.p, "--build-context");
	}
	buf_release(&text);
	return takes;
}

static void add_contexts(const struct fresh *fresh, struct pin *pin)
{
	for (size_t i = 0; i < fresh->command.pin_count; i++) {
		pin->words[pin->count++] = "--build-context";
		pin->words[pin->count++] = fresh->command.pins[i].value.p;
	}
}

static bool pull(const struct fresh *fresh, const struct command_pin *pin, struct str platform)
{
	const char *image = arena_strndup(fresh->arena, pin->image.p, pin->image.n);
	const char *plain[] = {"pull", image, NULL}, *other[] = {"pull", "--platform", platform.p, image, NULL};
	struct buf text = BUF_INIT;
	struct engine_call call = ENGINE_CALL(engine_words(fresh->arena, &fresh->command, platform.n ? other : plain),
	                                      fresh->command.env);
	bool fine;

	call.out_text = call.err_text = &text;
	fine = engine_run(&call) == 0;
	if (!fine)
		diag_error(fresh->diag, SPAN_NONE, "%.*s: cannot pull %s, to which %.*s is pinned: %.*s",
		           STR_ARG(fresh->place.name), image, STR_ARG(pin->ref), STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	return fine;
}

/* The engine has all of them. Which platform's it has, it does not say. */
static bool pull_all(struct fresh *fresh)
{
	struct str platform = command_option(&fresh->command, "--platform");
	bool some = false;

	for (size_t i = 0; i < fresh->command.pin_count; i++) {
		const struct command_pin *pin = &fresh->command.pins[i];

		if (!platform.n && ask_find(fresh->arena, &fresh->answer, pin->image))
			continue;
		if (!pull(fresh, pin, platform))
			return false;
		some = true;
	}
	if (!some)
		return true;
	ask_forget(&fresh->answer);
	return fresh_ask(fresh);
}

static bool give_tags(const struct fresh *fresh)
{
	for (size_t i = 0; i < fresh->command.pin_count; i++) {
		const struct command_pin *pin = &fresh->command.pins[i];
		const struct ask_image *image = ask_find(fresh->arena, &fresh->answer, pin->image);
		const struct ask_image *named = ask_find(fresh->arena, &fresh->answer, pin->ref);

		if (!image) {
			diag_error(fresh->diag, SPAN_NONE, "%.*s: the engine does not have %.*s, although it was pulled",
			           STR_ARG(fresh->place.name), STR_ARG(pin->image));
			return false;
		}
		if (!ask_same(named, image) && !engine_tag(fresh->diag, &fresh->command, image->id, pin->ref))
			return false;
	}
	return true;
}

bool pin_give(struct fresh *fresh, struct pin *pin)
{
	size_t count = fresh->command.pin_count;

	*pin = (struct pin){.words = ARENA_ARRAY(fresh->arena, 2 * count + 1, const char *)};
	if (count == 0)
		return true;
	if (takes_contexts(fresh)) {
		add_contexts(fresh, pin);
		return true;
	}
	pin->tagged = true;
	return pull_all(fresh) && give_tags(fresh);
}

bool pin_held(const struct fresh *fresh, const struct pin *pin)
{
	size_t count = pin->tagged ? fresh->command.pin_count : 0;
	struct str *names = ARENA_ARRAY(fresh->arena, 2 * count + 1, struct str);
	struct ask_answer answer;
	bool fine;

	for (size_t i = 0; i < count; i++) {
		names[2 * i] = fresh->command.pins[i].ref;
		names[2 * i + 1] = fresh->command.pins[i].image;
	}
	fine = ask_engine(fresh->arena, fresh->diag, &fresh->command, names, 2 * count, &answer);
	for (size_t i = 0; fine && i < count; i++) {
		fine = ask_same(ask_find(fresh->arena, &answer, names[2 * i]),
		                ask_find(fresh->arena, &answer, names[2 * i + 1]));
		if (!fine)
			diag_error(fresh->diag, SPAN_NONE,
			           "%.*s: %.*s was given to another image than the pinned one during the build: run ninja again",
			           STR_ARG(fresh->place.name), STR_ARG(names[2 * i]));
	}
	ask_forget(&answer);
	return fine;
}
