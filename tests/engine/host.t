#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Another daemon: after verify it gets builds of its own.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
# shellcheck source=tests/engine/engine.sh
. "${DTK_SRC:?}/tests/engine/engine.sh"

new_project
run_ninja stack
quiet
first=$host
host=$(engine_other "$temp/.engine-other")
generate
run_ninja verify
forget
run_ninja stack
expect_builds 8 "on another daemon"
id_of "$id/os:2.0-py3.9-app" >/dev/null || broken "the image is not there"
quiet
engine_drop "$temp/.engine-other"
host=$first
generate
run_ninja verify
forget
run_ninja stack
expect_builds 8 "back on the first, whose images are others"
quiet
