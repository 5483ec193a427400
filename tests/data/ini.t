#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# INI files as Python's ConfigParser reads them: tests/data/ini, and random ones.

. "${DTK_SRC:?}/tests/lib.sh"
need "$DTK_PYTHON"

"$DTK_PYTHON" "$DTK_SRC/tests/data/ini-compare.py" "$DTK_UNIT/ini2json" "$DTK_SRC"/tests/data/ini/*.cfg
