#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# Stamps against the world: the engine, the index of tags, lost and broken files, verify.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"

new_stamps
run_ninja
quiet_all "the start"

# The calls since forget that are no question.
others() { grep -v ' image inspect ' "$log" | sed "s#--host $host ##" || true; }

try "an image deleted behind our back: verify, then exactly it"
real rmi -f "$id/leaf" >/dev/null
run_ninja
expect_builds 0 "before verify"
run_ninja verify
expect_said 'leaf: the engine does not have it' "verify names it"
expect_ninja '' leaf "after verify"
quiet_all "after verify"

try "a tag removed, a tag moved by a stranger: verify applies them"
real tag "$id/base" "$id/keep"
real rmi "$id/side" >/dev/null 2>&1
real tag "$id/base" "$id/app"
forget
run_ninja verify
expect_builds 0 "verify"
[ "$(id_of "$id/app")" = "$(sealed app engine)" ] || broken "app's tag was not put back"
run_ninja
[ "$(id_of "$id/side")" = "$(sealed side engine)" ] || broken "side"
quiet_all "after tags"

try "a parent's tag moved by a stranger: put back, and the child stands on its own parent"
printf 'FROM scratch\nCOPY stranger /stranger\n' >stranger
real build -q -t "$id/app" -f stranger . >/dev/null
tick
echo 'RUN echo more >/more' >>generated/Dockerfile.leaf
if real image inspect "$(sealed app engine)" >/dev/null 2>&1; then
	expect_ninja '' leaf "a changed child"
else
	# In containerd's store a build that takes a tag removes the image that had no other.
	forget
	if ninja >"$temp/out" 2>&1; then broken "built on a stranger"; fi
	expect_builds 0 "on a stranger"
	expect_said 'the image of the parent app is gone' "says so"
	expect_ninja '' 'app leaf' "the next run"
fi
[ "$(id_of "$id/app")" = "$(sealed app engine)" ] || broken "the parent's tag was not put back"
[ "$(cat_in "$id/leaf" /app/one)" = one ] || broken "the child stands on a stranger"
quiet_all "after a stranger"

try "a parent's image is gone: no build, no pull; the next run heals"
real rmi -f "$id/app" "$id/leaf" >/dev/null
tick
echo 'RUN echo again >/again' >>generated/Dockerfile.leaf
forget
if ninja >"$temp/out" 2>&1; then broken "built without its parent"; fi
expect_builds 0 "with a parent gone"
expect_said 'the image of the parent app is gone' "says so"
expect_ninja '' 'app leaf' "the next run"
quiet_all "healed"

try "an index of tags: another image takes a tag, and gives it back"
sed -i "s#^  t = -t $id/side.*#& -t $id/shared#" build.ninja
run_ninja
cp build.ninja with-side
dockerfile taker "FROM $id/base" 'RUN echo taker >/taker'
begin_ninja
edges base
edges app base
edges leaf app
tags="-t $id/shared" edges taker base
expect_ninja '' taker "the other branch"
[ "$(id_of "$id/shared")" = "$(sealed taker engine)" ] || broken "the tag is not taker's"
quiet_all "the other branch"
cp build.ninja with-taker
for round in 1 2; do
	cp with-side build.ninja
	forget
	run_ninja
	expect_builds 0 "back, round $round"
	[ "$(id_of "$id/shared")" = "$(sealed side engine)" ] || broken "the tag is not side's"
	quiet_all "back"
	cp with-taker build.ninja
	forget
	run_ninja
	expect_builds 0 "there again, round $round"
	[ "$(id_of "$id/shared")" = "$(sealed taker engine)" ] || broken "the tag is not taker's again"
	quiet_all "there again"
done
cp with-side build.ninja
run_ninja

try "a bare chmod, and other content of the same size and time: found by verify"
cp -p app/one "$temp/one"
printf 'eno\n' >app/one
touch -r "$temp/one" app/one
forget
run_ninja
expect_calls 0 "Ninja does not see it"
run_ninja verify
expect_said 'app: its inputs changed' "verify names it"
expect_ninja '' 'app leaf' "after verify"
[ "$(cat_in "$id/leaf" /app/one)" = eno ] || broken "the old bytes"
chmod 711 app/one
run_ninja verify
expect_ninja '' 'app leaf' "after a bare chmod"
forget
run_ninja verify
expect_calls 1 "verify asks once"
quiet_all "after verify"

try "lost .ninja_log, lost .ninja_deps: a question each, no build"
rm generated/stamps/.ninja_log
forget
run_ninja
expect_builds 0 "lost .ninja_log"
expect_calls 4 "a question each"
rm generated/stamps/.ninja_deps
run_ninja
expect_builds 0 "lost .ninja_deps"
# Ninja 1.11 dates an unchanged output by the inputs that it knew before, so that it hashes once more.
forget
run_ninja
expect_calls 0 "lost .ninja_deps"
quiet_all "found again"

try "a clone with its stamps"
cp -r "$temp/p" "$temp/clone"
cd "$temp/clone"
rm generated/stamps/.ninja_*
forget
run_ninja
expect_builds 0 "a clone"
cd "$temp/p"

try "stamps emptied, cut and missing: healed without a build where the seal is whole"
for stamp in app.key app.image base.image; do
	tick
	: >generated/stamps/$stamp
	ninja >"$temp/out" 2>&1 || grep -q 'run ninja again' "$temp/out" || broken "$stamp: no message"
	forget
	run_ninja
	run_ninja
	expect_builds 0 "$stamp emptied"
	quiet_all "$stamp emptied"
	rm generated/stamps/$stamp
	forget
	run_ninja
	expect_builds 0 "$stamp removed"
	quiet_all "$stamp removed"
done
sed -i 's/^tag/gat/' generated/stamps/side.seal
if ninja verify >"$temp/out" 2>&1; then broken "verify took a broken seal"; fi
expect_said 'side.seal was damaged and has been removed' "a broken seal"
expect_ninja '' side "a broken seal"
quiet_all "after a broken seal"

try "clean-images removes tags and stamps"
run_ninja clean-images
for image in base app leaf side; do
	real image inspect "$id/$image" >/dev/null 2>&1 && broken "$image is still there"
	absent generated/stamps/$image.image generated/stamps/$image.seal
done
expect_ninja '' 'app base leaf side' "after clean-images"
