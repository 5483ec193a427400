# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# podman.sh, sourced by the tests with podman before project.sh: a podman whose images and caches are nobody else's.
PATH=$PATH:/usr/sbin:/sbin
command -v podman >/dev/null || { echo "skipped: no podman"; exit 77; }
[ "$(id -u)" -eq 0 ] || { echo "skipped: podman is tried as root only"; exit 77; }
# It has to be told that the registry speaks http.
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
