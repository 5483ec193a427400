#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What dtk-gen writes and says of images with Dockerfiles of their own.
# needs: ninja
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
PATH=${DTK_BIN:?}:$PATH
export PATH

mkdir -p p/docker/base/alpine p/docker/services/nessie p/docker/services/minio
cd p
printf 'FROM scratch\nCOPY f /\n' >docker/base/alpine/Dockerfile
for name in nessie minio; do
	printf 'FROM r.example/o/base-alpine\nARG A\nCOPY f /\n' >docker/services/$name/Dockerfile
	echo "$name" >docker/services/$name/f
done
echo base >docker/base/alpine/f
cat >m.yaml <<'END'
repository: r.example/o
registry: 127.0.0.1:5000
version: v1
discover: [{files: docker/base/*/Dockerfile, name: "base-{dir}"}, docker/services/*/Dockerfile]
images:
  - name: nessie
    version: 2.0
    target: ""
    args: {A: "x y"}
    labels: {a: "b'c"}
    secrets: ["id=s,src=my file"]
    ssh: default
END
gen() { status 0 dtk-gen --config m.yaml "$@"; }

try "the commands"
gen
[ ! -s err ] || fail "something is said"
generated/build.sh -n nessie >plan
equal "DOCKER_BUILDKIT=1 DOCKER_DEFAULT_PLATFORM= BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build \
--build-arg 'A=x y' --label 'a=b'\\''c' --secret 'id=s,src=my file' --ssh default \
-t r.example/o/nessie:latest -f docker/services/nessie/Dockerfile docker/services/nessie" "$(sed -n 2p plan)"
generated/build.sh -n services >plan
equal 3 "$(wc -l <plan)"
[ ! -e generated/Dockerfile.nessie ] || fail "a Dockerfile is copied"
[ "$(find generated -name '_env*')" = '' ] || fail "an environment script is written"

try "pushes: one list, where to, which version"
has 'push --registry 127.0.0.1:5000 --repository r.example/o --release v1 ' build.ninja
has 'build push: phony push-all' build.ninja
ninja -t commands push-nessie >list
has 'generated/stamps/nessie.image +nessie=nessie-2.0 -- ' list
has '+nessie=nessie-2.0' generated/_images.services
lacks base-alpine generated/_images.services
gen --registry user --release v2
has 'push --registry user --repository r.example/o --release v2 ' build.ninja

try "what it says"
gen --summary
has "$(printf 'Groups:\n- services: (2 images)\n- base: (1 image)')" out
gen -t targets
has 'services                  group, 2 images' out
has 'push-nessie ' out
gen -t graph
has '"base-alpine" -> "nessie"' out
has 'label = "services"' out
gen -t plan services
has 'nessie: would be built for the first time' out
status 1 dtk-gen --config m.yaml -t plan servces
has "did you mean 'services'?" err

try "--check and the same bytes anywhere"
gen
gen --check
cp -r ../p ../q
cd ../q
gen --check
cd ../p
cp -r docker/services/nessie docker/services/spark
status 1 dtk-gen --config m.yaml --check
has build.ninja out

try "a Dockerfile that is gone is told where it is named"
sed -i 's#^images:#&\n  - {name: gone, dockerfile: docker/gone/Dockerfile}#' m.yaml
status 1 dtk-gen --config m.yaml
has 'm.yaml:6:30: error: docker/gone/Dockerfile: cannot be read: No such file or directory' err

try "--sequence: the images of others are not there"
mkdir templates
printf 'FROM r.example/o/base-alpine\n' >templates/t.j2
cat >m.yaml <<'END'
os_versions: ["1"]
repository: r.example/o
build_layers: [{name: os, template: t.j2, axes: [os], tag: "t/os:${os_version}"}]
build_sequences: [{name: s}]
discover: [{files: docker/base/*/Dockerfile, name: "base-{dir}"}, docker/services/*/Dockerfile]
groups: {g: [nessie, os]}
END
gen --sequence s
generated/build.sh -n >plan
equal 2 "$(wc -l <plan)"
gen
generated/build.sh -n >plan
equal 5 "$(wc -l <plan)"

try "no value of a matrix that Ninja cannot carry"
printf 'images: [{name: a, dockerfile: docker/base/alpine/Dockerfile, labels: {a: "b\\nc"}}]\n' >m.yaml
status 1 dtk-gen --config m.yaml
has 'line break' err
printf 'images: [{name: a, dockerfile: docker/base/alpine/Dockerfile, labels: {a: "b\\0c"}}]\n' >m.yaml
status 1 dtk-gen --config m.yaml
has 'm.yaml:1:' err
