/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/stage.h"

#include "docker/mount.h"

#include <stdio.h>
#include <sys/utsname.h>

struct str stage_expand(struct stages *stages, const struct subst_scope *scope, struct str word,
                        struct span span, bool *unresolved, size_t *known)
{
	struct subst subst = {.arena = stages->arena, .scope = scope, .escape = stages->file->escape};
	struct str out;
	bool ok = subst_word(&subst, word, &out);

	if (!ok)
		diag_error(stages->diag, span, "%s", subst.error);
	*unresolved = !ok || subst.unresolved;
	if (known)
		*known = ok ? subst.known : 0;
	return out;
}

static const struct docker_arg *find_arg(const struct stages *stages, struct str name)
{
	for (size_t i = stages->arg_count; i-- > 0;)
		if (str_eq(stages->args[i].name, name))
			return &stages->args[i];
	return NULL;
}

static void split_pair(struct str pair, struct str *name, struct str *value)
{
	size_t equals = str_find(pair, '=', 0);

	*name = str_slice(pair, 0, equals);
	*value = equals < pair.n ? str_slice(pair, equals + 1, pair.n) : (struct str){NULL, 0};
}

/* os/arch[/variant] of this machine as containers name it. */
static struct str host_platform(void)
{
	static char platform[sizeof(struct utsname)];
	static const char *const names[][2] = {
		{"x86_64", "amd64"}, {"aarch64", "arm64"}, {"armv7l", "arm/v7"}, {"armv6l", "arm/v6"},
		{"i686", "386"}, {"ppc64le", "ppc64le"}, {"s390x", "s390x"}, {"riscv64", "riscv64"},
	};
	struct utsname host;
	const char *arch;

	if (*platform)
		return str_of(platform);
	if (uname(&host) != 0)
		return STR("linux/amd64");
	arch = host.machine;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(host.machine, names[i][0]) == 0)
			arch = names[i][1];
	snprintf(platform, sizeof platform, "linux/%s", arch);
	return str_of(platform);
}

static struct str set_part(struct stages *stages, const char *name, struct str value)
{
	const struct docker_arg *arg = find_arg(stages, str_of(name));

	if (arg)
		value = arg->value;
	subst_set(stages->arena, &stages->global, str_of(name), value, false);
	return value;
}

/* The automatic arguments that NAMES lists: platform, OS, architecture, variant. */
static void set_platform(struct stages *stages, const char *const names[4], struct str platform)
{
	size_t os, arch;

	platform = set_part(stages, names[0], platform);
	os = str_find(platform, '/', 0);
	arch = str_find(platform, '/', os + 1);
	set_part(stages, names[1], str_slice(platform, 0, os));
	set_part(stages, names[2], str_slice(platform, os + 1, arch));
	set_part(stages, names[3], str_slice(platform, arch + 1, platform.n));
}

static void set_globals(struct stages *stages)
{
	static const char *const build[] = {"BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"};
	static const char *const target[] = {"TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT"};
	const struct docker_file *file = stages->file;
	struct str host = host_platform();

	set_platform(stages, build, host);
	set_platform(stages, target, host);
	for (size_t i = 0; i < file->instruction_count && !str_is(file->instructions[i].name, "FROM"); i++) {
		const struct docker_instruction *in = &file->instructions[i];

		for (size_t k = 0; str_is(in->name, "ARG") && k < in->arg_count; k++) {
			struct str name, value;
			const struct docker_arg *arg;
			bool unresolved = false;

			split_pair(in->args[k], &name, &value);
			arg = find_arg(stages, name);
			if (arg)
				value = arg->value;
			else if (value.p)
				value = stage_expand(stages, &stages->global, value, in->spans[k], &unresolved, NULL);
			if (value.p)
				subst_set(stages->arena, &stages->global, name, value, false);
		}
	}
}

struct stage *stages_find(const struct stages *stages, struct str name, bool numbers)
{
	struct str lower = text_lower(stages->arena, name);
	size_t number = 0;

	for (size_t i = 0; numbers && name.n && name.n < 6; i++) {
		if (i == name.n)
			return number < stages->count ? &stages->list[number] : NULL;
		if (name.p[i] < '0' || name.p[i] > '9')
			break;
		number = number * 10 + (size_t)(name.p[i] - '0');
	}
	for (size_t i = stages->count; i-- > 0;)
		if (stages->list[i].name.n && str_eq(stages->list[i].name, lower))
			return &stages->list[i];
	return NULL;
}

static void add_stage(struct stages *stages, const struct docker_instruction *from)
{
	struct stage *stage = &stages->list[stages->count];
	const struct docker_flag *platform = docker_flag(from, "platform");
	const struct docker_instruction *end = stages->file->instructions + stages->file->instruction_count;
	unsigned errors = stages->diag->errors;
	bool unresolved;

	stage->from = from;
	stage->first = from + 1;
	while (stage->first + stage->count < end && !str_is(stage->first[stage->count].name, "FROM"))
		stage->count++;
	if (from->arg_count == 3)
		stage->name = text_lower(stages->arena, from->args[2]);
	stage->image =
		stage_expand(stages, &stages->global, from->args[0], from->spans[0], &stage->unresolved, NULL);
	if (!stage->image.n && stages->diag->errors == errors)
		diag_error(stages->diag, from->spans[0], "base name (%.*s) should not be blank",
		           STR_ARG(from->args[0]));
	if (platform && platform->value.n)
		stage->platform =
			stage_expand(stages, &stages->global, platform->value, platform->span, &unresolved, NULL);
	for (size_t i = stages->count; i-- > 0 && !stage->base;)
		if (stages->list[i].name.n && str_eq(stages->list[i].name, stage->image))
			stage->base = &stages->list[i];
	if (!stage->base)
		stage->scope.open = !str_is(stage->image, "scratch");
	stages->count++;
}

static void need(struct stages *stages, struct stage *stage);

static void need_name(struct stages *stages, struct str name, bool numbers)
{
	struct stage *stage = stages_find(stages, name, numbers);

	if (stage)
		need(stages, stage);
}

static void need_sources(struct stages *stages, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->flag_count; i++) {
		const struct docker_flag *flag = &in->flags[i];

		if (str_is(in->name, "COPY") && str_is(flag->name, "from"))
			need_name(stages, flag->value, true);
		else if (flag->mount && flag->mount->from.n)
			need_name(stages, flag->mount->from, false);
	}
}

static void need(struct stages *stages, struct stage *stage)
{
	struct stage *base = stage->base;

	if (stage->needed)
		return;
	stage->needed = true;
	for (size_t i = 0; i < stage->count; i++)
		need_sources(stages, &stage->first[i]);
	if (!base)
		return;
	for (size_t i = 0; i < base->count; i++)
		if (base->first[i].trigger)
			need_sources(stages, base->first[i].trigger);
	need(stages, base);
}

static bool mark(struct stages *stages, struct str target, bool every)
{
	struct stage *stage;
	struct guess guess;

	if (!stages->count)
		return true;
	for (size_t i = 0; every && i < stages->count; i++)
		need(stages, &stages->list[i]);
	stage = target.n ? stages_find(stages, target, true) : &stages->list[stages->count - 1];
	if (stage) {
		need(stages, stage);
		return true;
	}
	diag_error(stages->diag, SPAN_NONE, "%s: target stage '%.*s' could not be found",
	           diag_source_name(stages->diag, stages->file->source), STR_ARG(target));
	guess_init(&guess, target);
	for (size_t i = 0; i < stages->count; i++)
		guess_offer(&guess, stages->list[i].name);
	guess_hint(&guess, stages->diag);
	return false;
}

bool stages_init(struct stages *stages, struct arena *arena, struct diag *diag,
                 const struct docker_file *file, const struct docker_arg *args, size_t arg_count,
                 struct str target, bool every)
{
	size_t n = 0;
	unsigned errors = diag->errors;

	*stages =
		(struct stages){.arena = arena, .diag = diag, .file = file, .args = args, .arg_count = arg_count};
	set_globals(stages);
	for (size_t i = 0; i < file->instruction_count; i++)
		n += str_is(file->instructions[i].name, "FROM");
	stages->list = ARENA_ARRAY(arena, n + 1, struct stage);
	for (size_t i = 0; i < file->instruction_count; i++)
		if (str_is(file->instructions[i].name, "FROM"))
			add_stage(stages, &file->instructions[i]);
	return mark(stages, target, every) && diag->errors == errors;
}

size_t stages_until(const struct stages *stages)
{
	size_t last = stages->count;

	while (last > 0 && !stages->list[last - 1].needed)
		last--;
	if (last == 0 || last == stages->count)
		return stages->file->instruction_count;
	return (size_t)(stages->list[last].from - stages->file->instructions);
}

static void run_arg(struct stages *stages, struct stage *stage, const struct docker_instruction *in)
{
	for (size_t i = 0; i < in->arg_count; i++) {
		struct str name, value;
		const struct docker_arg *arg;
		const struct subst_var *global;
		bool unresolved = false;

		split_pair(in->args[i], &name, &value);
		arg = find_arg(stages, name);
		global = subst_get(&stages->global, name);
		if (arg)
			value = arg->value;
		else if (value.p)
			value = stage_expand(stages, &stage->scope, value, in->spans[i], &unresolved, NULL);
		else if (global)
			value = global->value;
		if (value.p)
			subst_set(stages->arena, &stage->scope, name, value, unresolved);
	}
}

/* All values of one ENV see what was set before it. */
static void run_env(struct stages *stages, struct stage *stage, const struct docker_instruction *in)
{
	struct subst_scope before = stage->scope;

	for (size_t i = 0; i < in->arg_count; i++) {
		struct str name, value;
		bool unresolved, ignored;

		split_pair(in->args[i], &name, &value);
		name = stage_expand(stages, &before, name, in->spans[i], &ignored, NULL);
		value = stage_expand(stages, &before, value, in->spans[i], &unresolved, NULL);
		subst_set(stages->arena, &stage->scope, name, value, unresolved);
	}
}

static void run_one(struct stages *stages, struct stage *stage, const struct docker_instruction *in,
                    stage_visit *visit, void *context)
{
	if (str_is(in->name, "ARG"))
		run_arg(stages, stage, in);
	else if (str_is(in->name, "ENV"))
		run_env(stages, stage, in);
	visit(context, stage, in);
}

void stage_run(struct stages *stages, struct stage *stage, const struct docker_file *const *parents,
               size_t parent_count, stage_visit *visit, void *context)
{
	struct stage *base = stage->base;

	stage->scope.parent = base ? &base->scope : NULL;
	for (size_t i = 0; base && i < base->count; i++)
		if (base->first[i].trigger)
			run_one(stages, stage, base->first[i].trigger, visit, context);
	for (size_t i = 0; !base && i < parent_count; i++)
		for (size_t k = 0; k < parents[i]->instruction_count; k++)
			if (parents[i]->instructions[k].trigger)
				run_one(stages, stage, parents[i]->instructions[k].trigger, visit, context);
	for (size_t i = 0; i < stage->count; i++)
		run_one(stages, stage, &stage->first[i], visit, context);
}
