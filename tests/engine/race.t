#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What happens meanwhile: the seal says what the image holds.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
try "a pre-build script that writes into the context: the image has what it wrote, and it settles"
cat >dkbuildprebuildscript.sh <<'EOF'
echo "$dockertag" >app/written
EOF
echo app/junk >.dockerignore
run_ninja stack
[ -n "$(cat_in "$id/os:1.0-py3.9-app" /app/written)" ] || broken "what the script wrote is not in the image"
cat >dkbuildprebuildscript.sh <<'EOF'
echo constant >app/written
EOF
run_ninja stack
run_ninja stack
quiet
[ "$(cat_in "$id/os:1.0-py3.9-app" /app/written)" = constant ] || broken "the old bytes"
rm dkbuildprebuildscript.sh
run_ninja stack
run_ninja stack
quiet

try "a file edited while the image builds: built again, with the new bytes"
tick
cat >>templates/app.dockerfile.j2 <<'EOF'
RUN sleep 4
EOF
ninja 1.0-py3.9-app >"$temp/out" 2>&1 &
pid=$!
sleep 2.5
echo edited >app/one
wait "$pid" || broken "the build"
run_ninja 1.0-py3.9-app
[ "$(cat_in "$id/os:1.0-py3.9-app" /app/one)" = edited ] || broken "the edit is not in the image"
quiet 1.0-py3.9-app

try "two ninja at once"
tick
sed -i 's/sleep 4/sleep 1/' templates/app.dockerfile.j2
run_ninja build.ninja
forget
ninja stack >"$temp/out" 2>&1 &
one=$!
ninja stack >"$temp/out2" 2>&1 &
two=$!
wait "$one" || broken "the first"
wait "$two" || { cat "$temp/out2"; broken "the second"; }
expect_builds 2 "each image once"
run_ninja stack
quiet
