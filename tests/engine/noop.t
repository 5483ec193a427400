#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Nothing changed: no build, and no daemon asked. A touched file costs a hash and no docker call.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack
expect_builds 8 "first build"
quiet
quiet all
tick
touch app/one
forget
run_ninja stack
expect_calls 0 "touched context file"
tick
touch templates/app.dockerfile.j2 matrices/build-matrix.yaml
forget
run_ninja stack
expect_calls 0 "touched template and matrix"
quiet
ninja -d explain -n stack 2>&1 | grep -q 'no work to do' || broken "not settled"
