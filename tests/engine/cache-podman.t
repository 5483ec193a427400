#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Podman's steps as they are remembered, and its cache: layers that no image stands on any more.
# timeout: 400
# shellcheck source=tests/engine/podman.sh
. "${DTK_SRC:?}/tests/engine/podman.sh"
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

counting_docker
mkdir -p "$temp/p/one"
cd "$temp/p"
cp /bin/busybox one/busybox
cat >one/Dockerfile <<-END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN dd if=/dev/urandom of=/first bs=1000000 count=7
RUN dd if=/dev/urandom of=/second bs=1000000 count=3
END
printf 'images:\n  - {name: one, dockerfile: one/Dockerfile, tags: ["%s/one"]}\n' "$id" >m.yaml
generate --config m.yaml --engine podman
status() { dtk-gen --config m.yaml --docker "$client" --engine podman -t status >"$temp/out"; }

try "what was cached"
run_ninja
status
expect_said '^one *fresh .*  0/4 ' "built from nothing"
tick
sed -i 's/count=7/count=6/' one/Dockerfile
run_ninja
status
expect_said '^one *fresh .*  2/4  50%  *[0-9.]*MB$' "an edit in the middle"
tick
sed -i 's/count=3$/count=3; false/' one/Dockerfile
if ninja >"$temp/out" 2>&1; then broken "it failed not"; fi
status
expect_said '^one *failed .*  3/4 .* RUN dd .*; false$' "where it failed"
tick
sed -i 's/; false//' one/Dockerfile
forget
run_ninja
expect_builds 0 "as it was"

try "cache-usage"
run_ninja cache-usage
expect_said '^Images ' "the engine's own table"

try "cache-prune: layers of the first build go, by age; images stay"
run_ninja cache-prune
expect_said '^removed what is older than 7d00h$' "the default"
before=$(real images -a -q | wc -l)
sleep 2
DTK_PRUNE_AGE=1s run_ninja cache-prune
expect_said '^images: .* before, .* now$' "what went"
[ "$(real images -a -q | wc -l)" -lt "$before" ] || broken "nothing went"
quiet all
run_ninja verify
expect_said '^1 image verified$' "it is there"
DTK_PRUNE_AGE=0 run_ninja cache-prune
expect_said '^removed all$' "all"
run_ninja verify
expect_said '^1 image verified$' "it is there still"
if DTK_PRUNE_KEEP=1MB ninja cache-prune >"$temp/out" 2>&1; then broken "podman cannot bound by size"; fi
expect_said 'podman cannot bound its cache by size, only by age' "by size"
run_ninja clean-images
