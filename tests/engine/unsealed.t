#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Killed between the engine's build and the seal, and an engine that is gone: the stamps say what is.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
run_ninja stack

try "killed right after the build: the old seal stays, the next run builds it once more and seals it"
tick
sed -i 's/echo side/echo late/' templates/side.dockerfile.j2
run_ninja build.ninja
cp generated/stamps/1.0-py3.9-side.image "$temp/before"
cat >"$temp/docker" <<EOF
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
"$docker" "\$@"
status=\$?
case " \$* " in *" build "*) kill -KILL "\$PPID" ;; esac
exit \$status
EOF
if ninja 1.0-py3.9-side >"$temp/out" 2>&1; then
	broken "nobody was killed"
fi
cmp "$temp/before" generated/stamps/1.0-py3.9-side.image || broken "the stamp changed"
counting_docker
expect_ninja 1.0-py3.9-side 1.0-py3.9-side "after the kill"
[ "$(cat_in "$id/os:1.0-py3.9-side" /side)" = late ] || broken "the image"
quiet 1.0-py3.9-side
[ -z "$(find . -name '.dtk-*')" ] || broken "temporary files stayed: $(find . -name '.dtk-*')"

try "a daemon that is not there: said clearly, nothing stamped"
tick
sed -i 's/echo late/echo later/' templates/side.dockerfile.j2
cp generated/stamps/1.0-py3.9-side.seal "$temp/before"
generate --host unix:///nonexistent/docker.sock
if ninja 1.0-py3.9-side >"$temp/out" 2>&1; then
	broken "built without a daemon"
fi
expect_said 'unix:///nonexistent/docker.sock' "the daemon's address"
cmp "$temp/before" generated/stamps/1.0-py3.9-side.seal || broken "the seal changed"
generate
run_ninja stack
quiet
