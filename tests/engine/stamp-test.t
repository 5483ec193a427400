#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 200
# dtk-stamp test: commands and health checks in containers that are thrown away, once an image and no more.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"

new_stamps
dockerfile well "FROM $id/base" 'HEALTHCHECK --interval=30s CMD test -e /ready' 'CMD ["sh", "-c", "touch /ready; sleep 100"]'
edges well base
run_ninja

client="DOCKER_BUILDKIT=1 $temp/docker --host $host"
# tested NAME OPTION...: dtk-stamp test
tested() {
	name=$1
	shift
	# shellcheck disable=SC2086 # words are meant
	dtk-stamp test "$@" "generated/stamps/$name.test" -- $client >"$temp/out" 2>&1
}
passes() { tested "$@" || broken "test $*"; }
fails() { ! tested "$@" || broken "passes: test $*"; }
# The containers of the trials since forget; other tests have theirs.
containers() { sed -n 's/.* run .*--name \([^ ]*\) .*/\1/p' "$log" | sort -u; }
# Nothing of the trials is left.
nothing_left() {
	for container in $(containers); do
		[ -z "$(real ps -aq --filter "name=$container")" ] || broken "a container stayed: $(real ps -a)"
	done
}

# Waits for the container of a trial.
until_running() {
	tries=0
	while [ -z "$(real ps -q --filter name=dtk-test)" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 400 ] || broken "no container after 20 s"
		sleep 0.05
	done
}

try "a command in the image's shell"
passes app --test 'test -e /app/one && test ! -e /nowhere'
nothing_left
grep -q "^image $(stamp_id app)$" generated/stamps/app.test || broken "what was tested"

try "the same once more: the engine is not asked"
forget
passes app --test 'test -e /app/one && test ! -e /nowhere'
expect_calls 0 "tested already"

try "another command is another test; words need no shell and are data"
passes app --word test --word -e --word '/app/one'
printf '%s\n' 'FROM scratch' 'COPY busybox /busybox' >generated/Dockerfile.bare
edges bare
run_ninja bare
passes bare --word /busybox --word test --word 'a  $(b) "' --word = --word 'a  $(b) "'

try "a failure: the stamp as it was, the log's tail is shown"
before=$(cat generated/stamps/app.test)
fails app --test 'echo it is so; exit 3'
expect_said 'it is so' "the log"
expect_said 'error: app: the test failed with status 3' "the status"
expect_said 'the whole log is generated/logs/app.test.log' "the log's place"
equal "$before" "$(cat generated/stamps/app.test)" "the stamp"
nothing_left

try "an end to everything"
fails app --limit 1 --test 'sleep 60'
expect_said 'did not end within 1 seconds' "the limit"
nothing_left

try "the image's own health check is waited for, then the test runs beside what the container runs"
passes well --test 'test -e /ready'
nothing_left

try "a health check alone, and one of the matrix"
passes well
passes well --health 'test -e /ready && test -e /id'
nothing_left
fails well --health 'echo not well; false' --limit 60
expect_said 'unhealthy' "an unhealthy container"
nothing_left

try "a container that ends before it is healthy"
dockerfile ends "FROM $id/base" 'HEALTHCHECK CMD true' 'CMD ["sh", "-c", "echo last words; exit 1"]'
edges ends base
run_ninja ends
fails ends
expect_said 'ended before it was healthy' "the end"
expect_said 'last words' "its log"
nothing_left

try "neither a test nor a check"
fails side
expect_said 'there is neither a test nor a health check' "nothing to do"

try "an image that is not built"
fails nowhere --test true
expect_said 'nowhere is not built' "no seal"

try "interrupted: the container goes; killed: the next trial removes it"
dtk-stamp test --test 'sleep 60' generated/stamps/leaf.test -- DOCKER_BUILDKIT=1 "$temp/docker" --host "$host" \
	>"$temp/out" 2>&1 &
trial=$!
until_running
kill -TERM "$trial"
status=0
wait "$trial" || status=$?
equal 143 "$status" "exit status of an interrupted trial"
nothing_left
setsid dtk-stamp test --test 'sleep 60' generated/stamps/leaf.test -- DOCKER_BUILDKIT=1 "$temp/docker" --host "$host" \
	>"$temp/out" 2>&1 &
trial=$!
until_running
kill -KILL "$trial"
wait "$trial" || true
passes leaf --test 'true'
nothing_left

try "another image of the same name is tested anew"
tick
echo 'RUN echo more >/more' >>generated/Dockerfile.app
run_ninja app
forget
passes app --test 'test -e /more'
[ "$(calls)" -gt 0 ] || broken "the old test counts for the new image"
