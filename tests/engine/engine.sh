# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# An engine and a registry for the tests, private to them.  tests/run calls
# engine_begin once, the tests find
#
#	DTK_TEST_DOCKER    a docker client that can build with it (a path)
#	DTK_TEST_HOST      the engine's URL
#	DTK_TEST_REGISTRY  HOST:PORT of a docker-registry, empty where there is none
#	DTK_TEST_MIRROR    HOST:PORT of a registry that the engine asks instead of Docker Hub
#
# and share them: each test uses image names of its own.  A test that is run
# by hand, or that needs an engine to kill, sources this file and calls
# engine_begin (which does nothing where DTK_TEST_HOST is set) or engine_other.
#
# For tests with "# needs: current" tests/run calls current_begin as well, which adds
#
#	DTK_TEST_CURRENT_DOCKER  a client of today with buildx
#	DTK_TEST_CURRENT_HOST    its engine, which keeps images in containerd's store
#	DTK_TEST_ARM64           a static busybox for arm64, which this machine can run; empty where it cannot
#
# or nothing, where they cannot be had: tests/engine/current says how they are made.
#
# Needs DTK_SRC and DTK_BUILD.  The engines' files are in DTK_BUILD/.engine-tests and .engine-current.

engine_program=$DTK_SRC/share/engine/dtk-engine

# engine_client URL: prints a client that can build there.
engine_client()
{
	for engine_docker in docker /usr/bin/docker; do
		engine_docker=$(command -v "$engine_docker") || continue
		if engine_builds "$engine_docker" "$1"; then
			printf '%s\n' "$engine_docker"
			return 0
		fi
	done
	return 1
}

# engine_builds CLIENT URL: found out by building.
engine_builds()
{
	engine_probe=$(mktemp -d "${TMPDIR:-/tmp}/dtk-probe.XXXXXX") || return 1
	printf 'FROM scratch\nCOPY Dockerfile /x\n' >"$engine_probe/Dockerfile"
	engine_status=0
	DOCKER_BUILDKIT=1 "$1" --host "$2" build -q "$engine_probe" >/dev/null 2>&1 || engine_status=1
	rm -rf "$engine_probe"
	return "$engine_status"
}

# engine_serve DIR CONFIGURATION-LINE...: a registry on a free port; prints HOST:PORT.
engine_serve()
{
	engine_serve_dir=$1
	mkdir -p "$engine_serve_dir/files"
	cat >"$engine_serve_dir/config" <<-END
	version: 0.1
	log: {level: info}
	storage: {filesystem: {rootdirectory: $engine_serve_dir/files}, delete: {enabled: true}}
	http: {addr: 127.0.0.1:0}
	END
	: >"$engine_serve_dir/log"
	setsid nohup docker-registry serve "$engine_serve_dir/config" >"$engine_serve_dir/log" 2>&1 </dev/null &
	echo $! >"$engine_serve_dir/pid"
	engine_left=100
	while [ "$engine_left" -gt 0 ]; do
		engine_address=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$engine_serve_dir/log" | head -n 1)
		if [ -n "$engine_address" ]; then
			printf '%s\n' "$engine_address"
			return 0
		fi
		sleep 0.1
		engine_left=$((engine_left - 1))
	done
	return 1
}

# engine_start DIR [DAEMON-JSON]: an engine below DIR (its name begins with .engine); prints its URL.
engine_start()
{
	mkdir -p "$1" && : >>"$1/dtk-engine" || return 1
	engine_dir=$(cd "$1" && pwd -P)
	[ -z "${2-}" ] || printf '%s\n' "$2" >"$engine_dir/daemon.json"
	"$engine_program" start "$engine_dir" >&2 || return 1
	printf 'unix://%s/docker.sock\n' "$engine_dir"
}

# engine_other DIR: a second engine for one test, which stops it with engine_drop DIR.
engine_other()
{
	engine_start "$1"
}

# engine_drop DIR: stops an engine and removes all it had.
engine_drop()
{
	"$engine_program" remove "$1"
}

# engine_json FEATURES: the daemon's configuration.
engine_json()
{
	printf '{'
	[ -z "$DTK_TEST_MIRROR" ] || printf '"registry-mirrors": ["http://%s"], ' "$DTK_TEST_MIRROR"
	printf '"features": {%s}}' "$1"
}

# Sets and exports the four variables.  Nothing is done where they are set already.
engine_begin()
{
	engine_ours=0
	[ -z "${DTK_TEST_HOST-}" ] || return 0
	engine_home=$DTK_BUILD/.engine-tests
	# What an interrupted run left.
	engine_end_registries
	"$engine_program" remove "$engine_home" || return 1
	mkdir -p "$engine_home" && : >"$engine_home/dtk-engine" || return 1
	engine_ours=1
	DTK_TEST_REGISTRY='' DTK_TEST_MIRROR=''
	if command -v docker-registry >/dev/null 2>&1; then
		DTK_TEST_REGISTRY=$(engine_serve "$engine_home/registry") || return 1
		DTK_TEST_MIRROR=$(engine_serve "$engine_home/mirror") || return 1
	fi
	DTK_TEST_HOST=$(engine_start "$engine_home" "$(engine_json '')") || return 1
	DTK_TEST_DOCKER=$(engine_client "$DTK_TEST_HOST") || return 1
	export DTK_TEST_HOST DTK_TEST_DOCKER DTK_TEST_REGISTRY DTK_TEST_MIRROR
}

# The current engine, after engine_begin.  Fails where it cannot be had.
current_begin()
{
	current_home=$DTK_BUILD/.engine-current
	"$engine_program" remove "$current_home" || return 1
	"$DTK_SRC/tests/engine/current" "$DTK_BUILD/.engine-cache" || return 1
	mkdir -p "$current_home/binfmt" && : >"$current_home/dtk-engine" || return 1
	current_bin=$DTK_BUILD/.engine-cache/bin
	echo --userland-proxy=false >"$current_home/flags"
	current_json=$(engine_json '"containerd-snapshotter": true')
	DTK_TEST_CURRENT_HOST=$(PATH=$current_bin:$PATH engine_start "$current_home" "$current_json") || return 1
	DTK_TEST_CURRENT_DOCKER=$current_bin/docker
	# Now, as starting it takes away what is mounted there.
	DTK_TEST_ARM64=$DTK_BUILD/.engine-cache/busybox-arm64
	current_binfmt || DTK_TEST_ARM64=
	export DTK_TEST_CURRENT_DOCKER DTK_TEST_CURRENT_HOST DTK_TEST_ARM64
}

# Has the kernel run arm64's programs, if it does not.  That ends with the mount, which dtk-engine remove undoes.
current_binfmt()
{
	[ "$("$DTK_TEST_ARM64" uname -m 2>/dev/null)" != aarch64 ] || return 0
	[ -f /usr/lib/binfmt.d/qemu-aarch64.conf ] || return 1
	mount -t binfmt_misc binfmt_misc "$current_home/binfmt" || return 1
	grep '^:' /usr/lib/binfmt.d/qemu-aarch64.conf | tr -d '\n' >"$current_home/binfmt/register"
	[ "$("$DTK_TEST_ARM64" uname -m 2>/dev/null)" = aarch64 ]
}

current_end()
{
	[ -z "${current_home-}" ] || "$engine_program" remove "$current_home"
	unset DTK_TEST_CURRENT_DOCKER DTK_TEST_CURRENT_HOST DTK_TEST_ARM64
}

engine_end_registries()
{
	for engine_pid in "$engine_home/registry/pid" "$engine_home/mirror/pid"; do
		[ -f "$engine_pid" ] || continue
		read -r engine_number <"$engine_pid"
		tr '\0' ' ' 2>/dev/null <"/proc/$engine_number/cmdline" | grep -q '^docker-registry ' && kill "$engine_number"
		rm -f "$engine_pid"
	done
	return 0
}

# Stops and removes what engine_begin started.
engine_end()
{
	[ "${engine_ours:-0}" = 1 ] || return 0
	engine_ours=0
	engine_end_registries
	"$engine_program" remove "$engine_home"
	unset DTK_TEST_HOST DTK_TEST_DOCKER DTK_TEST_REGISTRY DTK_TEST_MIRROR
}
