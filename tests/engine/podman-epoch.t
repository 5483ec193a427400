#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `reproducible` with podman: each build gives the same digest, also beside one of the same steps with other times.
# timeout: 300
# shellcheck source=tests/engine/podman.sh
. "${DTK_SRC:?}/tests/engine/podman.sh"
# shellcheck source=tests/engine/project.sh
. "$DTK_SRC/tests/engine/project.sh"

counting_docker
mkdir -p p/base p/loose
cd p
cp /bin/busybox base/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sh", "-c", "echo %s >/id"]\n' "$id" >base/Dockerfile
cp base/* loose
cat >m.yaml <<END
images:
  - {name: base, dockerfile: base/Dockerfile, tags: ["$id/base"], reproducible: true}
  - {name: loose, dockerfile: loose/Dockerfile, tags: ["$id/loose"]}
END
generate --config m.yaml
run_ninja
base=$(id_of "$id/base") loose=$(id_of "$id/loose")
real rmi -af >/dev/null
rm generated/stamps/*.image generated/stamps/*.seal
sleep 1.1
forget
run_ninja
expect_builds 2 "both again"
equal "$base" "$(id_of "$id/base")" "the reproducible one"
[ "$loose" != "$(id_of "$id/loose")" ] || broken "the other one should have the time of its build in it"
