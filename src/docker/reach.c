/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/context.h"

#include "docker/heredoc.h"
#include "docker/match.h"
#include "docker/mount.h"
#include "docker/stage.h"

struct making {
	struct stages stages;
	struct context_reach *reach;
	size_t capacity;
};

static void add(struct making *making, struct context_pattern pattern)
{
	struct context_reach *reach = making->reach;
	size_t old = making->capacity;

	if (!pattern.text.n && !pattern.exclude && !pattern.parents)
		reach->whole = true;
	for (size_t i = 0; i < reach->pattern_count && !pattern.exclude; i++)
		if (!reach->patterns[i].exclude && reach->patterns[i].parents == pattern.parents &&
		    str_eq(reach->patterns[i].text, pattern.text))
			return;
	if (reach->pattern_count == old) {
		making->capacity = old ? old * 2 : 8;
		reach->patterns = arena_grow(making->stages.arena, reach->patterns, old * sizeof pattern,
		                             making->capacity * sizeof pattern);
	}
	reach->patterns[reach->pattern_count++] = pattern;
}

/* A source after expansion: what is known of it from the left on. */
struct source {
	struct str text;
	bool unresolved;
	size_t known;
};

static struct source expand(struct making *making, struct stage *stage, struct str word, struct span span)
{
	struct source source;

	source.text = stage_expand(&making->stages, &stage->scope, word, span, &source.unresolved, &source.known);
	return source;
}

/* SOURCE as a cleaned pattern; '*' takes the place of what is not known. */
static struct str to_pattern(struct making *making, const struct source *source, bool literal)
{
	struct buf buf = BUF_INIT;
	struct str path;

	for (size_t i = 0; i < source->known; i++) {
		char c = source->text.p[i];

		if (literal && c && strchr("*?[\\", c))
			buf_addc(&buf, '\\');
		buf_addc(&buf, c);
	}
	if (source->unresolved)
		buf_addc(&buf, '*');
	if (source->unresolved && !source->known)
		making->reach->whole = true;
	path = text_clean(making->stages.arena, buf_str(&buf));
	buf_release(&buf);
	return path;
}

static bool is_user_host(struct str s)
{
	size_t at = str_find(s, '@', 0), colon = str_find(s, ':', at);

	for (size_t i = 0; i < colon; i++) {
		char c = s.p[i];
		bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_';

		if (!plain && i != at && !(i > at && c == '.'))
			return false;
	}
	return at > 0 && colon < s.n && colon > at + 1;
}

/* What ADD fetches from elsewhere. */
static bool is_remote(struct str s)
{
	static const char *const schemes[] = {"http://", "https://", "git://", "ssh://", NULL};

	for (const char *const *scheme = schemes; *scheme; scheme++)
		if (str_starts(s, str_of(*scheme)))
			return true;
	return is_user_host(s);
}

/* The patterns of --exclude; NULL where there are none, or one of them is not known for sure. */
static struct ignore *find_exclude(struct making *making, struct stage *stage,
                                   const struct docker_instruction *in)
{
	struct text_list list = {0};

	for (size_t i = 0; i < in->flag_count; i++) {
		const struct docker_flag *flag = &in->flags[i];
		bool unresolved;
		struct str text;

		if (!str_is(flag->name, "exclude"))
			continue;
		text = stage_expand(&making->stages, &stage->scope, flag->value, flag->span, &unresolved, NULL);
		if (unresolved)
			return NULL;
		text_add(making->stages.arena, &list, text);
	}
	return list.count ? ignore_of(making->stages.arena, list.items, list.count) : NULL;
}

/* What --parents keeps begins after a part "/./", and so does what --exclude sees. */
static bool has_pivot(struct str s)
{
	for (size_t i = 0; i + 3 <= s.n; i++)
		if (memcmp(s.p + i, "/./", 3) == 0)
			return true;
	return false;
}

static void reach_copy(struct making *making, struct stage *stage, const struct docker_instruction *in)
{
	struct arena *arena = making->stages.arena;
	const struct docker_flag *from = docker_flag(in, "from"), *parents = docker_flag(in, "parents");
	struct ignore *exclude = find_exclude(making, stage, in);
	struct context_pattern pattern = {.exclude = NULL};

	if (from && from->value.n && str_is(in->name, "COPY"))
		return;
	pattern.parents = parents && !text_same_nocase(parents->value, "false");
	for (size_t i = 0; i + 1 < in->arg_count; i++) {
		struct source source;

		if (in->form != DOCKER_EXEC && heredoc_is(arena, in->args[i]))
			continue;
		source = expand(making, stage, in->args[i], in->spans[i]);
		if (str_is(in->name, "ADD") && is_remote(source.text))
			continue;
		pattern.text = to_pattern(making, &source, false);
		pattern.exclude = pattern.parents && has_pivot(source.text) ? NULL : exclude;
		add(making, pattern);
	}
}

static void reach_mount(struct making *making, struct stage *stage, const struct docker_flag *flag)
{
	struct context_pattern pattern = {.parents = false};
	const struct mount *mount = flag->mount;
	struct source type, source;

	if (!mount || mount->from.n)
		return;
	type = expand(making, stage, mount->type, flag->span);
	if (!type.unresolved && !str_is(type.text, "bind"))
		return;
	source = expand(making, stage, mount->source, flag->span);
	pattern.text = to_pattern(making, &source, true);
	add(making, pattern);
}

static void visit(void *context, struct stage *stage, const struct docker_instruction *in)
{
	struct making *making = context;

	if (in->unknown)
		making->reach->whole = true;
	if (str_is(in->name, "COPY") || str_is(in->name, "ADD"))
		reach_copy(making, stage, in);
	for (size_t i = 0; str_is(in->name, "RUN") && i < in->flag_count; i++)
		if (str_is(in->flags[i].name, "mount"))
			reach_mount(making, stage, &in->flags[i]);
}

static struct context_reach make(struct arena *arena, struct diag *diag, const struct docker_file *file,
                                 const struct docker_arg *args, size_t arg_count,
                                 const struct docker_file *const *onbuild, size_t onbuild_count,
                                 struct str target, bool every)
{
	struct context_reach reach = {.whole = file->foreign || file->unknown};
	struct making making = {.reach = &reach};

	for (size_t i = 0; i < onbuild_count; i++)
		reach.whole |= onbuild[i]->foreign;
	if (file->foreign)
		return reach;
	stages_init(&making.stages, arena, diag, file, args, arg_count, target, every);
	for (size_t i = 0; i < making.stages.count; i++)
		if (making.stages.list[i].needed)
			stage_run(&making.stages, &making.stages.list[i], onbuild, onbuild_count, visit, &making);
	return reach;
}

struct context_reach context_reach_of(struct arena *arena, struct diag *diag, const struct docker_file *file,
                                      const struct docker_arg *args, size_t arg_count,
                                      const struct docker_file *const *onbuild, size_t onbuild_count)
{
	return make(arena, diag, file, args, arg_count, onbuild, onbuild_count, (struct str){"", 0}, true);
}

struct context_reach context_reach_target(struct arena *arena, struct diag *diag,
                                          const struct docker_file *file, const struct docker_arg *args,
                                          size_t arg_count, const struct docker_file *const *onbuild,
                                          size_t onbuild_count, struct str target)
{
	return make(arena, diag, file, args, arg_count, onbuild, onbuild_count, target, false);
}
