#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A full disk, a tree that cannot be written, two at once, and kill -9 at any time.
# timeout: 300
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

new_project
dtk-gen
tree >"$temp/old"
matrix '"1.4", "3.0"' CET
dtk-gen
tree >"$temp/new"
start_again()
{
	matrix
	dtk-gen
	matrix '"1.4", "3.0"' CET
}
# What is there is whole: as before or as after.
whole()
{
	tree | grep -v '/\.dtk-' >"$temp/now"
	sort "$temp/old" "$temp/new" >"$temp/known"
	sort "$temp/now" | comm -13 "$temp/known" - >"$temp/strange"
	[ ! -s "$temp/strange" ] || fail "$1: neither old nor new: $(cat "$temp/strange")"
}
heals()
{
	dtk-gen || fail "$1: the next run fails"
	tree >"$temp/now"
	same "$temp/new" "$temp/now"
}

try "files that may not grow"
start_again
(
	ulimit -f 1
	trap '' XFSZ
	status 1 dtk-gen
	has 'error: ' err
	rm -f out err
)
whole "a limit"
heals "a limit"

try "a full disk"
if [ "$(id -u)" = 0 ] && mkdir -p "$temp/small" && mount -t tmpfs -o size=64k tmpfs "$temp/small" 2>/dev/null; then
	cp -R matrices templates "$temp/small"
	(
		cd "$temp/small"
		trap 'cd / && umount "$temp/small"' EXIT
		dd if=/dev/zero of=filler bs=1024 count=50 2>/dev/null || :
		dtk-gen >"$temp/out" 2>"$temp/err" && fail "a full disk passed"
		has 'No space left' "$temp/err"
		absent build.ninja
		rm filler
		mount -o remount,size=4m "$temp/small"
		dtk-gen || fail "the disk has room again"
	)
else
	echo "(not tried: no tmpfs to mount)"
fi

try "a tree that cannot be written"
mkdir "$temp/locked"
cp -R matrices templates "$temp/locked"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4m tmpfs "$temp/locked" 2>/dev/null; then
	cp -R matrices templates "$temp/locked"
	(cd "$temp/locked" && dtk-gen && matrix '"1.4"')
	mount -o remount,ro "$temp/locked"
	(
		cd "$temp/locked"
		trap 'cd / && umount "$temp/locked"' EXIT
		dtk-gen >"$temp/out" 2>"$temp/err" && fail "wrote to a read-only tree"
		has 'Read-only file system' "$temp/err"
		dtk-gen --check >"$temp/out" 2>"$temp/err" && fail "--check does not see the difference"
		has 'differs' "$temp/out"
	)
fi
cp -R matrices templates "$temp/p/" 2>/dev/null || :
rm -rf generated
echo file >generated
status 1 dtk-gen
has generated err
rm generated build.ninja
dtk-gen
mkdir -p "$temp/x/generated/Dockerfile.1.4-base" && cp -R matrices templates "$temp/x"
(cd "$temp/x" && dtk-gen >"$temp/out" 2>"$temp/err") && fail "a directory was replaced"
has 'Dockerfile.1.4-base' "$temp/err"

try "two at once"
n=0
while [ "$n" -lt 10 ]; do
	start_again
	dtk-gen &
	dtk-gen &
	dtk-gen
	wait
	tree >"$temp/now"
	same "$temp/new" "$temp/now"
	n=$((n + 1))
done

try "killed at random moments"
n=0
while [ "$n" -lt 40 ]; do
	start_again
	dtk-gen &
	pid=$!
	awk -v n="$n" 'BEGIN { srand(n); for (i = 0; i < rand() * 60000; i++) x += i }'
	kill -9 "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	whole "killed"
	heals "killed"
	find . -name '.dtk-*' -exec rm {} +
	n=$((n + 1))
done
try "what a killed run wrote is still its own after a further edit"
start_again
dtk-gen
rm generated/.files
printf 'generated/Dockerfile.3.0-base\n' >generated/.dtk-files
rm build.ninja
cp generated/Dockerfile.1.4-base generated/Dockerfile.3.0-base
matrix
rm generated/Dockerfile.* generated/_* generated/build.sh generated/.help generated/.dep
echo half >generated/Dockerfile.3.0-base
dtk-gen || fail "the next run refuses"
absent generated/Dockerfile.3.0-base generated/.dtk-files
