#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# share/patterns/python, used as its README says on a real Debian: each pattern of it does what it is there for.
# timeout: 1500
# only: all
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"
need mmdebstrap skopeo git python3
if [ -z "$DTK_TEST_MIRROR" ] || [ -z "$DTK_TEST_REGISTRY" ]; then
	skip "no registry in the place of Docker Hub"
fi

# An engine of its own: the images are called tally-..., and debian:bookworm-slim is to be what was put there here.
at_end() { engine_drop "$temp/.engine" >/dev/null 2>&1; }
# shellcheck source=tests/engine/engine.sh
. "$DTK_SRC/tests/engine/engine.sh"
host=$(engine_start "$temp/.engine" "$(engine_json '')") || fail "no engine"
DOCKER_HOST=$host HOME=$temp PATH=$temp:$PATH REGISTRY=$DTK_TEST_REGISTRY/$id
export DOCKER_HOST HOME PATH REGISTRY
debian=$DTK_TEST_MIRROR/library/debian:bookworm-slim
ref() { printf '%s\n' "tally-$1:tester"; }
git config --global user.email tester@example.org
git config --global user.name tester
git config --global safe.directory '*'

# printed COMMAND...: what it says on standard output is in $temp/printed.
printed() { "$@" >"$temp/printed" 2>"$temp/out" </dev/null || broken "$*"; }
# rebuilt NAMES WORDS: since forget these were built, and nothing else.
rebuilt() { equal "$1" "$(built | tr ' ' '\n' | sort -u | tr '\n' ' ' | sed 's/ $//')" "$2"; }
version_in() { real run --rm --entrypoint python3 "$(ref "$1")" -c 'import tally; print(tally.__version__)'; }

try "a Debian where Docker Hub would be"
dtk-stamp rootfs --suite bookworm rootfs.tar >"$temp/out" 2>&1 || broken "no root file system"
real import rootfs.tar "$debian" >"$temp/out" 2>&1 || broken "import"
real push "$debian" >"$temp/out" 2>&1 || broken "push"
real rmi "$debian" >"$temp/out" 2>&1 || broken "rmi"
rm rootfs.tar

try "a copy of the directory, and build-image dev: the base first"
counting_docker
cp -R "$DTK_SRC/share/patterns/python" tally
cd tally
git init -q .
git add .
git commit -qm one
git tag 1.0
chown -R 1234:1234 .
call build-image dev
expect_built 'base dev' "the first time"

try "the code is live: an edit outside is seen inside, without a build"
printed run-image shell python3 -c 'import tally; print(tally.count("b a b"))'
equal "[('b', 2), ('a', 1)]" "$(cat "$temp/printed")"
echo 'EDITED = "outside"' >>tally/__init__.py
forget
printed run-image shell python3 -c 'import tally; print(tally.EDITED)'
equal outside "$(cat "$temp/printed")" "the edit"
printed run-image dev sh -c 'cd / && echo a | tally'
equal '1 a' "$(cat "$temp/printed")" "the command that pip installed"
equal '' "$(built)" "builds"
git checkout -q tally/__init__.py

try "what is made in the mount belongs to its owner"
call run-image dev sh -c 'echo 1 >made'
equal 1234:1234 "$(stat -c %u:%g made)"
equal '' "$(find . -name tally.egg-info ! -user 1234)" "what pip left"
rm made

try "app: two stages, and the version without .git"
forget
call build-image app
equal 'app app' "$(built)" "the stage builder, then app"
real image inspect "$(ref app-builder)" >/dev/null || broken "the stage has no tag"
equal 1.0 "$(version_in app)"
sed -n '/-f docker\/app\/Dockerfile /s/ build / build --no-cache --network none /p' "$temp/out" >again
equal 2 "$(wc -l <again)" "the printed commands"

try "no step of app needs a network"
call sh -e again
rm again
call build-image app

try "app counts the words of standard input"
echo 'to be or not to be' | run-image app 2>"$temp/out" >"$temp/printed" || broken "run-image app"
printf '2 to\n2 be\n1 or\n1 not\n' >"$temp/expected"
same "$temp/expected" "$temp/printed"

try "the tests run in an image of their own"
call build-image cicd
call run-image cicd
expect_said '2 passed' "pytest"
call run-image test
expect_said '2 passed' "the same with pyflakes"
equal '' "$(real run --rm --entrypoint sh "$(ref app)" -c 'command -v pytest || ls /src 2>/dev/null')" "app has none"

try "a commit that changes the version alone"
tick
git commit -qm two --allow-empty
forget
call build-image app cicd dev
rebuilt 'app cicd' "the images that have the file"
equal "1.0+1.g$(git rev-parse --short HEAD)" "$(version_in app)" "app"
equal "$(version_in app)" "$(version_in cicd)" "cicd"
forget
call build-image app cicd dev
expect_calls 0 "again"

try "the exit status of what fails is passed on"
echo 'import os' >>tests/test_tally.py
call build-image cicd
call run-image cicd
refuse 1 run-image test
expect_said "'os' imported but unused" "pyflakes"
git checkout -q tests
tick
printf '\n\ndef test_wrong():\n    assert tally.count("a") == []\n' >>tests/test_tally.py
call build-image cicd
refuse 1 run-image cicd
expect_said '1 failed' "pytest"
refuse 1 run-image test
git checkout -q tests

try "publish-image app: the registry has it"
tick
refuse 1 env -u REGISTRY publish-image app
expect_said 'REGISTRY' "the variable that is not set"
call publish-image app
skopeo inspect --tls-verify=false --raw "docker://$REGISTRY/tally-app:tester" >"$temp/manifest" 2>"$temp/out" || broken skopeo
config=$(tr -d ' \n' <"$temp/manifest" | sed 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/')
equal "$(id_of "$(ref app)")" "$config"
equal "$(id_of "$(ref app)")" "$(head -n 1 generated/stamps/app.image)"

# Wheels that only tell which they are.
wheels() {
	python3 - "$1" <<'END'
import sys, zipfile

PACKAGES = {"cpu": ("tensorflow_cpu", ""), "gpu": ("tensorflow", "Provides-Extra: and-cuda\n")}
for kind, (name, extra) in PACKAGES.items():
    info = name + "-1.0.dist-info/"
    with zipfile.ZipFile("%s/%s-1.0-py3-none-any.whl" % (sys.argv[1], name), "w") as wheel:
        wheel.writestr("tensorflow/__init__.py", "from . import config\n")
        wheel.writestr("tensorflow/config.py", "def list_physical_devices():\n    return [%r]\n" % kind)
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n%s" % (name, extra))
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(info + "RECORD", "")
END
}

# There is no runtime of NVIDIA's here: -e sets what -g lets it set.
try "gpu: one image, an environment for the CPU and one for the GPU, from wheels without an index"
wheels docker/gpu/wheels
sed -i '/^\[gpu\]/a build_args = --build-arg PARENT={project}-base:{user} --build-arg PIP_NO_INDEX=1' docker/run.cfg
call build-image gpu
printed run-image gpu
equal "['cpu']" "$(cat "$temp/printed")" "without GPUs"
printed run-image -e NVIDIA_VISIBLE_DEVICES=all gpu
equal "['gpu']" "$(cat "$temp/printed")" "with GPUs"
printed run-image -e NVIDIA_VISIBLE_DEVICES=void gpu
equal "['cpu']" "$(cat "$temp/printed")" "with none of the GPUs"

try "the notebook answers through its port"
sed -i 's/127.0.0.1:8888:8888/127.0.0.1::8888/' docker/run.cfg
call build-image notebook
printed run-image -k notebook
container=$(cat "$temp/printed")
port=$(real port "$container" 8888 | head -n 1)
left=300
until token=$(real logs "$container" 2>&1 | sed -n 's/.*?token=\([0-9a-f]*\)$/\1/p' | grep -m 1 .); do
	left=$((left - 1))
	[ "$left" -gt 0 ] || { real logs "$container"; broken "the notebook does not start"; }
	sleep 0.2
done
busybox wget -q -O "$temp/tree" "http://$port/api/contents/tally?token=$token" || broken "no answer at $port"
has '"path": "tally/__init__.py"' "$temp/tree"
equal 1234 "$(real exec "$container" stat -c %u /tmp/.local)" "whom it runs as"
real rm -f "$container" >/dev/null
