#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-gen -t lint: each rule finds what it is for and nothing else, and can be switched off.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"

# rules FILE [OPTION...]: the rules that fire, in order, as LINE:RULE; the status must agree with them.
rules()
{
	file=$1
	shift
	status=0
	"$DTK_GEN" -t lint "$@" "$file" 2>err || status=$?
	sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: warning: .*\[\(.*\)\]$/\1:\2/p' err >found
	[ -s found ] && expected=1 || expected=0
	equal "$expected" "$status" "exit status"
	tr '\n' ' ' <found | sed 's/ $//'
}

try "a Dockerfile as it should be"
cat >good <<'DOCKERFILE'
# syntax=docker/dockerfile:1
FROM debian AS build
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get install -y gcc
FROM debian
LABEL org.opencontainers.image.source="https://example.org"
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN --mount=type=cache,target=/root/.cache/pip pip install x
USER 1000:1000
HEALTHCHECK CMD curl -f http://localhost/ || exit 1
DOCKERFILE
equal "" "$(rules good)" "findings"

try "everything that can be wrong"
cat >bad <<'DOCKERFILE'
FROM debian
RUN apt-get update && apt-get install -y curl
RUN <<END
pip install --no-cache-dir x
END
LABEL maintainer=me
USER www
USER root:www
DOCKERFILE
equal "1:syntax 2:apt-lists 3:cache-mount 1:labels 1:user 1:healthcheck" "$(rules bad)" "findings"
equal "2:apt-lists 3:cache-mount" \
	"$(rules bad --off syntax --off labels --off user --off healthcheck)" "findings with rules off"

try "stages: what the image does not need does not count, what it is built on does"
cat >stages <<'DOCKERFILE'
# syntax=docker/dockerfile:1
FROM debian AS unused
RUN pip install --no-cache-dir x
FROM debian AS common
LABEL org.opencontainers.image.title=common
USER app
FROM common
HEALTHCHECK NONE
DOCKERFILE
equal "" "$(rules stages)" "findings"

try "another syntax is not looked into"
printf '# syntax=example.org/other\nWHATEVER\n' >foreign
equal "" "$(rules foreign)" "findings"

try "a rule that there is not"
status=0
"$DTK_GEN" -t lint --off nothing good 2>err || status=$?
equal 2 "$status" "exit status"
has "there is no rule 'nothing'" err

try "a file that cannot be read or parsed"
status=0
"$DTK_GEN" -t lint missing 2>err || status=$?
equal 1 "$status" "exit status"
has "missing: No such file" err
printf 'FROM a b c\n' >broken
status=0
"$DTK_GEN" -t lint broken 2>err || status=$?
equal 1 "$status" "exit status"
has "broken:1:" err

try "the images of a matrix: parents count, a template is told once, a parent need not be a service"
mkdir -p matrices templates
cat >matrices/build-matrix.yaml <<'MATRIX'
os_versions: ["1", "2"]
python_versions: [{version: "3.9"}]
build_layers:
  - {name: base, template: base.dockerfile.j2, tags: ["t:${os_version}"]}
  - {name: python, template: python.dockerfile.j2, depends_on: base, tags: ["t:${os_version}-${python_version}"]}
MATRIX
cat >templates/base.dockerfile.j2 <<'TEMPLATE'
# syntax=docker/dockerfile:1
FROM scratch
LABEL org.opencontainers.image.title=base
USER app
TEMPLATE
printf '# syntax=docker/dockerfile:1\nFROM t:{{ os_version }}\n' >templates/python.dockerfile.j2
status=0
"$DTK_GEN" -t lint 2>err || status=$?
equal 1 "$status" "exit status"
equal "generated/Dockerfile.1-py3.9-python:2:1: warning: the image has no HEALTHCHECK [healthcheck]" \
	"$(grep warning: err)" "findings"
"$DTK_GEN" -t lint --off healthcheck
