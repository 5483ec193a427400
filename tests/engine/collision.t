#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two images that claim one tag never race: the first in the matrix's order keeps it.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
sed -i "s#:\${os_major}\"\\]#:\${os_major}\", \"$id/os:latest\"]#" matrices/build-matrix.yaml
run_ninja stack
[ "$(id_of "$id/os:latest")" = "$(id_of "$id/os:1.0")" ] || broken "not the first one's"
dtk-gen --summary >"$temp/out" 2>&1 || broken summary
expect_said "$id/os:latest" "the summary tells of the collision"
quiet
tick
cat >>matrices/build-matrix.yaml <<EOF
tag_owner:
  "$id/os:latest": 2.0-base
EOF
forget
run_ninja stack
expect_builds 0 "another owner"
[ "$(id_of "$id/os:latest")" = "$(id_of "$id/os:2.0")" ] || broken "tag_owner is not heeded"
quiet
