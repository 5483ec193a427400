/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/publish.h"

#include "base/quote.h"
#include "model/name.h"

/* A script in the making. */
struct publishing {
	const struct plan *plan;
	const struct engine *engine;
	const struct plan_run *run;
	struct buf *out;
};

static const char functions[] =
	"\n"
	"# say COMMAND: as it runs, but for what stands on its standard input.\n"
	"say() { printf '%s\\n' \"$*\" >&2; }\n"
	"die()\n"
	"{\n"
	"\tprintf '%s: %s\\n' \"$where\" \"$*\" >&2\n"
	"\texit 1\n"
	"}\n";

static const char options[] =
	"\n"
	"only='' image=${DTK_PUBLISH_AS:-$image}\n"
	"while getopts hi:r option; do\n"
	"\tcase $option in\n"
	"\th) usage; exit 0 ;;\n"
	"\ti) image=$OPTARG ;;\n"
	"\tr) only=1 ;;\n"
	"\t*) usage >&2; exit 2 ;;\n"
	"\tesac\n"
	"done\n"
	"shift $((OPTIND - 1))\n"
	"[ $# = 0 ] || { usage >&2; exit 2; }\n"
	"case $image in\n"
	"'' | [!a-z0-9]* | *[!a-z0-9._/-]*) die \"'$image' cannot be the name of an image\" ;;\n"
	"esac\n";

static const char aws_begin[] =
	"command -v aws >/dev/null 2>&1 || die 'image_repo is aws, and there is no aws on PATH'\n"
	"region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}\n"
	"[ \"$region\" ] || die 'no region is known: set AWS_REGION, or call aws configure'\n";

static const char aws_account[] =
	"account=$(aws sts get-caller-identity --query Account --output text) && [ \"$account\" ] ||\n"
	"\tdie 'AWS does not tell the account: call aws configure, or aws sso login'\n";

/* The password goes from one program to the other and nowhere else. */
static const char aws_login[] =
	"\n"
	"registry=${ref%%/*} repository=${ref#*/}\n"
	"repository=${repository%%:*}\n"
	"[ \"$registry\" != \"$ref\" ] || die \"$ref does not begin with the name of a registry\"\n"
	"say \"aws ecr get-login-password --region $region |\" \\\n"
	"\t\"$client login --username AWS --password-stdin $registry\"\n"
	"aws ecr get-login-password --region \"$region\" |\n"
	"\tclient login --username AWS --password-stdin \"$registry\" || exit 1\n"
	"set -- --region \"$region\" --repository-names \"$repository\"\n"
	"if ! aws ecr describe-repositories \"$@\" >/dev/null 2>&1; then\n"
	"\tset -- --region \"$region\" --repository-name \"$repository\"\n"
	"\tsay \"aws ecr create-repository $*\"\n"
	"\taws ecr create-repository \"$@\" >/dev/null || exit 1\n"
	"fi\n";

static const char end[] =
	"\n"
	"say \"$client tag $built $shown\"\n"
	"client tag \"$built\" \"$ref\" || die \"is $built built? (build-image, or ninja)\"\n"
	"say \"$client push $shown\"\n"
	"client push \"$ref\" || die \"$ref was not pushed (has '$client login' been done?)\"\n";

static bool has_piece(const struct plan_word *word, enum plan_piece_kind kind)
{
	for (size_t i = 0; i < word->count; i++)
		if (word->pieces[i].kind == kind)
			return true;
	return false;
}

/* Where the value stands, without what would mean something within ${NAME:?...}. */
static void place(const struct publishing *publishing, struct buf *out)
{
	struct str path = publishing->plan->run_cfg;

	for (size_t i = 0; i < path.n; i++)
		buf_addc(out, strchr("\"'$`\\{}", path.p[i]) || (unsigned char)path.p[i] < ' ' ? '?' : path.p[i]);
	buf_addf(out, ": [%.*s] publication_tag", STR_ARG(publishing->run->name));
}

/* A piece within double quotes. */
static void piece_value(const struct publishing *publishing, const struct plan_piece *piece, struct buf *out)
{
	switch (piece->kind) {
	case PIECE_TEXT:
		for (size_t i = 0; i < piece->text.n; i++) {
			if (strchr("\"$`\\", piece->text.p[i]))
				buf_addc(out, '\\');
			buf_addc(out, piece->text.p[i]);
		}
		break;
	case PIECE_VARIABLE:
		buf_addf(out, "${%.*s:?is not set, or empty: ", STR_ARG(piece->text));
		place(publishing, out);
		buf_addc(out, '}');
		break;
	case PIECE_ROOT: /* of volumes only */
		break;
	case PIECE_IMAGE:
		buf_adds(out, "$image");
		break;
	case PIECE_ACCOUNT:
		buf_adds(out, "$account");
		break;
	case PIECE_REGION:
		buf_adds(out, "$region");
		break;
	}
}

/* shown=: the reference as it is printed, of which only variables of the environment are left to the shell. */
static void shown_line(const struct publishing *publishing)
{
	const struct plan_word *tag = &publishing->run->publication_tag;
	struct buf *out = publishing->out;

	if (!has_piece(tag, PIECE_VARIABLE)) {
		buf_adds(out, "shown=$ref\n");
		return;
	}
	buf_adds(out, "shown=\"\\\"");
	for (size_t i = 0; i < tag->count; i++)
		if (tag->pieces[i].kind == PIECE_VARIABLE)
			buf_addf(out, "\\${%.*s}", STR_ARG(tag->pieces[i].text));
		else
			piece_value(publishing, &tag->pieces[i], out);
	buf_adds(out, "\\\"\"\n");
}

static void set(struct buf *out, const char *name, struct str value)
{
	buf_adds(out, name);
	buf_addc(out, '=');
	quote_shell(out, value);
	buf_addc(out, '\n');
}

static void head(const struct publishing *publishing)
{
	const struct plan_run *run = publishing->run;
	struct buf *out = publishing->out, where = BUF_INIT, client = BUF_INIT;

	place(publishing, &where);
	engine_program(publishing->engine, &client);
	buf_addf(out, "#!/bin/sh\n# Written by dtk-gen from %.*s: publishes an image under its publication_tag.\n",
	         STR_ARG(publishing->plan->run_cfg));
	buf_adds(out, "# shellcheck disable=SC1003,SC2015,SC2016,SC2034\nset -u\n");
	set(out, "where", buf_str(&where));
	set(out, "built", run->ref);
	set(out, "image", name_repository(run->ref));
	set(out, "client", buf_str(&client));
	buf_addf(out, "client() { %s \"$@\"; }\n", client.p);
	buf_addf(out, "usage()\n{\n\tcat <<END\nusage: _publish.%.*s.sh [-hr] [-i NAME]\n", STR_ARG(run->name));
	buf_adds(out, "Pushes the image $built to its publication_tag.\n"
	              "  -h       show this\n"
	              "  -i NAME  what {image} stands for, instead of $image\n"
	              "  -r       only print the name under which it is published\n"
	              "END\n}\n");
	buf_release(&client);
	buf_release(&where);
}

static void reference(const struct publishing *publishing)
{
	const struct plan_run *run = publishing->run;
	const struct plan_word *tag = &run->publication_tag;
	bool account = has_piece(tag, PIECE_ACCOUNT), region = has_piece(tag, PIECE_REGION);
	struct buf *out = publishing->out;

	if (run->aws)
		buf_adds(out, aws_begin);
	if (run->aws && account)
		buf_adds(out, aws_account);
	if (!run->aws && (account || region))
		buf_adds(out, "die '{account} and {region} are known where image_repo is aws'\n");
	buf_adds(out, "ref=\"");
	for (size_t i = 0; i < tag->count; i++)
		piece_value(publishing, &tag->pieces[i], out);
	buf_adds(out, "\"\n"
	              "case $ref in\n"
	              "-* | *[!A-Za-z0-9._/:-]*) die \"'$ref' cannot be the name of an image\" ;;\n"
	              "esac\n");
	shown_line(publishing);
	buf_adds(out, "if [ \"$only\" ]; then\n\tprintf '%s\\n' \"$ref\"\n\texit 0\nfi\n");
}

void publish_script(const struct plan *plan, const struct engine *engine, const struct plan_run *run,
                    struct buf *out)
{
	struct publishing publishing = {plan, engine, run, out};

	head(&publishing);
	buf_adds(out, functions);
	buf_adds(out, options);
	reference(&publishing);
	if (run->aws)
		buf_adds(out, aws_login);
	buf_adds(out, end);
}
