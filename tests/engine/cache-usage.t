#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cache-usage and cache-prune, with engines of the test's own: others need their caches.
# timeout: 400
# needs: current
# shellcheck source=tests/engine/engine.sh
. "${DTK_SRC:?}/tests/engine/engine.sh"
PATH=$PATH:/usr/sbin:/sbin
top=$PWD
trap 'engine_drop "$top/.engine-other"' EXIT
trap 'exit 1' HUP INT TERM
DTK_TEST_HOST=$(engine_other "$top/.engine-other")
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
trap 'engine_drop "$top/.engine-other"' EXIT

new_images() {
	rm -rf "$temp/p"
	mkdir -p "$temp/p/one"
	cd "$temp/p"
	cp /bin/busybox one/busybox
	cat >one/Dockerfile <<-END
	FROM scratch
	COPY busybox /bin/busybox
	RUN ["/bin/busybox", "--install", "-s", "/bin"]
	RUN --mount=type=cache,target=/cache dd if=/dev/urandom of=/cache/file bs=1000000 count=5
	RUN dd if=/dev/urandom of=/first bs=1000000 count=7
	RUN dd if=/dev/urandom of=/second bs=1000000 count=3
	END
	printf 'images:\n  - {name: one, dockerfile: one/Dockerfile, tags: ["%s/one"]}\n' "$id" >m.yaml
}

# The bytes of the build cache that the engine tells of.
cached() {
	real system df --format '{{.Type}} {{.Size}}' | sed -n 's/^Build Cache //p' |
		awk '{ u = $1; sub(/[0-9.]*/, "", u); sub(/[a-zA-Z]*$/, "", $1)
			print int($1 * (u == "GB" ? 1e9 : u == "MB" ? 1e6 : u == "kB" ? 1e3 : 1)) }'
}
at_most() { [ "$(cached)" -le "$1" ] || broken "$(cached) bytes are cached, not at most $1: $2"; }
at_least() { [ "$(cached)" -ge "$1" ] || broken "$(cached) bytes are cached, not at least $1: $2"; }
# What stands behind TEXT in the last output.
said() { sed -n "s/^$1: //p" "$temp/out"; }

works() {
	new_images
	counting_docker
	generate --config m.yaml "$@"
	run_ninja
	full=$(cached)
	at_least 5000000 "the cache mount at least"

	try "$*: what is used, by kind"
	run_ninja cache-usage
	expect_said '^Images  *1 ' "the engine's own table"
	expect_said '^exec.cachemount  *1  *5.0MB  cache mounts' "the cache mount"
	expect_said '^regular ' "steps"
	forget
	run_ninja
	expect_calls 0 "a question disturbs nothing"

	try "$*: what was used of late stays"
	run_ninja cache-prune
	expect_said '^removed what was not used for 7d00h: 0B$' "the default"
	equal "$full" "$(cached)" "nothing is gone"

	try "$*: by size"
	DTK_PRUNE_KEEP=4MB run_ninja cache-prune
	expect_said '^removed what is beyond 4.0MB: [1-9]' "what went"
	expect_said '^build cache: .* before, .* now$' "before and after"
	at_most 4500000 "by size"

	try "$*: images stay as they are, and builds work"
	quiet all
	run_ninja verify
	expect_said '^1 image verified$' "it is there"
	tick
	sed -i 's/count=3/count=2/' one/Dockerfile
	run_ninja
	at_least 1 "a new build"

	try "$*: by age"
	sleep 2
	DTK_PRUNE_AGE=1s DTK_PRUNE_KEEP=1GB run_ninja cache-prune
	expect_said '^removed what was not used for 1.0s: ' "by age"
	expect_said '^removed what is beyond 1.0GB: 0B$' "and by size"

	try "$*: all"
	DTK_PRUNE_AGE=0 run_ninja cache-prune
	expect_said '^removed all: ' "all"
	equal 0 "$(cached)" "nothing is left"
	quiet all

	try "$*: what is no time or size"
	for wrong in DTK_PRUNE_AGE=week DTK_PRUNE_KEEP=much DTK_PRUNE_AGE=-1; do
		if env "$wrong" ninja cache-prune >"$temp/out" 2>&1; then broken "$wrong passed"; fi
		expect_said "'${wrong#*=}' is no" "$wrong"
	done
	run_ninja clean-images
}

works --engine docker

if [ -n "${DTK_TEST_CURRENT_HOST-}" ]; then
	real_docker=$docker
	engine_drop "$top/.engine-other"
	current=${DTK_TEST_CURRENT_DOCKER%/*}
	mkdir -p "$top/.engine-other"
	: >"$top/.engine-other/dtk-engine"
	echo --userland-proxy=false >"$top/.engine-other/flags"
	host=$(PATH=$current:$PATH engine_start "$top/.engine-other" '{"features": {"containerd-snapshotter": true}}')
	docker=$DTK_TEST_CURRENT_DOCKER
	works --engine buildx
	works --engine docker
	docker=$real_docker
else
	[ "${RUN_STRICT-0}" = 0 ] || broken "no current engine"
fi
