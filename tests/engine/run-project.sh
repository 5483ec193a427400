# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# run-project.sh, sourced by the tests of the commands for docker/: project.sh, and a project of seed 4's kind.
#
# Its directory, and so its images, are named $id; the user is tester.  base has a busybox, dev and check are built on
# it, and other on nothing.

# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
PATH=$DTK_SRC/share/bin:$PATH
LOGNAME=tester USER=tester
export PATH LOGNAME USER

# The directories of docker/ whose images were built since forget, in order, on one line.
built() {
	sed -n '/\(^\| \)build /s/.* -f docker\/\([^/]*\)\/Dockerfile .*/\1/p' "$log" | tr '\n' ' ' | sed 's/ $//'
}
# call COMMAND...: it succeeds.
call() { "$@" >"$temp/out" 2>&1 || broken "$*"; }
# refuse STATUS COMMAND...: it fails with that.
refuse() {
	wanted=$1 got=0
	shift
	"$@" >"$temp/out" 2>&1 || got=$?
	[ "$got" = "$wanted" ] || broken "exit status $got, not $wanted: $*"
}
ref() { printf '%s\n' "$id-$1:tester"; }

run_project() {
	counting_docker
	mkdir -p "$temp/$id/docker/base" "$temp/$id/docker/dev" "$temp/$id/docker/check" "$temp/$id/docker/other"
	cd "$temp/$id"
	cp /bin/busybox docker/base/busybox
	cat >docker/base/Dockerfile <<-'END'
	FROM scratch
	COPY docker/base/busybox /bin/busybox
	RUN ["/bin/busybox", "--install", "-s", "/bin"]
	RUN cat /proc/sys/kernel/random/uuid >/base
	END
	cat >docker/dev/Dockerfile <<-END
	FROM $(ref base)
	COPY docker/dev/file /file
	RUN cat /proc/sys/kernel/random/uuid >/uuid
	END
	echo dev >docker/dev/file
	printf 'FROM %s\nRUN echo test >/test\n' "$(ref base)" >docker/check/Dockerfile
	printf 'FROM scratch\nCOPY docker/dev/file /file\n' >docker/other/Dockerfile
}
