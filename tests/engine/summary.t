#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The line at the end of a run: what was built, tagged, skipped, failed, and how much of it was cached; what to do about
# failures, with ninja -k0 as well; and nothing of it where there was nothing to do.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

# The summary of a set: the only line that begins with it, and the last one. Its time is left out.
summary()
{
	equal 1 "$(grep -c "^$1: [0-9]* built" "$temp/out")" "summaries of $1"
	tail -n 1 "$temp/out" | sed -n "s/^$1: \(.*\); [0-9][0-9.hm]*s\$/\1/p"
}
settled()
{
	for set; do
		run_ninja "$set"
		equal 'ninja: no work to do.' "$(cat "$temp/out")" "$set, where nothing changed"
	done
}

new_project
try "all is built"
run_ninja -j4 stack
said=$(summary stack)
equal '8 built, 0 skipped, 0 failed' "${said%;*}"
# Two bases of three steps, two of each other layer of one; what siblings share may be cached.
equal 12 "$(printf '%s\n' "$said" | sed 's/.*; [0-9]* of \([0-9]*\) steps cached$/\1/')" "steps"
settled stack all app base

try "what changed is built, the rest skipped"
tick
echo more >>app/one
run_ninja stack
equal '2 built, 0 of 2 steps cached' "$(summary stack | sed 's/, 6 skipped, 0 failed;/,/')"
settled stack all app

try "a set that was built as part of another has nothing to say"
tick
echo more >>app/one
run_ninja app
equal '2 built, 0 skipped, 0 failed; 0 of 2 steps cached' "$(summary app)"
settled all stack app

try "the same images again: all of it was cached, and what stands on them skipped"
tick
sed -i 's/^FROM scratch/# a remark\n&/' templates/base.dockerfile.j2
run_ninja stack
equal '2 built, 6 skipped, 0 failed; 6 of 6 steps cached' "$(summary stack)"
settled stack

try "a tag"
tick
sed -i "s#-side\"#&, \"$id/os:\${os_version}-more\"#" matrices/build-matrix.yaml
run_ninja stack
equal '0 built, 2 tagged, 6 skipped, 0 failed' "$(summary stack)"
settled stack

try "a touched file has no summary"
tick
touch app/one
run_ninja stack
! grep -q 'skipped' "$temp/out" || broken "a summary of nothing"
settled stack

try "two failures of which neither stops the rest"
tick
cat >>templates/tool.dockerfile.j2 <<END
RUN echo changed; {{ "false" if os_version == "1.0" else "true" }}
END
cat >>templates/side.dockerfile.j2 <<END
RUN {{ "false" if os_version == "2.0" else "true" }}
END
if ninja -k0 -j2 stack >"$temp/out" 2>&1; then
	broken "a failing build passed"
fi
! grep -q '^stack: ' "$temp/out" || broken "a summary of what is not whole"
grep '^dtk: so far ' "$temp/out" | tail -n 1 >"$temp/last"
grep -q '^dtk: so far 3 built, 0 skipped, 2 failed; [0-9]* of [0-9]* steps cached; ' "$temp/last" ||
	broken "the last tally is $(cat "$temp/last")"
grep '^dtk: failed: ' "$temp/out" | tail -n 1 >"$temp/last"
for image in 1.0-py3.9-tool 2.0-py3.9-side; do
	grep -q " $image (generated/logs/$image.log)" "$temp/last" || broken "the last line does not name $image and its log"
	[ -s "generated/logs/$image.log" ] || broken "no log of $image"
done
command=$(sed -n 's/^dtk: what changed: //p' "$temp/out" | tail -n 1)
(eval "$command") >"$temp/why" 2>&1 || broken "'$command' failed: $(cat "$temp/why")"
grep -q '^1.0-py3.9-tool: would be built' "$temp/why" || broken "'$command' said: $(cat "$temp/why")"
grep -q '^2.0-py3.9-side: would be built' "$temp/why" || broken "'$command' said: $(cat "$temp/why")"

try "one failure that stops the run"
if ninja -j1 1.0-py3.9-tool >"$temp/out" 2>&1; then
	broken "a failing build passed"
fi
expect_said '^dtk: so far 0 built, 0 skipped, 1 failed; ' "the tally of this run alone"
expect_said '^dtk: failed: 1.0-py3.9-tool (generated/logs/1.0-py3.9-tool.log)$' "where the log is"

try "what cannot be hashed has no log to name"
tick
echo '[' >.dockerignore
if ninja 2.0-py3.9-app >"$temp/out" 2>&1; then
	broken "a pattern that is none was taken"
fi
expect_said '^dtk: failed: \(2.0-base, \)\{0,1\}2.0-py3.9-app$' "a failure without a log"
rm .dockerignore

try "mended"
sed -i '/false/d' templates/tool.dockerfile.j2 templates/side.dockerfile.j2
run_ninja stack
said=$(summary stack)
equal '0 failed' "$(printf '%s\n' "$said" | sed 's/;.*//; s/.*, //')"
settled stack all

try "marks that were copied without their times are dated ahead again"
touch -d '1 hour ago' generated/stamps/.tally.stack
run_ninja stack
equal '0 built, 8 skipped, 0 failed' "$(summary stack)"
settled stack

try "notes of a run of yesterday go, and no others"
ls generated/stamps/.ran >"$temp/before"
first=$(head -n 1 "$temp/before")
touch -d '2 days ago' "generated/stamps/.ran/$first"
tick
echo more >>app/one
run_ninja stack
[ ! -e "generated/stamps/.ran/$first" ] || broken "the notes of an old run are kept"
equal "$(wc -l <"$temp/before")" "$(find generated/stamps/.ran -type f | wc -l)" "files of runs"
