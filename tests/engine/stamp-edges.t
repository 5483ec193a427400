#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# The two edges of an image: what makes them run, and what they then do.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"

new_stamps
try "the first run builds all, with one question before each and one after"
run_ninja
expect_built 'app base leaf side' "the first run"
expect_calls 12 "a question, a build, and what came out of it"
quiet_all "nothing changed"
for image in base app leaf side; do
	[ "$(sealed $image engine)" = "$(id_of "$id/$image")" ] || broken "$image is not what the engine has"
	[ "$(sealed $image image)" = "$(stamp_id $image)" ] || broken "$image: seal and stamp differ"
	[ "$(sealed $image key)" = "$(sed -n 's/^hash //p' generated/stamps/$image.key)" ] || broken "$image: key"
done

try "a touched file: a hash, no call"
tick
touch app/one
forget
run_ninja
expect_calls 0 "a touched file"
expect_said 'dtk-stamp key' "the key's edge ran"
quiet_all "after a touched file"

try "a comment: one build, nothing below"
tick
echo '# comment' >>generated/Dockerfile.base
expect_ninja '' base "a comment"
quiet_all "after a comment"

try "a changed file: exactly what depends on it"
tick
echo changed >app/one
expect_ninja '' 'app leaf' "a changed file"
[ "$(cat_in "$id/leaf" /app/one)" = changed ] || broken "the old bytes"
quiet_all "after a change"

try "a new file deep down"
tick
mkdir -p app/deep/er/and/er
echo new >app/deep/er/and/er/new
expect_ninja '' 'app leaf' "a new file"
quiet_all "after a new file"

try "a removed one"
tick
rm -r app/deep/er/and
expect_ninja '' 'app leaf' "a removed file"
quiet_all "after a removal"

try "outside of what COPY reaches: nothing"
tick
echo changed >outside
mkdir -p other
forget
run_ninja
expect_calls 0 "a file outside"
quiet_all "after a file outside"

try "a mode bit (with the file's time)"
tick
chmod 755 app/one
touch app/one
expect_ninja '' 'app leaf' "a mode bit"
try "a link and its target"
tick
ln -s one app/link
expect_ninja '' 'app leaf' "a link"
tick
ln -sfn two app/link
expect_ninja '' 'app leaf' "its target"
ln -s nowhere app/dangling
expect_ninja '' 'app leaf' "a dangling link"
quiet_all "after links"

try "an ignore file that comes, changes and goes"
tick
echo 'app/deep' >.dockerignore
expect_ninja '' 'app leaf' "a new ignore file"
quiet_all "with an ignore file"
tick
echo x >app/deep/er/ignored
forget
run_ninja
expect_calls 0 "an ignored file"
tick
echo '# nothing' >.dockerignore
expect_ninja '' 'app leaf' "a changed ignore file"
rm .dockerignore
forget
run_ninja
expect_calls 0 "an ignore file that ignored nothing"
quiet_all "without it"

try "a build argument"
tick
sed -i 's/^FROM .*/&\nARG A\nRUN echo $A >\/a/' generated/Dockerfile.side
sed -i '/side.key/,$s/^  a = .*/  a = --build-arg A=1/' build.ninja
expect_ninja '' side "a build argument"
[ "$(cat_in "$id/side" /a)" = 1 ] || broken "the argument did not arrive"
sed -i 's/A=1/A=2/' build.ninja
expect_ninja '' side "another value"
[ "$(cat_in "$id/side" /a)" = 2 ] || broken "the old value"
quiet_all "after arguments"

try "the environment of the build"
sed -i 's/^client = /&BUILDKIT_X=1 /' build.ninja
expect_ninja '' 'app base leaf side' "another environment"
quiet_all "after that"

try "a tag more: applied, no build"
sed -i "s#^  t = -t $id/side#& -t $id/side:more#" build.ninja
forget
run_ninja
expect_builds 0 "a tag"
[ "$(id_of "$id/side:more")" = "$(sealed side engine)" ] || broken "not tagged"
quiet_all "after a tag"
