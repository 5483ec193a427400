#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The template cases: tests/data/jinja/*.case through the engine, and what they
# expect through Python's Jinja2.

. "${DTK_SRC:?}/tests/lib.sh"

try "the engine"
mkdir work
"$DTK_UNIT/jinja_render" "$PWD/work" "$DTK_SRC"/tests/data/jinja/*.case >out || {
	grep -v '^ok - ' out
	fail "cases differ"
}
tail -n 1 out
[ "$(grep -c '^ok - ' out)" -ge 200 ] || fail "cases are missing"

try "a case that differs is found"
printf '== wrong\n-- template\n{{ 1 + 1 }}\n-- output\n3\n' >wrong.case
status 1 "$DTK_UNIT/jinja_render" "$PWD/work" wrong.case
has 'not ok - wrong' out

try "Python's Jinja2"
command -v "$DTK_PYTHON" >/dev/null 2>&1 && "$DTK_PYTHON" -c 'import jinja2, yaml' 2>/dev/null || exit 0
"$DTK_PYTHON" "$DTK_SRC/tests/data/jinja-compare.py" "$DTK_SRC"/tests/data/jinja/*.case
