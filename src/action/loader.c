/* SPDX-License-Identifier: Apache-2.0 */
#include "action/loader.h"

#include "base/quote.h"

static const char loader_head[] =
	"#!/bin/sh\n"
	"# Written by dtk-stamp: loads images from an archive, and refuses any others.  It needs a shell, the engine's\n"
	"# client, and sha256sum, shasum or openssl.\n"
	"# shellcheck disable=SC2034,SC2317\n";

static const char loader_body[] =
	"\n"
	"set -uf\n"
	"\n"
	"usage()\n"
	"{\n"
	"\tcat <<END\n"
	"usage: $name [-n] [ARCHIVE]\n"
	"Checks the archive, loads the images in it and has each tag compared with what was saved.\n"
	"  -n  load nothing: check the archive, and say which tags name their images already\n"
	"ARCHIVE is $archive beside this script unless given.  The client is docker, or DOCKER's words.\n"
	"END\n"
	"}\n"
	"\n"
	"die()\n"
	"{\n"
	"\tprintf '%s: %s\\n' \"$name\" \"$*\" >&2\n"
	"\texit 1\n"
	"}\n"
	"\n"
	"# shellcheck disable=SC2086 # the client's options are words of their own\n"
	"engine() { ${DOCKER:-docker} \"$@\"; }\n"
	"\n"
	"# shellcheck disable=SC2086 # words\n"
	"unpacked() { ${DTK_UNPACK:-cat} <\"$archive\"; }\n"
	"\n"
	"# look NAME: ID, date and layers of what the engine has under it; nothing where it has nothing.\n"
	"look()\n"
	"{\n"
	"\tengine image inspect --format '{{.Id}} {{json .Created}}{{range .RootFS.Layers}} {{.}}{{end}}' \"$1\" \\\n"
	"\t\t2>/dev/null\n"
	"}\n"
	"\n"
	"# The SHA-256 of standard input, first of what is printed.\n"
	"sum()\n"
	"{\n"
	"\tif command -v sha256sum >/dev/null 2>&1; then\n"
	"\t\tsha256sum\n"
	"\telif command -v shasum >/dev/null 2>&1; then\n"
	"\t\tshasum -a 256\n"
	"\telse\n"
	"\t\topenssl dgst -sha256 -r\n"
	"\tfi\n"
	"}\n"
	"\n"
	"# is LOOK IMAGE: true where they are one.  In containerd's store IDs are others; date and layers tell.\n"
	"is()\n"
	"{\n"
	"\tid=${1%% *}\n"
	"\t[ \"sha256:${id#sha256:}\" != \"${2%% *}\" ] || return 0\n"
	"\t[ \"$store\" = containerd ] && [ \"${1#* }\" = \"${2#* }\" ]\n"
	"}\n"
	"\n"
	"# each COMMAND: runs it with a tag and the image that the tag is to name, for each tag; false where it was once.\n"
	"each()\n"
	"{\n"
	"\tall=0\n"
	"\twhile read -r ref image; do\n"
	"\t\t\"$1\" \"$ref\" \"$image\" </dev/null || all=1\n"
	"\tdone <<-END\n"
	"\t$(list)\n"
	"\tEND\n"
	"\treturn \"$all\"\n"
	"}\n"
	"\n"
	"is_there() { is \"$(look \"$1\")\" \"$2\"; }\n"
	"\n"
	"compare()\n"
	"{\n"
	"\tif is_there \"$1\" \"$2\"; then\n"
	"\t\tprintf '%s is %s\\n' \"$1\" \"${2%% *}\"\n"
	"\telif [ \"$store:${1%%:*}\" = containerd:sha256 ]; then\n"
	"\t\tprintf '%s has no tag: it cannot be told here\\n' \"$1\"\n"
	"\telse\n"
	"\t\tprintf '%s: %s is not %s\\n' \"$name\" \"$1\" \"${2%% *}\" >&2\n"
	"\t\treturn 1\n"
	"\tfi\n"
	"}\n"
	"\n"
	"note()\n"
	"{\n"
	"\told=$(look \"$1\")\n"
	"\tbefore=\"$before$1 ${old%% *}\n"
	"\"\n"
	"}\n"
	"\n"
	"# What the tags named before they name again, and what was loaded goes.\n"
	"restore()\n"
	"{\n"
	"\twhile read -r ref old; do\n"
	"\t\t[ -n \"$ref\" ] || continue\n"
	"\t\tnew=$(look \"$ref\" </dev/null)\n"
	"\t\tnew=${new%% *}\n"
	"\t\t[ \"$new\" != \"$old\" ] || continue\n"
	"\t\tif [ -n \"$old\" ]; then\n"
	"\t\t\tengine tag \"$old\" \"$ref\" </dev/null\n"
	"\t\t\tengine rmi \"$new\" </dev/null >/dev/null 2>&1\n"
	"\t\telse\n"
	"\t\t\tengine rmi \"$ref\" </dev/null >/dev/null\n"
	"\t\tfi\n"
	"\tdone <<-END\n"
	"\t$before\n"
	"\tEND\n"
	"}\n"
	"\n"
	"dry=\n"
	"while getopts nh option; do\n"
	"\tcase $option in\n"
	"\tn) dry=1 ;;\n"
	"\th)\n"
	"\t\tusage\n"
	"\t\texit 0\n"
	"\t\t;;\n"
	"\t*)\n"
	"\t\tusage >&2\n"
	"\t\texit 2\n"
	"\t\t;;\n"
	"\tesac\n"
	"done\n"
	"shift $((OPTIND - 1))\n"
	"case $# in\n"
	"0)\n"
	"\tcase $0 in\n"
	"\t*/*) archive=${0%/*}/$archive ;;\n"
	"\tesac\n"
	"\t;;\n"
	"1) archive=$1 ;;\n"
	"*)\n"
	"\tusage >&2\n"
	"\texit 2\n"
	"\t;;\n"
	"esac\n"
	"\n"
	"[ -f \"$archive\" ] || die \"there is no $archive\"\n"
	"found=$(unpacked | sum) || die \"no sha256sum, shasum or openssl here to check $archive with\"\n"
	"found=${found%% *}\n"
	"[ \"$found\" = \"$digest\" ] ||\n"
	"\tdie \"$archive is not what was saved: its SHA-256 is $found, not $digest; nothing was loaded\"\n"
	"said=$(engine info --format '{{json .DriverStatus}}' 2>&1)\n"
	"case $said in\n"
	"*io.containerd.snapshotter*) store=containerd ;;\n"
	"*) store= ;;\n"
	"esac\n"
	"engine version >/dev/null 2>&1 || die \"the engine does not answer: $said\"\n"
	"if [ -n \"$dry\" ]; then\n"
	"\teach compare\n"
	"\texit\n"
	"fi\n"
	"if each is_there; then\n"
	"\teach compare\n"
	"\techo \"$name: all of it is there, nothing was loaded\"\n"
	"\texit 0\n"
	"fi\n"
	"before=\n"
	"each note\n"
	"# podman loads nothing that is compressed, docker does.\n"
	"command -v \"${expand%% *}\" >/dev/null 2>&1 || expand=\n"
	"# shellcheck disable=SC2086 # words\n"
	"unpacked | ${expand:-cat} | engine load || {\n"
	"\trestore\n"
	"\tdie \"the engine could not load $archive\"\n"
	"}\n"
	"each compare || {\n"
	"\trestore\n"
	"\tdie \"what was loaded is not what was saved: the tags name again what they named before\"\n"
	"}\n";

static void add_variable(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=", name);
	quote_shell(out, str_of(value));
	buf_addc(out, '\n');
}

/* "REF ID DATE LAYER..." for each tag; an image without one is named by its ID. */
static void add_image(const struct loader *loader, const struct archive_image *image, struct buf *out)
{
	struct cargo *cargo = loader->cargo;
	const struct cargo_item *item = cargo_item_of(cargo, image);
	const struct layers *layers = &cargo->layers[item - cargo->items];

	for (size_t i = 0; i < (image->tag_count ? image->tag_count : 1); i++) {
		buf_addstr(out, image->tag_count ? image->tags[i] : image->id);
		buf_addf(out, " %.*s %.*s", STR_ARG(image->id), STR_ARG(layers->created));
		for (size_t at = 0; at < layers->count; at++)
			buf_addf(out, " %.*s", STR_ARG(layers->items[at]));
		buf_addc(out, '\n');
	}
}

void loader_write(const struct loader *loader, struct buf *out)
{
	buf_adds(out, loader_head);
	add_variable(out, "name", loader->name);
	add_variable(out, "archive", loader->archive);
	add_variable(out, "digest", loader->digest);
	add_variable(out, "expand", loader->expand);
	buf_adds(out, "list()\n{\n\tcat <<'END'\n");
	for (size_t i = 0; i < loader->images->image_count; i++)
		add_image(loader, &loader->images->images[i], out);
	buf_adds(out, "END\n}\n");
	buf_adds(out, loader_body);
}

struct hash loader_version(void)
{
	return hash_of(STR(loader_body));
}
