#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The patterns for services: the entrypoint in the shells that images have, and the macros of service.j2.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"

entrypoint=$DTK_SRC/share/patterns/entrypoint

shells=dash
for shell in bash "busybox sh"; do
	! command -v "${shell%% *}" >/dev/null || shells="$shells,$shell"
done

mkdir etc
printf 'a = ${A}\nb = ${B:-x y}; $C ${A} {A}\nlast ${D:-}' >etc/one.conf.template
printf 'plain\n' >etc/two.template
want=$(printf 'a = $(touch ran) ${B} & \\1 "\nb = x y; $C $(touch ran) ${B} & \\1 " {A}\nlast ')

# with SHELL WORDS: the entrypoint in that shell
with()
{
	with_shell=$1
	shift
	# shellcheck disable=SC2086 # "busybox sh" is two words
	CONFIG_DIR=$PWD/etc $with_shell "$entrypoint" "$@"
}

IFS=,
for shell in $shells; do
	IFS=' '
	try "$shell: templates are filled in, values are data, the command takes over"
	rm -f etc/one.conf etc/two
	status=0
	A='$(touch ran) ${B} & \1 "' B='' with "$shell" sh -c 'echo "$1"; exit 7' x "a  b" >out || status=$?
	equal 7 "$status" "exit status"
	equal "a  b" "$(cat out)" "arguments"
	equal "$want" "$(cat etc/one.conf)" "configuration"
	equal plain "$(cat etc/two)" "configuration"
	[ ! -e ran ] || fail "a value was run"

	try "$shell: a variable that is missing"
	rm -f etc/one.conf
	status=0
	(unset A; with "$shell" touch ran) 2>err || status=$?
	equal 64 "$status" "exit status"
	has "one.conf.template:1: A is not set" err
	has "one.conf.template:2: A is not set" err
	[ ! -e etc/one.conf ] || fail "half a configuration"
	[ -z "$(find etc -name '*.new')" ] || fail "a temporary file stayed"
	[ ! -e ran ] || fail "the command ran"

	try "$shell: required variables"
	status=0
	A=1 E='' REQUIRED_VARS="A E F_2" with "$shell" touch ran 2>err || status=$?
	equal 64 "$status" "exit status"
	equal "entrypoint: these variables must be set: E F_2" "$(cat err)" "message"
	status=0
	A=1 REQUIRED_VARS='A x;touch' with "$shell" touch ran 2>err || status=$?
	equal 64 "$status" "exit status"
	has "'x;touch' is not the name of a variable" err
	[ ! -e ran ] || fail "the command ran"
	A=1 E=2 F_2=3 REQUIRED_VARS="A E F_2" with "$shell" true
done

try "the tree of services has the same entrypoint"
same "$entrypoint" "$DTK_SRC/share/services/docker/base/alpine/scripts/entrypoint"

try "the macros of service.j2"
cat >image.j2 <<'TEMPLATE'
{% from "service.j2" import syntax, user, labels, entrypoint, healthcheck, build_stage -%}
{{ syntax() }}
{% call build_stage("gcc:13", "/out/app", "debian", "/usr/bin/") %}RUN make{% endcall %}

{{ labels(title='a "b"', source="https://example.org") }}
{{ user("app", 7, 8) }}
{{ entrypoint(required=["A", "B"]) }}
USER app
{{ healthcheck("true", retries=5) }}
TEMPLATE
"$DTK_GEN" -t render --strict -I "$DTK_SRC/templates" image.j2 >Dockerfile
cat >expected <<'DOCKERFILE'
# syntax=docker/dockerfile:1
FROM gcc:13 AS build
RUN make
FROM debian
COPY --from=build /out/app /usr/bin/

LABEL org.opencontainers.image.source="https://example.org" \
      org.opencontainers.image.title="a \"b\""
RUN set -eu; \
    mkdir -p /etc /home/app /etc/service; \
    grep -qs '^app:' /etc/group || echo 'app:x:8:' >>/etc/group; \
    grep -qs '^app:' /etc/passwd || \
        echo 'app:x:7:8::/home/app:/bin/sh' >>/etc/passwd; \
    chown 7:8 /home/app /etc/service
COPY --chmod=755 entrypoint /usr/local/bin/entrypoint
ENV REQUIRED_VARS="A B"
ENTRYPOINT ["/usr/local/bin/entrypoint"]
USER app
HEALTHCHECK --interval=30s --timeout=10s --retries=5 --start-period=60s \
    CMD true
DOCKERFILE
echo >>Dockerfile
same expected Dockerfile
"$DTK_GEN" -t lint Dockerfile
