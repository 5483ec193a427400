#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each #include "layer/file.h" below src/ is one that layers.txt allows, and names a file that is there.
. "${DTK_SRC:?}/tests/lib.sh"

check()
{
	# shellcheck disable=SC2016 # the program is awk's
	(cd "$1" && find src -name '*.[ch]' | sort | xargs awk '
	FNR == NR { if ($1 ~ /:$/) for (i = 2; i <= NF; i++) allowed[$1 $i] = 1; next }
	/^[[:space:]]*#[[:space:]]*include[[:space:]]*"/ {
		split(FILENAME, path, "/")
		split($0, part, "\"")
		name = part[2]
		if (name == "config.h")
			next
		split(name, to, "/")
		if (!((path[2] ":" to[1]) in allowed)) {
			printf "%s:%d: %s may not include \"%s\"\n", FILENAME, FNR, path[2], name
			bad = 1
		} else if ((getline line < ("src/" name)) < 0) {
			printf "%s:%d: there is no src/%s\n", FILENAME, FNR, name
			bad = 1
		}
		close("src/" name)
	}
	END { exit bad }' "$DTK_SRC/tests/lint/layers.txt")
}

try "the tree"
check "$DTK_SRC" || fail "includes point the wrong way"

try "the check finds what it is for"
mkdir -p t/src/base t/src/data
echo '#include "data/value.h"' >t/src/base/bad.c
: >t/src/data/value.h
! check t >out || fail "base may include data?"
has 'src/base/bad.c:1: base may not include "data/value.h"' out
echo '#include "base/none.h"' >t/src/base/bad.c
! check t >out || fail "a missing header is not found"
