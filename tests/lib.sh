# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# What the shell tests (tests/**/*.t) share.  A test begins with
#
#	. "${DTK_SRC:?}/tests/lib.sh"
#
# and is run by tests/run in an empty directory of its own, with
#
#	DTK_SRC DTK_BUILD  the source tree and the build directory
#	DTK_BIN            the directory of the two programs; DTK_GEN and DTK_STAMP are their paths
#	DTK_UNIT           the directory of the programs made of tests/unit/*.c
#	DTK_PYTHON         a python3 that has jinja2 and yaml
#
# Exit status 0 is a pass, 77 a skip, anything else a failure.  The functions
# below print and exit; what a test printed is shown where it failed.

set -eu
LC_ALL=C
export LC_ALL

: "${DTK_SRC:?is the source tree: run tests through tests/run}"

# fail WORDS: the test failed.
fail()
{
	printf 'failed: %s\n' "$*" >&2
	exit 1
}

# skip WORDS: what the test needs is not on this machine.
skip()
{
	printf 'skipped: %s\n' "$*"
	exit 77
}

# try WORDS: names what is tried next.
try()
{
	printf -- '- %s\n' "$*"
}

# need PROGRAM...: skips where one is missing.
need()
{
	for lib_program in "$@"; do
		command -v "$lib_program" >/dev/null 2>&1 || skip "no $lib_program"
	done
}

# status N COMMAND...: runs it, output to the files out and err; its exit status has to be N.
status()
{
	lib_expected=$1
	shift
	lib_status=0
	"$@" >out 2>err || lib_status=$?
	[ "$lib_status" -eq "$lib_expected" ] && return 0
	sed 's/^/  out: /' out
	sed 's/^/  err: /' err
	fail "exit status $lib_status instead of $lib_expected: $*"
}

# equal EXPECTED ACTUAL [WORDS]: two strings.
equal()
{
	[ "$1" = "$2" ] || fail "${3-}: expected '$1', got '$2'"
}

# same EXPECTED ACTUAL: two files, or - for standard input as the first.
same()
{
	diff -u -- "$1" "$2" || fail "$2 differs from $1"
}

# has TEXT FILE, lacks TEXT FILE: a fixed string on one line.
has()
{
	grep -qF -e "$1" -- "$2" && return 0
	sed 's/^/  | /' "$2"
	fail "'$1' is not in $2"
}

lacks()
{
	grep -qF -e "$1" -- "$2" || return 0
	sed 's/^/  | /' "$2"
	fail "'$1' is in $2"
}

# present FILE..., absent FILE...
present()
{
	for lib_file in "$@"; do
		[ -e "$lib_file" ] || [ -L "$lib_file" ] || fail "$lib_file is not there"
	done
}

absent()
{
	for lib_file in "$@"; do
		if [ -e "$lib_file" ] || [ -L "$lib_file" ]; then
			fail "$lib_file is there"
		fi
	done
}

# Some tests look at modes of new files.
umask 022
