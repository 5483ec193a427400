#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The matrices and templates that ship: what Jinja2 renders of them is well-formed and honours the
# settings, and dtk-gen renders the same bytes.

. "${DTK_SRC:?}/tests/lib.sh"
need "$DTK_PYTHON"
"$DTK_PYTHON" -c 'import jinja2, yaml' 2>/dev/null || skip "no Jinja2 or PyYAML"

"$DTK_PYTHON" "$DTK_SRC/tests/data/templates.py" "$DTK_SRC" "$DTK_GEN"
