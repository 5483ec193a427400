#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every manual page is clean under mandoc.
. "${DTK_SRC:?}/tests/lib.sh"
need mandoc

for page in "$DTK_SRC"/man/*.[1-9]; do
	[ -f "$page" ] || fail "no manual pages"
	mandoc -T lint -W warning,stop "$page" || fail "$page"
done
