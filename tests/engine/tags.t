#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tags that others move, and tags that move between branches.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack

try "a parent's tag moved by a stranger is put back, and the child stands on its own parent"
base=$(id_of "$id/os:1.0")
echo FROM scratch >"$temp/stranger"
echo 'COPY busybox /strange' >>"$temp/stranger"
DOCKER_BUILDKIT=1 real build -q -t "$id/os:1.0" -f "$temp/stranger" . >/dev/null
[ "$(id_of "$id/os:1.0")" != "$base" ] || broken "the stranger did not move it"
tick
sed -i 's/echo side/echo other/' templates/side.dockerfile.j2
expect_ninja stack '1.0-py3.9-side 2.0-py3.9-side' "children of a moved tag"
[ "$(id_of "$id/os:1.0")" = "$base" ] || broken "the parent's tag was not put back"
[ "$(cat_in "$id/os:1.0-py3.9-side" /os)" = "$id 1.0" ] || broken "built on a stranger"
quiet

try "a parent's image gone: never built on a stranger, never pulled"
tick
sed -i 's/echo other/echo third/' templates/side.dockerfile.j2
real images -q "$id/os" | sort -u | xargs "$docker" --host "$host" rmi -f >/dev/null 2>&1 || true
if ninja 1.0-py3.9-side >"$temp/out" 2>&1; then
	broken "built although its parent is gone"
fi
expect_said 'ninja' "says to run ninja again"
for try in 1 2 3 4 5; do
	! ninja stack >"$temp/out" 2>&1 || break
	expect_said 'run ninja again' "what to do, time $try"
done
run_ninja stack
run_ninja verify
run_ninja stack
quiet
[ "$(cat_in "$id/os:1.0-py3.9-side" /os)" = "$id 1.0" ] || broken "built on a stranger"

try "another branch and back: tags right, no builds"
app=$(id_of "$id/os:1.0-py3.9-app")
cp -R templates "$temp/templates.main"
tick
sed -i 's/echo tool/echo branch/' templates/tool.dockerfile.j2
run_ninja stack
branch=$(id_of "$id/os:1.0-py3.9-app")
[ "$branch" != "$app" ] || broken "the branch's image is the same"
tick
cp "$temp/templates.main"/* templates/
forget
run_ninja stack
[ "$(id_of "$id/os:1.0-py3.9-app")" = "$app" ] || broken "the tag is not the branch's that is checked out"

try "a tag that moves between images of one matrix and back"
forget
tick
sed -i "s#-side\"\\]#-side\", \"$id/os:roving\"]#" matrices/build-matrix.yaml
run_ninja stack
side=$(id_of "$id/os:1.0-py3.9-side")
[ "$(id_of "$id/os:roving")" = "$side" ] || broken "the first in the matrix's order does not own the tag"
tick
sed -i "s#, \"$id/os:roving\"##; s#-tool\"\\]#-tool\", \"$id/os:roving\"]#" matrices/build-matrix.yaml
run_ninja stack
[ "$(id_of "$id/os:roving")" = "$(id_of "$id/os:1.0-py3.9-tool")" ] || broken "the tag did not move"
tick
sed -i "s#, \"$id/os:roving\"##; s#-side\"\\]#-side\", \"$id/os:roving\"]#" matrices/build-matrix.yaml
run_ninja stack
[ "$(id_of "$id/os:roving")" = "$side" ] || broken "the tag did not come back"
expect_builds 0 "tags only"
quiet
