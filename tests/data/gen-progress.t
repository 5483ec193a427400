#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# A long generation says at a terminal how far it has come, in a line that is gone at the end; and nowhere else.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

python=${DTK_PYTHON:?}
# terminal WHAT COMMAND...: what the terminal shows that is the command's standard error ("all": its output, too).
terminal()
{
	"$python" - "$@" <<-'END' >"$temp/shown"
	import os, pty, subprocess, sys
	master, slave = pty.openpty()
	output = slave if sys.argv[1] == "all" else subprocess.DEVNULL
	child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=output, stderr=slave)
	os.close(slave)
	shown = b""
	while True:
	    try:
	        part = os.read(master, 65536)
	    except OSError:
	        break
	    if not part:
	        break
	    shown += part
	if child.wait() != 0:
	    sys.exit(f"{sys.argv[2:]}: {child.returncode}: {shown}")
	sys.stdout.buffer.write(shown)
	END
}
# What a terminal shows in the end: no line that is written over.
left() { tr '\r' '\n' <"$temp/shown" | tail -n 1 | tr -d ' '; }

new_project "\"1.4\",$(seq -s, -f '"%g.04"' 101 139)"
# Some seconds: each image costs a turn that no cache can save.
cat >templates/base.j2 <<'END'
FROM scratch
ENV N={% set n = namespace(i=0) %}{% for j in range(16) %}{% for i in range(60000) %}{% set n.i = n.i + i % 7 %}{% endfor %}{% endfor %}{{ n.i }}{{ os_version }}
END

try "a terminal sees how far it has come, and in the end nothing of it"
terminal all dtk-gen
tr '\r' '\n' <"$temp/shown" >lines
has 'dtk-gen: render ' lines
grep -qE '^dtk-gen: render [0-9]+ of 120 *$' lines || fail "no count: $(cat lines)"
equal '' "$(left)" "what is left"

try "what tools print comes after it"
terminal all dtk-gen --summary
grep -q 'dtk-gen: render ' "$temp/shown" || fail "no progress"
tr '\r' '\n' <"$temp/shown" | sed -n '/^OS Versions/,$p' | grep -q 'render' && fail "progress after the summary"
terminal stderr dtk-gen -t status
grep -q 'dtk-gen: render ' "$temp/shown" || fail "no progress"
equal '' "$(left)" "what is left"

try "nothing into a pipe or file, nor between the lines of --verbose"
rm -rf generated
dtk-gen >"$temp/out" 2>"$temp/err"
[ ! -s "$temp/out" ] || fail "something was said: $(cat "$temp/out")"
[ ! -s "$temp/err" ] || fail "something was said: $(cat "$temp/err")"
terminal all dtk-gen --verbose
if grep -q 'render' "$temp/shown"; then
	fail "progress with --verbose"
fi
