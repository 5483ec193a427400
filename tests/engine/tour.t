#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README's tour, as it is printed there, on the Debian images that its first command makes, in a clean clone.
# timeout: 1800
# only: all
. "${DTK_SRC:?}/tests/lib.sh"
need mmdebstrap

top=$PWD
"$DTK_SRC/share/package/dist" tour >/dev/null
tar -xzf tour.tar.gz
cd tour
trap './share/engine/dtk-engine remove .engine' EXIT
trap 'exit 1' HUP INT TERM
unset DOCKER_HOST DOCKER

# The lines of the tour alone; then its commands, and what each is said to print.
awk '/^A five-minute tour/ { on = 1 } /^Dockerfiles that are there already/ { on = 0 } on && /^\t/ { print substr($0, 2) }' README >"$top/tour.txt"
commands=$(grep -c '^\$ ' "$top/tour.txt")
[ "$commands" -gt 5 ] || fail "the README has no tour"

try "the first command"
first=$(sed -n 's/^\t\(\.\/configure --bootstrap .*modern-stack\)$/\1/p' README | head -n 1)
[ -n "$first" ] || fail "the README has no first command"
sh -c "$first" >"$top/first.out" 2>&1 || { tail -n 40 "$top/first.out"; fail "$first"; }

# What may differ: numbers of steps, order among siblings, times, and IDs of images; and what the engine calls a step.
settled()
{
	sed 's/^\[[0-9]*\/[0-9]*\] //; s/ in [0-9.]* s$//; s/: built [0-9a-f]*$/: built/
		s/; [0-9][0-9hms.]*$//; s/; [0-9]* of [0-9]* steps cached$//' "$1" | sort
}

n=1
while [ "$n" -le "$commands" ]; do
	command=$(sed -n 's/^\$ //p' "$top/tour.txt" | sed -n "${n}p")
	try "$command"
	awk -v n="$n" '/^\$ / { seen++; next } seen == n' "$top/tour.txt" >"$top/expected"
	sleep 0.1
	sh -c "$command" >"$top/printed" 2>&1 || { cat "$top/printed"; fail "$command"; }
	settled "$top/expected" >"$top/expected.settled"
	settled "$top/printed" >"$top/printed.settled"
	same "$top/expected.settled" "$top/printed.settled"
	n=$((n + 1))
done
