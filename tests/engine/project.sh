# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# project.sh, sourced by the tests with a real engine: a small project of busybox images and counted docker calls.
#
# The project has two OS versions, a Python, and the layers
#     base -> tool -> app        base -> side
# of which app copies the directory app/ of the context. All are in the sequence stack.

# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
PATH=${DTK_BIN:?}:$PATH
export PATH
unset DOCKER_HOST DOCKER_BUILDKIT
host=${DTK_TEST_HOST?}
docker=${DTK_TEST_DOCKER:?}
temp=$PWD
id=t$$-$(date +%s)
log=$temp/docker.log
# dtk knows podman by its name.
case ${docker##*/} in
podman*) client=$temp/podman ;;
*) client=$temp/docker ;;
esac

# broken WORDS: the test failed; shows the docker calls since forget and the last output.
broken() {
	[ ! -e "$log" ] || sed 's/^/docker: /' "$log"
	[ ! -e "$temp/out" ] || tail -n 60 "$temp/out"
	fail "$@"
}
# An engine without a daemon has no host.
real() { "$docker" ${host:+--host "$host"} "$@"; }

# What a test that has more to take away defines anew.
at_end() { :; }

# Removes the images that the test left.
finish() {
	status=$?
	trap - EXIT
	at_end || true
	for left in $(real images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | grep "^$id"); do
		real rmi -f "$left" >/dev/null 2>&1 || true
	done
	exit "$status"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# A client that writes down how it is called; a call that starts with build and is not refused is a build.
counting_docker() {
	cat >"$client" <<EOF
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
exec "$docker" "\$@"
EOF
	chmod +x "$client"
	: >"$log"
}

forget() { : >"$log"; }
calls() { wc -l <"$log" | tr -d ' '; }
builds() { grep -c -E '(^| )build ' "$log" || true; }
# The short names of the images built since forget, sorted, on one line.
built() { sed -n 's/.* build .* -f [^ ]*Dockerfile\.\([^ ]*\) .*/\1/p' "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }

run_ninja() { ninja "$@" >"$temp/out" 2>&1 || broken "ninja $*"; }
expect_calls() { [ "$(calls)" = "$1" ] || broken "$2: $(calls) docker calls, not $1"; }
expect_builds() { [ "$(builds)" = "$1" ] || broken "$2: $(builds) builds, not $1"; }
expect_built() { [ "$(built)" = "$1" ] || broken "$2: built '$(built)', not '$1'"; }
expect_said() { grep -q -e "$1" "$temp/out" || broken "no '$1' in the output: $2"; }
# After forget: ninja TARGET builds exactly these.
expect_ninja() {
	target=$1
	names=$2
	shift 2
	forget
	# shellcheck disable=SC2086 # several targets are meant
	run_ninja $target
	expect_built "$names" "$*"
}
quiet() { # nothing changed: no docker call at all
	forget
	run_ninja "${1:-stack}"
	expect_calls 0 "nothing changed"
}
id_of() { real image inspect --format '{{.Id}}' "$1"; }
# What a file of an image holds.
cat_in() { real run --rm --network none "$1" cat "$2"; }

generate() { dtk-gen --docker "$client" ${host:+--host "$host"} "$@" >"$temp/out" 2>&1 || broken "dtk-gen $*"; }

write_matrix() {
	cat >matrices/build-matrix.yaml <<EOF
os_versions: ["1.0", "2.0"]
python_versions:
  - {version: "3.9", bump: "1", compilation_method: packages, base_os: "1.0"}
build_layers:
  - name: base
    template: base.dockerfile.j2
    tags: ["$id/os:\${os_version}", "$id/os:\${os_major}"]
  - name: tool
    template: tool.dockerfile.j2
    depends_on: base
    tags: ["$id/os:\${os_version}-py\${python_version}-tool"]
  - name: app
    template: app.dockerfile.j2
    depends_on: tool
    tags: ["$id/os:\${os_version}-py\${python_version}-app"]
  - name: side
    template: side.dockerfile.j2
    depends_on: base
    tags: ["$id/os:\${os_version}-py\${python_version}-side"]
build_sequences:
  - name: stack
    description: everything
    os_versions: ["1.0", "2.0"]
    python_versions: ["3.9"]
    layers: [base, tool, app, side]
build_config:
  timezone: UTC
  buildkit_enabled: true
  parallel_builds: true
EOF
}

# The templates; the id makes every test's images its own.
write_templates() {
	cat >templates/base.dockerfile.j2 <<EOF
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo "$id {{ os_version }}" > /os
EOF
	cat >templates/tool.dockerfile.j2 <<EOF
FROM $id/os:{{ os_version }}
RUN echo tool > /tool
EOF
	cat >templates/app.dockerfile.j2 <<EOF
FROM $id/os:{{ os_version }}-py{{ python_version }}-tool
COPY app /app
EOF
	cat >templates/side.dockerfile.j2 <<EOF
FROM $id/os:{{ os_version }}
RUN echo side > /side
EOF
}

# Makes the project, goes there and generates.
new_project() {
	counting_docker
	mkdir -p "$temp/p/matrices" "$temp/p/templates" "$temp/p/app/deep/er"
	cd "$temp/p"
	cp /bin/busybox busybox
	echo one >app/one
	echo two >app/deep/er/two
	echo out >outside
	write_matrix
	write_templates
	generate "$@"
}

# Ninja compares times: what is edited must be younger than what was made.
tick() { sleep 0.05; }
