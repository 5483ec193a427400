#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every manual page is clean under mandoc and has what a page has to have; every command and format has one.
. "${DTK_SRC:?}/tests/lib.sh"
need mandoc

for page in "$DTK_SRC"/man/*.[1-9]; do
	[ -f "$page" ] || fail "no manual pages"
	mandoc -T lint -W warning,stop "$page" || fail "$page"
	for section in NAME DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		grep -qx "\.Sh $section" "$page" || fail "$page: there is no section $section"
	done
done

try "each program and format has a page"
for name in dtk-gen dtk-stamp $(cd "$DTK_SRC/share/bin" && echo *); do
	present "$DTK_SRC/man/$name.1"
done
present "$DTK_SRC/man/dtk-matrix.5" "$DTK_SRC/man/dtk-run.cfg.5" "$DTK_SRC/man/dtk-templates.7" "$DTK_SRC/man/dtk-migrate.7"

try "pages that are referred to and are ours exist"
sed -n 's/^\.Xr \([^ ]*\) \([0-9]\).*/\1.\2/p' "$DTK_SRC"/man/*.[1-9] | sort -u | grep -E '^(dtk-|[a-z]*-image|genversion)' |
	while read -r page; do
		present "$DTK_SRC/man/$page"
	done
