/* SPDX-License-Identifier: Apache-2.0 */
#include "docker/lint.h"

#include "docker/mount.h"
#include "docker/stage.h"

const struct lint_name lint_names[LINT_RULES] = {
	[LINT_SYNTAX] = {"syntax", "the file begins with # syntax=docker/dockerfile:1"},
	[LINT_USER] = {"user", "the image does not run as root"},
	[LINT_HEALTHCHECK] = {"healthcheck", "the image has a HEALTHCHECK"},
	[LINT_LABELS] = {"labels", "the image has labels org.opencontainers.image.*"},
	[LINT_CACHE_MOUNT] = {"cache-mount", "packages are cached in a mount rather than with --no-cache-dir"},
	[LINT_APT_LISTS] = {"apt-lists", "apt's lists are removed, or in a mount"},
};

static void tell(struct lint *lint, enum lint_rule rule, struct span at, const char *message, const char *hint)
{
	if (lint->off[rule])
		return;
	lint->found++;
	diag_warning(lint->diag, at, "%s [%s]", message, lint_names[rule].name);
	diag_hint(lint->diag, "%s", hint);
}

/* --- RUN --- */

static bool holds(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n <= text.n && i <= text.n - n; i++)
		if (memcmp(text.p + i, word, n) == 0)
			return true;
	return false;
}

/* True where the command or a heredoc of it has WORD. */
static bool says(const struct docker_instruction *in, const char *word)
{
	for (size_t i = 0; i < in->arg_count; i++)
		if (holds(in->args[i], word))
			return true;
	for (size_t i = 0; i < in->heredoc_count; i++)
		if (holds(in->heredocs[i].content, word))
			return true;
	return false;
}

static bool mounts(const struct docker_instruction *in, const char *path)
{
	for (size_t i = 0; i < in->flag_count; i++)
		if (in->flags[i].mount && holds(in->flags[i].value, path))
			return true;
	return false;
}

static void look_at_run(struct lint *lint, const struct docker_instruction *in)
{
	if (says(in, "--no-cache-dir"))
		tell(lint, LINT_CACHE_MOUNT, in->span, "--no-cache-dir: every build downloads everything again",
		     "RUN --mount=type=cache,target=/root/.cache/pip keeps the downloads, and the image stays as small");
	if ((says(in, "apt-get update") || says(in, "apt update")) && !says(in, "/var/lib/apt/lists") &&
	    !mounts(in, "/var/lib/apt"))
		tell(lint, LINT_APT_LISTS, in->span, "apt's lists stay in the layer",
		     "end with rm -rf /var/lib/apt/lists/*, or use --mount=type=cache,target=/var/lib/apt");
}

/* --- The image --- */

static bool is_root(struct str user)
{
	struct str name = str_slice(user, 0, str_find(user, ':', 0));

	return str_is(name, "root") || str_is(name, "0");
}

static bool is_oci(const struct docker_instruction *label)
{
	for (size_t i = 0; i < label->arg_count; i++)
		if (str_starts(label->args[i], STR("org.opencontainers.image.")) ||
		    str_starts(label->args[i], STR("\"org.opencontainers.image.")))
			return true;
	return false;
}

static void take(struct lint_image *image, const struct docker_instruction *in)
{
	if (str_is(in->name, "USER"))
		image->user = in->arg_count && !is_root(in->args[0]);
	else if (str_is(in->name, "HEALTHCHECK"))
		image->health = true;
	else if (str_is(in->name, "LABEL"))
		image->labels = image->labels || is_oci(in);
}

/* What STAGE has, from its oldest base on. */
static struct lint_image stage_image(const struct lint_input *input, const struct stage *stage)
{
	struct lint_image image = {false, false, false};
	const struct lint_image *parent;

	if (stage->base) {
		image = stage_image(input, stage->base);
	} else if (input->parent) {
		parent = input->parent(input->context, stage->image);
		image = parent ? *parent : image;
	}
	for (size_t i = 0; i < stage->count; i++)
		take(&image, &stage->first[i]);
	return image;
}

static void look_at_image(struct lint *lint, const struct lint_input *input, const struct stage *stage,
                          struct lint_image image)
{
	struct span from = stage->from->span;

	if (!image.labels)
		tell(lint, LINT_LABELS, from, "the image has no label org.opencontainers.image.*",
		     "LABEL org.opencontainers.image.source=… says where it comes from");
	if (input->base)
		return;
	if (!image.user)
		tell(lint, LINT_USER, from, "the image runs as root", "USER names another one");
	if (!image.health)
		tell(lint, LINT_HEALTHCHECK, from, "the image has no HEALTHCHECK",
		     "HEALTHCHECK CMD … tells whether the service works, HEALTHCHECK NONE that there is no service");
}

static void look_at_file(struct lint *lint, const struct docker_file *file)
{
	const struct docker_instruction *first = file->instructions;
	bool named = false;

	for (size_t i = 0; i < file->directive_count; i++)
		named = named || str_is(file->directives[i].name, "syntax");
	if (!named && file->instruction_count)
		tell(lint, LINT_SYNTAX, (struct span){first->span.source, 0, 1}, "the file names no syntax",
		     "# syntax=docker/dockerfile:1 as its first line has every engine read it alike");
}

struct lint_image lint_dockerfile(struct lint *lint, const struct lint_input *input)
{
	struct lint_image image = input->given;
	const struct stage *target;
	struct stages stages;

	if (input->file->foreign)
		return image;
	look_at_file(lint, input->file);
	if (!stages_init(&stages, lint->arena, lint->diag, input->file, input->args, input->arg_count, input->target,
	                 false) || stages.count == 0)
		return image;
	for (size_t i = 0; i < stages.count; i++)
		for (size_t j = 0; stages.list[i].needed && j < stages.list[i].count; j++)
			if (str_is(stages.list[i].first[j].name, "RUN"))
				look_at_run(lint, &stages.list[i].first[j]);
	target = input->target.n ? stages_find(&stages, input->target, true) : &stages.list[stages.count - 1];
	if (target) {
		struct lint_image own = stage_image(input, target);

		image = (struct lint_image){own.user, own.health || image.health, own.labels || image.labels};
		look_at_image(lint, input, target, image);
	}
	return image;
}
