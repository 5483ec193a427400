#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# YAML as PyYAML's safe_load reads it: the files of tests/data/yaml, and
# scalars made of the characters that numbers are made of.

. "${DTK_SRC:?}/tests/lib.sh"
need "$DTK_PYTHON"
"$DTK_PYTHON" -c 'import yaml' 2>/dev/null || skip "no PyYAML"

"$DTK_PYTHON" "$DTK_SRC/tests/data/yaml-compare.py" "$DTK_UNIT/yaml2json" "$DTK_SRC"/tests/data/yaml/*.yaml
