#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What dtk-gen makes of matrix.lock, and what it says of one that is wrong or lacks a pin.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
PATH=${DTK_BIN:?}:$PATH
export PATH

one=sha256:1111111111111111111111111111111111111111111111111111111111111111
two=sha256:2222222222222222222222222222222222222222222222222222222222222222
image()
{
	mkdir -p "$1"
	image_file=$1/Dockerfile
	shift
	printf '%s\n' "$@" >"$image_file"
}
mkdir -p p/matrices
cd p
image app 'ARG BASE=debian' 'FROM $BASE:12' 'COPY --from=tools:1 /t /t' 'RUN --mount=from=r.example/x/y true'
image top 'FROM o/app AS a' 'FROM a' 'COPY --from=a /t /u'
image fixed "FROM debian@$one" 'FROM scratch' "COPY --from=tools:1@$two /t /t"
cat >matrices/build-matrix.yaml <<'END'
repository: o
images:
  - {name: app, dockerfile: app/Dockerfile, tags: [o/app]}
  - {name: top, dockerfile: top/Dockerfile, tags: [o/top]}
  - {name: fixed, dockerfile: fixed/Dockerfile, tags: [o/fixed]}
END

try "without a file there are no pins"
status 0 dtk-gen
[ ! -s err ] || fail "something is said"
same - generated/_bases <<'END'
debian:12
r.example/x/y:latest
tools:1
END
lacks --build-context build.ninja
has 'update-bases matrices/matrix.lock generated/_bases -- ' build.ninja
has 'verify --lock matrices/matrix.lock generated/stamps -- ' build.ninja

try "with --locked that is an error, with the place of each"
status 1 dtk-gen --locked
same - err <<'END'
app/Dockerfile:2:6: error: 'debian:12' has no pin in matrices/matrix.lock
    2 | FROM $BASE:12
      |      ^~~~~~~~
app/Dockerfile:3:6: error: 'tools:1' has no pin in matrices/matrix.lock
    3 | COPY --from=tools:1 /t /t
      |      ^~~~~~~~~~~~~~
app/Dockerfile:4:5: error: 'r.example/x/y' has no pin in matrices/matrix.lock
    4 | RUN --mount=from=r.example/x/y true
      |     ^~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: dtk-gen without --locked, then `ninja update-bases`, pins them
END

try "pins are in the build, and in no key"
cat >matrices/matrix.lock <<END
# of others
docker.io/library/debian:12 $one # stable
r.example/x/y:latest $two
tools:1 $one
unused:1 $one
END
status 0 dtk-gen --locked
ninja -t commands app | grep ' build ' >printed
has "-- DOCKER_BUILDKIT=1 DOCKER_DEFAULT_PLATFORM= BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build \
--build-context debian:12=docker-image://debian@$one --build-context tools:1=docker-image://tools@$one \
--build-context r.example/x/y=docker-image://r.example/x/y@$two -t o/app -f app/Dockerfile app" printed
ninja -t commands app | grep ' key ' >printed
lacks build-context printed
ninja -t commands top fixed | grep ' build .*-t o/[tf]' >printed
equal 2 "$(wc -l <printed)" "two others"
lacks build-context printed
generated/build.sh -n app >printed
has "docker build --build-context debian:12=docker-image://debian@$one" printed
dtk-gen -t bake >bake.json
has "\"debian:12\": \"docker-image://debian@$one\"" bake.json
has "\"tools:1\": \"docker-image://tools@$one\"" bake.json
has "dtk-gen --locked" build.ninja

try "the file is watched, and one that comes back is found"
has 'generated/.root/matrices/matrix.lock' generated/.dep
sed -i "s/^tools:1 .*/tools:1 $two/" matrices/matrix.lock
status 0 dtk-gen --locked
has "tools:1=docker-image://tools@$two" build.ninja
mv matrices/matrix.lock "$PWD/../lock"
status 0 dtk-gen
lacks --build-context build.ninja
has 'generated/.root/matrices ' generated/.dep
mv ../lock matrices/matrix.lock
status 0 dtk-gen
has "tools:1=docker-image://tools@$two" build.ninja

try "lines that are wrong"
cp matrices/matrix.lock ../lock
printf 'debian:12 sha256:12\n\ntools:1\n  a@b %s\nunused:1 %s and more\n<<<<<<< mine\n=======\n>>>>>>> theirs\n%s\n' \
	"$one" "$one" "tools:2 $one" >>matrices/matrix.lock
printf 'debian:12 %s\n' "$two" >>matrices/matrix.lock
status 1 dtk-gen
same - err <<END
matrices/matrix.lock:6:11: error: a digest is sha256: and 64 digits of 0-9 and a-f
    6 | debian:12 sha256:12
      |           ^~~~~~~~~
matrices/matrix.lock:8:1: error: no digest follows this reference
    8 | tools:1
      | ^~~~~~~
matrices/matrix.lock:9:3: error: a reference with a digest of its own needs no pin
    9 |   a@b $one
      |   ^~~
matrices/matrix.lock:10:82: error: only a comment can follow a digest
   10 | unused:1 $one and more
      |                                                                                  ^~~~~~~~
matrices/matrix.lock:11:1: error: a merge left a conflict here
   11 | <<<<<<< mine
      | ^~~~~~~~~~~~
        hint: keep one line for each reference: \`ninja update-bases\` asks the registry again
matrices/matrix.lock:15:1: error: this reference is pinned twice, to different images
   15 | debian:12 $two
      | ^~~~~~~~~
matrices/matrix.lock:2:1: note: it is here first
    2 | docker.io/library/debian:12 $one # stable
      | ^~~~~~~~~~~~~~~~~~~~~~~~~~~
END
cp ../lock matrices/matrix.lock

try "two sides that each add a pin merge, and what both added counts once"
(cat matrices/matrix.lock && echo "x:1 $one" && echo "same:1 $one") >mine
(cat matrices/matrix.lock && echo "same:1 $one" && echo "y:1 $two") >theirs
if command -v git >/dev/null; then
	git merge-file -q --union mine matrices/matrix.lock theirs
else
	cat theirs >>mine
fi
cp mine matrices/matrix.lock
status 0 dtk-gen --locked
[ ! -s err ] || fail "something is said"
cp ../lock matrices/matrix.lock

try "a reference that cannot be pinned"
image app 'ARG BASE' 'FROM x$BASE:1' 'COPY --from=Tools:1 /t /t'
status 0 dtk-gen
equal '' "$(cat generated/_bases)" "nothing to ask for"
status 1 dtk-gen --locked
has "app/Dockerfile:2:6: error: 'x:1' cannot be pinned: a variable in it has no value here" err
has "app/Dockerfile:3:6: error: 'Tools:1' cannot be pinned: a repository's name is lower case" err

try "a root file system"
rm -r app top fixed matrices/build-matrix.yaml
mkdir templates
printf 'FROM scratch\nADD {{ rootfs }} /\n' >templates/base.j2
cat >matrices/build-matrix.yaml <<'END'
os_versions: [bookworm]
rootfs:
  bookworm: {packages: [python3, git]}
build_layers:
  - {name: base, template: base.j2, tags: ["o/os:${os_version}"]}
END
status 1 dtk-gen --locked
has "matrices/build-matrix.yaml:3:3: error: the root file system 'bookworm' has no pin in matrices/matrix.lock" err
echo "rootfs=bookworm $one" >matrices/matrix.lock
status 0 dtk-gen --locked
has "--suite bookworm --include python3,git --pin $one generated/rootfs/bookworm.tar" build.ninja
same - generated/_bases <<END
rootfs=bookworm --suite bookworm --include python3,git --pin $one generated/rootfs/bookworm.tar
END
generated/build.sh -n >plan
has mmdebstrap plan

try "without a matrix it lies in docker/"
rm -r matrices templates build.ninja generated
mkdir docker
image docker/x 'FROM debian:12'
echo "debian:12 $one" >docker/matrix.lock
status 0 dtk-gen
has "debian:12=docker-image://debian@$one" build.ninja
has "update-bases docker/matrix.lock" build.ninja
