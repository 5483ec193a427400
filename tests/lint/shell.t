#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shell script of the tree is clean under shellcheck.
. "${DTK_SRC:?}/tests/lib.sh"
need shellcheck

cd "$DTK_SRC"
find .ci configure share tests templates -type f | sort | while read -r file; do
	first=$(head -c 200 "$file" | LC_ALL=C tr -d '\0' | head -n 1)
	case $first in
	'#!/bin/sh'* | '#!/usr/bin/env sh'* | '#!/bin/bash'* | '#!/usr/bin/env bash'* | '# shellcheck shell='*) printf '%s\n' "$file" ;;
	*) case $file in *.sh) printf '%s\n' "$file" ;; esac ;;
	esac
done >"$OLDPWD/scripts"
[ "$(wc -l <"$OLDPWD/scripts")" -gt 5 ] || fail "no scripts found"
# Files that a script sources are checked by themselves (1090, 1091), what they set is known here (2154, 2034), and
# a function may have arguments that nobody gives (2119, 2120), and dollars are often another language's (2016).
tr '\n' '\0' <"$OLDPWD/scripts" | xargs -0 -n 8 -P 2 shellcheck -e SC1090,SC1091,SC2154,SC2034,SC2119,SC2120,SC2016
