/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/script.h"

#include "base/quote.h"
#include "model/name.h"

static void export(struct buf *out, const char *name, struct str value)
{
	buf_adds(out, "export ");
	buf_adds(out, name);
	buf_addc(out, '=');
	quote_shell(out, value);
	buf_addc(out, '\n');
}

/* NAME=REPOSITORY:PREFIX VERSION */
static void export_tag(struct buf *out, const char *name, struct str repository, const char *prefix,
                       struct str version)
{
	struct buf tag = BUF_INIT;

	buf_addstr(&tag, repository);
	buf_addc(&tag, ':');
	buf_adds(&tag, prefix);
	buf_addstr(&tag, version);
	export(out, name, buf_str(&tag));
	buf_release(&tag);
}

static void env_tags(const struct plan_image *image, struct buf *out)
{
	struct str repository;

	if (!image->tag_count)
		return;
	repository = name_repository(image->tags[0]);
	export(out, "dockertag1", repository);
	export_tag(out, "dockertag2", repository, "", image->os);
	export_tag(out, "dockertag3", repository, "latest", STR(""));
	if (image->python.n)
		export_tag(out, "dockertag4", repository, "py", image->python);
	export(out, "dockertag", image->tags[0]);
}

static void env_argument(struct buf *arguments, const char *name, struct str value)
{
	buf_adds(arguments, arguments->n ? " --build-arg " : "--build-arg ");
	buf_adds(arguments, name);
	buf_addc(arguments, '=');
	quote_shell(arguments, value);
}

static void env_python(const struct plan_image *image, struct buf *arguments, struct buf *out)
{
	struct buf version = BUF_INIT;

	buf_addstr(&version, image->python);
	if (image->python_bump.n) {
		buf_addc(&version, '.');
		buf_addstr(&version, image->python_bump);
	}
	export(out, "PY_VER_BASE", image->python);
	export(out, "PY_VER_BUMP", image->python_bump);
	export(out, "PY_VER", buf_str(&version));
	env_argument(arguments, "PY_VER_BASE", image->python);
	env_argument(arguments, "PY_VER", buf_str(&version));
	buf_release(&version);
}

void script_env(const struct plan_image *image, struct buf *out)
{
	struct buf arguments = BUF_INIT;

	buf_adds(out, "# shellcheck shell=sh disable=SC1003,SC2016,SC2034\n");
	export(out, "UBUNTU_VER", image->os);
	export(out, "UBUNTU_VER_BASE", str_slice(image->os, 0, str_find(image->os, '.', 0)));
	export(out, "TZ_NAME", image->timezone);
	env_argument(&arguments, "UBUNTU_VER", image->os);
	env_argument(&arguments, "TZ_NAME", image->timezone);
	if (image->python.n)
		env_python(image, &arguments, out);
	env_tags(image, out);
	export(out, "DK_BUILD_ARGS", buf_str(&arguments));
	buf_adds(out, "dkbuildprebuildscript=dkbuildprebuildscript.sh\n"
	              "dkbuildbuildsuccessscript=dkbuildbuildsuccessscript.sh\n"
	              "dkbuildfailedscript=dkbuildfailedscript.sh\n"
	              "dkbuildpostbuildscript=dkbuildpostbuildscript.sh\n");
	buf_release(&arguments);
}
