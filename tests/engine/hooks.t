#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The scripts that _env names run where they exist, with its variables.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
for name in dkbuildprebuildscript dkbuildbuildsuccessscript dkbuildfailedscript dkbuildpostbuildscript; do
	cat >"$name.sh" <<EOF
echo "$name \$dockertag \$UBUNTU_VER" >>"$temp/hooks"
EOF
done
run_ninja 1.0-base
cat >"$temp/expected" <<EOF
dkbuildprebuildscript $id/os:1.0 1.0
dkbuildbuildsuccessscript $id/os:1.0 1.0
dkbuildpostbuildscript $id/os:1.0 1.0
EOF
cmp "$temp/expected" "$temp/hooks" || broken "hooks of a good build"
quiet 1.0-base

try "a changed script is a changed input"
tick
echo ': changed' >>dkbuildprebuildscript.sh
expect_ninja 1.0-base 1.0-base "an edited hook"
try "a new one too"
rm dkbuildfailedscript.sh
run_ninja 1.0-base
quiet 1.0-base

try "a failing build runs the failed script, not the success script"
cat >dkbuildfailedscript.sh <<EOF
echo "failed \$dockertag" >>"$temp/hooks"
EOF
: >"$temp/hooks"
sed -i 's/echo side/false/' templates/side.dockerfile.j2
ninja 1.0-py3.9-side >"$temp/out" 2>&1 && broken "a failing build passed"
grep -q "^failed $id/os:1.0-py3.9-side" "$temp/hooks" || broken "the failed script did not run"
grep -q "^dkbuildbuildsuccessscript $id/os:1.0-py3.9-side" "$temp/hooks" && broken "the success script ran"
grep -q "^dkbuildpostbuildscript $id/os:1.0-py3.9-side" "$temp/hooks" || broken "the post script did not run"

try "a failing pre-build script stops the build"
sed -i 's/false/echo side/' templates/side.dockerfile.j2
echo 'exit 3' >dkbuildprebuildscript.sh
forget
ninja 1.0-py3.9-side >"$temp/out" 2>&1 && broken "built in spite of the pre-build script"
expect_builds 0 "after a failing pre-build script"
