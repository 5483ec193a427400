#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# What Ninja cannot watch makes its edge run every time, with a warning and without a docker call; ONBUILD.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"

new_stamps
run_ninja

# every_time WORDS: the key of app is hashed in each run, the engine is not asked.
every_time() {
	for round in 1 2 3; do
		forget
		run_ninja
		expect_calls 0 "$*, round $round"
		expect_said 'warning: .*looked at in every run' "$*, round $round"
	done
}

try "a time in the future"
touch -d '+1 day' app/one
run_ninja
every_time "a time in the future"
touch -d '+1 day' app/.keep
printf 'changed\n' >app/one
touch -d '+23 hours' app/one
rm app/.keep
expect_ninja '' 'app leaf' "a change that is dated earlier"
[ "$(cat_in "$id/leaf" /app/one)" = changed ] || broken "the old bytes"
touch app/one
run_ninja
quiet_all "a time that has come"

try "names that Ninja cannot watch"
# shellcheck disable=SC1003 # a backslash is meant
for name in 'a"b' "a'b" 'a*b' 'a?b' 'a|b' 'a;b' 'a&b' 'a<b' 'a^b' 'a	b' 'a
b' 'a\'; do
	echo x >"app/$name"
	expect_ninja '' 'app leaf' "a file $name"
	every_time "a file $name"
	rm "app/$name"
done
expect_ninja '' 'app leaf' "without them"
quiet_all "without them"

try "names that it can"
for name in 'a b' 'a#b' 'a$b' 'a:b' 'a%b' '-a' '~' 'ü' 'a\b' '[x]' '{x}' 'a,b' 'a=b'; do
	echo x >"app/$name"
done
run_ninja
quiet_all "odd names"
for name in 'a b' 'a#b' 'a$b' 'a:b' 'a%b' '-a' '~' 'ü' 'a\b' '[x]' '{x}'; do
	tick
	echo changed >"app/$name"
	expect_ninja '' 'app leaf' "a change of $name"
	[ "$(cat_in "$id/app" "/app/$name")" = changed ] || broken "$name: the old bytes"
done
quiet_all "odd names"

try "a context directory of the name of a target"
mkdir leaf side
echo x >leaf/x
dockerfile named 'FROM scratch' 'COPY leaf /leaf' 'COPY side /side'
edges named
expect_ninja '' named "directories named like targets"
quiet_all "directories named like targets"
tick
echo y >leaf/y
expect_ninja '' named "a file in one of them"
quiet_all "a file in one of them"

try "the tree can be moved"
cp -r "$temp/p" "$temp/moved"
mv "$temp/p" "$temp/away"
cd "$temp/moved"
run_ninja
expect_builds 0 "moved"
tick
echo moved >app/one
expect_ninja '' 'app leaf' "a change after the move"
mv "$temp/away" "$temp/p"
cd "$temp/p"
# The tags are the other tree's now; an engine with the containerd store has lost this one's images.
run_ninja verify
run_ninja

try "ONBUILD of a parent reaches the context"
dockerfile trigger "FROM $id/base" 'ONBUILD COPY side /side'
edges trigger base
dockerfile triggered "FROM $id/trigger"
onbuild=generated/Dockerfile.trigger edges triggered trigger
run_ninja
echo x >side/new
expect_ninja '' 'named triggered' "a file that only a trigger reaches"
quiet_all "a trigger"

try "ONBUILD of a base from elsewhere is seen when it is built on: then everything counts"
printf 'FROM scratch\nONBUILD COPY outside /\n' >elsewhere
real build -q -t "$id/elsewhere" -f elsewhere . >/dev/null
dockerfile on "FROM $id/elsewhere"
edges on
run_ninja
run_ninja
run_ninja
quiet_all "an external trigger"
tick
echo more >outside
expect_ninja '' on "a file that only the external trigger reaches"

try "a base from elsewhere that changed: verify"
printf 'FROM scratch\nONBUILD COPY app/one /\n' >elsewhere
real build -q -t "$id/elsewhere" -f elsewhere . >/dev/null
run_ninja verify
expect_said "on: its base $id/elsewhere changed" "verify"
expect_ninja '' on "a changed base"
run_ninja
quiet_all "a changed base"
