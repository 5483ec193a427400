#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A root file system is pinned by the hash of its tar.
# timeout: 400
# only: all
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need mmdebstrap

mkdir -p p/matrices p/templates
cd p
printf 'FROM scratch\nADD {{ rootfs }} /\n' >templates/base.j2
cat >matrices/build-matrix.yaml <<END
os_versions: [bookworm]
rootfs:
  bookworm: {variant: extract, packages: [busybox-static]}
build_layers:
  - {name: base, template: base.j2, tags: ["$id/os:\${os_version}"]}
END
tar=generated/rootfs/bookworm.tar
counting_docker
update() { ninja update-bases >"$temp/out" 2>&1 || broken "ninja update-bases"; }
sum() { sha256sum <"$tar" | sed 's/ .*//'; }

try "what was made is pinned, and neither made nor built again"
generate
run_ninja
before=$(sum)
cp -p "$tar" "$temp/before"
update
expect_said "rootfs=bookworm: new $(printf %.12s "$before")" "the same packages make the same bytes"
has "rootfs=bookworm sha256:$before" matrices/matrix.lock
generate --locked
forget
run_ninja
expect_builds 0 "a pin for what is there"
[ -z "$(find "$tar" -newer "$temp/before")" ] || broken "it was written again"
quiet all

try "one that is made of other packages is not what is pinned"
tick
sed -i 's/busybox-static/busybox-static, hostname/' matrices/build-matrix.yaml
if ninja >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said "error: $tar: what was made is sha256:.*, and pinned is sha256:$before" "says so"
equal "$before" "$(sum)" "the file"
update
expect_said "rootfs=bookworm: moved $(printf %.12s "$before") -> $(printf %.12s "$(sum)")" "moved"
forget
run_ninja
expect_builds 1 "the new one"
equal hostname "$(real run --rm --network none "$id/os:bookworm" /bin/busybox ls /bin | grep -x hostname)" "in the image"
quiet all

try "build.sh holds it against the pin as well"
after=$(sum)
rm "$tar"
sh generated/build.sh >"$temp/out" 2>&1 || broken "build.sh"
equal "$after" "$(sum)" "made again"
rm "$tar"
sed "s/sha256:$after/sha256:$before/" generated/build.sh >generated/other.sh
if sh generated/other.sh >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said "build.sh: $tar: what was made is not what is pinned" "says so"
absent "$tar"
