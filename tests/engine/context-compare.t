#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a build sends and copies, against a real engine: random trees, ignore files and COPY lines with fixed seeds.
#
# DTK_TEST_CURRENT_DOCKER and DTK_TEST_CURRENT_HOST name a client of 23 or later and its engine; without them
# the tests' own engine is asked, and where its client is older only what that walks as today's clients do.
# timeout: 400
. "${DTK_SRC:?}/tests/lib.sh"
need "$DTK_PYTHON"

docker=${DTK_TEST_CURRENT_DOCKER:-${DTK_TEST_DOCKER:?}}
host=${DTK_TEST_CURRENT_HOST:-${DTK_TEST_HOST:?}}
plain=
case $("$docker" --version) in
"Docker version "[0-9].* | "Docker version "1[0-9].* | "Docker version "2[0-2].*) plain=--plain ;;
esac

"$DTK_PYTHON" "$DTK_SRC/tests/engine/context-compare.py" "$docker" "$host" "$DTK_UNIT/docker_dump" \
	"${DTK_TEST_FIRST:-1}" "${DTK_TEST_COUNT:-30}" ${plain:+"$plain"}
