#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A few of the templates that tests/fuzz/jinja-differential makes at random, always the same ones.

. "${DTK_SRC:?}/tests/lib.sh"

command -v "$DTK_PYTHON" >/dev/null 2>&1 && "$DTK_PYTHON" -c 'import jinja2' 2>/dev/null || exit 0
compare() { "$DTK_PYTHON" "$DTK_SRC/tests/fuzz/jinja-differential" "$@"; }

try "both engines agree"
compare -s 7 -n 750 "$DTK_UNIT/jinja_pipe" || fail "they differ"

try "a difference is found and cut down"
cat >wrong <<'EOF'
#!/bin/sh
"$DTK_UNIT/jinja_pipe" "$@" | sed 's/None/Nine/g'
EOF
chmod +x wrong
status 1 compare -s 1 -n 750 -k 1 ./wrong
has 'differs, options' out
