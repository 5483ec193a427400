#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docker buildx build, over an engine of today: a small tree with all that an engine is asked for.
# timeout: 400
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/engines.sh
. "${DTK_SRC:?}/tests/engine/engines.sh"

engine_works buildx
