#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The private engine of --bootstrap: recorded, found again, started again, beside others, and gone when removed.
# timeout: 300
. "${DTK_SRC:?}/tests/lib.sh"
need dockerd ip

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
top=$PWD
trap '"$DTK_SRC/share/engine/dtk-engine" remove "$top/build/.engine"' EXIT
trap 'exit 1' HUP INT TERM
mkdir build
cd build
real()
{
	"$DTK_TEST_DOCKER" --host unix://.engine/docker.sock "$@"
}

try "configure --bootstrap starts one and records it"
status 0 "$DTK_SRC/configure" --bootstrap --engine=docker
if [ ! -e .engine ]; then
	try "this machine has an engine that builds: it is used as it is"
	lacks '.engine/docker.sock' build.ninja
	exit 0
fi
has '--host unix://.engine/docker.sock' build.ninja
real version >version.out || fail "it does not answer"
"$DTK_TEST_DOCKER" --host "$DTK_TEST_HOST" version >version.out || fail "the other one has gone"

try "configured again it is found, and not started twice"
first=$(cat .engine/pid)
status 0 "$DTK_SRC/configure"
has '--host unix://.engine/docker.sock' build.ninja
status 0 "$DTK_SRC/configure" --bootstrap
equal "$first" "$(cat .engine/pid)"

try "its builds have a network of their own while others build"
mkdir image
cp /bin/busybox image/
printf 'FROM scratch\nCOPY busybox /busybox\nRUN ["/busybox", "ip", "route"]\n' >image/Dockerfile
DOCKER_BUILDKIT=1 real build -q -t private image || fail build
"$DTK_TEST_DOCKER" --host "$DTK_TEST_HOST" image inspect private >/dev/null 2>&1 && fail "the engines are one"

try "killed, it is started again with its images"
kill -9 "$first"
cp build.ninja before
status 0 "$DTK_SRC/configure"
has 'engine-start' err
same before build.ninja
status 0 "$DTK_SRC/configure" --bootstrap
real image inspect private >/dev/null || fail "the images are gone"

try "ninja engine-stop and engine-start"
cat >stub.ninja <<-END
include config.ninja
END
ninja -f stub.ninja engine-stop
real version >version.out 2>&1 && fail "it still answers"
ninja -f stub.ninja engine-stop
timeout 60 ninja -f stub.ninja engine-start || fail "engine-start does not end"
real version >version.out || fail "it does not answer"

try "nothing else is ever removed"
mkdir other .engine-mine
touch .engine-mine/file other/file
status 1 "$DTK_SRC/share/engine/dtk-engine" remove other
"$DTK_SRC/share/engine/dtk-engine" remove .engine-mine
"$DTK_SRC/share/engine/dtk-engine" remove .engine-none
present other/file .engine-mine/file
ln -s other .engine-link
status 1 "$DTK_SRC/share/engine/dtk-engine" remove .engine-link

try "removed, nothing is left"
"$DTK_SRC/share/engine/dtk-engine" remove .engine
absent .engine
! grep -qF "$top/build/.engine" /proc/self/mountinfo || fail "mounts"
