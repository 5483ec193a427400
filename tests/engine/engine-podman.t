#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# podman, which has no daemon: a small tree with all that an engine is asked for.
# timeout: 400
PATH=$PATH:/usr/sbin:/sbin
command -v podman >/dev/null || { echo "skipped: no podman"; exit 77; }
[ "$(id -u)" -eq 0 ] || { echo "skipped: podman is tried as root only"; exit 77; }
# Its images and caches are nobody else's; it has to be told that the registry speaks http.
mkdir bin tmp
cat >bin/podman <<END
#!/bin/sh
TMPDIR="$PWD/tmp"
CONTAINERS_REGISTRIES_CONF="$PWD/registries.conf"
export TMPDIR CONTAINERS_REGISTRIES_CONF
exec $(command -v podman) --root "$PWD/store" --runroot "$PWD/run" --tmpdir "$PWD/run" "\$@"
END
chmod +x bin/podman
printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "${DTK_TEST_REGISTRY:?}" >registries.conf
DTK_TEST_HOST=
DTK_TEST_DOCKER=$PWD/bin/podman
# shellcheck source=tests/engine/engines.sh
. "${DTK_SRC:?}/tests/engine/engines.sh"

# Its containers ask for more open files than this machine may allow, so none is run.
cat_in() {
	container=$(real create "$1" none)
	real cp "$container:$2" - | tar -xO
	real rm "$container" >/dev/null
}
engine_works podman
