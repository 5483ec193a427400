#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# COPY . . with the project as its context is still a no-op afterwards.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
sed -i 's#COPY app /app#COPY . /app#' templates/app.dockerfile.j2
run_ninja 1.0-py3.9-app
run_ninja 1.0-py3.9-app
quiet 1.0-py3.9-app
[ "$(cat_in "$id/os:1.0-py3.9-app" /app/outside)" = out ] || broken "the context is not in the image"
for never in generated/stamps generated/logs build.ninja; do
	if real run --rm --network none "$id/os:1.0-py3.9-app" test -e "/app/$never"; then
		broken "$never is in the image"
	fi
done
tick
echo changed >outside
expect_ninja 1.0-py3.9-app '1.0-py3.9-app' "now it is reached"
quiet 1.0-py3.9-app
run_ninja stack
quiet
