# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# stamp.sh, sourced by the tests of dtk-stamp alone: build.ninja is written here, by hand, as dtk-gen shapes it.

# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

# An image X is Dockerfile.X under generated/; its tags are $id/X and what TAGS_X has; see edges.
new_stamps() {
	counting_docker
	mkdir -p "$temp/p/generated" "$temp/p/app/deep/er"
	cd "$temp/p"
	cp /bin/busybox busybox
	echo one >app/one
	echo two >app/deep/er/two
	echo out >outside
	dockerfile base 'FROM scratch' 'COPY busybox /bin/busybox' \
		'RUN ["/bin/busybox", "--install", "-s", "/bin"]' "RUN echo $id >/id"
	dockerfile app "FROM $id/base" 'COPY app /app' 'RUN ls -lR /app >/list'
	dockerfile leaf "FROM $id/app" 'RUN echo leaf >/leaf'
	dockerfile side "FROM $id/base" 'RUN echo side >/side'
	begin_ninja
	edges base
	edges app base
	edges leaf app
	edges side base
}

# dockerfile NAME LINE...
dockerfile() {
	written=generated/Dockerfile.$1
	shift
	printf '%s\n' "$@" >"$written"
}

begin_ninja() {
	cat >build.ninja <<END
ninja_required_version = 1.9
builddir = generated/stamps
client = DOCKER_BUILDKIT=1 BUILDX_NO_DEFAULT_ATTESTATIONS=1 $temp/docker --host $host
rule hooks
  command = dtk-stamp hooks \$out
  depfile = \$out.d
  deps = gcc
  restat = 1
rule key
  command = dtk-stamp key -C \$context \$k -f \$file \$out -- \$a
  depfile = \$out.d
  deps = gcc
  restat = 1
rule image
  command = dtk-stamp build \$p \$out -- \$client build \$a \$t -f \$file \$context
  restat = 1
rule verify
  command = dtk-stamp verify generated/stamps -- \$client
rule push
  command = dtk-stamp push \$options \$out \$in -- \$client
rule clean
  command = dtk-stamp clean-images generated/stamps -- \$client
context = .
build generated/stamps/.hooks: hooks
build generated/do/verify: verify
build verify: phony generated/do/verify
build generated/do/clean-images: clean
build clean-images: phony generated/do/clean-images
END
}

# edges NAME PARENT...; $args, $tags, $context, $file, $onbuild may be set.
edges() {
	name=$1
	shift
	cat >>build.ninja <<END
build generated/stamps/$name.key: key ${file:-generated/Dockerfile.$name} | generated/stamps/.hooks
  a = ${args-}
  k = ${onbuild:+--onbuild $onbuild}
  file = ${file:-generated/Dockerfile.$name}
  context = ${context:-.}
build generated/stamps/$name.image | generated/stamps/$name.seal: image generated/stamps/$name.key$(printf " generated/stamps/%s.image" "$@" | sed 's#generated/stamps/.image##')
  a = ${args-}
  t = -t $id/$name ${tags-}
  p =$(printf " -p %s=$id/%s" "$@" "$@" | sed 's#-p =.*##')
  file = ${file:-generated/Dockerfile.$name}
  context = ${context:-.}
build $name: phony generated/stamps/$name.image
default $name
END
}

# The names of what was built since forget, as edges are called: -f generated/Dockerfile.NAME.
sealed() { sed -n "s/^$2 //p" "generated/stamps/$1.seal" | head -n 1; }
stamp_id() { head -n 1 "generated/stamps/$1.image"; }
quiet_all() {
	forget
	run_ninja -d explain
	expect_calls 0 "$*"
	# Ninja itself found nothing to do.
	grep -q 'no work to do' "$temp/out" || broken "not a no-op: $*: $(cat "$temp/out")"
}
