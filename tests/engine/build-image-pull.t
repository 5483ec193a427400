#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# build-image --pull and pull_FROM_on_force: images from elsewhere are fetched anew, those of the project never.
# shellcheck disable=SC2016 # what stands in single quotes is to stay as it is
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"

mirror=${DTK_TEST_MIRROR-}
[ -n "$mirror" ] || skip "no registry"
pulled() { sed -n 's/.*pull \([^ ]*\)$/\1/p' "$log" | tr '\n' ' ' | sed 's/ $//'; }
# publish TEXT: the image $id-up of the world outside holds it.
publish() {
	mkdir -p "$temp/up"
	echo "$1" >"$temp/up/up"
	printf 'FROM scratch\nCOPY up /up\n' >"$temp/up/Dockerfile"
	DOCKER_BUILDKIT=1 real build -q -t "$mirror/library/$id-up:1" "$temp/up" >/dev/null
	real push -q "$mirror/library/$id-up:1" >/dev/null
	real rmi "$mirror/library/$id-up:1" >/dev/null
}
run_project
cat >docker/dev/Dockerfile <<END
FROM $id-up:1 AS up
FROM $(ref base)
COPY --from=up /up /up
END
printf '[dev]\n[check]\npull_FROM_on_force = True\n' >docker/run.cfg
printf 'FROM %s\nCOPY --from=%s-up:1 /up /up\n' "$(ref base)" "$id" >docker/check/Dockerfile
publish one
generate

try "without it the engine's own is taken"
call build-image dev check
equal one "$(cat_in "$(ref dev)" /up)" "the first build"
real pull -q "$id-up:1" >/dev/null
call build-image dev check
publish two
forget
call build-image dev
expect_builds 0 "a base that changed elsewhere"
call build-image -f dev
equal '' "$(pulled)" "-f"
equal one "$(cat_in "$(ref dev)" /up)" "-f alone"

try "--pull fetches it; built is what stands on it, nothing of the project is fetched"
forget
call build-image --pull dev
equal "$id-up:1" "$(pulled)" "fetched"
expect_built dev "a base that changed"
expect_said "pull $id-up:1" "the command is printed"
equal two "$(cat_in "$(ref dev)" /up)" "the new base"
forget
call build-image --pull dev
equal "$id-up:1" "$(pulled)" "fetched again"
expect_builds 0 "a base that is the same"
quiet dev

try "pull_FROM_on_force: a forced build fetches"
publish three
forget
call build-image -f check
equal "$id-up:1" "$(pulled)" "fetched"
equal three "$(cat_in "$(ref check)" /up)" "the new base"
quiet check

try "what cannot be fetched: an error, and the image stays"
printf 'FROM %s-gone:1 AS up\nFROM %s\nCOPY --from=up /up /up\n' "$id" "$(ref base)" >docker/other/Dockerfile
real tag "$id-up:1" "$id-gone:1"
call build-image other
before=$(cat generated/stamps/other.image)
refuse 1 build-image --pull other
expect_said "cannot pull $id-gone:1" "the error"
equal "$before" "$(cat generated/stamps/other.image)" "the stamp"
forget
run_ninja other
expect_builds 0 "the next run of Ninja"
quiet other
