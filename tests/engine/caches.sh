# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# caches.sh, sourced by the tests of caches: an engine of the test's own, whose caches it may throw away, and project.sh.
#
# KIND is set before: current, or engine for that of the other tests.

# shellcheck source=tests/engine/engine.sh
. "${DTK_SRC:?}/tests/engine/engine.sh"
own_engine=$PWD/.engine
# What finds its way into a file or onto a command line is found there.
AWS_ACCESS_KEY_ID=AKIAc4n4ry AWS_SECRET_ACCESS_KEY=s3cr3t-c4n4ry AWS_SESSION_TOKEN=t0k3n-c4n4ry
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

if [ "${KIND:?}" = current ]; then
	[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
	DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
	mkdir -p "$own_engine"
	echo --userland-proxy=false >"$own_engine/flags"
	own_json=$(engine_json '"containerd-snapshotter": true')
	own_path=${DTK_TEST_DOCKER%/*}:$PATH
else
	own_json=$(engine_json '')
	own_path=$PATH
fi
DTK_TEST_HOST=$(PATH=$own_path engine_start "$own_engine" "$own_json") || { engine_drop "$own_engine"; exit 1; }
trap 'engine_drop "$own_engine"' EXIT
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
# Where the test failed the engine's last words count.
leave() {
	status=$?
	trap - EXIT
	[ "$status" = 0 ] || grep -E 'panic|fatal|goroutine 1|level=error' "$own_engine/log" | tail -n 20
	engine_drop "$own_engine"
	exit "$status"
}
trap leave EXIT

# A question after the client's options is no build.
builds() { grep -E '(^| )build ' "$log" | grep -c -v -e '--help' || true; }
# The engine forgets all it has built; so do the stamps, but for the list of tags.
wipe() {
	# shellcheck disable=SC2046 # a word an image
	real rmi -f $(real images -q | sort -u) >/dev/null 2>&1 || true
	real builder prune -af >/dev/null
	rm -rf generated/stamps generated/logs
}
# How many steps the last build of NAME ran; one that a cache had is named again while its layers come.
ran() {
	awk '/^#[0-9]+ \[[^]]*[0-9]\/[0-9]+\] (RUN|COPY|ADD)/ { step[$1] = 1 }
		/^#[0-9]+ CACHED/ { cached[$1] = 1 }
		END { n = 0; for (s in step) n += !(s in cached); print n }' "generated/logs/$1.log"
}
images="1.0-base 1.0-py3.9-app 1.0-py3.9-side 1.0-py3.9-tool 2.0-base 2.0-py3.9-app 2.0-py3.9-side 2.0-py3.9-tool"
# Everything was built, and no step was run.
expect_all_cached() {
	expect_builds 8 "$1"
	for image in $images; do
		[ "$(ran "$image")" = 0 ] || {
			cat "generated/logs/$image.log"
			broken "$1: $image ran $(ran "$image") steps"
		}
	done
}
note_ids() { cat generated/stamps/*.image >"$temp/ids"; }
expect_same_ids() { cat generated/stamps/*.image | cmp -s - "$temp/ids" || broken "$1: other images than before"; }
# No credential is in a file, nor was it on a command line.
no_secrets() {
	if grep -rl -e c4n4ry "$temp/p" "$log" "$temp/out" "$@"; then
		broken "a credential is in these files"
	fi
}
# A step whose outcome nobody can guess tells whether it was run again.
unique_steps() {
	sed -i 's#^FROM scratch$#&\nCOPY busybox /only/{{ os_version }}#' templates/base.dockerfile.j2
	for layer in base tool side; do
		echo 'RUN head -c 8 /dev/urandom | md5sum >/unique' >>"templates/$layer.dockerfile.j2"
	done
}
