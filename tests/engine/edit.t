#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An edit builds exactly what depends on it.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack

try "a comment in a parent's template: one cached build, no child"
tick
sed -i '1i # a comment' templates/tool.dockerfile.j2
expect_ninja 1.0-py3.9-app '1.0-py3.9-tool' "a comment"
expect_ninja stack '2.0-py3.9-tool' "the other one"
quiet

try "a change in the middle: exactly its descendants"
tick
sed -i 's/echo tool/echo changed/' templates/tool.dockerfile.j2
expect_ninja stack '1.0-py3.9-app 1.0-py3.9-tool 2.0-py3.9-app 2.0-py3.9-tool' "the middle"
[ "$(cat_in "$id/os:1.0-py3.9-app" /tool)" = changed ] || broken "the child has not the parent's new bytes"
quiet

try "a change in one OS's base: everything on it"
tick
sed -i 's#{{ os_version }}" > /os#{{ os_version }}{{ " two" if os_version == "2.0" }}" > /os#' templates/base.dockerfile.j2
expect_ninja stack '2.0-base 2.0-py3.9-app 2.0-py3.9-side 2.0-py3.9-tool' "one base"
quiet

try "why and plan"
tick
sed -i 's/echo changed/echo again/' templates/tool.dockerfile.j2
dtk-gen --docker "$temp/docker" --host "$host" -t plan stack >"$temp/out" 2>&1 || broken "plan"
expect_said 1.0-py3.9-tool "plan names what would be built"
expect_said 1.0-py3.9-app "plan names what depends on it"
! grep -q side "$temp/out" || broken "plan names what is fresh"
run_ninja build.ninja
dtk-gen --docker "$temp/docker" --host "$host" -t why 1.0-py3.9-tool >"$temp/out" 2>&1 || broken "why"
expect_said 'Dockerfile' "why names the changed input"
