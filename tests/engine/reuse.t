#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Key tags: what one machine built, another pulls, and builds only what nobody built before.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

registry=${DTK_TEST_REGISTRY:?}

# tags_of NAME: the tags of a repository, a line each.
tags_of() {
	skopeo list-tags --tls-verify=false "docker://$registry/$1" 2>/dev/null | sed -n 's/^ *"\([^:]*\)",*$/\1/p'
}
keys() { tags_of "$id/os" | grep -c '^key-[0-9a-f]\{32\}$' || true; }
pulls() { grep -c 'pull .*/os:key-' "$log" || true; }
# external WORD: what the lowest images are built from, in a registry, holding WORD; nothing of it stays here.
external() {
	printf 'FROM scratch\nCOPY busybox /bin/busybox\nENV EXTERNAL=%s\n' "$1" >"$temp/Dockerfile.external"
	DOCKER_BUILDKIT=1 real build -q -t "$registry/$id/external:1" -f "$temp/Dockerfile.external" "$temp/p" >/dev/null
	real push -q "$registry/$id/external:1" >/dev/null
	real rmi "$registry/$id/external:1" >/dev/null
}
# Another machine's engine: it has none of our images.
wipe() {
	for left in $(real images --format '{{.Repository}}:{{.Tag}}' | grep -e "^$id" -e "^$registry/$id/" | grep -v '<none>'); do
		real rmi -f "$left" >/dev/null
	done
}
# Another machine's checkout, in $temp/NAME.
clone() {
	mkdir "$temp/$1"
	cp -R matrices templates app busybox outside "$temp/$1"
	cd "$temp/$1"
	generate --reuse --registry "$registry"
}
new_project --reuse --registry "$registry"
external one
sed -i "1,2c FROM $registry/$id/external:1" templates/base.dockerfile.j2
sed -i 's#^RUN \["/bin/busybox".*#&\nRUN head -c 8 /dev/urandom >/unique#' templates/base.dockerfile.j2
tick

try "nothing is there yet: everything is built"
forget
run_ninja stack
expect_builds 8 "an empty registry"
quiet

try "a push alone leaves no key tags, nor does one in a pull request"
run_ninja push-stack
GITHUB_EVENT_NAME=pull_request DTK_PUSH_KEYS=1 run_ninja push-stack
expect_said "in a pull request no key tags" "a pull request"
CI_MERGE_REQUEST_IID=7 DTK_PUSH_KEYS=1 run_ninja push-stack
DTK_PUSH_KEYS=0 run_ninja push-stack
equal 0 "$(keys)" "key tags"

try "one image and what it stands on, and no tag beside"
skopeo delete --tls-verify=false "docker://$registry/$id/os:1.0-py3.9-app"
DTK_PUSH_KEYS=only run_ninja push-1.0-py3.9-app
equal 3 "$(keys)" "key tags of an image and its parents"
tags_of "$id/os" | grep -qx 1.0-py3.9-app && broken "the tag was pushed too"
DTK_PUSH_KEYS=1 run_ninja push-1.0-py3.9-app
equal 3 "$(keys)" "key tags of an image and its parents"
tags_of "$id/os" | grep -qx 1.0-py3.9-app || broken "the tag was not pushed"

try "all of them, and again"
DTK_PUSH_KEYS=1 run_ninja push-stack
equal 8 "$(keys)" "key tags"
forget
DTK_PUSH_KEYS=1 run_ninja push-stack
equal 8 "$(keys)" "key tags"
equal 0 "$(grep -c -E '(^| )push ' "$log")" "pushes of what is there"
real images --format '{{.Repository}}:{{.Tag}}' | grep "^$registry/$id/os:key-" && broken "key tags stay in the engine"

try "a fresh clone with an empty engine builds nothing"
wipe
clone second
forget
run_ninja stack
expect_builds 0 "a warm registry"
equal 8 "$(pulls)" "pulled images"
equal 8 "$(cat generated/stamps/*.history | grep -c "^run pulled [0-9]* [0-9]* - - [0-9]* sha256:[0-9a-f]* it has not been built$")" \
	"what is remembered of it"
for stamp in generated/stamps/*.image; do
	same "$temp/p/$stamp" "$stamp"
done
real images --format '{{.Tag}}' "$registry/$id/os" | grep '^key-' && broken "key tags stay in the engine"
quiet
[ "$(id_of "$id/os:1.0")" = "$(id_of "$id/os:1")" ] || broken "a pulled image lacks a tag"

[ "$(grep -c '^run pulled' generated/stamps/1.0-base.history)" = 1 ] || broken "the history"

try "what is new is built, and only that"
tick
echo more >>app/one
forget
run_ninja stack
expect_built "1.0-py3.9-app 2.0-py3.9-app" "an edit"
equal 2 "$(pulls)" "what nobody has is asked for"
quiet

try "what was removed is pulled again"
real rmi -f "$id/os:1.0-py3.9-side" >/dev/null
run_ninja verify
forget
run_ninja stack
expect_builds 0 "an image that was removed"
equal 1 "$(pulls)" "an image that was removed"
ref=$(grep -o "[^ ]*/os:key-[0-9a-f]*" "$log" | head -n 1)
quiet

try "what the registry has for another platform is not taken"
printf 'FROM scratch\nCOPY busybox /x\n' >"$temp/Dockerfile.arm"
DOCKER_BUILDKIT=1 real build -q --platform linux/arm64 -t "$ref" -f "$temp/Dockerfile.arm" . >/dev/null
real push -q "$ref" >/dev/null
real rmi -f "$ref" "$id/os:1.0-py3.9-side" >/dev/null
run_ninja verify
forget
run_ninja stack
# Containerd's store does not even pull it.
real info --format '{{json .DriverStatus}}' | grep -q containerd ||
	expect_said "$ref is not an image for linux/" "another platform"
expect_built "1.0-py3.9-side" "an image for another platform"
quiet

try "another base is another key"
external two
wipe
cd "$temp/p"
clone third
forget
run_ninja stack
expect_builds 8 "a base that moved"
quiet

try "a registry that cannot be asked is no failure"
wipe
generate --reuse --registry 127.0.0.1:1
forget
run_ninja 1.0-base
expect_builds 1 "no registry"
expect_said "cannot look for 127.0.0.1:1/$id/os:key-" "no registry"

try "a stage that is kept by itself is pushed only where it is named"
mkdir "$temp/stage"
cd "$temp/stage"
cp ../p/busybox .
printf 'FROM scratch AS builder\nCOPY busybox /secret\nFROM scratch\nCOPY Dockerfile /\n' >Dockerfile
printf 'FROM %s/stage\nCOPY Dockerfile /d\n' "$id" >Dockerfile.top
mkdir matrices
cat >matrices/build-matrix.yaml <<END
images:
  - {name: stage, dockerfile: Dockerfile, target: builder, tags: "$id/stage"}
  - {name: top, dockerfile: Dockerfile.top, tags: "$id/top"}
END
generate --reuse --registry "$registry"
DTK_PUSH_KEYS=1 run_ninja push-top
equal 1 "$(tags_of "$id/top" | grep -c '^key-')" "key tags"
equal '' "$(tags_of "$id/stage")" "tags of the stage"
DTK_PUSH_KEYS=1 run_ninja push-all
equal 1 "$(tags_of "$id/stage" | grep -c '^key-')" "key tags"
