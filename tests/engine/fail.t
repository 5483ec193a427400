#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A failing RUN: the tail of its log is shown, siblings finish under -k0, stamps stay as they were.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
cat >templates/side.dockerfile.j2 <<EOF
FROM $id/os:{{ os_version }}
RUN echo this-was-said; {{ "false" if os_version == "1.0" else "true" }}
EOF
if ninja -k0 stack >"$temp/out" 2>&1; then
	broken "a failing build passed"
fi
expect_said this-was-said "the log's tail"
expect_said 'generated/logs/1.0-py3.9-side.log' "where the log is"
for image in 1.0-py3.9-app 2.0-py3.9-app 2.0-py3.9-side; do
	[ -e "generated/stamps/$image.seal" ] || broken "$image did not finish"
done
[ ! -e generated/stamps/1.0-py3.9-side.seal ] || broken "a failed build was sealed"
sed -i 's/{{ "false".*}}/true/' templates/side.dockerfile.j2
forget
run_ninja stack
expect_built '1.0-py3.9-side' "mended"
quiet
