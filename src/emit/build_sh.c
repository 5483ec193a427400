/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/script.h"

#include "base/quote.h"

static const char build_head[] =
	"#!/bin/sh\n"
	"# Written by dtk-gen: builds the images, parents first, with this shell and the engine alone.\n"
	"# shellcheck disable=SC1003,SC2016,SC2034,SC2317\n"
	"set -u\n";

static const char build_functions[] =
	"\n"
	"usage()\n"
	"{\n"
	"\tcat <<'END'\n"
	"usage: build.sh [-hkn] [TARGET]...\n"
	"Builds the targets (images, layers, groups, sequences; all by default) and what they stand on.\n"
	"  -h  show this\n"
	"  -k  keep going: only what stands on a failed image is left out\n"
	"  -n  print the commands, run nothing\n"
	"END\n"
	"}\n"
	"\n"
	"say() { printf 'build.sh: %s\\n' \"$*\" >&2; }\n"
	"\n"
	"# hook SCRIPT ENV: runs SCRIPT, if it exists, after the environment script ENV.\n"
	"hook()\n"
	"{\n"
	"\t[ -e \"$1\" ] || return 0\n"
	"\t(\n"
	"\t\t# shellcheck source=/dev/null\n"
	"\t\t[ -z \"$2\" ] || . \"./$2\"\n"
	"\t\t# shellcheck source=/dev/null\n"
	"\t\t. \"./$1\"\n"
	"\t)\n"
	"}\n"
	"\n"
	"# own COMMAND ENV: runs what the image itself has for before or after a build.\n"
	"own()\n"
	"{\n"
	"\t[ \"$1\" ] || return 0\n"
	"\t(\n"
	"\t\t# shellcheck source=/dev/null\n"
	"\t\t[ -z \"$2\" ] || . \"./$2\"\n"
	"\t\texec sh -c \"$1\"\n"
	"\t)\n"
	"}\n"
	"\n"
	"# build ENV COMMAND BEFORE AFTER: one image with its hooks.\n"
	"build()\n"
	"{\n"
	"\tresult=0\n"
	"\tif hook dkbuildprebuildscript.sh \"$1\" && own \"$3\" \"$1\" && eval \"$2\"; then\n"
	"\t\town \"$4\" \"$1\" && hook dkbuildbuildsuccessscript.sh \"$1\" || result=1\n"
	"\telse\n"
	"\t\tresult=1\n"
	"\t\thook dkbuildfailedscript.sh \"$1\" || :\n"
	"\tfi\n"
	"\thook dkbuildpostbuildscript.sh \"$1\" || result=1\n"
	"\treturn \"$result\"\n"
	"}\n"
	"\n"
	"# pick NUMBER...: these images are wanted.\n"
	"pick()\n"
	"{\n"
	"\tfor number; do\n"
	"\t\teval \"want_$number=1\"\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# needs NUMBER PARENT...: where the image is wanted its parents are too.\n"
	"needs()\n"
	"{\n"
	"\teval \"wanted=\\${want_$1-}\"\n"
	"\t[ -z \"$wanted\" ] || pick \"$@\"\n"
	"}\n"
	"\n"
	"# image NUMBER NAME PARENTS ENV WORDS [PINS [BEFORE AFTER]]: WORDS are those after the client's `build`.\n"
	"image()\n"
	"{\n"
	"\tif [ -z \"$everything\" ]; then\n"
	"\t\teval \"wanted=\\${want_$1-}\"\n"
	"\t\t[ \"$wanted\" ] || return 0\n"
	"\tfi\n"
	"\tif [ \"$dry\" ]; then\n"
	"\t\tprintf '%s\\n' \"$client${6-} $5\"\n"
	"\t\treturn 0\n"
	"\tfi\n"
	"\tfor parent in $3; do\n"
	"\t\teval \"failed=\\${failed_$parent-}\"\n"
	"\t\tif [ \"$failed\" ]; then\n"
	"\t\t\tsay \"$2: left out, it stands on an image that failed\"\n"
	"\t\t\teval \"failed_$1=1\"\n"
	"\t\t\treturn 0\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tsay \"$2\"\n"
	"\tpins=${6-}\n"
	"\tif [ -z \"$pins\" ] || pin; then\n"
	"\t\tbuild \"$4\" \"$client$pins $5\" \"${7-}\" \"${8-}\" && return 0\n"
	"\tfi\n"
	"\tsay \"$2: failed\"\n"
	"\teval \"failed_$1=1\"\n"
	"\tstatus=1\n"
	"\t[ \"$keep\" ] || exit 1\n"
	"}\n";

static const char build_pins[] =
	"\n"
	"# pin: brings what $pins says to an engine that does not take it: the images under their tags.\n"
	"pin()\n"
	"{\n"
	"\tif [ -z \"$contexts\" ]; then\n"
	"\t\tcontexts=no\n"
	"\t\tif eval \"$client --help\" 2>&1 | grep -q -e '--build-context'; then\n"
	"\t\t\tcontexts=yes\n"
	"\t\tfi\n"
	"\tfi\n"
	"\t[ \"$contexts\" = no ] || return 0\n"
	"\tfor word in $pins; do\n"
	"\t\tcase $word in\n"
	"\t\t*=docker-image://*) give \"${word%%=*}\" \"${word#*=docker-image://}\" || return 1 ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tpins=''\n"
	"}\n"
	"\n"
	"# give REF IMAGE: the engine has IMAGE, which has a digest, as REF.\n"
	"give()\n"
	"{\n"
	"\teval \"$engine image inspect \\$2 >/dev/null 2>&1 || $engine pull -q \\$2 >/dev/null\" &&\n"
	"\t\teval \"$engine tag \\$2 \\$1\" && return 0\n"
	"\tsay \"$1: the pinned image $2 cannot be had\"\n"
	"\treturn 1\n"
	"}\n";

static const char build_rootfs[] =
	"\n"
	"# rootfs OPTION... FILE: a root file system, unless it is there.\n"
	"rootfs()\n"
	"{\n"
	"\tsuite='' variant=minbase include='' epoch=1704067200 pin=''\n"
	"\twhile [ $# -gt 1 ]; do\n"
	"\t\tcase $1 in\n"
	"\t\t--suite) suite=$2 ;;\n"
	"\t\t--variant) variant=$2 ;;\n"
	"\t\t--include) include=--include=$2 ;;\n"
	"\t\t--epoch) epoch=$2 ;;\n"
	"\t\t--pin) pin=$2 ;;\n"
	"\t\tesac\n"
	"\t\tshift 2\n"
	"\tdone\n"
	"\tif [ -e \"$1\" ] && pinned \"$1\"; then\n"
	"\t\treturn 0\n"
	"\tfi\n"
	"\tmirror=$(mirror \"$suite\")\n"
	"\tset -- \"$1\" mmdebstrap --mode=root --format=tar \"--variant=$variant\" ${include:+\"$include\"} \\\n"
	"\t\t'--customize-hook=rm -f \"$1/etc/hostname\" \"$1/etc/resolv.conf\"' \\\n"
	"\t\t\"$suite\" \"$1.new\" ${mirror:+\"$mirror\"}\n"
	"\tif [ \"$dry\" ]; then\n"
	"\t\tprintf '%s\\n' \"# $*\"\n"
	"\t\treturn 0\n"
	"\tfi\n"
	"\ttarget=$1\n"
	"\tshift\n"
	"\tmkdir -p \"$(dirname \"$target\")\"\n"
	"\tSOURCE_DATE_EPOCH=$epoch \"$@\" || exit 1\n"
	"\tif ! pinned \"$target.new\"; then\n"
	"\t\tsay \"$target: what was made is not what is pinned\"\n"
	"\t\trm -f \"$target.new\"\n"
	"\t\texit 1\n"
	"\tfi\n"
	"\tmv \"$target.new\" \"$target\" || exit 1\n"
	"}\n"
	"\n"
	"# mirror SUITE: the machine's source for it, as dtk-stamp finds it.\n"
	"mirror()\n"
	"{\n"
	"\tapt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(REPO_URI)' 2>/dev/null |\n"
	"\t\tawk -v suite=\"$1\" '$1 == \"Packages\" && $2 == suite && !exact { exact = $3 }\n"
	"\t\t\t$1 == \"Packages\" && $3 ~ /\\/debian\\/?$/ && !any { any = $3 }\n"
	"\t\t\tEND { print exact ? exact : any }'\n"
	"}\n"
	"\n"
	"# pinned FILE: it is what $pin says.\n"
	"pinned()\n"
	"{\n"
	"\tif [ -n \"$pin\" ]; then\n"
	"\t\tsum=$(sha256sum <\"$1\") && [ \"sha256:${sum%% *}\" = \"$pin\" ]\n"
	"\tfi\n"
	"}\n";

static const char build_options[] =
	"\n"
	"dry='' keep='' everything='' contexts='' status=0\n"
	"while getopts hkn option; do\n"
	"\tcase $option in\n"
	"\th) usage; exit 0 ;;\n"
	"\tk) keep=1 ;;\n"
	"\tn) dry=1 ;;\n"
	"\t*) usage >&2; exit 2 ;;\n"
	"\tesac\n"
	"done\n"
	"shift $((OPTIND - 1))\n"
	"[ $# -gt 0 ] || set -- all\n"
	"for target; do\n"
	"\ttarget \"$target\"\n"
	"done\n";

static void add_number(struct buf *out, const char *before, size_t number)
{
	char digits[24], *at = digits + sizeof digits;

	buf_adds(out, before);
	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	buf_addstr(out, str_range(at, digits + sizeof digits));
}

static void pick_line(struct str name, const uint32_t *images, size_t count, struct buf *out)
{
	buf_addc(out, '\t');
	quote_shell(out, name);
	buf_adds(out, ") pick");
	for (size_t i = 0; i < count; i++)
		add_number(out, " ", images[i]);
	buf_adds(out, " ;;\n");
}

/* A name that layers, sequences and images share means the same images: the first line counts. */
static void target_function(const struct plan *plan, struct buf *out)
{
	buf_adds(out, "\n# target NAME: its images are wanted.\ntarget()\n{\n");
	buf_adds(out, "\tcase $1 in\n\tall) everything=1 ;;\n");
	for (size_t i = 0; i < plan->target_count; i++)
		pick_line(plan->targets[i].name, plan->targets[i].images, plan->targets[i].image_count, out);
	for (uint32_t i = 0; i < plan->image_count; i++)
		pick_line(plan->images[i].name, &i, 1, out);
	buf_adds(out, "\t*)\n\t\tsay \"there is no target '$1'\"\n\t\texit 2\n\t\t;;\n\tesac\n}\n");
}

static void need_lines(const struct plan *plan, struct buf *out)
{
	buf_addc(out, '\n');
	for (size_t i = plan->image_count; i-- > 0;) {
		const struct plan_image *image = &plan->images[i];

		if (image->parent_count)
			add_number(out, "needs ", i);
		for (size_t j = 0; j < image->parent_count; j++)
			add_number(out, " ", image->parents[j].image);
		if (image->parent_count)
			buf_addc(out, '\n');
	}
}

static void rootfs_lines(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->rootfs_count; i++) {
		const struct plan_rootfs *rootfs = &plan->rootfs[i];

		buf_adds(out, "rootfs");
		for (size_t j = 0; j < rootfs->command_count; j++) {
			buf_addc(out, ' ');
			quote_shell(out, rootfs->command[j]);
		}
		buf_addc(out, '\n');
	}
}

/* Where there is no genversion the file is taken as it is. */
static void version_line(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->image_count; i++) {
		if (!plan->images[i].versioned)
			continue;
		buf_adds(out, "if [ -z \"$dry\" ] && command -v genversion >/dev/null 2>&1; then\n"
		              "\tgenversion -C . || exit 1\nfi\n");
		return;
	}
}

static bool any_pin(const struct plan *plan)
{
	for (size_t i = 0; i < plan->image_count; i++)
		for (size_t j = 0; j < plan->images[i].base_count; j++)
			if (plan->images[i].bases[j].pin.n)
				return true;
	return false;
}

/* What follows the client's `build`, with --load where that lacks it; an archive is loaded. */
static void image_words(const struct engine *engine, const struct plan_image *image, bool loads, struct buf *words)
{
	bool archives = engine_archives(engine, image);
	size_t before;

	buf_clear(words);
	if (loads && !archives && engine->verb.n > engine->bare_verb.n)
		buf_adds(words, "--load ");
	before = words->n;
	engine_arguments(engine, image, words);
	if (before && words->n == before)
		words->n--;
	engine_place(image, words);
	if (archives)
		buf_addf(words, " | %.*s load", STR_ARG(engine->client));
}

static void image_line(const struct engine *engine, const struct plan_image *image, size_t number, bool loads,
                       struct buf *words, struct buf *out)
{
	add_number(out, "image ", number);
	buf_addc(out, ' ');
	quote_shell(out, image->name);
	buf_adds(out, " '");
	for (size_t i = 0; i < image->parent_count; i++)
		add_number(out, i ? " " : "", image->parents[i].image);
	buf_adds(out, "' ");
	quote_shell(out, image->env_file);
	buf_addc(out, ' ');
	image_words(engine, image, loads, words);
	quote_shell(out, str_trim(buf_str(words)));
	buf_clear(words);
	engine_pins(image, words);
	if (words->n || image->before.n || image->after.n) {
		buf_addc(out, ' ');
		quote_shell(out, buf_str(words));
	}
	if (image->before.n || image->after.n) {
		buf_addc(out, ' ');
		quote_shell(out, image->before);
		buf_addc(out, ' ');
		quote_shell(out, image->after);
	}
	buf_addc(out, '\n');
}

void script_build(const struct plan *plan, const struct engine *engine, struct str root, struct buf *out)
{
	struct buf words = BUF_INIT;

	buf_adds(out, build_head);
	buf_adds(out, root.n && root.p[0] == '/' ? "cd " : "cd \"$(dirname \"$0\")\"/");
	quote_shell(out, root);
	buf_adds(out, " || exit 1\nunset SOURCE_DATE_EPOCH\n");
	buf_addstr(&words, engine->client);
	buf_addc(&words, ' ');
	buf_addstr(&words, plan->reproducible ? engine->bare_verb : engine->verb);
	buf_adds(out, "client=");
	quote_shell(out, buf_str(&words));
	buf_addc(out, '\n');
	if (any_pin(plan)) {
		buf_adds(out, "engine=");
		quote_shell(out, engine->client);
		buf_addc(out, '\n');
	}
	buf_adds(out, build_functions);
	if (any_pin(plan))
		buf_adds(out, build_pins);
	if (plan->rootfs_count)
		buf_adds(out, build_rootfs);
	target_function(plan, out);
	buf_adds(out, build_options);
	need_lines(plan, out);
	rootfs_lines(plan, out);
	version_line(plan, out);
	for (size_t i = 0; i < plan->image_count; i++)
		image_line(engine, &plan->images[i], i, plan->reproducible, &words, out);
	buf_adds(out, "exit \"$status\"\n");
	buf_release(&words);
}
