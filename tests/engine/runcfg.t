#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# A project with docker/ and run.cfg and no matrix: images named after the directory and the user, each on
# what it is built FROM; a stage `builder` kept as an image; each built only when something of it changed.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

LOGNAME=jane
export LOGNAME
# The names of what was built since forget, sorted, on one line.
built() { sed -n "s#.* build .*-t $id-\([^ :]*\):.*#\1#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }

counting_docker
mkdir -p "$temp/$id/docker/base" "$temp/$id/docker/dev" "$temp/$id/docker/app" "$temp/$id/src"
cd "$temp/$id"
cp /bin/busybox docker/base/busybox
echo one >src/one
echo conf >conf
echo dev >docker/dev/file
cat >docker/base/Dockerfile <<END
FROM scratch
COPY docker/base/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
END
cat >docker/dev/Dockerfile <<END
ARG TAG
FROM $id-base:\${TAG}
ARG WHAT=nothing
COPY docker/dev/file /file
RUN echo "\$WHAT" >/what
CMD ["cat", "/what"]
END
cat >docker/app/Dockerfile <<END
FROM $id-base:jane AS builder
COPY src /src
RUN cat /src/* >/made
FROM $id-base:jane
COPY --from=builder /made /made
COPY conf /conf
END
cat >docker/run.cfg <<'END'
[dev]
build_args = --build-arg TAG={user}
END

try "one command builds all, each after what it stands on"
generate
run_ninja
expect_built 'app app-builder base dev' "a fresh tree"
sed -n "s#.* build .*-t $id-\([^ :]*\):.*#\1#p" "$log" >order
for pair in base:dev base:app-builder app-builder:app; do
	awk -v a="${pair%:*}" -v b="${pair#*:}" '$0 == a { x = NR } $0 == b { y = NR } END { exit !(x && x < y) }' order ||
		broken "$pair in another order: $(cat order)"
done
equal nothing "$(cat_in "$id-dev:jane" /what)"
equal one "$(cat_in "$id-app:jane" /made)"
equal one "$(cat_in "$id-app-builder:jane" /made)"
quiet all

try "a file of one image: that image"
tick
echo more >>docker/dev/file
expect_ninja all dev "its file"

try "what stands behind the stage builder: not the builder"
tick
echo more >>conf
expect_ninja all app "a file of the last stage"
builder=$(id_of "$id-app-builder:jane")
echo 'RUN echo behind >/behind' >>docker/app/Dockerfile
expect_ninja all app "the last stage itself"
equal "$builder" "$(id_of "$id-app-builder:jane")"
quiet app

try "what the stage builder takes: both"
tick
echo two >src/two
expect_ninja app 'app app-builder' "a file of the stage"
equal 'one
two' "$(cat_in "$id-app:jane" /made)"
sed -i 's#^RUN cat /src.*#RUN cat /src/one >/made#' docker/app/Dockerfile
expect_ninja app 'app app-builder' "the stage itself"
equal one "$(cat_in "$id-app:jane" /made)"
quiet all

try "a builder that is gone comes back, and with it nothing else"
real rmi "$id-app-builder:jane" >/dev/null
quiet all
run_ninja verify
expect_ninja all app-builder "the builder was removed"
run_ninja verify
quiet all

try "the base: everything"
tick
echo 'RUN echo base >/base' >>docker/base/Dockerfile
expect_ninja all 'app app-builder base dev' "the base"

try "run.cfg: a build argument builds, a tag only tags"
tick
sed -i 's/^build_args.*/& WHAT=something/' docker/run.cfg
expect_ninja all dev "a build argument"
equal something "$(cat_in "$id-dev:jane" /what)"
tick
echo 'tag = trial' >>docker/run.cfg
expect_ninja all '' "a tag"
equal something "$(cat_in "$id-dev:trial" /what)"
quiet all
tick
echo 'cmd = sh -c "a ; b"' >>docker/run.cfg
expect_ninja all '' "a command"

try "a directory more, a directory less"
mkdir docker/tool
run_ninja
tick
printf 'FROM %s-dev:trial\nCOPY docker/tool/t /t\n' "$id" >docker/tool/Dockerfile
echo t >docker/tool/t
expect_ninja all tool "a new directory"
equal t "$(cat_in "$id-tool:jane" /t)"
tick
rm -r docker/tool
expect_ninja all '' "a directory is gone"
ninja tool >"$temp/out" 2>&1 && broken "there is still a target tool"

try "no run.cfg"
tick
rm docker/run.cfg
sed -i 's/^ARG TAG/&=jane/' docker/dev/Dockerfile
expect_ninja all dev "run.cfg is gone"
equal nothing "$(cat_in "$id-dev:jane" /what)"
quiet all

try "clean-images removes the builder as well"
run_ninja clean-images
! real image inspect "$id-app-builder:jane" >/dev/null 2>&1 || broken "the builder is still there"
