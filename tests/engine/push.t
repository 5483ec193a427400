#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pushing to a real registry and reading back; nothing is published before all of a group is built.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

registry=${DTK_TEST_REGISTRY:?}
# The digest of the configuration of the image that the registry holds as REF.
registry_config() {
	skopeo inspect --raw --tls-verify=false "docker://$registry/$1" 2>/dev/null |
		tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p' | grep .
}
# stamped NAME: the digest of its configuration.
stamped() { head -n 1 "generated/stamps/$1.image"; }
new_project --registry "$registry"

try "one image: it and its parents are built, it alone is pushed"
forget
run_ninja push-1.0-py3.9-tool
expect_built '1.0-base 1.0-py3.9-tool' "what push needs"
[ "$(registry_config "$id/os:1.0-py3.9-tool")" = "$(stamped 1.0-py3.9-tool)" ] ||
	broken "the registry has another image"
registry_config "$id/os:1.0" >/dev/null 2>&1 && broken "the parent was pushed"
quiet 1.0-py3.9-tool

try "a sequence with a failing image publishes nothing"
sed -i 's/echo side/false/' templates/side.dockerfile.j2
if ninja -k0 push-stack >"$temp/out" 2>&1; then
	broken "pushed although an image failed"
fi
registry_config "$id/os:1.0-py3.9-app" >/dev/null 2>&1 && broken "published before all was built"
sed -i 's/false/echo side/' templates/side.dockerfile.j2
run_ninja push-stack
for pair in 1.0:1.0-base 1:1.0-base 2.0:2.0-base 2.0-py3.9-app:2.0-py3.9-app 1.0-py3.9-side:1.0-py3.9-side; do
	tag=${pair%:*}
	[ "$(registry_config "$id/os:$tag")" = "$(stamped "${pair#*:}")" ] || broken "$tag is not what was built"
done
try "a retagged image is pushed without a build"
tick
sed -i "s#-side\"\\]#-side\", \"$id/os:\${os_version}-more\"]#" matrices/build-matrix.yaml
forget
run_ninja push-stack
expect_builds 0 "retagging"
[ "$(registry_config "$id/os:2.0-more")" = "$(stamped 2.0-py3.9-side)" ] || broken "the new tag was not pushed"
