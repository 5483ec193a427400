#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The generated tree: written where it differs, stale files go, what dtk-gen did not write stays.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"
need ninja

new_project
status 0 dtk-gen
cat out err >said
[ ! -s said ] || fail "a plain run says something"

try "the files of the tree"
present generated/Dockerfile.1.4-base generated/Dockerfile.1.4-py3.10-python generated/Dockerfile.2.0-py3.10-node \
	generated/_env.1.4.sh generated/_env.2.0-py3.10-node.sh generated/build.sh generated/.files build.ninja
equal .. "$(readlink generated/.root)" "the link to the project"
[ -x generated/build.sh ] || fail "build.sh is not executable"
sort generated/.files >listed
{
	ls -d generated/* generated/.dep generated/.generator generated/.help build.ninja
} | while read -r file; do [ -d "$file" ] || echo "$file"; done | sort >there
same there listed

try "the environment script"
cat >expected <<'EOF'
# shellcheck shell=sh disable=SC1003,SC2016,SC2034
export UBUNTU_VER=1.4
export UBUNTU_VER_BASE=1
export TZ_NAME=UTC
export PY_VER_BASE=3.10
export PY_VER_BUMP=7
export PY_VER=3.10.7
export dockertag1=t/os
export dockertag2=t/os:1.4
export dockertag3=t/os:latest
export dockertag4=t/os:py3.10
export dockertag=t/os:1.4-py3.10
export DK_BUILD_ARGS='--build-arg UBUNTU_VER=1.4 --build-arg TZ_NAME=UTC --build-arg PY_VER_BASE=3.10 --build-arg PY_VER=3.10.7'
dkbuildprebuildscript=dkbuildprebuildscript.sh
dkbuildbuildsuccessscript=dkbuildbuildsuccessscript.sh
dkbuildfailedscript=dkbuildfailedscript.sh
dkbuildpostbuildscript=dkbuildpostbuildscript.sh
EOF
same expected generated/_env.1.4-py3.10-python.sh
lacks PY_VER generated/_env.1.4.sh
lacks dockertag4 generated/_env.1.4.sh

try "nothing changed: nothing is written"
touch -d '2020-01-01' generated/Dockerfile.* generated/_env* generated/build.sh build.ninja
stat -c '%Y %n' generated/Dockerfile.* generated/_env* generated/build.sh build.ninja >before
status 0 dtk-gen
stat -c '%Y %n' generated/Dockerfile.* generated/_env* generated/build.sh build.ninja >after
same before after
try "only what differs is written"
echo '# more' >>templates/node.j2
status 0 dtk-gen
stat -c '%Y %n' generated/Dockerfile.* generated/_env* generated/build.sh build.ninja >after
equal 2 "$(diff before after | grep -c '^>')" "files written"

try "stale files go, others stay"
echo mine >generated/mine
echo mine >generated/Dockerfile.mine
matrix '"1.4"'
status 0 dtk-gen --verbose
has 'remove generated/Dockerfile.2.0-base' out
absent generated/Dockerfile.2.0-base generated/_env.2.0.sh generated/_env.2.0-py3.10-node.sh
present generated/mine generated/Dockerfile.mine
lacks 2.0 generated/.files

try "a file that dtk-gen did not write is never replaced"
echo mine >generated/Dockerfile.2.0-base
tree >before
matrix
status 1 dtk-gen
has 'generated/Dockerfile.2.0-base' err
equal mine "$(cat generated/Dockerfile.2.0-base)" "a foreign file"
tree >after
same before after
rm generated/Dockerfile.2.0-base
status 0 dtk-gen
try "but taken over where it has the right bytes already"
rm generated/.files
status 0 dtk-gen
try "a manifest by hand is not replaced either"
cp build.ninja kept
rm generated/.files
echo 'rule mine' >build.ninja
status 1 dtk-gen
has build.ninja err
equal 'rule mine' "$(cat build.ninja)" "a foreign manifest"
printf '# Written by configure.\n' >build.ninja
status 0 dtk-gen
same kept build.ninja

try "a list that was tampered with removes nothing elsewhere"
echo precious >"$temp/precious"
echo precious >precious
mkdir dir
echo precious >dir/precious
ln -s "$temp/precious" generated/link
printf '%s\n' ../precious "$temp/precious" generated/../../precious dir/precious generated/link >>generated/.files
status 0 dtk-gen
present "$temp/precious" precious dir/precious generated/link

try "the same bytes whatever the directory, locale, umask and environment"
tree >before
mkdir -p "$temp/elsewhere/deep"
cp -R matrices templates "$temp/elsewhere/deep/"
cd "$temp/elsewhere/deep"
mkdir generated
(
	umask 077
	LC_ALL=C.UTF-8 LANG=de_DE.UTF-8 TZ=Asia/Tokyo HOME=/ USER=x DOCKER_HOST=tcp://x DOCKER=y dtk-gen
)
tree >"$temp/after"
grep -v -e /link -e mine "$temp/p/before" >"$temp/p/expected"
same "$temp/p/expected" "$temp/after"
grep -qF "$temp" -r build.ninja generated/.files generated/.dep generated/build.sh && fail "an absolute path"

try "hostile values are data"
cd "$temp/p"
# shellcheck disable=SC2016 # they stay as they are
for value in '$(touch pwned)' '`touch pwned`' "'; touch pwned; '" '"; touch pwned #' '$$' 'a b' '${x}' '|touch pwned' '*'; do
	new_project '"1.4"' "$(printf '%s\n' "$value" | sed 's/"/\\"/g')"
	printf 'FROM scratch\nARG TZ_NAME\n' >templates/base.j2
	status 0 dtk-gen
	# shellcheck source=/dev/null
	(. ./generated/_env.1.4.sh && printf '%s\n' "$TZ_NAME" >got)
	equal "$value" "$(cat got)" "TZ_NAME"
	mkdir -p fake
	cat >fake/docker <<-EOF
	#!/bin/sh
	for word; do printf '%s\n' "\$word"; done >>"$PWD/words"
	EOF
	cp fake/docker fake/dtk-stamp
	chmod +x fake/docker fake/dtk-stamp
	env "PATH=$PWD/fake:$PATH" sh generated/build.sh 1.4-base >/dev/null 2>&1
	grep -qxF "TZ_NAME=$value" words || fail "build.sh passes something else than $value"
	rm words
	env "PATH=$PWD/fake:$PATH" ninja generated/stamps/1.4-base.image >/dev/null 2>&1 || :
	grep -qxF "TZ_NAME=$value" words || fail "Ninja passes something else than $value"
	absent pwned
done

try "a value that no manifest can carry is refused"
new_project
sed -i 's/timezone: "UTC"/timezone: "a\\nb"/' matrices/build-matrix.yaml
status 1 dtk-gen
has 'line break' err
absent build.ninja
