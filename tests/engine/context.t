#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which files of the context count, and what of them.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

apps='1.0-py3.9-app 2.0-py3.9-app'
new_project
ln -s one app/link
run_ninja stack

try "a new file, deeply nested"
tick
echo three >app/deep/er/three
expect_ninja stack "$apps" "new file"
[ "$(cat_in "$id/os:1.0-py3.9-app" /app/deep/er/three)" = three ] || broken "the new file is not in the image"
mkdir app/deep/new
expect_ninja stack "$apps" "new directory"
rm app/deep/er/three
expect_ninja stack "$apps" "removed file"

try "files that COPY does not reach, or that are ignored"
tick
echo changed >outside
expect_ninja stack '' "outside"
echo app/junk >.dockerignore
echo junk >app/junk
expect_ninja stack '' "an ignore file that changes nothing, an ignored file"
quiet
tick
echo app/one >>.dockerignore
expect_ninja stack "$apps" "ignored from now on"
rm .dockerignore app/junk
expect_ninja stack "$apps" "not ignored any more"
quiet

try "mode bit, with the file's time; link target"
tick
chmod +x app/one
touch app/one
expect_ninja stack "$apps" "mode"
ln -sf deep app/link
expect_ninja stack "$apps" "link target"
quiet

try "a bare chmod is found by verify"
chmod -x app/one
forget
run_ninja verify
expect_ninja stack "$apps" "chmod"
quiet

try "other content of the same size and time is found by verify, and the image has the new bytes"
cp -p app/one "$temp/stamp"
echo ONE >app/one
touch -r "$temp/stamp" app/one
run_ninja verify
expect_ninja stack "$apps" "same size and time"
[ "$(cat_in "$id/os:2.0-py3.9-app" /app/one)" = ONE ] || broken "the image has the old bytes"
quiet
