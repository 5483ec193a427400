#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lost state heals: hashes and one question to the engine, no builds.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack
log_file=$(find . -name .ninja_log)
deps_file=$(find . -name .ninja_deps)
if [ -z "$log_file" ] || [ -z "$deps_file" ]; then
	broken "no logs of ninja"
fi

try "lost .ninja_log"
rm "$log_file"
expect_ninja stack '' "lost log"
quiet
try "lost .ninja_deps"
rm "$deps_file"
expect_ninja stack '' "lost deps"
quiet

try "one generated file deleted"
rm generated/Dockerfile.1.0-py3.9-tool
expect_ninja stack '' "a deleted Dockerfile"
[ -e generated/Dockerfile.1.0-py3.9-tool ] || broken "not healed"
rm generated/_env.1.0-py3.9-tool.sh
expect_ninja stack '' "a deleted env script"
[ -e generated/_env.1.0-py3.9-tool.sh ] || broken "the env script is not healed"
quiet

try "a stamp emptied: the edge fails and says so, or heals; the next run is whole"
: >generated/stamps/1.0-py3.9-tool.image
ninja stack >"$temp/out" 2>&1 || true
run_ninja stack
[ -s generated/stamps/1.0-py3.9-tool.image ] || broken "not healed"
quiet
tick
: >generated/stamps/1.0-py3.9-tool.key
ninja stack >"$temp/out" 2>&1 || true
run_ninja stack
quiet

try "a clone with its stamps: no builds"
cd ..
cp -R p q
cd q
forget
run_ninja stack
expect_builds 0 "a clone"
cd ../p

try "rm -rf generated"
rm -rf generated
run_ninja stack
[ -e generated/Dockerfile.1.0-base ] || broken "not healed"
quiet

try "an image deleted behind our back: verify, then exactly it"
real rmi -f "$id/os:1.0-py3.9-side" >/dev/null
run_ninja verify
expect_ninja stack '1.0-py3.9-side' "a deleted image"
quiet

try "a killed build: only that one again"
tick
cat >templates/side.dockerfile.j2 <<EOF
FROM $id/os:{{ os_version }}
RUN sleep {{ "30" if os_version == "1.0" else "0" }}; echo slow > /side
EOF
setsid ninja stack >"$temp/out" 2>&1 &
pid=$!
sleep 6
# Ninja puts its edges into groups of their own, but not into another session.
session() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v s="$pid" '{ id = $1; sub(/.*\) /, ""); if ($4 == s) print id }'
}
[ -n "$(session)" ] || broken "nothing to kill"
session | xargs kill -KILL
wait "$pid" 2>/dev/null || true
sed -i 's/sleep {{.*}};/sleep 0;/' templates/side.dockerfile.j2
forget
run_ninja 1.0-base 1.0-py3.9-side 1.0-py3.9-app
expect_built '1.0-py3.9-side' "after a kill"
