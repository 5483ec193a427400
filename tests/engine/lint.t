#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ninja lint: our rules, and the engine's own check where it has one.
# needs: current
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

mkdir -p "$temp/p/web"
cd "$temp/p"
mkdir matrices
printf 'images:\n  - {name: web, dockerfile: web/Dockerfile, context: web}\nlint_off: [syntax]\n' >matrices/build-matrix.yaml
good() {
	cat >web/Dockerfile <<-'END'
	FROM scratch
	LABEL org.opencontainers.image.title=web
	USER 1000
	HEALTHCHECK NONE
	END
}
counting_docker
good
generate

try "an engine without a check: our rules alone"
forget
run_ninja lint
expect_calls 1 "asked whether it can"
printf 'FROM scratch\nmaintainer me\n' >web/Dockerfile
if ninja lint >"$temp/out" 2>&1; then broken "nothing was found"; fi
expect_said '\[user\]' "our own rules"

try "an engine that checks"
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || skip "no current engine"
docker=$DTK_TEST_CURRENT_DOCKER
host=$DTK_TEST_CURRENT_HOST
counting_docker
generate --host "$host"
if ninja lint >"$temp/out" 2>&1; then broken "nothing was found"; fi
expect_said '\[user\]' "our own rules"
expect_said 'MaintainerDeprecated' "the engine's"
good
run_ninja lint
printf 'FROM scratch as x\n' >web/Dockerfile
sed -i 's/^lint_off.*/lint_off: [syntax, user, healthcheck, labels]/' matrices/build-matrix.yaml
if ninja lint >"$temp/out" 2>&1; then broken "nothing was found"; fi
expect_said 'FromAsCasing' "the engine's alone"

try "a rule that there is not"
sed -i 's/^lint_off.*/lint_off: [users]/' matrices/build-matrix.yaml
if ninja lint >"$temp/out" 2>&1; then broken "no such rule"; fi
expect_said "'lint_off' is syntax, user, healthcheck, labels, cache-mount or apt-lists, not 'users'" "which"
expect_said "did you mean 'user'" "which is meant"
