#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docker build with BuildKit, over the distribution's engine: a small tree with all that an engine is asked for.
# timeout: 400
# shellcheck source=tests/engine/engines.sh
. "${DTK_SRC:?}/tests/engine/engines.sh"

engine_works docker
