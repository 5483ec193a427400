#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 200
# Pushing to a real registry: all is checked before anything is published; what is there already is left alone.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"
registry=${DTK_TEST_REGISTRY-}
[ -n "$registry" ] || skip "no registry"

pushes() { sed -n "s#.* push $registry/$id/\(.*\)#\1#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }
# The digest of the configuration of what the registry holds.
config_of() {
	curl -sf -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
		"http://$registry/v2/$id/$1/manifests/$2" | tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p'
}
need curl
new_stamps
cat >>build.ninja <<END
build generated/do/push-leaf: push generated/stamps/leaf.image
  options = --registry $registry
build push-leaf: phony generated/do/push-leaf
build generated/do/push-all: push generated/stamps/app.image generated/stamps/side.image
  options = --registry $registry --release 2.5
build push-all: phony generated/do/push-all
END

try "an image with what it needs is built, it alone is pushed"
forget
run_ninja push-leaf
expect_built 'app base leaf' "what push needs"
equal 'leaf' "$(pushes)" "pushed"
equal "$(stamp_id leaf)" "$(config_of leaf latest)" "in the registry"

try "again: the registry has it, nothing is pushed"
forget
run_ninja push-leaf
equal '' "$(pushes)" "pushed again"
expect_builds 0 "again"
expect_said 'the registry has it' "again"

try "the registry lost it: pushed again"
digest=$(curl -sfI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
	"http://$registry/v2/$id/leaf/manifests/latest" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p')
curl -sf -X DELETE "http://$registry/v2/$id/leaf/manifests/$digest"
forget
run_ninja push-leaf
equal leaf "$(pushes)" "pushed again"

try "several, with a version beside latest"
forget
run_ninja push-all
equal 'app app:2.5 side side:2.5' "$(pushes)" "pushed"
equal "$(stamp_id side)" "$(config_of side 2.5)" "the version"

try "one of them is not what was sealed: none is published"
tick
echo changed >app/one
run_ninja app side
real tag "$id/base" "$id/side"
forget
if ninja push-all >"$temp/out" 2>&1; then broken "published a stranger"; fi
expect_said "$id/side is not the image side" "says so"
equal '' "$(pushes)" "published"
run_ninja verify
forget
run_ninja push-all
equal 'app app:2.5' "$(pushes)" "only what changed"
equal "$(stamp_id app)" "$(config_of app latest)" "the new one"
