#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What no source may have: unsafe functions, long lines, blanks at line ends, a missing licence line, leftovers.
. "${DTK_SRC:?}/tests/lib.sh"

cd "$DTK_SRC"
bad=0

# none WHAT PATTERN FILE...: no line of the files matches.
none()
{
	what=$1
	pattern=$2
	shift 2
	if grep -nE -e "$pattern" /dev/null "$@"; then
		echo "^ $what"
		bad=1
	fi
}

find src tests -name '*.[ch]' | sort >"$OLDPWD/c"
find src -name '*.[ch]' | sort >"$OLDPWD/product"
find .ci configure Makefile.in share src tests -type f \
	! -path 'tests/data/*' ! -path '*/corpus/*' ! -path '*/fuzz/seeds/*' | sort >"$OLDPWD/texts"
# shellcheck disable=SC2046 # the names have no blanks
set -- $(cat "$OLDPWD/c")
[ "$#" -gt 10 ] || fail "no sources found"

none "a banned function" \
	'(^|[^[:alnum:]_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|alloca|system|popen)[[:space:]]*\(' "$@"
none "a blank at the end of the line" '[[:blank:]]$' "$@"
none "a leftover" '(TODO|FIXME|(^|[^X])XXX([^X]|$))' "$@"

for file in "$@"; do
	case $(head -n 1 "$file") in
	'/* SPDX-License-Identifier: Apache-2.0 */') ;;
	*)
		echo "$file: the first line is not the licence's"
		bad=1
		;;
	esac
done
while read -r file; do
	case $file in
	*.sh | *.t | *.py | tests/run | tests/bench/run | configure | Makefile.in | share/package/* | .ci/run)
		head -n 3 "$file" | grep -q '^# SPDX-License-Identifier: Apache-2.0$' && continue
		echo "$file: no licence line"
		bad=1
		;;
	esac
done <"$OLDPWD/texts"

# A tab counts four.
while read -r file; do
	expand -t 4 "$file" | awk -v file="$file" '
		length($0) > 120 { printf "%s:%d: %d columns\n", file, FNR, length($0); bad = 1 }
		END {
			if (NR > 700) { printf "%s: %d lines\n", file, NR; bad = 1 }
			exit bad
		}' || bad=1
done <"$OLDPWD/product"
[ "$bad" = 0 ] || fail "see above"
