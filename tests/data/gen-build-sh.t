#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# generated/build.sh with a stand-in for docker: order, -n, -k, targets, hooks.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

new_project
dtk-gen
mkdir "$temp/bin"
PATH=$temp/bin:$PATH
log=$temp/log
# Fails for what the file bad names.
cat >"$temp/bin/docker" <<EOF
#!/bin/sh
echo "\$DOCKER_BUILDKIT \$*" >>"$log"
[ ! -e "$temp/bad" ] || case \$* in *\$(cat "$temp/bad")*) exit 7 ;; esac
EOF
chmod +x "$temp/bin/docker"
# The images built since the last call.
built()
{
	sed -n 's/.* -f generated\/Dockerfile\.\([^ ]*\) \.$/\1/p' "$log" 2>/dev/null | tr '\n' ' ' | sed 's/ $//'
	rm -f "$log"
}
all='1.4-base 1.4-py3.10-python 1.4-py3.10-node 2.0-base 2.0-py3.10-python 2.0-py3.10-node'

try "everything, in order, from any directory"
(cd / && "$temp/p/generated/build.sh") >out 2>&1 || fail "build.sh"
head -n 1 "$log" >line
has '1 build --build-arg UBUNTU_VER=1.4 --build-arg TZ_NAME=UTC -t t/os:1.4 -t t/os:latest -f generated/Dockerfile.1.4-base .' line
equal "$all" "$(built)"

try "what Ninja would run is what build.sh runs"
sh generated/build.sh -n >printed
absent "$log"
ninja -t commands all 2>/dev/null | sed -n 's/^exec dtk-stamp build .* -- //p' | sort >"$temp/out"
sort printed | diff - "$temp/out" || fail "they differ"

try "targets"
sh generated/build.sh -h >out || fail "-h"
has 'usage: build.sh' out
status 2 sh generated/build.sh -x
status 2 sh generated/build.sh nothing
absent "$log"
status 0 sh generated/build.sh 2.0-py3.10-python
equal '2.0-base 2.0-py3.10-python' "$(built)" "an image"
status 0 sh generated/build.sh short
equal '1.4-base 1.4-py3.10-python' "$(built)" "a sequence"
status 0 sh generated/build.sh short base
equal '1.4-base 1.4-py3.10-python 2.0-base' "$(built)" "two targets"

try "failures"
echo Dockerfile.1.4-py3.10-python >"$temp/bad"
status 1 sh generated/build.sh
equal '1.4-base 1.4-py3.10-python' "$(built)" "it stops at the first"
status 1 sh generated/build.sh -k
equal '1.4-base 1.4-py3.10-python 2.0-base 2.0-py3.10-python 2.0-py3.10-node' "$(built)" "-k goes on"
has '1.4-py3.10-node: left out' err
rm "$temp/bad"

try "hooks"
for name in pre buildsuccess failed post; do
	hook=dkbuild${name}script.sh
	[ "$name" = pre ] && hook=dkbuildprebuildscript.sh
	[ "$name" = post ] && hook=dkbuildpostbuildscript.sh
	echo "echo $name \$dockertag >>'$temp/hooks'" >"$hook"
done
status 0 sh generated/build.sh 2.0-base
equal 'pre t/os:2.0,buildsuccess t/os:2.0,post t/os:2.0,' "$(tr '\n' , <"$temp/hooks")"
rm "$temp/hooks"
echo Dockerfile.2.0-base >"$temp/bad"
status 1 sh generated/build.sh 2.0-base
equal 'pre t/os:2.0,failed t/os:2.0,post t/os:2.0,' "$(tr '\n' , <"$temp/hooks")"
rm "$temp/bad"
built >/dev/null
echo 'exit 3' >dkbuildprebuildscript.sh
status 1 sh generated/build.sh 2.0-base
equal '' "$(built)" "nothing is built after a failing pre-build script"

try "clean under shellcheck"
if command -v shellcheck >/dev/null 2>&1; then
	shellcheck generated/build.sh generated/_env*.sh || fail "shellcheck"
	# shellcheck disable=SC2016 # it stays as it is
	matrix '"1.4"' '$(x) `y` '"'"' \" \\ $$'
	printf 'FROM scratch\nARG TZ_NAME\n' >templates/base.j2
	sed -i '/name: python,/d; /name: node,/d; s/, python, node\]/]/; s/base, python\]/base]/' matrices/build-matrix.yaml
	status 0 dtk-gen
	shellcheck generated/build.sh generated/_env*.sh || fail "shellcheck of hostile values and a single image"
	new_project
fi

try "podman and buildx"
status 0 dtk-gen --engine podman --docker /opt/podman --host unix:///x
status 0 sh generated/build.sh -n 1.4-base
has '/opt/podman --url unix:///x build --layers --build-arg' out
lacks DOCKER_BUILDKIT out
status 0 dtk-gen --engine buildx --platform linux/arm64
status 0 sh generated/build.sh -n 1.4-base
has 'docker buildx build --load --build-arg' out
has '--platform linux/arm64' out

try "buildkit_enabled and cache_registry"
sed -i 's/parallel_builds: 3/buildkit_enabled: false, parallel_builds: false, cache_registry: "r:5000\/cache"/' matrices/build-matrix.yaml
status 0 dtk-gen
status 0 sh generated/build.sh -n 1.4-base
has 'DOCKER_BUILDKIT=0' out
has '--build-arg BUILDKIT_INLINE_CACHE=1 --cache-from r:5000/cache/t/os:1.4' out
has '  depth = 1' build.ninja
