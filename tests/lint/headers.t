#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header compiles alone, has a guard named after it, and every source has a header.
. "${DTK_SRC:?}/tests/lib.sh"

cd "$DTK_SRC"
find src -name '*.h' | sort >"$OLDPWD/headers"
cd "$OLDPWD"
[ -s headers ] || fail "no headers"
: >config.h
while read -r header; do
	name=${header#src/}
	printf '#include "%s"\n#include "%s"\ntypedef int dtk_not_empty;\n' "$name" "$name" >alone.c
	"${DTK_CC:-cc}" -std=c11 -D_XOPEN_SOURCE=700 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror \
		-I. -I"$DTK_SRC/src" -fsyntax-only alone.c || fail "$header does not compile alone"
	guard=DTK_$(printf %s "$name" | tr 'a-z./' 'A-Z__')
	has "#ifndef $guard" "$DTK_SRC/$header"
done <headers
