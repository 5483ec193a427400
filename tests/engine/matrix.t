#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Edits of the matrix.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack

try "another OS: only the new images"
tick
sed -i 's/\["1.0", "2.0"\]/["1.0", "2.0", "3.0"]/' matrices/build-matrix.yaml
expect_ninja stack '3.0-base 3.0-py3.9-app 3.0-py3.9-side 3.0-py3.9-tool' "a new OS"
quiet

try "another tag: tagged, not built"
tick
sed -i "s#-tool\"\\]#-tool\", \"$id/os:\${os_version}-extra\"]#" matrices/build-matrix.yaml
expect_ninja stack '' "a new tag"
[ "$(id_of "$id/os:1.0-extra")" = "$(id_of "$id/os:1.0-py3.9-tool")" ] || broken "the new tag is not there"
quiet

try "an OS less: its files go, the others stay"
tick
sed -i 's/, "3.0"\]/]/' matrices/build-matrix.yaml
expect_ninja stack '' "an OS less"
[ ! -e generated/Dockerfile.3.0-base ] || broken "a stale file stayed"
[ -e generated/Dockerfile.1.0-base ] || broken "a needed file went"

try "a sequence named like a directory of the context"
tick
sed -i 's/name: stack/name: app-stack/; s/name: app$/name: application/; s/tool, app, side/tool, application, side/' matrices/build-matrix.yaml
sed -i 's/name: app-stack/name: app/' matrices/build-matrix.yaml
run_ninja app
quiet app
tick
echo more >app/more
forget
run_ninja app
expect_builds 2 "the directory still counts as context"
quiet app
