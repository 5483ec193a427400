#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# matrix.lock with podman, which takes named contexts by the very name that a Dockerfile has.
# timeout: 300
# shellcheck disable=SC2034 # for pins.sh
pins_pusher=$DTK_TEST_DOCKER pins_host=$DTK_TEST_HOST
# shellcheck source=tests/engine/podman.sh
. "${DTK_SRC:?}/tests/engine/podman.sh"
# shellcheck source=tests/engine/project.sh
. "$DTK_SRC/tests/engine/project.sh"
need skopeo
# shellcheck source=tests/engine/pins.sh
. "$DTK_SRC/tests/engine/pins.sh"

# Its containers ask for more open files than this machine may allow, so none is run.
cat_in() {
	container=$(real create "$1" none)
	real cp "$container:$2" - | tar -xO
	real rm "$container" >/dev/null
}
pins_work podman
