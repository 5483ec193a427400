#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Dockerfiles and what the reader makes of them, errors and warnings to the letter.
#
# tests/data/docker/parse/NAME.df gives NAME.out and, where it is there, the warnings NAME.err;
# bad/NAME.df gives the errors NAME.err; refs/NAME.df and reach/NAME.df give NAME.out for each of their lines
# "# with TARGET NAME=VALUE..." (TARGET - is none).  With DTK_UPDATE=1 what comes out is written there.
. "${DTK_SRC:?}/tests/lib.sh"

cases=$DTK_SRC/tests/data/docker
temp=$PWD
ran=0

# expect FILE ACTUAL: a missing file stands for an empty one.
expect()
{
	if [ "${DTK_UPDATE-}" = 1 ]; then
		if [ -s "$2" ]; then
			cp "$2" "$1"
		else
			rm -f "$1"
		fi
	elif [ -e "$1" ]; then
		same "$1" "$2"
	else
		same /dev/null "$2"
	fi
	ran=$((ran + 1))
}

# dump STATUS MODE FILE: to $temp/out and $temp/err
dump()
{
	dump_status=0
	"$DTK_UNIT/docker_dump" "$2" "$3" >"$temp/out" 2>"$temp/err" || dump_status=$?
	equal "$1" "$dump_status" "exit status of $3"
}

# every MODE FILE: the file's own lines say with what
every()
{
	: >"$temp/all"
	sed -n 's/^# with //p' "$2" >"$temp/with"
	while read -r target args; do
		[ "$target" != - ] || target=
		printf '%s\n' "with $target $args" >>"$temp/all"
		# shellcheck disable=SC2086 # arguments are words
		"$DTK_UNIT/docker_dump" "$1" "$2" "$target" $args >>"$temp/all" 2>&1 ||
			printf '%s\n' failed >>"$temp/all"
	done <"$temp/with"
	[ -s "$temp/all" ] || fail "$2 has no line '# with'"
	expect "${2%.df}.out" "$temp/all"
}

cd "$cases"
for file in parse/*.df; do
	try "$file"
	dump 0 parse "$file"
	expect "${file%.df}.out" "$temp/out"
	expect "${file%.df}.err" "$temp/err"
done
for file in bad/*.df; do
	try "$file"
	dump 1 parse "$file"
	[ ! -s "$temp/out" ] || fail "$file is parsed"
	expect "${file%.df}.err" "$temp/err"
done
for file in refs/*.df; do
	try "$file"
	every refs "$file"
done
for file in reach/*.df; do
	try "$file"
	every reach "$file"
done

try "the longest line"
for bytes in 65535 65536; do
	{
		echo FROM a
		printf '#%*s\n' "$((bytes - 1))" x
	} >"$temp/long.df"
	dump "$((bytes - 65535))" parse "$temp/long.df"
done
has "long.df:2:1: error: line longer than 65535 bytes" "$temp/err"

[ "$ran" -gt 40 ] || fail "only $ran cases ran"
