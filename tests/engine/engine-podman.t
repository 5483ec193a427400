#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# podman, which has no daemon: a small tree with all that an engine is asked for.
# timeout: 400
# shellcheck source=tests/engine/podman.sh
. "${DTK_SRC:?}/tests/engine/podman.sh"
# shellcheck source=tests/engine/engines.sh
. "${DTK_SRC:?}/tests/engine/engines.sh"

# Its containers ask for more open files than this machine may allow, so none is run.
cat_in() {
	container=$(real create "$1" none)
	real cp "$container:$2" - | tar -xO
	real rm "$container" >/dev/null
}
engine_works podman
