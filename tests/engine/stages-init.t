#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The example that `dtk-gen -t init` writes, built as it stands on a real Debian with apt, a user and sudo.
# timeout: 900
# only: all
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need mmdebstrap
[ -n "$DTK_TEST_MIRROR" ] || skip "no registry in the place of Docker Hub"

base=$DTK_TEST_MIRROR/library/debian:bookworm-slim
log_of() { cat "generated/logs/build-config.log"; }
ran() {
	log_of | awk '
		/^#[0-9]+ \[ *[0-9]+\/[0-9]+\] (RUN|COPY)/ { title[$1] = $0 }
		/^#[0-9]+ CACHED/ { cached[$1] = 1 }
		END { for (step in title) if (!(step in cached)) print title[step] }'
}
drop() {
	real rmi -f "$id-app" debian:bookworm-slim "$base" >/dev/null 2>&1 || true
	finish
}
trap drop EXIT

try "a Debian where Docker Hub would be"
dtk-stamp rootfs --suite bookworm rootfs.tar >"$temp/out" 2>&1 || broken "no root file system"
real import rootfs.tar "$base" >"$temp/out" 2>&1 || broken "import"
real push "$base" >"$temp/out" 2>&1 || broken "push"
rm rootfs.tar

try "the example builds as it stands, and its test passes"
counting_docker
mkdir p
cd p
dtk-gen -t init >"$temp/out" 2>&1 || broken "init"
expect_said "--config build-config.json" "what to do next"
generate --config build-config.json --tag "$id-app"
run_ninja
run_ninja test
present build-config.dtk-ledger
equal app "$(real run --rm "$id-app" whoami)"
equal 0 "$(real run --rm "$id-app" sudo -n id -u)" "sudo without a password"
forget
run_ninja
expect_calls 0 "again"

try "a package more: apt's lists and archives are there already, and nothing else runs"
tick
sed -i 's/"curl", /"bc", "curl", /' build-config.json
run_ninja
ran >steps
equal 1 "$(wc -l <steps)" "one step"
has 'bc' steps
lacks 'curl' steps
equal 4 "$(real run --rm "$id-app" sh -c 'echo 2+2 | bc')"
real run --rm "$id-app" sh -c 'ls /var/cache/apt /var/lib/apt' >left
equal '' "$(grep -v : left | tr -d '\n')" "what apt left in the image"

try "one less: it is taken out where it stood"
tick
sed -i 's/"bc", "curl", /"bc", /' build-config.json
run_ninja
ran >steps
has 'ca-certificates         python3' steps
if real run --rm "$id-app" sh -c 'command -v curl' >"$temp/out"; then broken "curl is there still"; fi
run_ninja test
