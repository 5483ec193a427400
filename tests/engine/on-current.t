#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tests of edges, stamps and pushes once more, with the engine of today and its other store of images.
# timeout: 900
# needs: current
# only: all
. "${DTK_SRC:?}/tests/lib.sh"
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || skip "no current engine"
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
export DTK_TEST_HOST DTK_TEST_DOCKER

failed=
for test in ${DTK_TEST_ON_CURRENT:-build-sh collision context edit fail hooks lost matrix noop project-context push race reuse status \
	stamp-build stamp-edges stamp-push stamp-watch stamp-world tags unsealed}; do
	try "$test"
	mkdir "$test"
	rc=0
	(cd "$test" && exec "$DTK_SRC/tests/engine/$test.t") >log 2>&1 || rc=$?
	case $rc in
	0 | 77) ;;
	*)
		cat log
		failed="$failed $test"
		;;
	esac
	rm -rf "$test"
done
[ -z "$failed" ] || fail "with the current engine:$failed"
