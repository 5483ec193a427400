#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# generated/build.sh: the plan's commands with a shell and an engine only.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
sh generated/build.sh -n >"$temp/out" 2>&1 || broken "build.sh -n"
expect_calls 0 "-n runs nothing"
[ "$(grep -c 'docker.* build ' "$temp/out")" = 8 ] || broken "-n prints every command"
sh generated/build.sh 1.0-py3.9-tool >"$temp/out" 2>&1 || broken "build.sh IMAGE"
[ "$(sed -n 's/.*Dockerfile\.\([^ ]*\) .*/\1/p' "$log" | tr '\n' ' ')" = '1.0-base 1.0-py3.9-tool ' ] ||
	broken "an image and what it needs, in order"
forget
sh generated/build.sh stack >"$temp/out" 2>&1 || broken "build.sh SEQUENCE"
expect_builds 8 "a sequence"
[ "$(cat_in "$id/os:2.0-py3.9-app" /app/one)" = one ] || broken "what was built"
sh generated/build.sh nothing-like-it >"$temp/out" 2>&1 && broken "an unknown target passed"

try "keep going: what depends on a failure is left out, the rest is built"
sed -i 's/echo tool/false/' templates/tool.dockerfile.j2
generate
forget
if sh generated/build.sh -k >"$temp/out" 2>&1; then
	broken "a failure passed"
fi
expect_built '1.0-base 1.0-py3.9-side 1.0-py3.9-tool 2.0-base 2.0-py3.9-side 2.0-py3.9-tool' "-k"
forget
if sh generated/build.sh >"$temp/out" 2>&1; then
	broken "a failure passed"
fi
expect_builds 2 "without -k it stops at the first"
