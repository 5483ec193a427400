/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/brief.h"

#include "test.h"

/* Lines as why.h has them. */
static const struct {
	const char *lines, *words;
	bool gone;
} cases[] = {
	{"", "", false},
	{"never built\n", "never built", false},
	{"its seal is damaged\n", "seal is damaged", false},
	{"Dockerfile:4: -RUN a\nDockerfile:4: +RUN b\n", "Dockerfile changed", false},
	{"Dockerfile: is to be generated anew\n", "Dockerfile changed", false},
	{"file changed: app/x\n", "files changed", false},
	{"mode 0644 -> 0755: app/y\n", "files changed", false},
	{"type file -> link: app/z\n", "files changed", false},
	{"file added: app/new\nenvironment added: A=1\n", "files changed", false},
	{"directory removed: app\n", "files changed", false},
	{"link changed: app/l\n", "files changed", false},
	{"device changed: d\n", "files changed", false},
	{"argument added: --build-arg A=1\n", "arguments changed", false},
	{"hook changed: dkbuildprebuildscript.sh\n", "hook scripts changed", false},
	{"script changed: generated/_env.x.sh\n", "hook scripts changed", false},
	{"command before added: make wheel\n", "hook commands changed", false},
	{"a build was forced\n", "build was forced", false},
	{"environment added: DOCKER_BUILDKIT=1\n", "environment changed", false},
	{"parent P: sha256:a -> sha256:b\n", "parent changed", false},
	{"parent P is built first\n", "parent is stale", false},
	{"base debian:12: sha256:a -> sha256:b\n", "base image changed", false},
	{"a base image changed\n", "base image changed", false},
	{"the engine does not have it\n", "gone from engine", true},
	{"tag added: r/x:1\n", "tags to apply", false},
	{"tag removed: r/x:1", "tags to apply", false},
	{"another image was given one of its tags\n", "tags to apply", false},
	{"inputs changed in order\n", "inputs changed", false},
	{"something that is not known here\n", "inputs changed", false},
};

int main(void)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct brief brief = brief_of(str_of(cases[i].lines));

		CHECK_STR(cases[i].lines, brief.words, cases[i].words);
		CHECK("gone", brief.gone == cases[i].gone);
	}
	return test_end();
}
